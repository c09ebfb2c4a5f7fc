//! `rollback_server_group`: goes back from one server group to another of its cluster.

use std::time::Duration;

use async_trait::async_trait;
use gennaker_core::cloud::{Capacity, Location, ResourceId, ServerGroup};
use gennaker_core::execution::{Failure, Plan, Scope, SyntheticStage, TaskOutcome};
use gennaker_core::strategy::{RollbackStep, TargetSelection, pick_target, rollback_steps};
use gennaker_engine::TaskRun;
use gennaker_proto::v1;
use gennaker_proto::v1::resize::Action;
use gennaker_proto::v1::{
    DisableServerGroupStage, EnableServerGroupStage, ResizeServerGroupStage, RollbackServerGroupStage, WaitStage,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::common::config::{duration, from_inputs, inputs, resolve, synthetic, to_inputs};
use crate::common::duration_text;
use crate::common::operate::{cloud, groups_of};
use crate::common::outputs::{read, succeeded};
use crate::common::target::Target;
use crate::kind::{Context, StageKind, Unplanned};

pub(crate) struct RollbackServerGroup;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    target: Target,
    /// Empty for the newest other one.
    restore_server_group: String,
    target_healthy_percent: u32,
    #[serde(with = "duration_text")]
    delay_before_disable: Duration,
}

#[async_trait]
impl StageKind for RollbackServerGroup {
    fn kind(&self) -> &'static str {
        "rollback_server_group"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: RollbackServerGroupStage = resolve(scope)?;
        let inputs = Inputs {
            target: Target::try_from(config.target)?,
            restore_server_group: config.restore_server_group,
            target_healthy_percent: config.target_healthy_percent.unwrap_or(100),
            delay_before_disable: duration(config.delay_before_disable.as_ref(), Duration::ZERO)?,
        };
        let tasks = vec![Target::determine_task()];
        Ok(Plan { inputs: to_inputs(&inputs), tasks, ..Plan::default() })
    }

    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        let inputs: Inputs = from_inputs(&scope.stage.inputs)?;
        let outputs = scope.outputs();
        let location = Location::new(&inputs.target.account, &inputs.target.region);
        let id = |key| read::<String>(outputs, key).map(|name| ResourceId::new(location.clone(), name));
        let (rolled_back, restored) = (id("disabled_server_group")?, id("restored_server_group")?);
        let from: Capacity = read(outputs, "disabled_capacity")?;
        let to: Capacity = read(outputs, "restored_capacity")?;
        let steps = rollback_steps(from, to, inputs.delay_before_disable);
        let stage = |step| step_stage(step, &rolled_back, &restored, inputs.target_healthy_percent);
        Ok(SyntheticStage::sequence(steps.into_iter().map(stage)))
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let inputs: Inputs = inputs(run)?;
        let rolled_back = inputs.target.find(context).await?;
        let location = &rolled_back.id.location;
        let cluster = rolled_back.moniker.cluster();
        let groups = groups_of(cloud(context, &location.account)?.as_ref(), location, &cluster).await?;
        let others: Vec<ServerGroup> = groups.into_iter().filter(|group| group.id != rolled_back.id).collect();
        let restored = match inputs.restore_server_group.as_str() {
            "" => pick_target(&cluster, &others, TargetSelection::Newest).ok(),
            name => others.iter().find(|group| group.id.name == name),
        };
        let restored = restored.ok_or_else(|| nothing_to_restore(&rolled_back, &inputs.restore_server_group))?;
        let (from, to, region) = (&rolled_back.id.name, &restored.id.name, &location.region);
        let outputs = json!({
            "account": location.account,
            "region": region,
            "disabled_server_group": from,
            "restored_server_group": to,
            "disabled_capacity": rolled_back.capacity,
            "restored_capacity": restored.capacity,
            "rollbacks": [{ "region": region, "disabled_server_group": from, "restored_server_group": to }],
        });
        Ok(succeeded(format!("from {from} back to {to}"), outputs))
    }
}

fn nothing_to_restore(rolled_back: &ServerGroup, wanted: &str) -> Failure {
    let (cluster, location) = (rolled_back.moniker.cluster(), &rolled_back.id.location);
    Failure::permanent(match wanted {
        "" => format!("cluster {cluster} in {location} has no server group but {}", rolled_back.id.name),
        wanted => format!("cluster {cluster} in {location} has no other server group {wanted}"),
    })
}

fn step_stage(step: RollbackStep, rolled_back: &ResourceId, restored: &ResourceId, percent: u32) -> SyntheticStage {
    match step {
        RollbackStep::EnableRestored => synthetic(
            format!("Enable {}", restored.name),
            "enable_server_group",
            &EnableServerGroupStage { target: Some(Target::named(restored)), target_healthy_percent: Some(percent) },
        ),
        RollbackStep::ResizeRestored(Capacity { min, desired, max }) => synthetic(
            format!("Resize {}", restored.name),
            "resize_server_group",
            &ResizeServerGroupStage {
                target: Some(Target::named(restored)),
                resize: Some(v1::Resize { action: Some(Action::Exact(v1::Capacity { min, desired, max })) }),
                target_healthy_percent: Some(percent),
            },
        ),
        RollbackStep::Wait(duration) => {
            let duration = prost_types::Duration::try_from(duration).ok();
            synthetic("Wait before disable", "wait", &WaitStage { duration, ..WaitStage::default() })
        }
        RollbackStep::DisableRolledBack => synthetic(
            format!("Disable {}", rolled_back.name),
            "disable_server_group",
            &DisableServerGroupStage { target: Some(Target::named(rolled_back)) },
        ),
    }
}
