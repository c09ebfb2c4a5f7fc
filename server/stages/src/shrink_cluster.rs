//! `shrink_cluster`: destroys all but some of the server groups of a cluster.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, SyntheticStage, TaskOutcome, TaskSpec};
use gennaker_core::strategy::{ClusterSelection, Picked};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::{DisableClusterStage, ShrinkClusterStage};

use crate::common::cluster::{Cluster, ClusterInputs, SELECT};
use crate::common::config::{inputs, resolve, synthetic, to_inputs};
use crate::common::operate::{cloud, destroy, names};
use crate::common::outputs::done;
use crate::common::timeouts;
use crate::common::watch::{Goal, until};
use crate::kind::{Context, StageKind, Unplanned};

const DESTROY: &str = "destroy";

pub(crate) struct ShrinkCluster;

#[async_trait]
impl StageKind for ShrinkCluster {
    fn kind(&self) -> &'static str {
        "shrink_cluster"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: ShrinkClusterStage = resolve(scope)?;
        let keep = config.shrink_to.unwrap_or(1);
        let inputs = ClusterInputs {
            target: Cluster::try_from(config.target)?,
            keep,
            prefer_larger: config.prefer_larger,
            allow_active: config.allow_delete_active,
            ignore_missing: config.ignore_missing || keep == 0,
            deployed: Vec::new(),
        };
        let tasks = vec![
            ClusterInputs::select_task(),
            TaskSpec::run(DESTROY, timeouts::CLUSTER_OPERATION),
            TaskSpec::run("wait_for_destroyed", timeouts::DESTROYED),
        ];
        let before = if inputs.allow_active { vec![disable_first(&inputs)] } else { Vec::new() };
        Ok(Plan { inputs: to_inputs(&inputs.with_deployed(scope)), before, tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let inputs: ClusterInputs = inputs(run)?;
        if run.task == SELECT {
            let ClusterInputs { keep, prefer_larger, allow_active, .. } = inputs;
            let active = if allow_active { Picked::Any } else { Picked::OnlyInactive };
            let selection = ClusterSelection { keep, active, prefer_larger };
            return inputs.select(context, selection, |_| true).await;
        }
        let ids = inputs.selected(run)?;
        if run.task == DESTROY {
            destroy(context, run, &ids).await?;
            return Ok(done(format!("being destroyed: {}", names(&ids))));
        }
        until(Goal::Destroyed(&ids), cloud(context, &inputs.target.account)?.as_ref(), run).await
    }
}

/// Server groups in traffic are drained before they are destroyed.
fn disable_first(inputs: &ClusterInputs) -> SyntheticStage {
    let config = DisableClusterStage {
        target: Some(inputs.target.to_message()),
        remaining_enabled: Some(inputs.keep),
        prefer_larger: inputs.prefer_larger,
        ignore_missing: inputs.ignore_missing,
    };
    synthetic(format!("Disable the others of {}", inputs.target.cluster), "disable_cluster", &config)
}
