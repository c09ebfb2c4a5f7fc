//! The execution.

use super::{View, millis, millis_if};
use crate::execution::{Execution, ExecutionStatus};
use crate::expression::value::Value;

/// What an execution has.
pub(super) const NAMES: [&str; 16] = [
    "id",
    "application",
    "pipeline",
    "name",
    "pipelineConfigId",
    "type",
    "status",
    "buildTime",
    "startTime",
    "endTime",
    "authentication",
    "trigger",
    "stages",
    "parameters",
    "canceled",
    "cancellationReason",
];

pub(super) fn get<'a>(execution: &'a Execution, name: &str) -> Option<Value<'a>> {
    let definition = &*execution.start.definition;
    Some(match name {
        "id" => execution.id().to_string().into(),
        "application" => definition.application.as_str().into(),
        "pipeline" => definition.pipeline.as_deref().unwrap_or_default().into(),
        "name" => definition.display_name.as_str().into(),
        // The last part of the resource name: what is unique among the application's pipelines.
        "pipelineConfigId" => definition.pipeline.as_deref().map(last_part).into(),
        "type" => if definition.pipeline.is_some() { "PIPELINE" } else { "ORCHESTRATION" }.into(),
        "status" => status(execution.status).into(),
        "buildTime" => millis(execution.created),
        "startTime" => millis_if(execution.started),
        "endTime" => millis_if(execution.ended),
        "authentication" => Value::View(View::Authentication(execution)),
        "trigger" => Value::View(View::Trigger(execution)),
        "stages" => execution.stages.iter().map(|stage| Value::View(View::Stage(stage))).collect::<Vec<_>>().into(),
        "parameters" => Value::Object(&execution.start.parameters),
        "canceled" => execution.cancellation.is_some().into(),
        "cancellationReason" => execution.cancellation.as_ref().map(|cancellation| cancellation.reason.as_str()).into(),
        _ => return None,
    })
}

fn last_part(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Spinnaker's word for a status.
const fn status(status: ExecutionStatus) -> &'static str {
    match status {
        ExecutionStatus::Queued => "NOT_STARTED",
        ExecutionStatus::Running
        | ExecutionStatus::Paused
        | ExecutionStatus::Succeeded
        | ExecutionStatus::Terminal
        | ExecutionStatus::Canceled => status.as_str(),
    }
}

pub(super) fn authentication<'a>(execution: &'a Execution, name: &str) -> Option<Value<'a>> {
    (name == "user").then(|| execution.start.cause.actor.as_str().into())
}
