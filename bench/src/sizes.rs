//! How much is done: everything is bounded in count, and by a time limit as well.

use std::time::Duration;

/// The size of every workload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// How often a workload is repeated.
    pub(crate) repetitions: usize,
    /// How many executions run before anything is measured.
    pub(crate) warm_up: usize,
    /// S: how often the server is started.
    pub(crate) starts: usize,
    /// S: how long the server is left alone before its memory is read.
    pub(crate) settle: Duration,
    /// S: how long the CPU time of the idle server is watched.
    pub(crate) idle: Duration,
    /// L: how long each limit is measured.
    pub(crate) limit: Duration,
    /// W1: executions one after the other.
    pub(crate) latency: usize,
    /// W2: executions in all.
    pub(crate) throughput: usize,
    /// W2: executions at a time.
    pub(crate) in_flight: usize,
    /// W3: executions one after the other.
    pub(crate) fan_outs: usize,
    /// W4: executions that wait at a judgment.
    pub(crate) waiting: usize,
    /// W5: executions that are watched.
    pub(crate) watched: usize,
    /// W5: watchers in all.
    pub(crate) watchers: usize,
    /// W5: waits of each execution, one after the other.
    pub(crate) waits: usize,
    /// W5: how long each of them is.
    pub(crate) wait: Duration,
}

impl Sizes {
    /// What figures for people come from.
    pub(crate) const FULL: Self = Self {
        repetitions: 3,
        warm_up: 200,
        starts: 10,
        settle: Duration::from_secs(5),
        idle: Duration::from_secs(10),
        limit: Duration::from_millis(1500),
        latency: 500,
        throughput: 2000,
        in_flight: 50,
        fan_outs: 100,
        waiting: 1000,
        watched: 100,
        watchers: 1000,
        waits: 10,
        wait: Duration::from_secs(1),
    };

    /// Enough to see that everything works.
    pub(crate) const SHORT: Self = Self {
        repetitions: 1,
        warm_up: 5,
        starts: 2,
        settle: Duration::from_millis(500),
        idle: Duration::from_secs(1),
        limit: Duration::from_millis(200),
        latency: 20,
        throughput: 60,
        in_flight: 20,
        fan_outs: 5,
        waiting: 60,
        watched: 10,
        watchers: 50,
        waits: 3,
        wait: Duration::from_millis(200),
    };
}
