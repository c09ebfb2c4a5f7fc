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
/// Replicas that are alive.
pub(crate) const REPLICAS: &str = "gennaker_replicas";
/// Shards that this replica owns.
pub(crate) const SHARDS_OWNED: &str = "gennaker_shards_owned";
/// Shards that this replica took.
pub(crate) const SHARDS_TAKEN: &str = "gennaker_shards_taken_total";
/// Shards that another replica took from this one.
pub(crate) const SHARDS_LOST: &str = "gennaker_shards_lost_total";
/// Commands that were handed to other replicas.
pub(crate) const FORWARDED: &str = "gennaker_commands_forwarded_total";
/// What was removed because it need not be kept any longer.
pub(crate) const PRUNED: &str = "gennaker_pruned_total";

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
    metrics::describe_gauge!(REPLICAS, "Replicas that are alive, as this one sees it");
    metrics::describe_gauge!(SHARDS_OWNED, "Shards that this replica owns");
    metrics::describe_counter!(
        SHARDS_TAKEN,
        "Shards that this replica took from nobody or from a replica that was gone"
    );
    metrics::describe_counter!(SHARDS_LOST, "Shards that another replica took although this one had not given them up");
    metrics::describe_counter!(FORWARDED, "Commands that were handed to the replicas that own their executions");
    metrics::describe_counter!(PRUNED, "Executions, requests and trigger events that were removed, by what");
    // What appears with its first count has not increased, as monitoring sees it.
    metrics::counter!(SHARDS_LOST).increment(0);
}
