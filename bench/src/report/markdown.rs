//! The report for people.

use std::fmt::Write;

use super::bars::FAST_DISK;
use super::{Baseline, Figure, Report, Section, peers, plot};
use crate::target::Target;

/// The whole report.
pub(super) fn document(report: &Report, baseline: Option<&Baseline>) -> String {
    let machine = &report.machine;
    let mut text = format!(
        "# Benchmark of {}\n\nMeasured at {} on {} processors ({}), {} MB of memory, Linux {}; clients, servers and databases \
         share the machine. Program: `{}`.\n",
        report.server, report.time, machine.processors, machine.model, machine.memory, machine.kernel, report.binary,
    );
    if report.short {
        text.push_str("\n**A short run: it shows that everything works; its figures mean little.**\n");
    }
    if let Some(baseline) = baseline {
        let _ = write!(text, "\nRatios are to {}: below 1 means less than there.\n", baseline.server);
    }
    for failure in report.failures() {
        let _ = write!(text, "\n**Failed: {failure}**\n");
    }
    text.push_str(&bars(report));
    text.push_str(peers::TABLE);
    for section in &report.sections {
        text.push_str(&section_text(section, baseline));
    }
    if plot::rates(report).is_some() {
        let _ = write!(text, "\n## Rates side by side\n\n![rates]({})\n", plot::RATES);
    }
    text
}

/// The tables alone.
pub(super) fn tables(report: &Report, baseline: Option<&Baseline>) -> String {
    let mut text = String::new();
    for section in &report.sections {
        let _ = write!(text, "{} {}\n\n{}\n", section.id, section.title, table(section, baseline));
    }
    text.push_str(&bars(report));
    text
}

fn bars(report: &Report) -> String {
    let mut rows = String::new();
    for section in &report.sections {
        for figure in &section.figures {
            let (Some(bar), Some(reached)) = (figure.bar, figure.reaches_bar()) else { continue };
            let sign = if figure.unit.more_is_better() { "≥" } else { "≤" };
            let verdict = if reached { "yes" } else { "**no**" };
            let (unit, bar, median) = (figure.unit.symbol(), number(bar), number(figure.median()));
            let (id, target, label) = (&section.id, figure.target, &figure.label);
            let _ = writeln!(rows, "| {id} {label} | {target} | {sign} {bar} {unit} | {median} {unit} | {verdict} |");
        }
    }
    if rows.is_empty() {
        return rows;
    }
    format!(
        "\n## Bars\n\nSome are named only on a disk that makes {FAST_DISK} single-row commits of SQLite a second.\n\n\
         | what | on | bar | median | reached |\n| --- | --- | ---: | ---: | --- |\n{rows}"
    )
}

fn section_text(section: &Section, baseline: Option<&Baseline>) -> String {
    let mut text = format!("\n## {} {}\n\n{}\n\n", section.id, section.title, section.method);
    text.push_str(&table(section, baseline));
    if !section.curves.is_empty() {
        let _ = write!(text, "\n![{}]({})\n", section.title, plot::file_name(section));
    }
    text
}

/// One column for each target, one line for each figure that any of them has.
fn table(section: &Section, baseline: Option<&Baseline>) -> String {
    let targets = section.targets();
    if targets.is_empty() {
        return String::new();
    }
    let heads: Vec<String> = targets.iter().map(Target::to_string).collect();
    let mut text = format!("| median (min – max) | | {} |\n", heads.join(" | "));
    let _ = writeln!(text, "| --- | --- |{}", " ---: |".repeat(targets.len()));
    let mut labels: Vec<&str> = Vec::new();
    for figure in &section.figures {
        if labels.contains(&figure.label.as_str()) {
            continue;
        }
        labels.push(&figure.label);
        let _ = write!(text, "| {} | {} |", figure.label, figure.unit.symbol());
        for target in &targets {
            let of_target = section.figures.iter().find(|other| other.label == figure.label && other.target == *target);
            let _ = write!(text, " {} |", of_target.map_or_else(String::new, |figure| cell(figure, baseline)));
        }
        text.push('\n');
    }
    text
}

fn cell(figure: &Figure, baseline: Option<&Baseline>) -> String {
    let [min, median, max] = [figure.min(), figure.median(), figure.max()].map(number);
    let mut text = if figure.values.len() > 1 { format!("{median} ({min} – {max})") } else { median };
    if let Some(baseline) = baseline {
        let _ = write!(text, " → {}", compared(baseline.ratio(figure), figure));
    }
    text
}

/// A ratio, with a word where it is beyond what repetitions usually differ by.
fn compared(ratio: Option<f64>, figure: &Figure) -> String {
    const NOISE: f64 = 1.1;
    let Some(ratio) = ratio else { return "–".to_owned() };
    let gain = if figure.unit.more_is_better() { ratio } else { 1.0 / ratio };
    let word = if gain > NOISE {
        " better"
    } else if gain < 1.0 / NOISE {
        " worse"
    } else {
        ""
    };
    format!("{ratio:.2}{word}")
}

/// Three digits that count.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use crate::report::Unit;

    fn report(value: f64) -> Report {
        let mut section =
            Section { id: "W5".into(), title: "Watchers".into(), method: "By hand.".into(), ..Section::default() };
        section.sheet(Target::Sqlite).record("w5.p99", "p99", Unit::Milliseconds, value);
        section.sheet(Target::Postgres).record("w5.p99", "p99", Unit::Milliseconds, value * 20.0);
        section.sheet(Target::Postgres).record("w5.p99", "p99", Unit::Milliseconds, value * 30.0);
        section.sheet(Target::Postgres).record("w5.rate", "Rate", Unit::PerSecond, 9.0);
        let machine = Machine { processors: 2, model: "x".into(), memory: 1, kernel: "6".into() };
        let (time, server, binary) = ("now".into(), "gennaker 1".into(), "gennaker".into());
        Report { time, server, binary, short: false, machine, sections: vec![section] }.finish()
    }

    #[test]
    fn targets_stand_side_by_side() {
        let text = document(&report(4.0), None);
        assert!(text.contains("| median (min – max) | | SQLite FULL | PostgreSQL |\n"), "{text}");
        assert!(text.contains("| p99 | ms | 4.00 | 80.0 (80.0 – 120) |\n| Rate | /s |  | 9.00 |\n"), "{text}");
    }

    #[test]
    fn a_report_shows_bars_and_ratios() {
        let baseline = Baseline::from(&report(8.0));
        let text = document(&report(4.0), Some(&baseline));
        assert!(text.contains("| W5 p99 | SQLite FULL | ≤ 50.0 ms | 4.00 ms | yes |"), "{text}");
        assert!(text.contains("| W5 p99 | PostgreSQL | ≤ 50.0 ms | 80.0 ms | **no** |"), "{text}");
        assert!(text.contains("| p99 | ms | 4.00 → 0.50 better |"), "{text}");
    }

    #[test]
    fn small_differences_are_noise() {
        let baseline = Baseline::from(&report(4.0));
        let text = document(&report(4.2), Some(&baseline));
        assert!(text.contains(" → 1.05 |"), "{text}");
    }
}
