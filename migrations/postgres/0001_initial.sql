-- Conventions: times are microseconds since the Unix epoch, JSON is text, execution ids are ULIDs as text (they sort by
-- creation), statuses and kinds are the words of `as_str()` in the domain. Texts that are compared have the collation "C":
-- by bytes, as the server compares them, whatever the database's own collation is.

-- Definitions (applications, projects, pipelines, triggers): one row per name with its newest revision. A deleted one keeps
-- its row, so that no revision number is ever used twice.
CREATE TABLE resources (
    kind     TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    revision BIGINT  NOT NULL,
    body     TEXT    NOT NULL,
    created  BIGINT  NOT NULL,
    updated  BIGINT  NOT NULL,
    actor    TEXT    NOT NULL,
    message  TEXT    NOT NULL,
    deleted  BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY (kind, name)
);

-- Every revision of every definition; none is changed or removed.
CREATE TABLE revisions (
    kind     TEXT COLLATE "C" NOT NULL,
    name     TEXT COLLATE "C" NOT NULL,
    revision BIGINT NOT NULL,
    body     TEXT   NOT NULL,
    created  BIGINT NOT NULL,
    updated  BIGINT NOT NULL,
    actor    TEXT   NOT NULL,
    message  TEXT   NOT NULL,
    PRIMARY KEY (kind, name, revision),
    FOREIGN KEY (kind, name) REFERENCES resources (kind, name)
);

-- Requests that clients may repeat, so that each is done once. The resource that one wrote is found among the revisions; a
-- deletion has no revision. The time is for pruning.
CREATE TABLE requests (
    id       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    digest   TEXT   NOT NULL,
    kind     TEXT   NOT NULL,
    name     TEXT   NOT NULL,
    revision BIGINT,
    time     BIGINT NOT NULL
);

CREATE INDEX requests_by_time ON requests (time);

-- What triggers saw and what was decided about it.
CREATE TABLE trigger_events (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    trigger    TEXT COLLATE "C" NOT NULL,
    time       BIGINT NOT NULL,
    actor      TEXT   NOT NULL,
    dedupe_key TEXT COLLATE "C",
    decision   TEXT COLLATE "C" NOT NULL,
    reason     TEXT   NOT NULL,
    execution  TEXT COLLATE "C",
    payload    TEXT   NOT NULL
);

CREATE INDEX trigger_events_by_trigger ON trigger_events (trigger, id);
CREATE INDEX trigger_events_by_time ON trigger_events (time);

-- Events whose decision was cut short.
CREATE INDEX trigger_events_pending ON trigger_events (id) WHERE decision = 'PENDING';

-- The same event is kept once for a trigger.
CREATE UNIQUE INDEX trigger_events_once ON trigger_events (trigger, dedupe_key) WHERE dedupe_key IS NOT NULL;

-- The replicas that said they are alive, and until when. A row that is past its time means nothing and is removed by the
-- others. Each row is updated every few seconds: half a page stays free, so that the new version finds room on the same page
-- and no index is written; the table is vacuumed by count, since a share of so few rows is nothing.
CREATE TABLE replicas (
    owner TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Who may change the executions of a shard, as long as it is alive. The epoch grows each time the shard changes hands; the
-- row of a shard that nobody holds stays, without an owner. Every commit locks the rows of its shards.
CREATE TABLE leases (
    shard BIGINT NOT NULL PRIMARY KEY,
    owner TEXT COLLATE "C",
    epoch BIGINT NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

-- Executions: a projection of their events, for lists, timers and recovery. Rows are updated with each step until they have
-- ended: a fifth of each page stays free for the new versions, and dead ones are removed before they are many.
CREATE TABLE executions (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    shard       BIGINT  NOT NULL,
    application TEXT COLLATE "C" NOT NULL,
    pipeline    TEXT COLLATE "C",
    status      TEXT COLLATE "C" NOT NULL,
    created     BIGINT  NOT NULL,
    started     BIGINT,
    ended       BIGINT,
    sequence    BIGINT  NOT NULL,
    wake_at     BIGINT,
    outstanding BOOLEAN NOT NULL,
    header      TEXT    NOT NULL
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- Lists, newest first. The time is in the indexes so that lists by time pass over rows without reading them.
CREATE INDEX executions_by_application ON executions (application, id, created);
CREATE INDEX executions_by_pipeline ON executions (pipeline, id, created) WHERE pipeline IS NOT NULL;

-- Those that have not ended are few among many.
CREATE INDEX executions_unfinished ON executions (pipeline, id, status, application)
    WHERE status IN ('QUEUED', 'RUNNING', 'PAUSED');

-- Timers, earliest first.
CREATE INDEX executions_due ON executions (wake_at, id, shard) WHERE wake_at IS NOT NULL;

-- What a new owner of a shard has to pick up.
CREATE INDEX executions_to_recover ON executions (id, shard) WHERE outstanding OR status = 'QUEUED';

-- Those that have ended, in that order. The pipeline is in the index so that it alone tells which pipelines have something to
-- prune.
CREATE INDEX executions_ended ON executions (ended, id, pipeline) WHERE ended IS NOT NULL;

-- The log: one row per committed step of an execution, with its events as a JSON array. Positions are given to the steps of
-- all shards, but only within a shard do they become visible in their order, since one owner at a time commits there: a
-- shard is a lane. Rows are only added and, by retention, removed.
CREATE TABLE events (
    shard          BIGINT NOT NULL,
    position       BIGINT GENERATED ALWAYS AS IDENTITY,
    execution      TEXT COLLATE "C" NOT NULL,
    first_sequence BIGINT NOT NULL,
    last_sequence  BIGINT NOT NULL,
    application    TEXT   NOT NULL,
    pipeline       TEXT,
    events         TEXT   NOT NULL,
    PRIMARY KEY (shard, position)
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);

CREATE UNIQUE INDEX events_by_execution ON events (execution, first_sequence);

-- How far each lane of the log was pruned.
CREATE TABLE pruned (
    lane     BIGINT NOT NULL PRIMARY KEY,
    position BIGINT NOT NULL
);

-- Commands on their way to executions, in their order of arrival. A queue: what is in it now says nothing of how much went
-- through it, so it is vacuumed by count.
CREATE TABLE inbox (
    arrival   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id        TEXT COLLATE "C" NOT NULL UNIQUE,
    execution TEXT COLLATE "C" NOT NULL,
    shard     BIGINT NOT NULL,
    digest    TEXT   NOT NULL,
    message   TEXT   NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- What commands wait for is not pruned.
CREATE INDEX inbox_by_execution ON inbox (execution);

-- What became of commands, by their ids, so that each is applied once. The time is for pruning.
CREATE TABLE applied (
    id        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    execution TEXT COLLATE "C" NOT NULL,
    sequence  BIGINT NOT NULL,
    rejection TEXT,
    digest    TEXT   NOT NULL,
    time      BIGINT NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);

CREATE INDEX applied_by_time ON applied (time);
