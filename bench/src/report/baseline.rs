//! Another run to compare with.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::{Figure, Report};

/// The figures of another run.
pub(crate) struct Baseline {
    /// What was measured then.
    pub(super) server: String,
    medians: HashMap<String, f64>,
}

impl Baseline {
    /// Reads the `report.json` of a run.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("can't read the baseline {}", path.display()))?;
        let report: Report = serde_json::from_str(&text)
            .with_context(|| format!("the baseline {} is not a `report.json` of this program", path.display()))?;
        Ok(Self::from(&report))
    }

    /// This run's median over the other one's.
    pub(super) fn ratio(&self, figure: &Figure) -> Option<f64> {
        let other = self.medians.get(&figure.key).copied().filter(|other| *other > 0.0)?;
        Some(figure.median() / other)
    }
}

impl From<&Report> for Baseline {
    fn from(report: &Report) -> Self {
        let medians = report.figures().map(|figure| (figure.key.clone(), figure.median())).collect();
        Self { server: report.server.clone(), medians }
    }
}
