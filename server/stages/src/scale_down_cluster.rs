//! `scale_down_cluster`: scales all but some of the server groups of a cluster down to no instances.

use async_trait::async_trait;
use gennaker_core::cloud::Capacity;
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_core::strategy::{ClusterSelection, Picked};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::ScaleDownClusterStage;

use crate::common::cluster::{Cluster, ClusterInputs, SELECT};
use crate::common::config::{inputs, resolve, to_inputs};
use crate::common::operate::{cloud, names, resize};
use crate::common::outputs::done;
use crate::common::timeouts;
use crate::common::watch::{Goal, until};
use crate::kind::{Context, StageKind, Unplanned};

const SCALE_DOWN: &str = "scale_down";

pub(crate) struct ScaleDownCluster;

#[async_trait]
impl StageKind for ScaleDownCluster {
    fn kind(&self) -> &'static str {
        "scale_down_cluster"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: ScaleDownClusterStage = resolve(scope)?;
        let inputs = ClusterInputs {
            target: Cluster::try_from(config.target)?,
            keep: config.remaining_full_size.unwrap_or(1),
            prefer_larger: config.prefer_larger,
            allow_active: config.allow_active,
            ignore_missing: config.ignore_missing,
            deployed: Vec::new(),
        };
        let tasks = vec![
            ClusterInputs::select_task(),
            TaskSpec::run(SCALE_DOWN, timeouts::CLUSTER_OPERATION),
            TaskSpec::run("wait_for_scaled_down", timeouts::DESTROYED),
        ];
        Ok(Plan { inputs: to_inputs(&inputs.with_deployed(scope)), tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let inputs: ClusterInputs = inputs(run)?;
        if run.task == SELECT {
            let ClusterInputs { keep, prefer_larger, allow_active, .. } = inputs;
            let active = if allow_active { Picked::Any } else { Picked::OnlyInactive };
            let selection = ClusterSelection { keep, active, prefer_larger };
            return inputs.select(context, selection, |group| group.capacity != Capacity::pinned(0)).await;
        }
        let ids = inputs.selected(run)?;
        if run.task == SCALE_DOWN {
            resize(context, run, &ids, Capacity::pinned(0)).await?;
            return Ok(done(format!("no instances wanted: {}", names(&ids))));
        }
        until(Goal::Empty(&ids), cloud(context, &inputs.target.account)?.as_ref(), run).await
    }
}
