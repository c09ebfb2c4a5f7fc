//! What was measured, as data. `markdown` and `plot` make it readable.

mod bars;
mod baseline;
mod figure;
mod markdown;
mod peers;
mod plot;
mod sheet;

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::latencies::Latencies;
use crate::machine::Machine;
use crate::target::Target;

pub(crate) use baseline::Baseline;
pub(crate) use figure::{Figure, Unit};
pub(crate) use sheet::Sheet;

/// The results of a run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// When the run began.
    pub(crate) time: String,
    /// The server's version and, where it is known, its commit.
    pub(crate) server: String,
    /// The program that was measured.
    pub(crate) binary: String,
    /// Whether it was a short run, whose figures mean little.
    pub(crate) short: bool,
    pub(crate) machine: Machine,
    pub(crate) sections: Vec<Section>,
}

/// The results of a workload.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Section {
    /// `W1`, for instance.
    pub(crate) id: String,
    pub(crate) title: String,
    /// How it was measured.
    pub(crate) method: String,
    pub(crate) figures: Vec<Figure>,
    pub(crate) curves: Vec<Curve>,
    /// What did not work, and why.
    #[serde(default)]
    pub(crate) failures: Vec<String>,
    /// What the curves are drawn from, by their labels.
    #[serde(skip)]
    pub(super) times: Vec<(String, Latencies)>,
}

/// The distribution of times, all repetitions together.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Curve {
    pub(crate) label: String,
    /// Parts of all, and the times in milliseconds that they did not exceed.
    pub(crate) points: Vec<(f64, f64)>,
}

impl Report {
    /// Draws the curves, and names the bars.
    pub(crate) fn finish(mut self) -> Self {
        for section in &mut self.sections {
            let times = section.times.iter();
            section.curves = times.map(|(label, all)| Curve { label: label.clone(), points: all.curve() }).collect();
        }
        bars::name(&mut self);
        self
    }

    /// Whether every workload did what it should.
    pub(crate) fn worked(&self) -> bool {
        self.failures().next().is_none()
    }

    /// What did not work.
    pub(crate) fn failures(&self) -> impl Iterator<Item = String> {
        let of =
            |section: &Section| section.failures.iter().map(|failure| format!("{}, {failure}", section.id)).collect();
        self.sections.iter().flat_map(move |section| -> Vec<String> { of(section) })
    }

    /// All figures.
    pub(crate) fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(|section| &section.figures)
    }
}

impl Section {
    /// Where one measurement of a target writes its values.
    pub(crate) fn sheet(&mut self, target: Target) -> Sheet<'_> {
        Sheet::new(self, target)
    }

    /// The targets that there are figures of, in the order in which they were measured.
    pub(super) fn targets(&self) -> Vec<Target> {
        let mut targets = Vec::new();
        for figure in &self.figures {
            if !targets.contains(&figure.target) {
                targets.push(figure.target);
            }
        }
        targets
    }
}

/// Writes `report.json`, `report.md` and the plots. What is to be shown at once: the figures.
pub(crate) fn write(report: &Report, baseline: Option<&Baseline>, out: &Path) -> anyhow::Result<String> {
    let put = |name: &str, text: &str| {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| format!("can't write {}", path.display()))
    };
    put("report.json", &serde_json::to_string_pretty(report)?)?;
    put("report.md", &markdown::document(report, baseline))?;
    for section in report.sections.iter().filter(|section| !section.curves.is_empty()) {
        put(&plot::file_name(section), &plot::distributions(section))?;
    }
    if let Some(rates) = plot::rates(report) {
        put(plot::RATES, &rates)?;
    }
    Ok(markdown::tables(report, baseline))
}
