//! A cluster in some regions of an account, and the operations on all but some of its server groups. What they act on is
//! found once, by the stage's first task: looking again halfway would find something else.

use std::collections::BTreeMap;

use gennaker_core::cloud::{Location, ResourceId, ServerGroup};
use gennaker_core::execution::{Failure, Scope, TaskOutcome, TaskSpec};
use gennaker_core::strategy::ClusterSelection;
use gennaker_engine::TaskRun;
use gennaker_proto::v1;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::config::required;
use super::operate::{cloud, groups_of};
use super::outputs::{deployed_before, read, succeeded};
use super::timeouts;
use crate::kind::Context;

/// The task that picks the server groups.
pub(crate) const SELECT: &str = "select_server_groups";

/// A cluster in some regions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cluster {
    pub(crate) account: String,
    pub(crate) regions: Vec<String>,
    pub(crate) cluster: String,
}

impl TryFrom<Option<v1::ClusterTarget>> for Cluster {
    type Error = Failure;

    fn try_from(target: Option<v1::ClusterTarget>) -> Result<Self, Failure> {
        let v1::ClusterTarget { account, mut regions, cluster } = required(target, "target")?;
        if regions.is_empty() {
            return Err(Failure::permanent("the stage's configuration lacks `target.regions`"));
        }
        let mut seen = Vec::new();
        regions.retain(|region| {
            let new = !seen.contains(region);
            seen.push(region.clone());
            new
        });
        Ok(Self { account, regions, cluster })
    }
}

impl Cluster {
    /// The API's message for it.
    pub(crate) fn to_message(&self) -> v1::ClusterTarget {
        let Self { account, regions, cluster } = self.clone();
        v1::ClusterTarget { account, regions, cluster }
    }

    /// Its locations.
    pub(crate) fn locations(&self) -> impl Iterator<Item = Location> {
        self.regions.iter().map(|region| Location::new(&self.account, region))
    }

    /// Its server groups in each region, in the order of the regions.
    pub(crate) async fn groups(&self, context: &Context) -> Result<Vec<(Location, Vec<ServerGroup>)>, Failure> {
        let cloud = cloud(context, &self.account)?;
        let mut all = Vec::new();
        for location in self.locations() {
            let groups = groups_of(cloud.as_ref(), &location, &self.cluster).await?;
            all.push((location, groups));
        }
        Ok(all)
    }

    /// The failure for a cluster that is nowhere.
    pub(crate) fn missing(&self) -> Failure {
        let Self { account, regions, cluster } = self;
        Failure::permanent(format!("there is no cluster {cluster} in account {account}, {}", regions.join(", ")))
    }
}

/// An operation on a cluster, as far as picking its server groups goes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ClusterInputs {
    pub(crate) target: Cluster,
    /// How many server groups of each region are left alone.
    pub(crate) keep: u32,
    pub(crate) prefer_larger: bool,
    pub(crate) allow_active: bool,
    pub(crate) ignore_missing: bool,
    /// The server groups of the account that the execution deployed before.
    pub(crate) deployed: Vec<ResourceId>,
}

impl ClusterInputs {
    /// Reads what the stages before have deployed.
    pub(crate) fn with_deployed(mut self, scope: &Scope<'_>) -> Self {
        self.deployed = deployed_before(scope, &self.target.account);
        self
    }

    /// The task that picks.
    pub(crate) fn select_task() -> TaskSpec {
        TaskSpec::run(SELECT, timeouts::DETERMINE)
    }

    /// Does the task that picks: among the server groups of each region those that the selection picks and that `counts`.
    pub(crate) async fn select(
        &self,
        context: &Context,
        selection: ClusterSelection,
        counts: impl Fn(&ServerGroup) -> bool + Send,
    ) -> Result<TaskOutcome, Failure> {
        let regions = self.target.groups(context).await?;
        if !self.ignore_missing && regions.iter().all(|(_, groups)| groups.is_empty()) {
            return Err(self.target.missing());
        }
        let mut picked: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (location, groups) in regions {
            let here = self.deployed.iter().filter(|id| id.location == location);
            let deployed: Vec<String> = here.map(|id| id.name.clone()).collect();
            let names = selection.pick(&groups, &deployed).into_iter().filter(|group| counts(group));
            picked.insert(location.region, names.map(|group| group.id.name.clone()).collect());
        }
        let all: Vec<&str> = picked.values().flatten().map(String::as_str).collect();
        let message = if all.is_empty() { "nothing".to_owned() } else { all.join(", ") };
        Ok(succeeded(message, json!({ "server_groups": picked })))
    }

    /// What the first task picked.
    pub(crate) fn selected(&self, run: &TaskRun) -> Result<Vec<ResourceId>, Failure> {
        let picked: BTreeMap<String, Vec<String>> = read(&run.outputs, "server_groups")?;
        let mut ids = Vec::new();
        for location in self.target.locations() {
            let names = picked.get(&location.region).into_iter().flatten();
            ids.extend(names.map(|name| ResourceId::new(location.clone(), name)));
        }
        Ok(ids)
    }
}
