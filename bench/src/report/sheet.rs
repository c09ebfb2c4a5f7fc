//! Where one measurement of one target writes its values: a column of the table of its workload.

use super::{Figure, Section, Unit};
use crate::latencies::Latencies;
use crate::target::Target;

/// A column of a section.
pub(crate) struct Sheet<'a> {
    section: &'a mut Section,
    target: Target,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(section: &'a mut Section, target: Target) -> Self {
        Self { section, target }
    }

    /// Adds the value of a repetition to a figure, which is made with the first one. The key is unique among the figures of
    /// the target.
    pub(crate) fn record(&mut self, key: &str, label: &str, unit: Unit, value: f64) {
        let (key, figures) = (self.target.key(key), &mut self.section.figures);
        let place = figures.iter().position(|figure| figure.key == key).unwrap_or_else(|| {
            figures.push(Figure::new(key, label, self.target, unit));
            figures.len() - 1
        });
        figures[place].values.push(value);
    }

    /// Adds the usual figures of times: the middle, 99 of a hundred, and the longest.
    pub(crate) fn record_latencies(&mut self, key: &str, label: &str, latencies: &Latencies) {
        let unit = Unit::Milliseconds;
        self.record(&format!("{key}.p50"), &format!("{label}, p50"), unit, latencies.quantile(0.5));
        self.record(&format!("{key}.p99"), &format!("{label}, p99"), unit, latencies.quantile(0.99));
        self.record(&format!("{key}.max"), &format!("{label}, longest"), unit, latencies.longest());
    }

    /// Adds times to the distribution of the target in the plot, which has a label where the target has several.
    pub(crate) fn plot(&mut self, label: &str, latencies: &Latencies) {
        let label = if label.is_empty() { self.target.to_string() } else { format!("{}: {label}", self.target) };
        match self.section.times.iter_mut().find(|(other, _)| *other == label) {
            Some((_, all)) => all.add(latencies),
            None => self.section.times.push((label, latencies.clone())),
        }
    }

    /// The latest value of a figure of another target: that of the same repetition, where that target comes before this one.
    pub(crate) fn beside(&self, other: Target, key: &str) -> Option<f64> {
        let key = other.key(key);
        self.section.figures.iter().find(|figure| figure.key == key)?.values.last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_a_column_of_its_own() {
        let mut section = Section::default();
        for (target, value) in [(Target::Postgres, 1.0), (Target::Postgres3, 2.0), (Target::Postgres, 3.0)] {
            section.sheet(target).record("w2.rate", "Executions", Unit::PerSecond, value);
        }
        let values: Vec<_> = section.figures.iter().map(|figure| figure.values.as_slice()).collect();
        assert_eq!(values, [&[1.0, 3.0][..], &[2.0]]);
        assert_eq!(section.sheet(Target::Postgres3).beside(Target::Postgres, "w2.rate"), Some(3.0));
        assert_eq!(section.sheet(Target::Postgres3).beside(Target::Sqlite, "w2.rate"), None);
    }
}
