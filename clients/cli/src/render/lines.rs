//! The changes of an execution, a line each.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use gennaker_client::ExecutionView;
use gennaker_client::v1::waiting::Kind;
use gennaker_client::v1::{ExecutionStatus, StageExecution, StageStatus};

use super::frame::{name_of, running_task};
use super::judgment::question;
use super::waiting::{doing, time_left};
use super::words::{execution_word, is_done, stage_word};
use crate::palette::{Palette, Tone};
use crate::terminal::one_line;
use crate::time::{between, from_proto, length, now};

/// A percentage alone is worth a line only when it moved by this much.
const STEP: u32 = 10;

/// What was said before, so that only changes are said.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    status: ExecutionStatus,
    queue_position: u32,
    stages: HashMap<String, Seen>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Seen {
    status: StageStatus,
    attempt: u32,
    doing: String,
    percent: Option<u32>,
    judgment: bool,
}

impl Lines {
    /// The lines for what changed since the last call.
    pub(crate) fn changes(&mut self, view: &ExecutionView, program: &str, palette: Palette) -> Vec<String> {
        let mut lines = Vec::new();
        let ended = view.is_ended();
        if !ended {
            lines.extend(self.execution(view, palette));
        }
        for stage in &view.execution().stages {
            lines.extend(self.stage(view, stage, program, palette));
        }
        if ended {
            lines.extend(self.execution(view, palette));
        }
        self.stages.retain(|id, _| view.stage(id).is_some());
        lines
    }

    fn execution(&mut self, view: &ExecutionView, palette: Palette) -> Option<String> {
        let execution = view.execution();
        if (self.status, self.queue_position) == (view.status(), execution.queue_position) {
            return None;
        }
        (self.status, self.queue_position) = (view.status(), execution.queue_position);
        let mut text =
            format!("{}: {}", one_line(&execution.display_name), execution_word(view.status()).text(palette));
        if execution.queue_position > 0 {
            text.push_str(&format!(", number {} in the queue", execution.queue_position));
        }
        if view.is_ended() {
            text.push_str(&format!(" in {}", since_start(view, from_proto(execution.end_time.as_ref()))));
        }
        if let Some(failure) = execution.failure.as_ref().filter(|failure| !failure.message.is_empty()) {
            text.push_str(&format!(": {}", one_line(&failure.message)));
        }
        let time = from_proto(execution.end_time.as_ref()).filter(|_| view.is_ended());
        Some(stamped(view, time, &text, palette))
    }

    fn stage(&mut self, view: &ExecutionView, stage: &StageExecution, program: &str, palette: Palette) -> Vec<String> {
        let before = self.stages.get(&stage.id).cloned().unwrap_or(Seen { attempt: 1, ..Seen::default() });
        let seen = look(view, stage);
        let mut lines = Vec::new();
        let started = seen.status != StageStatus::NotStarted || before.status != StageStatus::Unspecified;
        if started && (seen.status, seen.attempt) != (before.status, before.attempt) {
            lines.push(self.status_line(view, stage, palette));
        }
        if !is_done(seen.status) && is_news(&before, &seen) {
            let percent = seen.percent.map(|percent| format!("{percent}% ")).unwrap_or_default();
            let left = from_proto(view.time().as_ref()).map(|time| time_left(stage, time)).unwrap_or_default();
            let text = format!("{}: {percent}{}{left}", path(view, stage), seen.doing);
            lines.push(stamped(view, None, text.trim_end(), palette));
        }
        if seen.judgment && !before.judgment {
            let judgment = stage.judgment.as_ref().expect("a stage with an open judgment has a judgment");
            lines.extend(question(view, (stage, judgment), now(), program, palette));
        }
        let told = if is_news(&before, &seen) { seen.percent } else { before.percent };
        self.stages.insert(stage.id.clone(), Seen { percent: told, ..seen });
        lines
    }

    fn status_line(&self, view: &ExecutionView, stage: &StageExecution, palette: Palette) -> String {
        let mut text = format!("{}: {}", path(view, stage), stage_word(stage.status()).text(palette));
        let (start, end) = (from_proto(stage.start_time.as_ref()), from_proto(stage.end_time.as_ref()));
        let mut time = start;
        if is_done(stage.status()) {
            time = end;
            if let (Some(start), Some(end)) = (start, end) {
                text.push_str(&format!(" in {}", length(between(start, end))));
            }
        }
        if stage.attempt > 1 {
            text.push_str(&format!(", attempt {}", stage.attempt));
        }
        if let Some(failure) = stage.failure.as_ref().filter(|failure| !failure.message.is_empty()) {
            text.push_str(&format!(": {}", one_line(&failure.message)));
        }
        stamped(view, time, &text, palette)
    }
}

fn look(view: &ExecutionView, stage: &StageExecution) -> Seen {
    // Between two events a stage can have a judgment that nobody can answer yet, or any more.
    let asks = stage.waiting.as_ref().is_some_and(|waiting| waiting.kind() == Kind::Judgment);
    let judgment = asks && view.open_judgments().iter().any(|(open, _)| open.id == stage.id);
    Seen {
        status: stage.status(),
        attempt: stage.attempt.max(1),
        // The question says it.
        doing: if asks { String::new() } else { doing(stage) },
        percent: running_task(stage).and_then(|task| task.percent),
        judgment,
    }
}

fn is_news(before: &Seen, seen: &Seen) -> bool {
    let moved = match (before.percent, seen.percent) {
        (Some(before), Some(now)) => now.abs_diff(before) >= STEP,
        (None, Some(_)) => true,
        (_, None) => false,
    };
    moved || (seen.doing != before.doing && !seen.doing.is_empty())
}

/// The names of a stage's parents and its own.
fn path(view: &ExecutionView, stage: &StageExecution) -> String {
    let mut names = vec![name_of(stage)];
    let mut parent = view.stage(&stage.parent);
    while let Some(stage) = parent.filter(|_| names.len() < 20) {
        names.push(name_of(stage));
        parent = view.stage(&stage.parent);
    }
    names.reverse();
    names.join(" › ")
}

/// A line with the time since the start: of the change if it is known, or else of the last event.
fn stamped(view: &ExecutionView, time: Option<DateTime<Utc>>, text: &str, palette: Palette) -> String {
    let time = time.or_else(|| from_proto(view.time().as_ref()));
    format!("{} {text}", palette.paint(Tone::Muted, &format!("{:>7}", since_start(view, time))))
}

fn since_start(view: &ExecutionView, time: Option<DateTime<Utc>>) -> String {
    match (from_proto(view.execution().create_time.as_ref()), time) {
        (Some(created), Some(time)) => length(between(created, time)),
        (None, _) | (_, None) => String::new(),
    }
}
