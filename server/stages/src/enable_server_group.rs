//! `enable_server_group`: gives traffic to a server group and waits until its instances are healthy.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::EnableServerGroupStage;
use serde::{Deserialize, Serialize};

use crate::common::config::{inputs, resolve, to_inputs};
use crate::common::operate::{cloud, enable};
use crate::common::outputs::done;
use crate::common::target::{DETERMINE, Target};
use crate::common::timeouts;
use crate::common::watch::{Goal, until};
use crate::kind::{Context, StageKind, Unplanned};

const ENABLE: &str = "enable";

pub(crate) struct EnableServerGroup;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    target: Target,
    target_healthy_percent: u32,
}

#[async_trait]
impl StageKind for EnableServerGroup {
    fn kind(&self) -> &'static str {
        "enable_server_group"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: EnableServerGroupStage = resolve(scope)?;
        let inputs = Inputs {
            target: Target::try_from(config.target)?,
            target_healthy_percent: config.target_healthy_percent.unwrap_or(100),
        };
        let tasks = vec![
            Target::determine_task(),
            TaskSpec::run(ENABLE, timeouts::OPERATION),
            TaskSpec::run("wait_for_up", timeouts::UP),
        ];
        Ok(Plan { inputs: to_inputs(&inputs), tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { target, target_healthy_percent } = inputs(run)?;
        if run.task == DETERMINE {
            return target.determine(context).await;
        }
        let id = target.found(run)?;
        let cloud = cloud(context, &target.account)?;
        if run.task == ENABLE {
            enable(cloud.as_ref(), run, &id).await?;
            return Ok(done(format!("{} takes traffic", id.name)));
        }
        let goal = Goal::Up { id: &id, configured: None, percent: target_healthy_percent };
        until(goal, cloud.as_ref(), run).await
    }
}
