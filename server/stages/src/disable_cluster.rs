//! `disable_cluster`: takes the traffic from all but some of the enabled server groups of a cluster.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_core::strategy::{ClusterSelection, Picked};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::DisableClusterStage;

use crate::common::cluster::{Cluster, ClusterInputs, SELECT};
use crate::common::config::{inputs, resolve, to_inputs};
use crate::common::operate::{cloud, disable, names};
use crate::common::outputs::done;
use crate::common::timeouts;
use crate::common::watch::{Goal, until};
use crate::kind::{Context, StageKind, Unplanned};

const DISABLE: &str = "disable";

pub(crate) struct DisableCluster;

#[async_trait]
impl StageKind for DisableCluster {
    fn kind(&self) -> &'static str {
        "disable_cluster"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: DisableClusterStage = resolve(scope)?;
        let inputs = ClusterInputs {
            target: Cluster::try_from(config.target)?,
            keep: config.remaining_enabled.unwrap_or(1),
            prefer_larger: config.prefer_larger,
            allow_active: true,
            ignore_missing: config.ignore_missing,
            deployed: Vec::new(),
        };
        let tasks = vec![
            ClusterInputs::select_task(),
            TaskSpec::run(DISABLE, timeouts::CLUSTER_OPERATION),
            TaskSpec::run("wait_for_drained", timeouts::DRAINED),
        ];
        Ok(Plan { inputs: to_inputs(&inputs.with_deployed(scope)), tasks, ..Plan::default() })
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let inputs: ClusterInputs = inputs(run)?;
        if run.task == SELECT {
            let ClusterInputs { keep, prefer_larger, .. } = inputs;
            let selection = ClusterSelection { keep, active: Picked::OnlyActive, prefer_larger };
            return inputs.select(context, selection, |_| true).await;
        }
        let ids = inputs.selected(run)?;
        if run.task == DISABLE {
            disable(context, run, &ids).await?;
            return Ok(done(format!("no new traffic: {}", names(&ids))));
        }
        until(Goal::Drained(&ids), cloud(context, &inputs.target.account)?.as_ref(), run).await
    }
}
