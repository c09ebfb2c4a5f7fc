//! A clock that follows tokio's time, which tests pause and advance.

use gennaker_core::Timestamp;
use tokio::time::Instant;

use crate::Clock;

/// Tells a fixed date plus the time that has passed in the runtime since it was made. Needs a tokio runtime.
#[derive(Clone, Copy, Debug)]
pub struct RuntimeClock {
    origin: Instant,
    base: Timestamp,
}

impl RuntimeClock {
    /// A clock that shows `base` now.
    pub fn starting_at(base: Timestamp) -> Self {
        Self { origin: Instant::now(), base }
    }
}

impl Default for RuntimeClock {
    /// A clock that shows 2026-01-01T00:00:00Z now.
    fn default() -> Self {
        Self::starting_at(Timestamp::from_secs(1_767_225_600))
    }
}

impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        self.base + self.origin.elapsed()
    }
}
