//! `create_server_group`: makes a server group, waits until it is up, and then does what its strategy says.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, SyntheticStage, TaskOutcome};
use gennaker_engine::TaskRun;
use gennaker_proto::json;
use gennaker_proto::v1::{CreateServerGroupStage, DeployCluster};
use serde_json::Value;

use crate::common::config::{required, resolve};
use crate::common::outputs::succeeded;
use crate::common::{description, launch};
use crate::kind::{Context, StageKind, Unplanned};

pub(crate) struct CreateServerGroup;

#[async_trait]
impl StageKind for CreateServerGroup {
    fn kind(&self) -> &'static str {
        "create_server_group"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: CreateServerGroupStage = resolve(scope)?;
        let cluster = description::complete(required(config.cluster, "cluster")?, scope)?;
        let tasks = launch::tasks(description::wait_limit(&cluster)?);
        let inputs = json::encode(&CreateServerGroupStage { cluster: Some(cluster) });
        Ok(Plan { inputs, tasks, ..Plan::default() })
    }

    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        launch::after(scope, &described(&scope.stage.inputs)?)
    }

    fn plan_on_failure(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        if scope.stage.tasks.is_empty() {
            return Ok(Vec::new());
        }
        launch::on_failure(scope, &description::strategy(&described(&scope.stage.inputs)?)?)
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let cluster = described(&run.inputs)?;
        match run.task.as_str() {
            launch::DETERMINE_SOURCE => {
                let (source, outputs) = launch::determine_source(context, &cluster).await?;
                let follows = source.map_or_else(|| "a new cluster".to_owned(), |s| format!("follows {}", s.id.name));
                Ok(succeeded(follows, outputs))
            }
            launch::CREATE => launch::create(context, run, &cluster).await,
            _ => launch::wait_for_up(context, run, &cluster).await,
        }
    }
}

fn described(inputs: &Value) -> Result<DeployCluster, Failure> {
    let inputs: CreateServerGroupStage = json::decode(inputs)
        .map_err(|error| Failure::permanent(format!("the stage's inputs can't be read: {error}")))?;
    required(inputs.cluster, "cluster")
}
