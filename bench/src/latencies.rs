//! Times of many equal things, kept in little memory with three digits.

use std::time::Duration;

use hdrhistogram::Histogram;

/// Times that were measured.
#[derive(Clone, Debug)]
pub(crate) struct Latencies {
    nanoseconds: Histogram<u64>,
    /// How long the whole measurement took.
    whole: Duration,
}

impl Latencies {
    /// None yet.
    pub(crate) fn new() -> Self {
        let nanoseconds = Histogram::new(3).expect("three digits are allowed");
        Self { nanoseconds, whole: Duration::ZERO }
    }

    /// Adds one.
    pub(crate) fn record(&mut self, time: Duration) {
        let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.record(nanoseconds).expect("the histogram grows by itself");
    }

    /// Says how long it took to measure them all.
    pub(crate) fn over(&mut self, whole: Duration) {
        self.whole = whole;
    }

    /// Adds those of another measurement, which came after this one.
    pub(crate) fn add(&mut self, other: &Self) {
        self.nanoseconds.add(&other.nanoseconds).expect("the histogram grows by itself");
        self.whole += other.whole;
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.nanoseconds.len()
    }

    /// How many there were in a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.count() as f64 / self.whole.as_secs_f64()
    }

    /// The time that this part of them did not exceed, in milliseconds. `part` is from 0 to 1.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        milliseconds(self.nanoseconds.value_at_quantile(part))
    }

    /// The longest, in milliseconds.
    pub(crate) fn longest(&self) -> f64 {
        milliseconds(self.nanoseconds.max())
    }

    /// The distribution for a plot: parts, and the times that they did not exceed.
    pub(crate) fn curve(&self) -> Vec<(f64, f64)> {
        const PARTS: [f64; 17] =
            [0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999];
        PARTS.into_iter().map(|part| (part, self.quantile(part))).collect()
    }
}

fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_a_hundred() {
        let mut latencies = Latencies::new();
        (1..=100).for_each(|time| latencies.record(Duration::from_millis(time)));
        latencies.over(Duration::from_secs(5));
        let near = |found: f64, wanted: f64| (found - wanted).abs() < wanted / 500.0;
        assert!(near(latencies.quantile(0.5), 50.0) && near(latencies.quantile(0.99), 99.0));
        assert!(near(latencies.longest(), 100.0) && near(latencies.per_second(), 20.0));
        let more = latencies.clone();
        latencies.add(&more);
        assert_eq!(latencies.count(), 200);
        assert!(near(latencies.per_second(), 20.0));
    }
}
