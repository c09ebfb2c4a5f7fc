//! `deploy`: deploys server groups, each with its strategy, side by side.

use gennaker_core::execution::{Failure, Plan, Scope};
use gennaker_proto::json;
use gennaker_proto::v1::{CreateServerGroupStage, DeployStage};

use crate::common::config::{resolve, synthetic};
use crate::kind::StageKind;

pub(crate) struct Deploy;

impl StageKind for Deploy {
    fn kind(&self) -> &'static str {
        "deploy"
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure> {
        let config: DeployStage = resolve(scope)?;
        let inputs = json::encode(&config);
        let regions: Vec<String> = config.clusters.iter().map(|cluster| cluster.region.clone()).collect();
        let before = config.clusters.into_iter().map(|cluster| {
            let here = regions.iter().filter(|region| **region == cluster.region).count();
            let name = if here > 1 {
                format!("Deploy {} in {}", cluster_name(&cluster), cluster.region)
            } else {
                format!("Deploy in {}", cluster.region)
            };
            synthetic(name, "create_server_group", &CreateServerGroupStage { cluster: Some(cluster) })
        });
        Ok(Plan { inputs, before: before.collect(), tasks: Vec::new() })
    }
}

fn cluster_name(cluster: &gennaker_proto::v1::DeployCluster) -> String {
    let parts = [&cluster.application, &cluster.stack, &cluster.detail];
    parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("-")
}
