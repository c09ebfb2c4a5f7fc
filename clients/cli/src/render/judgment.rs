//! The question of a judgment, with the commands that answer it.

use chrono::{DateTime, Utc};
use gennaker_client::ExecutionView;
use gennaker_client::v1::{Judgment, StageExecution};

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
    if !judgment.inputs.is_empty() {
        lines.push(format!("  inputs: {}", one_line(&judgment.inputs.join(", "))));
    }
    let input = if judgment.inputs.is_empty() { "" } else { " --input INPUT" };
    let judge = format!("{program} judge {} {}", short(&view.execution().name), stage.id);
    lines.push(format!("  to go on:  {}", palette.paint(Tone::Strong, &format!("{judge} --continue{input}"))));
    lines.push(format!("  to stop:   {}", palette.paint(Tone::Strong, &format!("{judge} --stop"))));
    lines
}
