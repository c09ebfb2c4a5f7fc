//! How much is done: everything is bounded in count, and by a time limit as well.

use std::time::Duration;

use crate::arguments::Arguments;

/// The size of every workload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// How often everything is repeated.
    pub(crate) repetitions: usize,
    /// How many executions run before anything is measured.
    pub(crate) warm_up: usize,
    /// How long each limit is measured.
    pub(crate) limit: Duration,
    /// S: how often the server is started again.
    pub(crate) starts: usize,
    /// S, W4: how long the server is left alone before its memory is read.
    pub(crate) settle: Duration,
    /// S: how long PostgreSQL may keep back what its idle connections have counted.
    pub(crate) statistics: Duration,
    /// S: how long the idle server is watched.
    pub(crate) idle: Duration,
    /// W1: executions one after the other.
    pub(crate) latency: usize,
    /// W2, W6, W8: executions in all.
    pub(crate) throughput: usize,
    /// W2, W6, W8: executions at a time.
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
    /// W6: triggers in all.
    pub(crate) triggers: usize,
    /// W7: stored executions.
    pub(crate) histories: &'static [u32],
    /// W7: stored executions that are measured only where it was asked for.
    pub(crate) long_history: u32,
    /// W7: lists that are read.
    pub(crate) lists: usize,
    /// W9: turns of the pipeline with expressions and of the one without.
    pub(crate) turns: usize,
    /// W9: executions of each in a turn, one after the other.
    pub(crate) turn: usize,
}

impl Sizes {
    /// Those that were asked for.
    pub(crate) const fn of(arguments: &Arguments) -> Self {
        if arguments.short { Self::SHORT } else { Self::FULL }
    }

    /// What figures for people come from.
    const FULL: Self = Self {
        repetitions: 3,
        warm_up: 200,
        limit: Duration::from_millis(700),
        starts: 3,
        settle: Duration::from_secs(3),
        statistics: Duration::from_secs(11),
        idle: Duration::from_secs(12),
        latency: 400,
        throughput: 2000,
        in_flight: 50,
        fan_outs: 100,
        waiting: 10_000,
        watched: 200,
        watchers: 2000,
        waits: 5,
        wait: Duration::from_secs(1),
        triggers: 100,
        histories: &[1000, 100_000],
        long_history: 1_000_000,
        lists: 200,
        turns: 10,
        turn: 20,
    };

    /// Enough to see that everything works.
    const SHORT: Self = Self {
        repetitions: 1,
        warm_up: 3,
        limit: Duration::from_millis(50),
        starts: 1,
        settle: Duration::from_millis(50),
        statistics: Duration::ZERO,
        idle: Duration::from_millis(200),
        latency: 6,
        throughput: 20,
        in_flight: 10,
        fan_outs: 2,
        waiting: 30,
        watched: 6,
        watchers: 24,
        waits: 2,
        wait: Duration::from_millis(100),
        triggers: 3,
        histories: &[100, 1000],
        long_history: 10_000,
        lists: 5,
        turns: 1,
        turn: 2,
    };
}
