//! What the server allows.

use std::time::Duration;

/// What the server allows. Each limit can be configured; `SystemService.GetLimits` shows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// The greatest request, in bytes; enforced by the transport.
    pub max_message_bytes: u64,
    /// The most results on a page.
    pub max_page_size: u32,
    /// The number of results on a page when the request doesn't say.
    pub default_page_size: u32,
    /// The most stages of a pipeline.
    pub max_stages_per_pipeline: u32,
    /// The most stages one after the other in a pipeline.
    pub max_graph_depth: u32,
    /// The most watches at a time; should be what the engine allows.
    pub max_concurrent_watches: u32,
    /// The most subjects of one WatchExecutions.
    pub max_watch_subjects: u32,
    /// The greatest body of a webhook, in bytes.
    pub max_webhook_bytes: u64,
    /// The most bytes that GetInstanceLog returns.
    pub max_log_bytes: u64,
    /// The greatest outputs of a task, in bytes of JSON; enforced by the engine.
    pub max_output_bytes: u64,
    /// The most executions of a pipeline that wait at a time.
    pub max_queued_executions: u32,
    /// The time between the heartbeats of an idle stream; should be what the engine is given.
    pub heartbeat_interval: Duration,
    /// How many events of one trigger may start something within a minute; the others are noted and start nothing.
    pub max_trigger_events_per_minute: u32,
    /// How long a client may leave a stream unread before it is cut off.
    pub slow_watcher: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_message_bytes: 4 * 1024 * 1024,
            max_page_size: 500,
            default_page_size: 50,
            max_stages_per_pipeline: 1000,
            max_graph_depth: 200,
            max_concurrent_watches: 4096,
            max_watch_subjects: 200,
            max_webhook_bytes: 1024 * 1024,
            max_log_bytes: 1024 * 1024,
            max_output_bytes: 256 * 1024,
            max_queued_executions: 1000,
            heartbeat_interval: Duration::from_secs(15),
            max_trigger_events_per_minute: 60,
            slow_watcher: Duration::from_secs(30),
        }
    }
}
