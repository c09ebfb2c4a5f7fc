//! A stage's server group: named, or by its place in a cluster, which is then found once, by the stage's first task.

use gennaker_core::cloud::{Location, ResourceId, ServerGroup};
use gennaker_core::execution::{Failure, TaskOutcome, TaskSpec};
use gennaker_core::strategy::{TargetSelection, pick_target};
use gennaker_engine::TaskRun;
use gennaker_proto::v1;
use gennaker_proto::v1::dynamic_target::Select;
use gennaker_proto::v1::server_group_target::Target as Place;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::config::required;
use super::operate::{cloud, group, groups_of};
use super::outputs::{read, succeeded};
use super::timeouts;
use crate::kind::Context;

/// The task that finds the server group.
pub(crate) const DETERMINE: &str = "determine_server_group";

/// Which server group a stage acts on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    pub(crate) account: String,
    pub(crate) region: String,
    #[serde(flatten)]
    which: Which,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Which {
    ServerGroup(String),
    Dynamic { cluster: String, select: TargetSelection },
}

impl TryFrom<Option<v1::ServerGroupTarget>> for Target {
    type Error = Failure;

    fn try_from(target: Option<v1::ServerGroupTarget>) -> Result<Self, Failure> {
        let v1::ServerGroupTarget { account, region, target } = required(target, "target")?;
        let which = match required(target, "target.server_group")? {
            Place::ServerGroup(name) => Which::ServerGroup(name),
            Place::Dynamic(dynamic) => {
                let select = match dynamic.select() {
                    Select::Unspecified | Select::Newest => TargetSelection::Newest,
                    Select::Previous => TargetSelection::Previous,
                    Select::Oldest => TargetSelection::Oldest,
                };
                Which::Dynamic { cluster: dynamic.cluster, select }
            }
        };
        Ok(Self { account, region, which })
    }
}

impl Target {
    /// The API's message that names a server group.
    pub(crate) fn named(id: &ResourceId) -> v1::ServerGroupTarget {
        v1::ServerGroupTarget {
            account: id.location.account.clone(),
            region: id.location.region.clone(),
            target: Some(Place::ServerGroup(id.name.clone())),
        }
    }

    fn location(&self) -> Location {
        Location::new(&self.account, &self.region)
    }

    /// The task that finds it; the tasks after it use [`Target::found`].
    pub(crate) fn determine_task() -> TaskSpec {
        TaskSpec::run(DETERMINE, timeouts::DETERMINE)
    }

    /// Looks for it.
    pub(crate) async fn find(&self, context: &Context) -> Result<ServerGroup, Failure> {
        let cloud = cloud(context, &self.account)?;
        match &self.which {
            Which::ServerGroup(name) => {
                let id = ResourceId::new(self.location(), name);
                group(cloud.as_ref(), &id).await
            }
            Which::Dynamic { cluster, select } => {
                let groups = groups_of(cloud.as_ref(), &self.location(), cluster).await?;
                let picked = pick_target(cluster, &groups, *select).cloned();
                picked.map_err(|error| Failure::permanent(format!("{error}, in {}", self.location())))
            }
        }
    }

    /// Does the task that finds it.
    pub(crate) async fn determine(&self, context: &Context) -> Result<TaskOutcome, Failure> {
        let group = self.find(context).await?;
        Ok(succeeded(group.id.name.clone(), Self::outputs(&group)))
    }

    /// What a found server group is put out as.
    pub(crate) fn outputs(group: &ServerGroup) -> Value {
        json!({
            "account": group.id.location.account,
            "region": group.id.location.region,
            "server_group": group.id.name,
        })
    }

    /// The server group that the stage's first task found.
    pub(crate) fn found(&self, run: &TaskRun) -> Result<ResourceId, Failure> {
        Ok(ResourceId::new(self.location(), read::<String>(&run.outputs, "server_group")?))
    }
}
