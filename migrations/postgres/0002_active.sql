-- Those that have not ended, newest first, whatever pipeline they are of: for lists of an application and of all of them.
CREATE INDEX executions_active ON executions (id, application) WHERE status IN ('QUEUED', 'RUNNING', 'PAUSED');
