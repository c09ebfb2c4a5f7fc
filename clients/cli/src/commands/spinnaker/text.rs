//! The report of an import as text.

use gennaker_client::v1::import_finding::Severity;
use gennaker_client::v1::{ImportFinding, ImportSpinnakerPipelinesResponse, ImportedPipeline};

use crate::names::short;
use crate::palette::{Palette, Tone};
use crate::table::pad;
use crate::terminal::one_line;

/// The report, the worst of each pipeline first.
pub(super) fn report(
    answer: &ImportSpinnakerPipelinesResponse,
    files: &[String],
    check: bool,
    palette: Palette,
) -> Vec<String> {
    let mut lines = Vec::new();
    for imported in &answer.pipelines {
        lines.push(title(imported, files, check, palette));
        let mut findings: Vec<&ImportFinding> = imported.findings.iter().collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        lines.extend(findings.into_iter().map(|it| format!("  {}", finding(it, palette))));
    }
    lines.push(summary(answer, check));
    lines
}

fn title(imported: &ImportedPipeline, files: &[String], check: bool, palette: Palette) -> String {
    let from = place(&imported.document, files);
    let Some(pipeline) = &imported.pipeline else {
        return format!("{} {from} {}", palette.paint(Tone::Bad, "✘"), palette.paint(Tone::Bad, "no pipeline"));
    };
    let (icon, word, tone) = match (imported.saved, check) {
        (true, _) => ("✔", "saved", Tone::Good),
        (false, true) => ("●", "would be saved", Tone::Active),
        (false, false) => ("✘", "not saved", Tone::Bad),
    };
    let is_wrong = imported.findings.iter().any(|finding| finding.severity() == Severity::Error);
    let (icon, word, tone) = if is_wrong { ("✘", "can't be imported", Tone::Bad) } else { (icon, word, tone) };
    let triggers = match imported.triggers.len() {
        0 => String::new(),
        1 => ", 1 trigger".to_owned(),
        several => format!(", {several} triggers"),
    };
    let name = palette.paint(Tone::Strong, &short(&pipeline.name));
    let stages = pipeline.stages.len();
    let stages = if stages == 1 { "1 stage".to_owned() } else { format!("{stages} stages") };
    let (icon, word) = (palette.paint(tone, icon), palette.paint(tone, word));
    format!("{icon} {name} {word}: {stages}{triggers}, from {from} {:?}", one_line(&pipeline.display_name))
}

/// Where a document was, by the name of its file: `pipelines.json[3]`.
fn place(document: &str, files: &[String]) -> String {
    let named = || {
        let (index, rest) = document.strip_prefix("documents[")?.split_once(']')?;
        Some(format!("{}{rest}", files.get(index.parse::<usize>().ok()?)?))
    };
    one_line(&named().unwrap_or_else(|| document.to_owned()))
}

/// A finding on one line.
pub(super) fn finding(finding: &ImportFinding, palette: Palette) -> String {
    let (word, tone) = word(finding.severity());
    let path = one_line(&finding.path);
    let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
    format!("{}  {path}{}", palette.paint(tone, &pad(word, 11)), one_line(&finding.reason))
}

fn word(severity: Severity) -> (&'static str, Tone) {
    match severity {
        Severity::Unspecified => ("?", Tone::Muted),
        Severity::Note => ("note", Tone::Muted),
        Severity::Unsupported => ("unsupported", Tone::Waiting),
        Severity::Dropped => ("dropped", Tone::Waiting),
        Severity::Error => ("error", Tone::Bad),
    }
}

fn summary(answer: &ImportSpinnakerPipelinesResponse, check: bool) -> String {
    let documents = answer.pipelines.len();
    let saved = answer.pipelines.iter().filter(|imported| imported.saved).count();
    let mut parts = vec![match (documents, check) {
        (1, true) => "1 pipeline checked, nothing saved".to_owned(),
        (_, true) => format!("{documents} pipelines checked, nothing saved"),
        (1, false) => format!("{saved} of 1 pipeline saved"),
        (_, false) => format!("{saved} of {documents} pipelines saved"),
    }];
    let count = |severity: Severity| {
        let findings = answer.pipelines.iter().flat_map(|imported| &imported.findings);
        findings.filter(|finding| finding.severity() == severity).count()
    };
    let plural = |count: usize, one: &str, several: &str| format!("{count} {}", if count == 1 { one } else { several });
    for (severity, one, several) in [
        (Severity::Error, "error", "errors"),
        (Severity::Unsupported, "unsupported", "unsupported"),
        (Severity::Dropped, "dropped", "dropped"),
        (Severity::Note, "note", "notes"),
    ] {
        let count = count(severity);
        parts.extend((count > 0).then(|| plural(count, one, several)));
    }
    parts.join(", ")
}
