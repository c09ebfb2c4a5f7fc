//! `destroy_server_group`: disables a server group, stops its instances and removes it.

use std::slice;

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::DestroyServerGroupStage;
use serde::{Deserialize, Serialize};

use crate::common::config::{inputs, resolve, to_inputs};
use crate::common::operate::{cloud, destroy, disable};
use crate::common::outputs::done;
use crate::common::target::{DETERMINE, Target};
use crate::common::timeouts;
use crate::common::watch::{Goal, until};
use crate::kind::{Context, StageKind, Unplanned};

const DISABLE: &str = "disable";
const WAIT_FOR_DRAINED: &str = "wait_for_drained";
const DESTROY: &str = "destroy";

pub(crate) struct DestroyServerGroup;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    target: Target,
    skip_disable: bool,
}

#[async_trait]
impl StageKind for DestroyServerGroup {
    fn kind(&self) -> &'static str {
        "destroy_server_group"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let DestroyServerGroupStage { target, skip_disable } = resolve(scope)?;
        let mut tasks = vec![Target::determine_task()];
        if !skip_disable {
            tasks.push(TaskSpec::run(DISABLE, timeouts::OPERATION));
            tasks.push(TaskSpec::run(WAIT_FOR_DRAINED, timeouts::DRAINED));
        }
        tasks.push(TaskSpec::run(DESTROY, timeouts::OPERATION));
        tasks.push(TaskSpec::run("wait_for_destroyed", timeouts::DESTROYED));
        let inputs = to_inputs(&Inputs { target: Target::try_from(target)?, skip_disable });
        Ok(Plan { inputs, tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { target, .. } = inputs(run)?;
        if run.task == DETERMINE {
            return target.determine(context).await;
        }
        let id = target.found(run)?;
        let ids = slice::from_ref(&id);
        let cloud = cloud(context, &target.account)?;
        match run.task.as_str() {
            DISABLE => {
                disable(context, run, ids).await?;
                Ok(done(format!("{} takes no new traffic", id.name)))
            }
            WAIT_FOR_DRAINED => until(Goal::Drained(ids), cloud.as_ref(), run).await,
            DESTROY => {
                destroy(context, run, ids).await?;
                Ok(done(format!("{} is being destroyed", id.name)))
            }
            _ => until(Goal::Destroyed(ids), cloud.as_ref(), run).await,
        }
    }
}
