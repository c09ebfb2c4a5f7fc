-- Conventions: times are microseconds since the Unix epoch, JSON is text, execution ids are ULIDs as text (they sort by
-- creation), statuses and kinds are the words of `as_str()` in the domain.

-- Definitions (applications, projects, pipelines, triggers): one row per name with its newest revision. A deleted one keeps
-- its row, so that no revision number is ever used twice.
CREATE TABLE resources (
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    created  INTEGER NOT NULL,
    updated  INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    message  TEXT    NOT NULL,
    deleted  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, name)
) STRICT;

-- Every revision of every definition; none is changed or removed.
CREATE TABLE revisions (
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    revision INTEGER NOT NULL,
    body     TEXT    NOT NULL,
    created  INTEGER NOT NULL,
    updated  INTEGER NOT NULL,
    actor    TEXT    NOT NULL,
    message  TEXT    NOT NULL,
    PRIMARY KEY (kind, name, revision),
    FOREIGN KEY (kind, name) REFERENCES resources (kind, name)
) STRICT;

-- Requests that clients may repeat, so that each is done once. The resource that one wrote is found among the revisions; a
-- deletion has no revision. The time is for pruning.
CREATE TABLE requests (
    id       TEXT    NOT NULL PRIMARY KEY,
    digest   TEXT    NOT NULL,
    kind     TEXT    NOT NULL,
    name     TEXT    NOT NULL,
    revision INTEGER,
    time     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What triggers saw and what was decided about it.
CREATE TABLE trigger_events (
    id         TEXT    NOT NULL PRIMARY KEY,
    trigger    TEXT    NOT NULL,
    time       INTEGER NOT NULL,
    actor      TEXT    NOT NULL,
    dedupe_key TEXT,
    decision   TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    execution  TEXT,
    payload    TEXT    NOT NULL
) STRICT;

CREATE INDEX trigger_events_by_trigger ON trigger_events (trigger, id);

-- Events whose decision was cut short.
CREATE INDEX trigger_events_pending ON trigger_events (id) WHERE decision = 'PENDING';

-- The same event is kept once for a trigger.
CREATE UNIQUE INDEX trigger_events_once ON trigger_events (trigger, dedupe_key) WHERE dedupe_key IS NOT NULL;

-- Who may change the executions of a shard. The epoch grows each time the shard changes hands; the row of a shard that
-- nobody holds stays, without an owner.
CREATE TABLE leases (
    shard   INTEGER NOT NULL PRIMARY KEY,
    owner   TEXT,
    epoch   INTEGER NOT NULL,
    expires INTEGER NOT NULL
) STRICT;

-- Executions: a projection of their events, for lists, timers and recovery.
CREATE TABLE executions (
    id          TEXT    NOT NULL PRIMARY KEY,
    shard       INTEGER NOT NULL,
    application TEXT    NOT NULL,
    pipeline    TEXT,
    status      TEXT    NOT NULL,
    created     INTEGER NOT NULL,
    started     INTEGER,
    ended       INTEGER,
    sequence    INTEGER NOT NULL,
    wake_at     INTEGER,
    outstanding INTEGER NOT NULL,
    header      TEXT    NOT NULL
) STRICT;

-- Lists, newest first. The time is in the indexes so that lists by time pass over rows without reading them.
CREATE INDEX executions_by_application ON executions (application, id, created);
CREATE INDEX executions_by_pipeline ON executions (pipeline, id, created) WHERE pipeline IS NOT NULL;

-- Those that have not ended are few among many.
CREATE INDEX executions_unfinished ON executions (pipeline, id, status, application)
    WHERE status IN ('QUEUED', 'RUNNING', 'PAUSED');

-- Timers, earliest first.
CREATE INDEX executions_due ON executions (wake_at, id, shard) WHERE wake_at IS NOT NULL;

-- What a new owner of a shard has to pick up.
CREATE INDEX executions_to_recover ON executions (id, shard) WHERE outstanding = 1 OR status = 'QUEUED';

-- The log: one row per committed step of an execution, with its events as a JSON array. AUTOINCREMENT, so that a position
-- is never used twice, not even after the newest rows were pruned.
CREATE TABLE events (
    position       INTEGER PRIMARY KEY AUTOINCREMENT,
    execution      TEXT    NOT NULL,
    first_sequence INTEGER NOT NULL,
    last_sequence  INTEGER NOT NULL,
    application    TEXT    NOT NULL,
    pipeline       TEXT,
    events         TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX events_by_execution ON events (execution, first_sequence);

-- Commands on their way to executions, in their order of arrival.
CREATE TABLE inbox (
    arrival   INTEGER PRIMARY KEY AUTOINCREMENT,
    id        TEXT    NOT NULL UNIQUE,
    execution TEXT    NOT NULL,
    shard     INTEGER NOT NULL,
    digest    TEXT    NOT NULL,
    message   TEXT    NOT NULL
) STRICT;

-- What became of commands, by their ids, so that each is applied once. The time is for pruning.
CREATE TABLE applied (
    id        TEXT    NOT NULL PRIMARY KEY,
    execution TEXT    NOT NULL,
    sequence  INTEGER NOT NULL,
    rejection TEXT,
    digest    TEXT    NOT NULL,
    time      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
