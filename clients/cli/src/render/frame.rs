//! The tree of an execution as it stands, as lines of text.

use chrono::{DateTime, Utc};
use console::{measure_text_width, truncate_str};
use gennaker_client::ExecutionView;
use gennaker_client::v1::{StageExecution, TaskExecution, TaskStatus};

use super::judgment::question;
use super::waiting::{doing, time_left};
use super::words::{execution_word, is_done, stage_word};
use crate::names::short;
use crate::palette::{Palette, Tone};
use crate::table::pad;
use crate::terminal::one_line;
use crate::time::{between, from_proto, length};

const BAR: usize = 16;

/// How a tree is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style<'a> {
    /// The width; lines of the tree that are longer are cut.
    pub(crate) columns: usize,
    /// The colors.
    pub(crate) palette: Palette,
    /// What a person types to call this program.
    pub(crate) program: &'a str,
}

/// One stage in the tree.
struct Row<'a> {
    branches: String,
    /// The branches of the lines below it.
    below: String,
    stage: &'a StageExecution,
    has_children: bool,
}

/// The execution as lines: itself, its stages as a tree, what went wrong, and what it asks people for.
pub(crate) fn frame(view: &ExecutionView, now: DateTime<Utc>, style: &Style<'_>) -> Vec<String> {
    let palette = style.palette;
    let mut rows = Vec::new();
    collect(view, None, "", &mut rows);
    let widest = rows.iter().map(|row| measure_text_width(&label(row))).max().unwrap_or(0);
    let widest = widest.min(style.columns / 2);

    let mut lines = vec![headline(view, now, palette)];
    for row in &rows {
        lines.push(line(row, widest, now, palette));
        lines.extend(failure(row, palette));
    }
    let mut lines: Vec<String> = lines.iter().map(|line| truncate_str(line, style.columns, "…").into_owned()).collect();
    // Questions are not cut: people copy the commands.
    for open in view.open_judgments() {
        lines.push(String::new());
        lines.extend(question(view, open, now, style.program, palette));
    }
    lines
}

/// The name to show for a stage.
pub(super) fn name_of(stage: &StageExecution) -> String {
    one_line(if stage.name.is_empty() { &stage.id } else { &stage.name })
}

fn collect<'a>(view: &'a ExecutionView, parent: Option<&str>, indent: &str, rows: &mut Vec<Row<'a>>) {
    // A tree that the server got wrong must not hang the client.
    if indent.chars().count() > 60 {
        return;
    }
    let children = view.children(parent);
    let last = children.len().saturating_sub(1);
    for (index, stage) in children.into_iter().enumerate() {
        let (branch, below) = if index == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let has_children = !view.children(Some(&stage.id)).is_empty();
        let below = format!("{indent}{below}");
        rows.push(Row { branches: format!("{indent}{branch}"), below: below.clone(), stage, has_children });
        collect(view, Some(&stage.id), &below, rows);
    }
}

fn headline(view: &ExecutionView, now: DateTime<Utc>, palette: Palette) -> String {
    let execution = view.execution();
    let word = execution_word(view.status());
    let mut parts =
        vec![word.icon(palette), palette.paint(Tone::Strong, &one_line(&execution.display_name)), word.text(palette)];
    if let Some(created) = from_proto(execution.create_time.as_ref()) {
        let end = from_proto(execution.end_time.as_ref()).unwrap_or(now);
        parts.push(length(between(created, end)));
    }
    if execution.queue_position > 0 {
        parts.push(format!("number {} in the queue", execution.queue_position));
    }
    if let Some(pause) = &execution.pause {
        parts.push(format!("by {}", one_line(&pause.actor)));
    }
    parts.push(palette.paint(Tone::Muted, &short(&execution.name)));
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

fn label(row: &Row<'_>) -> String {
    format!("{}{} {}", row.branches, stage_word(row.stage.status()).icon, name_of(row.stage))
}

fn line(row: &Row<'_>, widest: usize, now: DateTime<Utc>, palette: Palette) -> String {
    let word = stage_word(row.stage.status());
    let name = name_of(row.stage);
    let room = widest.saturating_sub(measure_text_width(&row.branches) + 2).max(8);
    let name = pad(&truncate_str(&name, room, "…"), room);
    let status = pad(&word.text(palette), 11);
    let branches = palette.paint(Tone::Muted, &row.branches);
    let mut line = format!("{branches}{} {name}  {status}  {}", word.icon(palette), pad(&elapsed(row.stage, now), 6));
    if row.stage.attempt > 1 {
        line.push_str(&format!("  attempt {}", row.stage.attempt));
    }
    if !is_done(row.stage.status()) {
        line.push_str(&activity(row, now, palette));
    }
    if let Some(skip) = row.stage.skip.as_ref().filter(|skip| !skip.reason.is_empty()) {
        line.push_str(&format!("  {}", palette.paint(Tone::Muted, &one_line(&skip.reason))));
    }
    line.trim_end().to_owned()
}

/// What a stage does or waits for now.
fn activity(row: &Row<'_>, now: DateTime<Utc>, palette: Palette) -> String {
    let percent = running_task(row.stage).and_then(|task| task.percent);
    let mut parts: Vec<String> = percent.map(|percent| bar(percent, palette)).into_iter().collect();
    let doing = doing(row.stage);
    if !doing.is_empty() {
        parts.push(format!("{doing}{}", time_left(row.stage, now)));
    }
    if parts.is_empty() { String::new() } else { format!("  {}", parts.join(" ")) }
}

/// The task of a stage that runs now.
pub(super) fn running_task(stage: &StageExecution) -> Option<&TaskExecution> {
    stage.tasks.iter().rev().find(|task| task.status() == TaskStatus::Running)
}

fn bar(percent: u32, palette: Palette) -> String {
    let percent = percent.min(100);
    let full = BAR * percent as usize / 100;
    let (done, left) = ("━".repeat(full), "─".repeat(BAR - full));
    format!("{}{} {percent}%", palette.paint(Tone::Active, &done), palette.paint(Tone::Muted, &left))
}

/// How long a stage ran, or runs.
fn elapsed(stage: &StageExecution, now: DateTime<Utc>) -> String {
    let Some(start) = from_proto(stage.start_time.as_ref()) else { return String::new() };
    let end = from_proto(stage.end_time.as_ref()).unwrap_or(now);
    length(between(start, end))
}

/// What went wrong, under the stage where it did: parents repeat what their children say.
fn failure(row: &Row<'_>, palette: Palette) -> Option<String> {
    let failure = row.stage.failure.as_ref().filter(|failure| !failure.message.is_empty())?;
    if row.has_children && !failure.stage.is_empty() && failure.stage != row.stage.id {
        return None;
    }
    let below = palette.paint(Tone::Muted, &row.below);
    Some(format!("{below}  {}", palette.paint(Tone::Bad, &one_line(&failure.message))))
}
