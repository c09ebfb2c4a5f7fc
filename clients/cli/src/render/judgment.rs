//! The question of a judgment, with the commands that answer it.

use chrono::{DateTime, Utc};
use gennaker_client::ExecutionView;
use gennaker_client::v1::judgment::Decision;
use gennaker_client::v1::{Judgment, StageExecution, Verdict};

use super::frame::name_of;
use crate::names::short;
use crate::palette::{Palette, Tone};
use crate::terminal::{harmless, one_line};
use crate::time::{deadline, from_proto};

/// The lines that show an open judgment.
pub(super) fn question(
    view: &ExecutionView,
    (stage, judgment): (&StageExecution, &Judgment),
    now: DateTime<Utc>,
    program: &str,
    palette: Palette,
) -> Vec<String> {
    let until = from_proto(judgment.deadline.as_ref()).map(|time| format!(", until {}", deadline(time, now)));
    let title = format!("{} waits for your judgment{}:", name_of(stage), until.unwrap_or_default());
    let mut lines = vec![palette.paint(Tone::Waiting, &title)];
    lines.extend(harmless(&judgment.instructions).lines().map(|line| format!("  {line}")));
    if !judgment.judges.is_empty() {
        lines.push(format!("  judges: {}", one_line(&judgment.judges.join(", "))));
    }
    if !judgment.roles.is_empty() {
        lines.push(format!("  roles: {}", one_line(&judgment.roles.join(", "))));
    }
    if judgment.no_self_approval {
        lines.push("  not by who started the execution".to_owned());
    }
    if judgment.approvals > 1 {
        lines.push(format!("  {}", progress(judgment)));
    }
    lines.extend(judgment.verdicts.iter().map(|it| format!("  {}", verdict(it))));
    if !judgment.inputs.is_empty() {
        lines.push(format!("  inputs: {}", one_line(&judgment.inputs.join(", "))));
    }
    let input = if judgment.inputs.is_empty() { "" } else { " --input INPUT" };
    let judge = format!("{program} judge {} {}", short(&view.execution().name), stage.id);
    lines.push(format!("  to go on:  {}", palette.paint(Tone::Strong, &format!("{judge} --continue{input}"))));
    lines.push(format!("  to stop:   {}", palette.paint(Tone::Strong, &format!("{judge} --stop"))));
    lines
}

/// How many people have let it go on, and how many more must: `1 of 2 people let it go on, 1 more must`.
pub(crate) fn progress(judgment: &Judgment) -> String {
    let needed = judgment.approvals.max(1);
    let given = judgment.verdicts.iter().filter(|verdict| verdict.decision() == Decision::Continue).count();
    let given = u32::try_from(given).unwrap_or(u32::MAX).min(needed);
    format!("{given} of {needed} people let it go on, {} more must", needed - given)
}

/// What one judge said.
fn verdict(verdict: &Verdict) -> String {
    let what = match verdict.decision() {
        Decision::Continue => "lets it go on",
        Decision::Stop => "stops it",
        Decision::Unspecified => "has said nothing",
    };
    let said = [&verdict.input, &verdict.comment].map(|text| one_line(text));
    let said = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ");
    let colon = if said.is_empty() { "" } else { ": " };
    format!("{} {what}{colon}{said}", one_line(&verdict.judge))
}
