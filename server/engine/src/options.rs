//! What can be set about the engine.

use std::time::Duration;

/// Limits and periods of the engine.
#[derive(Clone, Debug)]
pub struct Options {
    /// This process among replicas; leases are held under it.
    pub owner: String,
    /// Into how many shards executions are spread; must never change for a database.
    pub shards: u32,
    /// How long a lease holds without being renewed: the time until another replica takes over after a crash.
    pub lease: Duration,
    /// How many commands may wait to be decided; beyond it callers are told to come back.
    pub mailbox: usize,
    /// How many commands go into one transaction at most.
    pub batch: usize,
    /// How many executions are kept in memory; others are read again when something happens to them.
    pub live: usize,
    /// How many side effects run at once; others wait for their turn.
    pub effects: usize,
    /// How large the outputs of one task may be, in bytes of JSON; larger ones fail the task.
    pub max_outputs: usize,
    /// How often inboxes are read without having been woken.
    pub inbox_poll: Duration,
    /// How many streams may watch at once.
    pub max_watches: usize,
    /// How many commits a watcher may be behind before it reads from the store instead.
    pub watch_buffer: usize,
    /// How long an idle watch is silent.
    pub heartbeat: Duration,
    /// How long effects may take to end by themselves when the engine stops; then they are dropped, to be repeated.
    pub drain: Duration,
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
            max_outputs: 256 * 1024,
            inbox_poll: Duration::from_secs(2),
            max_watches: 4096,
            watch_buffer: 256,
            heartbeat: Duration::from_secs(15),
            drain: Duration::from_millis(500),
        }
    }
}
