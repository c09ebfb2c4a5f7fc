//! What something waits for, in words.

use chrono::{DateTime, Utc};
use gennaker_client::v1::waiting::Kind;
use gennaker_client::v1::{StageExecution, StageStatus, TaskExecution, Waiting};

use super::frame::running_task;
use crate::terminal::one_line;
use crate::time::{from_proto, length};

/// What a stage does or waits for, on one line. Empty where the tree shows it anyway.
pub(super) fn doing(stage: &StageExecution) -> String {
    let task = running_task(stage).map(task_text).unwrap_or_default();
    let Some(waiting) = stage.waiting.as_ref().filter(|_| stage.status() != StageStatus::NotStarted) else {
        return task;
    };
    match waiting.kind() {
        Kind::Task | Kind::Unspecified => task,
        Kind::Stages => String::new(),
        Kind::Judgment => "waits for a judgment".to_owned(),
        Kind::Queue | Kind::Window | Kind::Timer | Kind::Execution | Kind::Resume => waits_for(waiting),
    }
}

fn task_text(task: &TaskExecution) -> String {
    if task.message.is_empty() { one_line(&task.name).replace('_', " ") } else { one_line(&task.message) }
}

/// How long a stage that waits for a time still does: `, 12s left`.
pub(super) fn time_left(stage: &StageExecution, now: DateTime<Utc>) -> String {
    let timed = |waiting: &&Waiting| matches!(waiting.kind(), Kind::Timer | Kind::Window);
    let until = stage.waiting.as_ref().filter(timed).and_then(|waiting| from_proto(waiting.until.as_ref()));
    until.filter(|until| *until > now).map(|until| format!(", {} left", length(until - now))).unwrap_or_default()
}

/// What is waited for, as a sentence. The server's reasons go on after "waits for".
pub(crate) fn waits_for(waiting: &Waiting) -> String {
    let what = match waiting.kind() {
        Kind::Unspecified => "something",
        Kind::Queue => "other executions of the pipeline",
        Kind::Stages => "the stages before it",
        Kind::Window => "its execution window",
        Kind::Timer => "a time",
        Kind::Judgment => "a judgment",
        Kind::Execution => "another execution",
        Kind::Task => "work of the server",
        Kind::Resume => "somebody who resumes the execution",
    };
    let reason = one_line(&waiting.reason);
    let reason = reason.strip_prefix("waits for ").unwrap_or(&reason);
    format!("waits for {}", if reason.is_empty() { what } else { reason })
}
