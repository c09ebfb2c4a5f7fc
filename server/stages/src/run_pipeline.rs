//! `run_pipeline`: runs another pipeline, and ends as it ends.

use std::collections::BTreeMap;

use async_trait::async_trait;
use gennaker_core::artifact::{Artifact, visible};
use gennaker_core::execution::{
    Cause, CommandId, Failure, Origin, ParentStage, Plan, Scope, TaskKind, TaskOutcome, TaskSpec,
};
use gennaker_engine::TaskRun;
use gennaker_ports::{Launch, LaunchError};
use gennaker_proto::v1::RunPipelineStage;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::common::config::{inputs, resolve, to_inputs};
use crate::common::operate::request;
use crate::common::timeouts;
use crate::kind::{Context, StageKind, Unplanned};

pub(crate) struct RunPipeline;

#[derive(Serialize, Deserialize)]
struct Inputs {
    pipeline: String,
    parameters: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    artifacts: Vec<Artifact>,
    detached: bool,
}

#[async_trait]
impl StageKind for RunPipeline {
    fn kind(&self) -> &'static str {
        "run_pipeline"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let RunPipelineStage { pipeline, parameters, detached } = resolve(scope)?;
        let mut tasks = vec![TaskSpec::run("start_pipeline", timeouts::LAUNCH)];
        if !detached {
            let kind = TaskKind::AwaitChild { timeout: timeouts::CHILD };
            tasks.push(TaskSpec { name: "wait_for_pipeline".into(), kind });
        }
        let (parameters, artifacts) = (parameters.into_iter().collect(), visible(scope));
        let inputs = to_inputs(&Inputs { pipeline, parameters, artifacts, detached });
        Ok(Plan { inputs, tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { pipeline, parameters, artifacts, detached } = inputs(run)?;
        let launch = Launch {
            parameters: parameters.into_iter().map(|(name, value)| (name, Value::String(value))).collect(),
            artifacts,
            cause: cause(run, detached),
            request: CommandId(request(&run.key, &pipeline)),
            pipeline,
        };
        let pipeline = launch.pipeline.clone();
        let child = context.launcher.launch(launch).await.map_err(|error| {
            let message = format!("starting {pipeline} failed: {error}");
            match error {
                LaunchError::Refused(_) | LaunchError::LimitReached(_) => Failure::permanent(message),
                LaunchError::Unavailable(_) => Failure::retryable(message),
            }
        })?;
        let application = pipeline.split_once("/pipelines/").map_or("", |(application, _)| application);
        let outputs =
            Map::from_iter([("execution".to_owned(), Value::String(format!("{application}/executions/{child}")))]);
        Ok(TaskOutcome::Succeeded { outputs, message: format!("started {child}"), child: Some(child) })
    }
}

fn cause(run: &TaskRun, detached: bool) -> Cause {
    let definition = &run.execution.definition;
    let parent = ParentStage {
        execution: run.key.execution,
        application: definition.application.clone(),
        stage: run.key.stage.clone(),
        attempt: run.key.stage_attempt,
        detached,
    };
    Cause {
        actor: run.execution.cause.actor.clone(),
        reason: format!("stage {} of {}", run.stage_name, definition.display_name),
        payload: json!({
            "parent": {
                "execution": format!("applications/{}/executions/{}", definition.application, run.key.execution),
                "pipeline": definition.pipeline,
                "stage": run.key.stage,
            },
        }),
        origin: Origin::Parent(parent),
    }
}
