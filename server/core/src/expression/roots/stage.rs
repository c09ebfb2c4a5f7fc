//! Stages and their tasks.

use super::{View, millis_if};
use crate::execution::{Stage, StageStatus, SyntheticPosition, Task, TaskStatus};
use crate::expression::environment::Environment;
use crate::expression::text::Text;
use crate::expression::value::Value;

/// What a stage has.
pub(super) const NAMES: [&str; 15] = [
    "outputs",
    "status",
    "name",
    "id",
    "refId",
    "type",
    "context",
    "hasSucceeded",
    "hasFailed",
    "startTime",
    "endTime",
    "requisiteStageRefIds",
    "parentStageId",
    "syntheticStageOwner",
    "tasks",
];

pub(super) fn get<'a>(stage: &'a Stage, name: &str) -> Option<Value<'a>> {
    let definition = &*stage.definition;
    Some(match name {
        "outputs" => Value::Object(&stage.outputs),
        "status" => stage.status.as_str().into(),
        "name" => definition.name.as_str().into(),
        "id" | "refId" => definition.id.as_str().into(),
        "type" => definition.kind.as_str().into(),
        "context" => Value::View(View::Context(stage)),
        "hasSucceeded" => (stage.status == StageStatus::Succeeded).into(),
        "hasFailed" => failed(stage.status).into(),
        "startTime" => millis_if(stage.started),
        "endTime" => millis_if(stage.ended),
        "requisiteStageRefIds" => {
            definition.depends_on.iter().map(|id| Value::from(id.as_str())).collect::<Vec<_>>().into()
        }
        "parentStageId" => stage.parent.as_ref().map(|id| id.as_str()).into(),
        "syntheticStageOwner" => match stage.position {
            None => Value::Null,
            Some(SyntheticPosition::Before) => "STAGE_BEFORE".into(),
            Some(SyntheticPosition::After | SyntheticPosition::OnFailure) => "STAGE_AFTER".into(),
        },
        "tasks" => stage.tasks.iter().map(|task| Value::View(View::Task(task))).collect::<Vec<_>>().into(),
        _ => return None,
    })
}

const fn failed(status: StageStatus) -> bool {
    match status {
        StageStatus::Terminal | StageStatus::Stopped | StageStatus::FailedContinue => true,
        StageStatus::NotStarted
        | StageStatus::Running
        | StageStatus::Succeeded
        | StageStatus::Canceled
        | StageStatus::Skipped => false,
    }
}

/// What a task has.
pub(super) const TASK: [&str; 4] = ["name", "status", "startTime", "endTime"];

pub(super) fn task<'a>(task: &'a Task, name: &str) -> Option<Value<'a>> {
    Some(match name {
        "name" => task.spec.name.as_str().into(),
        "status" => task_status(task.status).into(),
        "startTime" => millis_if(task.started),
        "endTime" => millis_if(task.ended),
        _ => return None,
    })
}

const fn task_status(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::NotStarted => "NOT_STARTED",
        TaskStatus::Running => "RUNNING",
        TaskStatus::Succeeded => "SUCCEEDED",
        TaskStatus::Failed => "TERMINAL",
        TaskStatus::Canceled => "CANCELED",
        TaskStatus::Skipped => "SKIPPED",
    }
}

/// A stage of the definition that comes before; what others put out would depend on who is faster.
pub(super) fn before<'a>(environment: &'a Environment<'a>, id: &str) -> Option<Value<'a>> {
    let mut stages = environment.ancestors().filter(|stage| stage.parent.is_none());
    stages.find(|stage| stage.id().as_str() == id).map(|stage| Value::View(View::Stage(stage)))
}

pub(super) fn all_before<'a>(environment: &'a Environment<'a>) -> Vec<(Text<'a>, Value<'a>)> {
    let stages = environment.ancestors().filter(|stage| stage.parent.is_none());
    stages.map(|stage| (Text::Borrowed(stage.id().as_str()), Value::View(View::Stage(stage)))).collect()
}
