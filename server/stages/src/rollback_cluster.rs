//! `rollback_cluster`: goes back from the newest enabled server group to the newest other one, region after region.

use std::time::Duration;

use async_trait::async_trait;
use gennaker_core::cloud::{Location, ResourceId};
use gennaker_core::execution::{Failure, Plan, Scope, SyntheticStage, TaskOutcome, TaskSpec};
use gennaker_core::strategy::{rollback_candidate, rollback_percent};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::{RollbackClusterStage, RollbackServerGroupStage, WaitStage};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::common::cluster::Cluster;
use crate::common::config::{duration, from_inputs, inputs, resolve, synthetic, to_inputs};
use crate::common::outputs::{read, succeeded};
use crate::common::target::Target;
use crate::common::{duration_text, timeouts};
use crate::kind::{Context, StageKind, Unplanned};

pub(crate) struct RollbackCluster;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    target: Cluster,
    /// `None` goes by the size of each server group.
    target_healthy_percent: Option<u32>,
    #[serde(with = "duration_text")]
    wait_between_regions: Duration,
}

/// What is rolled back in one region.
#[derive(Serialize, Deserialize)]
struct Candidate {
    region: String,
    rollback: String,
    restore: String,
    target_healthy_percent: u32,
}

#[async_trait]
impl StageKind for RollbackCluster {
    fn kind(&self) -> &'static str {
        "rollback_cluster"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: RollbackClusterStage = resolve(scope)?;
        let inputs = Inputs {
            target: Cluster::try_from(config.target)?,
            target_healthy_percent: config.target_healthy_percent,
            wait_between_regions: duration(config.wait_between_regions.as_ref(), Duration::ZERO)?,
        };
        let tasks = vec![TaskSpec::run("determine_candidates", timeouts::DETERMINE)];
        Ok(Plan { inputs: to_inputs(&inputs), tasks, ..Plan::default() })
    }

    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        let inputs: Inputs = from_inputs(&scope.stage.inputs)?;
        let candidates: Vec<Candidate> = read(scope.outputs(), "candidates")?;
        let mut stages = Vec::new();
        for candidate in candidates {
            if !stages.is_empty() && !inputs.wait_between_regions.is_zero() {
                let duration = prost_types::Duration::try_from(inputs.wait_between_regions).ok();
                stages.push(synthetic("Wait between regions", "wait", &WaitStage { duration, ..WaitStage::default() }));
            }
            stages.push(region_stage(&inputs.target.account, candidate));
        }
        Ok(SyntheticStage::sequence(stages))
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let inputs: Inputs = inputs(run)?;
        let regions = inputs.target.groups(context).await?;
        if regions.iter().all(|(_, groups)| groups.is_empty()) {
            return Err(inputs.target.missing());
        }
        let (mut candidates, mut left_out) = (Vec::new(), Vec::new());
        for (location, groups) in &regions {
            let Some(found) = rollback_candidate(groups) else {
                left_out.push(location.region.as_str());
                continue;
            };
            let by_size = rollback_percent(found.rollback.capacity.desired);
            candidates.push(Candidate {
                region: location.region.clone(),
                rollback: found.rollback.id.name.clone(),
                restore: found.restore.id.name.clone(),
                target_healthy_percent: inputs.target_healthy_percent.unwrap_or(by_size),
            });
        }
        let left_out = left_out.join(", ");
        let message = match (candidates.len(), left_out.as_str()) {
            (0, _) => {
                let why = "one that is enabled and another to go back to are needed";
                return Err(Failure::permanent(format!("cluster {} can't go back: {why}", inputs.target.cluster)));
            }
            (_, "") => "all regions go back".to_owned(),
            (_, left_out) => format!("nothing to go back to in {left_out}"),
        };
        Ok(succeeded(message, json!({ "candidates": candidates })))
    }
}

fn region_stage(account: &str, candidate: Candidate) -> SyntheticStage {
    let Candidate { region, rollback, restore, target_healthy_percent } = candidate;
    let name = format!("Roll back {rollback} to {restore} in {region}");
    let id = ResourceId::new(Location::new(account, region), rollback);
    let config = RollbackServerGroupStage {
        target: Some(Target::named(&id)),
        restore_server_group: restore,
        target_healthy_percent: Some(target_healthy_percent),
        delay_before_disable: None,
    };
    synthetic(name, "rollback_server_group", &config)
}
