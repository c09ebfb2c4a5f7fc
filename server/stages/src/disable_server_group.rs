//! `disable_server_group`: takes the traffic from a server group and waits until its connections are drained.

use std::slice;

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::DisableServerGroupStage;
use serde::{Deserialize, Serialize};

use crate::common::config::{inputs, resolve, to_inputs};
use crate::common::operate::{cloud, disable};
use crate::common::outputs::done;
use crate::common::target::{DETERMINE, Target};
use crate::common::timeouts;
use crate::common::watch::{Goal, until};
use crate::kind::{Context, StageKind, Unplanned};

const DISABLE: &str = "disable";

pub(crate) struct DisableServerGroup;

#[derive(Serialize, Deserialize)]
struct Inputs {
    target: Target,
}

#[async_trait]
impl StageKind for DisableServerGroup {
    fn kind(&self) -> &'static str {
        "disable_server_group"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: DisableServerGroupStage = resolve(scope)?;
        let tasks = vec![
            Target::determine_task(),
            TaskSpec::run(DISABLE, timeouts::OPERATION),
            TaskSpec::run("wait_for_drained", timeouts::DRAINED),
        ];
        let inputs = to_inputs(&Inputs { target: Target::try_from(config.target)? });
        Ok(Plan { inputs, tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { target } = inputs(run)?;
        if run.task == DETERMINE {
            return target.determine(context).await;
        }
        let id = target.found(run)?;
        if run.task == DISABLE {
            disable(context, run, slice::from_ref(&id)).await?;
            return Ok(done(format!("{} takes no new traffic", id.name)));
        }
        until(Goal::Drained(&[id]), cloud(context, &target.account)?.as_ref(), run).await
    }
}
