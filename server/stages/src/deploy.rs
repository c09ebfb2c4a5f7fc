//! `deploy`: deploys server groups, each with its strategy, side by side.

use gennaker_core::execution::{Failure, Plan, Scope, SyntheticStage};
use gennaker_proto::json;
use gennaker_proto::v1::{CreateServerGroupStage, DeployCluster, DeployStage};

use crate::common::config::{resolve, synthetic};
use crate::common::description::{complete, moniker};
use crate::kind::{StageKind, Unplanned};

pub(crate) struct Deploy;

impl StageKind for Deploy {
    fn kind(&self) -> &'static str {
        "deploy"
    }

    /// Completes all descriptions before any stage begins, so that a mistake in the last one leaves nothing half done.
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: DeployStage = resolve(scope)?;
        let clusters: Vec<DeployCluster> =
            config.clusters.into_iter().map(|cluster| complete(cluster, scope)).collect::<Result<_, _>>()?;
        let before = clusters.iter().map(|cluster| stage(cluster, &clusters)).collect::<Result<_, _>>()?;
        Ok(Plan { inputs: json::encode(&DeployStage { clusters }), before, ..Plan::default() })
    }
}

fn stage(cluster: &DeployCluster, all: &[DeployCluster]) -> Result<SyntheticStage, Failure> {
    let here = all.iter().filter(|other| other.region == cluster.region).count();
    let name = if here > 1 {
        format!("Deploy {} in {}", moniker(cluster)?.cluster(), cluster.region)
    } else {
        format!("Deploy in {}", cluster.region)
    };
    let config = CreateServerGroupStage { cluster: Some(cluster.clone()) };
    Ok(synthetic(name, "create_server_group", &config))
}
