//! `clone_server_group`: makes a server group like another one, with some things changed.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, SyntheticStage, TaskOutcome};
use gennaker_engine::TaskRun;
use gennaker_proto::json;
use gennaker_proto::v1::{CloneServerGroupStage, DeployCluster};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::common::config::{inputs, required, resolve, to_inputs};
use crate::common::outputs::{read, succeeded};
use crate::common::target::Target;
use crate::common::{description, image, launch};
use crate::kind::{Context, StageKind, Unplanned};

/// The output that keeps what the clone shall be, with the source as it was.
const DESCRIPTION: &str = "description";

pub(crate) struct CloneServerGroup;

#[derive(Serialize, Deserialize)]
struct Inputs {
    source: Target,
    overrides: Value,
}

#[async_trait]
impl StageKind for CloneServerGroup {
    fn kind(&self) -> &'static str {
        "clone_server_group"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: CloneServerGroupStage = resolve(scope)?;
        let mut overrides = required(config.overrides, "overrides")?;
        let source = Target::try_from(config.source)?;
        for (own, sources) in [(&mut overrides.account, &source.account), (&mut overrides.region, &source.region)] {
            if own.is_empty() {
                own.clone_from(sources);
            }
        }
        let location = description::location(&overrides);
        let image = image::named(&overrides.image, &overrides.image_artifact, &location, scope)?;
        overrides.image = image.unwrap_or_default();
        overrides.image_artifact.clear();
        let tasks = launch::tasks(description::wait_limit(&overrides)?);
        let inputs = to_inputs(&Inputs { source, overrides: json::encode(&overrides) });
        Ok(Plan { inputs, tasks, ..Plan::default() })
    }

    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        launch::after(scope, &described(scope.outputs())?)
    }

    fn plan_on_failure(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        if !scope.outputs().contains_key(DESCRIPTION) {
            return Ok(Vec::new());
        }
        launch::on_failure(scope, &description::strategy(&described(scope.outputs())?)?)
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        match run.task.as_str() {
            launch::DETERMINE_SOURCE => determine_source(context, run).await,
            launch::CREATE => launch::create(context, run, &described(&run.outputs)?).await,
            _ => launch::wait_for_up(context, run, &described(&run.outputs)?).await,
        }
    }
}

async fn determine_source(context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
    let Inputs { source, overrides } = inputs(run)?;
    let source = source.find(context).await?;
    let cluster = description::cloned(&source, &decode(&overrides)?);
    let (_, mut outputs) = launch::determine_source(context, &cluster).await?;
    outputs["source_server_group"] = Value::String(source.id.name.clone());
    outputs[DESCRIPTION] = json::encode(&cluster);
    Ok(succeeded(format!("like {}", source.id.name), outputs))
}

fn described(outputs: &Map<String, Value>) -> Result<DeployCluster, Failure> {
    decode(&read(outputs, DESCRIPTION)?)
}

fn decode(description: &Value) -> Result<DeployCluster, Failure> {
    json::decode(description)
        .map_err(|error| Failure::permanent(format!("the description of the clone can't be read: {error}")))
}
