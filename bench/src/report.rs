//! What was measured, as data. `markdown` and `plot` make it readable.

mod baseline;
mod figure;
mod markdown;
mod plot;

use std::fs;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize};

use crate::latencies::Latencies;
use crate::machine::Machine;

pub(crate) use baseline::Baseline;
pub(crate) use figure::{Figure, Unit};

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
    /// Why it did not work.
    pub(crate) failure: Option<String>,
}

/// The distribution of times, all repetitions together.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Curve {
    pub(crate) label: String,
    /// Parts of all, and the times in milliseconds that they did not exceed.
    pub(crate) points: Vec<(f64, f64)>,
}

impl Report {
    /// Whether every workload did what it should.
    pub(crate) fn worked(&self) -> bool {
        self.failures().next().is_none()
    }

    /// What did not work.
    pub(crate) fn failures(&self) -> impl Iterator<Item = String> {
        self.sections.iter().filter_map(|s| s.failure.as_ref().map(|failure| format!("{} failed: {failure}", s.id)))
    }

    /// All figures.
    pub(crate) fn figures(&self) -> impl Iterator<Item = &Figure> {
        self.sections.iter().flat_map(|section| &section.figures)
    }
}

impl Section {
    /// Adds the value of a repetition to a figure, which is made with the first one. The key is unique in the report.
    pub(crate) fn record(&mut self, key: &str, label: &str, unit: Unit, value: f64) -> &mut Figure {
        let place = self.figures.iter().position(|figure| figure.key == key).unwrap_or_else(|| {
            self.figures.push(Figure::new(key, label, unit));
            self.figures.len() - 1
        });
        let figure = &mut self.figures[place];
        figure.values.push(value);
        figure
    }

    /// Adds the usual figures of times: the middle, 99 of a hundred, and the longest.
    pub(crate) fn record_latencies(&mut self, key: &str, label: &str, latencies: &Latencies) {
        let unit = Unit::Milliseconds;
        self.record(&format!("{key}.p50"), &format!("{label}, p50"), unit, latencies.quantile(0.5));
        self.record(&format!("{key}.p99"), &format!("{label}, p99"), unit, latencies.quantile(0.99));
        self.record(&format!("{key}.max"), &format!("{label}, longest"), unit, latencies.longest());
    }

    /// Names the bar of a figure that was recorded.
    pub(crate) fn bar(&mut self, key: &str, bar: f64) {
        if let Some(figure) = self.figures.iter_mut().find(|figure| figure.key == key) {
            figure.bar = Some(bar);
        }
    }

    /// Adds a distribution to the plot.
    pub(crate) fn plot(&mut self, label: &str, latencies: &Latencies) {
        self.curves.push(Curve { label: label.to_owned(), points: latencies.curve() });
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
