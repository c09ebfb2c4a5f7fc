//! What a server tells about itself.

use std::iter::Sum;
use std::ops::Sub;

/// Its metrics, as text.
pub(crate) struct Metrics(pub(crate) String);

/// Commits of the store until a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Commits {
    pub(crate) count: f64,
    seconds: f64,
}

impl Metrics {
    /// How many shards of the executions it owns.
    pub(crate) fn shards_owned(&self) -> u32 {
        self.value("gennaker_shards_owned").unwrap_or_default() as u32
    }

    /// What it has committed so far.
    pub(crate) fn commits(&self) -> Commits {
        let of =
            |part| self.value(&format!("gennaker_store_seconds_{part}{{operation=\"commit\"}}")).unwrap_or_default();
        Commits { count: of("count"), seconds: of("sum") }
    }

    fn value(&self, name: &str) -> Option<f64> {
        self.0.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }
}

impl Commits {
    /// How long one took in the mean, in milliseconds.
    pub(crate) fn mean(self) -> f64 {
        self.seconds / self.count * 1e3
    }
}

impl Sub for Commits {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self { count: self.count - before.count, seconds: self.seconds - before.seconds }
    }
}

impl Sum for Commits {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self { count: sum.count + one.count, seconds: sum.seconds + one.seconds })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_name_and_label() {
        let text = "# TYPE gennaker_shards_owned gauge\ngennaker_shards_owned 22\n\
                    gennaker_store_seconds_sum{operation=\"read\"} 9\n\
                    gennaker_store_seconds_sum{operation=\"commit\"} 0.5\n\
                    gennaker_store_seconds_count{operation=\"commit\"} 250\n";
        let metrics = Metrics(text.to_owned());
        assert_eq!(metrics.shards_owned(), 22);
        let later = [metrics.commits(), metrics.commits()].into_iter().sum::<Commits>();
        assert_eq!((later - metrics.commits()).mean(), 2.0);
        assert_eq!(Metrics(String::new()).commits(), Commits::default());
    }
}
