//! The database's time: one for all replicas, whatever their machines' clocks say.

use std::sync::{Mutex, MutexGuard, PoisonError};

use gennaker_core::Timestamp;
use gennaker_ports::Clock;
use tokio::time::Instant;

/// The database's clock as it was read last, carried on by the machine's monotonic one. It never goes back: where it is
/// ahead of the database, it goes at half its speed until the database has caught up.
#[derive(Debug)]
pub(super) struct DatabaseClock(Mutex<Anchor>);

#[derive(Clone, Copy, Debug)]
struct Anchor {
    /// When it was set.
    instant: Instant,
    /// The database's time then.
    theirs: Timestamp,
    /// Ours then.
    ours: Timestamp,
}

impl Anchor {
    fn at(&self, instant: Instant) -> Timestamp {
        let passed = instant.saturating_duration_since(self.instant);
        (self.theirs + passed).max(self.ours + passed / 2)
    }
}

impl DatabaseClock {
    pub(super) fn new(reading: Reading) -> Self {
        Self(Mutex::new(Anchor { instant: reading.instant, theirs: reading.time, ours: reading.time }))
    }

    /// Goes on from what the database says.
    pub(super) fn anchor(&self, reading: Reading) {
        let mut anchor = self.lock();
        let instant = Instant::now();
        let theirs = reading.time + instant.saturating_duration_since(reading.instant);
        *anchor = Anchor { instant, theirs, ours: anchor.at(instant) };
    }

    fn lock(&self) -> MutexGuard<'_, Anchor> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for DatabaseClock {
    fn now(&self) -> Timestamp {
        self.lock().at(Instant::now())
    }
}

/// The database's time at an instant of ours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    instant: Instant,
    time: Timestamp,
}

impl Reading {
    /// The database was asked at `asked`, and has answered now: it read its clock in between, most likely in the middle.
    pub(super) fn answered(asked: Instant, time: Timestamp) -> Self {
        let instant = Instant::now();
        Self { instant, time: time + instant.saturating_duration_since(asked) / 2 }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn second(n: i64) -> Timestamp {
        Timestamp::from_secs(n)
    }

    #[tokio::test(start_paused = true)]
    async fn it_goes_on_from_what_the_database_said() {
        let clock = DatabaseClock::new(Reading::answered(Instant::now(), second(100)));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(clock.now(), second(110));
        clock.anchor(Reading::answered(Instant::now(), second(500)));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(clock.now(), second(501));
    }

    #[tokio::test(start_paused = true)]
    async fn it_never_goes_back_but_waits() {
        let clock = DatabaseClock::new(Reading::answered(Instant::now(), second(100)));
        clock.anchor(Reading::answered(Instant::now(), second(90)));
        assert_eq!(clock.now(), second(100));
        tokio::time::advance(Duration::from_secs(10)).await;
        assert_eq!(clock.now(), second(105), "at half the speed");
        clock.anchor(Reading::answered(Instant::now(), second(100)));
        assert_eq!(clock.now(), second(105));
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!(clock.now(), second(120), "the database has caught up");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_from_the_middle_of_its_way() {
        let asked = Instant::now();
        tokio::time::advance(Duration::from_millis(200)).await;
        let clock = DatabaseClock::new(Reading::answered(asked, second(100)));
        assert_eq!(clock.now(), second(100) + Duration::from_millis(100));
        clock.anchor(Reading::answered(Instant::now(), second(100)));
        assert_eq!(clock.now(), second(100) + Duration::from_millis(100));
    }
}
