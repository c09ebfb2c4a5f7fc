//! `depends_on_execution`: waits for another execution to end well.

use std::time::Duration;

use async_trait::async_trait;
use gennaker_core::execution::{ExecutionId, ExecutionStatus, Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::DependsOnExecutionStage;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::common::config::{duration, inputs, resolve, to_inputs};
use crate::common::outputs::succeeded;
use crate::kind::{Context, StageKind, Unplanned};

/// How long it is waited if the stage does not say.
const TIMEOUT: Duration = Duration::from_hours(2);
/// How long one try listens for the end, and how long it is between two tries.
const PATIENCE: Duration = Duration::from_secs(60);
const BETWEEN: Duration = Duration::from_secs(1);

pub(crate) struct DependsOnExecution;

#[derive(Serialize, Deserialize)]
struct Inputs {
    application: String,
    execution: ExecutionId,
}

#[async_trait]
impl StageKind for DependsOnExecution {
    fn kind(&self) -> &'static str {
        "depends_on_execution"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let DependsOnExecutionStage { execution, timeout } = resolve(scope)?;
        let timeout = duration(timeout.as_ref(), TIMEOUT)?;
        let inputs = named(&execution, &scope.execution.start.definition.application)?;
        if inputs.execution == scope.execution.id() {
            return Err(Failure::permanent("the stage would wait for its own execution").into());
        }
        let tasks = vec![TaskSpec::run("wait_for_execution", timeout)];
        Ok(Plan { inputs: to_inputs(&inputs), tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { application, execution } = inputs(run)?;
        let status = context.records.end_of(&application, execution, PATIENCE).await?;
        let name = format!("applications/{application}/executions/{execution}");
        let Some(status) = status else {
            return Err(Failure::permanent(format!("there is no execution {name}")));
        };
        let message = format!("{name} is {}", status.as_str());
        Ok(match status {
            ExecutionStatus::Succeeded => succeeded(message, json!({ "status": status.as_str() })),
            ExecutionStatus::Terminal | ExecutionStatus::Canceled => TaskOutcome::Canceled { message },
            ExecutionStatus::Queued | ExecutionStatus::Running | ExecutionStatus::Paused => {
                TaskOutcome::Later { after: BETWEEN, message, percent: None, outputs: Map::new() }
            }
        })
    }
}

/// The execution that a text names: wholly, or by its id in an application.
fn named(text: &str, application: &str) -> Result<Inputs, Failure> {
    let whole = text.strip_prefix("applications/").and_then(|rest| rest.split_once("/executions/"));
    let (application, id) = whole.unwrap_or((application, text));
    let execution = id.parse().map_err(|error| Failure::permanent(format!("execution: {error}")))?;
    Ok(Inputs { application: application.to_owned(), execution })
}
