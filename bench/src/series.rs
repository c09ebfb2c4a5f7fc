//! Doing something again and again for a time, and timing it.

use std::time::{Duration, Instant};

use crate::latencies::Latencies;

/// Times that are being measured: `while let Some(begun) = series.next() { ...; series.record(begun); }`.
pub(crate) struct Series {
    latencies: Latencies,
    begun: Instant,
    period: Duration,
}

impl Series {
    /// One that goes on for a time from now on.
    pub(crate) fn over(period: Duration) -> Self {
        Self { latencies: Latencies::new(), begun: Instant::now(), period }
    }

    /// When the next one begins, which is now, unless the time is over.
    pub(crate) fn next(&self) -> Option<Instant> {
        let now = Instant::now();
        (now - self.begun < self.period).then_some(now)
    }

    /// Adds one that has ended now.
    pub(crate) fn record(&mut self, begun: Instant) {
        self.latencies.record(begun.elapsed());
    }

    /// All of them.
    pub(crate) fn end(mut self) -> Latencies {
        self.latencies.over(self.begun.elapsed());
        self.latencies
    }
}
