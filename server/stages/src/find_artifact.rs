//! `find_artifact`: finds artifacts that an execution of a pipeline had or made.

use async_trait::async_trait;
use gennaker_core::artifact::of_execution;
use gennaker_core::execution::{ExecutionStatus, Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::{self, FindArtifactStage};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::common::config::{inputs, resolve, to_inputs};
use crate::common::outputs::{ARTIFACTS, succeeded};
use crate::common::timeouts;
use crate::kind::{Context, StageKind, Unplanned};

pub(crate) struct FindArtifact;

#[derive(Serialize, Deserialize)]
struct Inputs {
    pipeline: String,
    statuses: Vec<ExecutionStatus>,
}

#[async_trait]
impl StageKind for FindArtifact {
    fn kind(&self) -> &'static str {
        "find_artifact"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: FindArtifactStage = resolve(scope)?;
        let mut statuses = config.statuses().map(status).collect::<Result<Vec<_>, _>>()?;
        if statuses.is_empty() {
            statuses.push(ExecutionStatus::Succeeded);
        }
        let tasks = vec![TaskSpec::run("find_artifacts", timeouts::DETERMINE)];
        let inputs = to_inputs(&Inputs { pipeline: config.pipeline, statuses });
        Ok(Plan { inputs, tasks, ..Plan::default() })
    }

    /// The stage's expected artifacts are bound to what is put out here, as in all stages.
    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { pipeline, statuses } = inputs(run)?;
        let Some(execution) = context.records.latest_execution(&pipeline, &statuses).await? else {
            let statuses: Vec<&str> = statuses.iter().map(|status| status.as_str()).collect();
            return Err(Failure::permanent(format!("{pipeline} has no execution that is {}", statuses.join(" or "))));
        };
        let name = format!("applications/{}/executions/{}", execution.start.definition.application, execution.id());
        let artifacts = of_execution(&execution);
        let message = format!("{} artifacts of {name}", artifacts.len());
        Ok(succeeded(message, json!({ "execution": name, ARTIFACTS: artifacts })))
    }
}

fn status(status: v1::ExecutionStatus) -> Result<ExecutionStatus, Failure> {
    Ok(match status {
        v1::ExecutionStatus::Queued => ExecutionStatus::Queued,
        v1::ExecutionStatus::Running => ExecutionStatus::Running,
        v1::ExecutionStatus::Paused => ExecutionStatus::Paused,
        v1::ExecutionStatus::Succeeded => ExecutionStatus::Succeeded,
        v1::ExecutionStatus::Terminal => ExecutionStatus::Terminal,
        v1::ExecutionStatus::Canceled => ExecutionStatus::Canceled,
        v1::ExecutionStatus::Unspecified => {
            return Err(Failure::permanent("one of the stage's `statuses` is not set"));
        }
    })
}
