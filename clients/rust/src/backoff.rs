//! How long to wait before the next try.

use std::time::Duration;

/// Delays that double from `first` to `longest`, each spread at random over its upper half, so that many clients
/// do not come back at the same moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The delay after the first failure.
    pub first: Duration,
    /// The cap.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(100), longest: Duration::from_secs(5) }
    }
}

impl Backoff {
    /// The delay after a number of failures in a row, from 1.
    #[must_use]
    pub fn delay(&self, failures: u32) -> Duration {
        self.delay_at(failures, rand::random())
    }

    /// The same, with the place in the upper half given, from 0 to 1.
    fn delay_at(&self, failures: u32, place: f64) -> Duration {
        let doublings = failures.saturating_sub(1).min(31);
        let full = self.first.saturating_mul(1 << doublings).min(self.longest);
        full.mul_f64(0.5 + place / 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_up_to_the_cap() {
        let backoff = Backoff { first: Duration::from_millis(100), longest: Duration::from_secs(1) };
        let full: Vec<u128> = (1..=6).map(|failures| backoff.delay_at(failures, 1.0).as_millis()).collect();
        assert_eq!(full, [100, 200, 400, 800, 1000, 1000]);
        assert_eq!(backoff.delay_at(u32::MAX, 1.0), Duration::from_secs(1));
    }

    #[test]
    fn is_spread_over_the_upper_half() {
        let backoff = Backoff { first: Duration::from_secs(1), longest: Duration::from_secs(1) };
        assert_eq!(backoff.delay_at(1, 0.0), Duration::from_millis(500));
        for _ in 0..100 {
            let delay = backoff.delay(1);
            assert!(delay >= Duration::from_millis(500) && delay <= Duration::from_secs(1), "{delay:?}");
        }
    }
}
