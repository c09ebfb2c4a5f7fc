-- What retention needs: to find what is old without looking at all that is not, at no cost to the commits of steps.

-- Executions that have ended, in that order. Pipeline and status are in the index so that it alone tells which pipelines may
-- have something to prune.
CREATE INDEX executions_ended ON executions (ended, id, pipeline, status) WHERE ended IS NOT NULL;

-- How far the log was pruned.
CREATE TABLE pruned (
    lane     INTEGER NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;

-- What became of commands, now in the order in which it came about, so that the oldest are found at the beginning. An index
-- on the time would be written with each step; this writes less than the table keyed by the id did.
ALTER TABLE applied RENAME TO applied_by_id;

CREATE TABLE applied (
    arrival   INTEGER NOT NULL PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    execution TEXT    NOT NULL,
    sequence  INTEGER NOT NULL,
    rejection TEXT,
    digest    TEXT    NOT NULL,
    time      INTEGER NOT NULL
) STRICT;

INSERT INTO applied (id, execution, sequence, rejection, digest, time)
    SELECT id, execution, sequence, rejection, digest, time FROM applied_by_id ORDER BY time;

DROP TABLE applied_by_id;

CREATE INDEX requests_by_time ON requests (time);

CREATE INDEX trigger_events_by_time ON trigger_events (time);
