//! What can be set about the engine.

use std::time::Duration;

/// Limits and periods of the engine.
#[derive(Clone, Debug)]
pub struct Options {
    /// This process among replicas; leases are held under it. Unique among all that ever ran, unless the store itself
    /// makes sure that the one before is dead.
    pub owner: String,
    /// Into how many shards executions are spread; must never change for a database.
    pub shards: u32,
    /// How long a lease holds without being renewed: the time until another replica takes over after a crash.
    pub lease: Duration,
    /// How many commands may wait to be decided, and how many for other replicas to decide them; beyond it callers are told
    /// to come back.
    pub mailbox: usize,
    /// How many commands go into one transaction at most.
    pub batch: usize,
    /// How many executions are kept in memory; others are read again when something happens to them.
    pub live: usize,
    /// How many side effects run at once; others wait for their turn.
    pub effects: usize,
    /// How many executions of one pipeline may wait for its concurrency limit.
    pub max_queued: usize,
    /// How large the outputs of one task may be, in bytes of JSON; larger ones fail the task.
    pub max_outputs: usize,
    /// How often the store is read without a signal: the net below signals that were lost.
    pub poll: Duration,
    /// How long a caller waits for another replica to decide its command.
    pub forward_patience: Duration,
    /// How many streams may watch at once.
    pub max_watches: usize,
    /// How many commits a watcher may be behind before it reads from the store instead.
    pub watch_buffer: usize,
    /// How long an idle watch is silent.
    pub heartbeat: Duration,
    /// How long effects may take to end by themselves when the engine stops; then they are dropped, to be repeated.
    pub drain: Duration,
    /// What is kept for how long.
    pub retention: Retention,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            owner: "gennaker".to_owned(),
            shards: 64,
            lease: Duration::from_secs(10),
            mailbox: 4096,
            batch: 256,
            live: 1024,
            effects: 1024,
            max_queued: 1000,
            max_outputs: 256 * 1024,
            poll: Duration::from_secs(5),
            forward_patience: Duration::from_secs(30),
            max_watches: 4096,
            watch_buffer: 256,
            heartbeat: Duration::from_secs(15),
            drain: Duration::from_millis(500),
            retention: Retention::default(),
        }
    }
}

/// What is kept for how long; what is older is removed, a batch at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retention {
    /// How long executions are kept after their end; `None` for ever.
    pub max_age: Option<Duration>,
    /// How many executions that have ended are kept of each pipeline; `None` for all.
    pub max_per_pipeline: Option<usize>,
    /// How long a request can be repeated without being done twice.
    pub requests: Duration,
    /// How long trigger events are kept; `None` for ever. An event that was removed is not recognised when it comes again.
    pub trigger_events: Option<Duration>,
    /// How often it is looked for what can be removed.
    pub interval: Duration,
    /// How much is removed in one transaction.
    pub batch: usize,
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            max_age: Some(90 * DAY),
            max_per_pipeline: Some(1000),
            requests: DAY,
            trigger_events: Some(90 * DAY),
            interval: Duration::from_secs(60),
            batch: 50,
        }
    }
}
