//! One number, with its value in each repetition.

use serde::{Deserialize, Serialize};

use crate::target::Target;

/// A number that was measured once or several times.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Figure {
    /// Names it for ever, so that runs can be compared.
    pub(crate) key: String,
    pub(crate) label: String,
    #[serde(default)]
    pub(crate) target: Target,
    pub(crate) unit: Unit,
    /// One value for each repetition.
    pub(crate) values: Vec<f64>,
    /// What it should not be worse than.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) bar: Option<f64>,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Unit {
    Milliseconds,
    Microseconds,
    PerSecond,
    Megabytes,
    Kilobytes,
    Percent,
    /// Single commits of the same database on the same disk, measured just before and after.
    Commits,
    /// How many times as much as something else that is named in the label.
    Times,
    /// Transactions of a database a second that nobody asked for.
    IdleTransactions,
}

impl Figure {
    pub(super) fn new(key: String, label: &str, target: Target, unit: Unit) -> Self {
        Self { key, label: label.to_owned(), target, unit, values: Vec::new(), bar: None }
    }

    /// The value in the middle; the lower one of two.
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn min(&self) -> f64 {
        self.values.iter().copied().fold(f64::NAN, f64::min)
    }

    pub(crate) fn max(&self) -> f64 {
        self.values.iter().copied().fold(f64::NAN, f64::max)
    }

    /// Whether the bar is reached, where there is one.
    pub(crate) fn reaches_bar(&self) -> Option<bool> {
        self.bar.map(|bar| if self.unit.more_is_better() { self.median() >= bar } else { self.median() <= bar })
    }
}

impl Unit {
    pub(crate) const fn more_is_better(self) -> bool {
        match self {
            Self::PerSecond | Self::Times => true,
            Self::Milliseconds
            | Self::Microseconds
            | Self::Megabytes
            | Self::Kilobytes
            | Self::Percent
            | Self::Commits
            | Self::IdleTransactions => false,
        }
    }

    pub(crate) const fn symbol(self) -> &'static str {
        match self {
            Self::Milliseconds => "ms",
            Self::Microseconds => "µs",
            Self::PerSecond => "/s",
            Self::Megabytes => "MB",
            Self::Kilobytes => "KB",
            Self::Percent => "%",
            Self::Commits => "commits",
            Self::Times => "×",
            Self::IdleTransactions => "tx/s",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figure(unit: Unit, values: &[f64]) -> Figure {
        Figure {
            values: values.to_vec(),
            bar: Some(5.0),
            ..Figure::new("key".to_owned(), "label", Target::Sqlite, unit)
        }
    }

    #[test]
    fn the_middle_and_the_ends() {
        let odd = figure(Unit::Milliseconds, &[9.0, 1.0, 4.0]);
        assert_eq!((odd.min(), odd.median(), odd.max()), (1.0, 4.0, 9.0));
        assert_eq!(figure(Unit::Milliseconds, &[2.0, 1.0]).median(), 1.0);
        assert!(figure(Unit::Milliseconds, &[]).median().is_nan());
    }

    #[test]
    fn the_unit_says_what_is_better() {
        assert_eq!(figure(Unit::Milliseconds, &[4.0]).reaches_bar(), Some(true));
        assert_eq!(figure(Unit::PerSecond, &[4.0]).reaches_bar(), Some(false));
        assert_eq!(Figure { bar: None, ..figure(Unit::Percent, &[4.0]) }.reaches_bar(), None);
    }
}
