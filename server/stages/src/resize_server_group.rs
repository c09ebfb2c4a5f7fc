//! `resize_server_group`: changes the capacity of a server group and waits until its instances are there, or gone.

use std::slice;

use async_trait::async_trait;
use gennaker_core::cloud::Capacity;
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_core::strategy::{Amount, CapacityChange, Resize};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::resize::Action;
use gennaker_proto::v1::scale_by::By;
use gennaker_proto::v1::{self, ResizeServerGroupStage, ScaleBy};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::common::config::{inputs, required, resolve, to_inputs};
use crate::common::operate::{cloud, resize};
use crate::common::outputs::{done, read, succeeded};
use crate::common::target::{DETERMINE, Target};
use crate::common::timeouts;
use crate::common::watch::{Goal, until};
use crate::kind::{Context, StageKind, Unplanned};

const RESIZE: &str = "resize";

pub(crate) struct ResizeServerGroup;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    target: Target,
    resize: Resize,
    target_healthy_percent: u32,
}

#[async_trait]
impl StageKind for ResizeServerGroup {
    fn kind(&self) -> &'static str {
        "resize_server_group"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: ResizeServerGroupStage = resolve(scope)?;
        let action = required(config.resize.and_then(|resize| resize.action), "resize")?;
        let inputs = Inputs {
            target: Target::try_from(config.target)?,
            resize: change(action)?,
            target_healthy_percent: config.target_healthy_percent.unwrap_or(100),
        };
        let tasks = vec![
            Target::determine_task(),
            TaskSpec::run(RESIZE, timeouts::OPERATION),
            TaskSpec::run("wait_for_capacity", timeouts::UP),
        ];
        Ok(Plan { inputs: to_inputs(&inputs), tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let inputs: Inputs = inputs(run)?;
        if run.task == DETERMINE {
            return determine(context, &inputs).await;
        }
        let id = inputs.target.found(run)?;
        if run.task == RESIZE {
            let capacity: Capacity = read(&run.outputs, "capacity")?;
            resize(context, run, slice::from_ref(&id), capacity).await?;
            return Ok(done(format!("{} shall have {} instances", id.name, capacity.desired)));
        }
        let cloud = cloud(context, &inputs.target.account)?;
        until(Goal::Sized { id: &id, percent: inputs.target_healthy_percent }, cloud.as_ref(), run).await
    }
}

/// Finds the server group and decides its new capacity: once, as a relative change done twice would be another one.
async fn determine(context: &Context, inputs: &Inputs) -> Result<TaskOutcome, Failure> {
    let group = inputs.target.find(context).await?;
    let previous = group.capacity;
    let capacity = inputs
        .resize
        .apply(previous)
        .map_err(|error| Failure::permanent(format!("resizing {} is not possible: {error}", group.id)))?;
    let mut outputs = Target::outputs(&group);
    outputs["previous_capacity"] = json!(previous);
    outputs["capacity"] = json!(capacity);
    let message = format!("{} from {} to {} instances", group.id.name, previous.desired, capacity.desired);
    Ok(succeeded(message, outputs))
}

fn change(action: Action) -> Result<Resize, Failure> {
    Ok(match action {
        Action::Exact(exact) => Resize::Exact(exact_change(exact)),
        Action::ScaleUp(by) => Resize::Up(amount(by)?),
        Action::ScaleDown(by) => Resize::Down(amount(by)?),
    })
}

/// The numbers that are given. A maximum of 0 beside other numbers, or a wanted 0 below the minimum, is one that was left
/// out: the API has no other way to say so.
fn exact_change(v1::Capacity { min, desired, max }: v1::Capacity) -> CapacityChange {
    match (min, desired, max) {
        (0, desired, 0) if desired > 0 => CapacityChange { min: None, desired: Some(desired), max: None },
        (min, 0, 0) if min > 0 => CapacityChange { min: Some(min), desired: None, max: None },
        (min, desired, 0) if min > 0 => CapacityChange { min: Some(min), desired: Some(desired), max: None },
        (min, 0, max) if min > 0 => CapacityChange { min: Some(min), desired: None, max: Some(max) },
        (min, desired, max) => CapacityChange { min: Some(min), desired: Some(desired), max: Some(max) },
    }
}

fn amount(by: ScaleBy) -> Result<Amount, Failure> {
    Ok(match required(by.by, "resize.by")? {
        By::Count(count) => Amount::Count(count),
        By::Percent(percent) => Amount::Percent(percent),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_were_left_out_are_not_taken_for_nothing() {
        let change = |min, desired, max| {
            let CapacityChange { min, desired, max } = exact_change(v1::Capacity { min, desired, max });
            (min, desired, max)
        };
        assert_eq!(change(0, 3, 0), (None, Some(3), None));
        assert_eq!(change(2, 0, 0), (Some(2), None, None));
        assert_eq!(change(2, 0, 4), (Some(2), None, Some(4)));
        assert_eq!(change(2, 3, 0), (Some(2), Some(3), None));
        assert_eq!(change(0, 0, 0), (Some(0), Some(0), Some(0)));
        assert_eq!(change(0, 0, 4), (Some(0), Some(0), Some(4)));
        assert_eq!(change(1, 2, 3), (Some(1), Some(2), Some(3)));
    }
}
