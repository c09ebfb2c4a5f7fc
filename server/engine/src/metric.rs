//! The names of the engine's metrics, and what they mean.

/// Executions that were started.
pub(crate) const STARTED: &str = "gennaker_executions_started_total";
/// Executions that ended.
pub(crate) const ENDED: &str = "gennaker_executions_ended_total";
/// Executions in memory.
pub(crate) const IN_MEMORY: &str = "gennaker_executions_in_memory";
/// Commands that were carried out.
pub(crate) const COMMANDS: &str = "gennaker_commands_total";
/// Executions in one commit.
pub(crate) const COMMIT_STEPS: &str = "gennaker_commit_steps";
/// Side effects at the moment.
pub(crate) const TASKS_RUNNING: &str = "gennaker_tasks_running";
/// Side effects that ended.
pub(crate) const TASK_RUNS: &str = "gennaker_task_runs_total";
/// Watches at the moment.
pub(crate) const WATCHES: &str = "gennaker_watches";

/// Tells the recorder what they mean.
pub(crate) fn describe() {
    metrics::describe_counter!(STARTED, "Executions that were started, queued ones too");
    metrics::describe_counter!(ENDED, "Executions that ended, by status; one that is retried ends again");
    metrics::describe_gauge!(IN_MEMORY, "Executions that are kept in memory");
    metrics::describe_counter!(COMMANDS, "Commands that executions carried out, by command");
    metrics::describe_histogram!(COMMIT_STEPS, "Executions that went on in one commit");
    metrics::describe_gauge!(TASKS_RUNNING, "Side effects that run or wait for their turn");
    metrics::describe_counter!(TASK_RUNS, "Side effects that ended, by stage kind, task and outcome");
    metrics::describe_gauge!(WATCHES, "Open watches of executions");
}
