//! Binding what a stage made to the artifacts that it must make, in a task of its own after those of its kind.

use gennaker_core::artifact::{bind_produced, produced};
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_engine::TaskRun;
use serde_json::json;

use crate::common::outputs::{RESOLVED_ARTIFACTS, succeeded};
use crate::common::timeouts;

/// The task that binds artifacts, in stages of all kinds.
pub(crate) const TASK: &str = "bind_artifacts";

/// The plan of a stage with the task, if the stage must make artifacts.
pub(crate) fn add(mut plan: Plan, scope: &Scope<'_>) -> Plan {
    if !scope.stage.definition.expected_artifacts.is_empty() {
        plan.tasks.push(TaskSpec::run(TASK, timeouts::CHECK));
    }
    plan
}

/// Binds what the stage's tasks have put out.
pub(crate) fn run(run: &TaskRun) -> Result<TaskOutcome, Failure> {
    let stage = run.execution.definition.stages.iter().find(|stage| stage.id == run.key.stage);
    let expected = stage.map_or(&[][..], |stage| &stage.expected_artifacts);
    let bound = bind_produced(expected, &produced(&run.outputs)).map_err(Failure::permanent)?;
    let ids: Vec<&str> = bound.iter().map(|resolved| resolved.id.as_str()).collect();
    Ok(succeeded(format!("made {}", ids.join(", ")), json!({ RESOLVED_ARTIFACTS: bound })))
}
