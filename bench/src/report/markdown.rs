//! The report for people.

use std::fmt::Write;

use super::{Baseline, Figure, Report, Section, plot};

/// The whole report.
pub(super) fn document(report: &Report, baseline: Option<&Baseline>) -> String {
    let machine = &report.machine;
    let mut text = format!(
        "# Benchmark of {}\n\nMeasured at {} on {} processors ({}), {} MB of memory, Linux {}; clients and server share the \
         machine. Program: `{}`.\n",
        report.server, report.time, machine.processors, machine.model, machine.memory, machine.kernel, report.binary,
    );
    if report.short {
        text.push_str("\n**A short run: it shows that everything works; its figures mean little.**\n");
    }
    if let Some(baseline) = baseline {
        let _ = write!(text, "\nRatios are to {}: below 1 means less than there.\n", baseline.server);
    }
    for failure in report.failures() {
        let _ = write!(text, "\n**{failure}**\n");
    }
    text.push_str(&bars(report));
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
    for figure in report.figures() {
        let (Some(bar), Some(reached)) = (figure.bar, figure.reaches_bar()) else { continue };
        let sign = if figure.unit.more_is_better() { "≥" } else { "≤" };
        let verdict = if reached { "yes" } else { "no" };
        let (unit, median) = (figure.unit.symbol(), number(figure.median()));
        let _ = writeln!(rows, "| {} | {sign} {} {unit} | {median} {unit} | {verdict} |", figure.label, number(bar));
    }
    if rows.is_empty() {
        return rows;
    }
    format!("\n## Bars\n\n| what | bar | measured | reached |\n| --- | ---: | ---: | --- |\n{rows}")
}

fn section_text(section: &Section, baseline: Option<&Baseline>) -> String {
    let mut text = format!("\n## {} {}\n\n{}\n\n", section.id, section.title, section.method);
    text.push_str(&table(section, baseline));
    if !section.curves.is_empty() {
        let _ = write!(text, "\n![{}]({})\n", section.title, plot::file_name(section));
    }
    text
}

fn table(section: &Section, baseline: Option<&Baseline>) -> String {
    if section.figures.is_empty() {
        return String::new();
    }
    let (ratio, rule) = if baseline.is_some() { (" ratio |", " ---: |") } else { ("", "") };
    let mut text = format!("| | min | median | max | |{ratio}\n| --- | ---: | ---: | ---: | --- |{rule}\n");
    for figure in &section.figures {
        let ends = [figure.min(), figure.median(), figure.max()].map(number);
        let _ = write!(text, "| {} | {} | {} |", figure.label, ends.join(" | "), figure.unit.symbol());
        if let Some(baseline) = baseline {
            let _ = write!(text, " {} |", compared(baseline.ratio(figure), figure));
        }
        text.push('\n');
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
            Section { id: "W1".into(), title: "Latency".into(), method: "By hand.".into(), ..Section::default() };
        section.record("w1.p50", "p50", Unit::Milliseconds, value);
        section.bar("w1.p50", 5.0);
        let machine = Machine { processors: 2, model: "x".into(), memory: 1, kernel: "6".into() };
        let (time, server, binary) = ("now".into(), "gennaker 1".into(), "gennaker".into());
        Report { time, server, binary, short: false, machine, sections: vec![section] }
    }

    #[test]
    fn a_report_shows_bars_and_ratios() {
        let baseline = Baseline::from(&report(8.0));
        let text = document(&report(4.0), Some(&baseline));
        assert!(text.contains("| p50 | ≤ 5.00 ms | 4.00 ms | yes |"), "{text}");
        assert!(text.contains("| p50 | 4.00 | 4.00 | 4.00 | ms | 0.50 better |"), "{text}");
    }

    #[test]
    fn small_differences_are_noise() {
        let baseline = Baseline::from(&report(4.0));
        let text = document(&report(4.2), Some(&baseline));
        assert!(text.contains(" 1.05 |"), "{text}");
    }
}
