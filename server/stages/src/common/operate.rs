//! Changes of server groups: each under a request key that stays the same when the task is tried again, with traffic
//! guards asked first, and with errors that name the operation and its object.

use std::fmt::Display;
use std::sync::Arc;

use gennaker_core::cloud::{Capacity, Location, ResourceId, ServerGroup};
use gennaker_core::execution::{EffectKey, Failure};
use gennaker_core::naming::Moniker;
use gennaker_core::strategy::{Removal, check_traffic_guards};
use gennaker_engine::TaskRun;
use gennaker_ports::cloud::ServerGroupFilter;
use gennaker_ports::{Cloud, CloudError};

use crate::kind::Context;

/// Says during which operation, and on what, a cloud failed.
pub(crate) trait Explain<T> {
    fn during(self, operation: &str, object: impl Display) -> Result<T, Failure>;
}

impl<T> Explain<T> for Result<T, CloudError> {
    fn during(self, operation: &str, object: impl Display) -> Result<T, Failure> {
        self.map_err(|error| {
            let Failure { message, retryable } = error.into();
            Failure { message: format!("{operation} {object} failed: {message}"), retryable }
        })
    }
}

/// Names the effect of a task on one thing. The try is not in it: trying again means the same effect.
pub(crate) fn request(key: &EffectKey, thing: &str) -> String {
    format!("{}:{}:{}:{}:{thing}", key.execution, key.stage, key.stage_attempt, key.task)
}

/// Server groups by name, for messages.
pub(crate) fn names(ids: &[ResourceId]) -> String {
    let names: Vec<&str> = ids.iter().map(|id| id.name.as_str()).collect();
    if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
}

/// The cloud of an account.
pub(crate) fn cloud(context: &Context, account: &str) -> Result<Arc<dyn Cloud>, Failure> {
    context.clouds.of(account).during("looking for the cloud of", format_args!("account {account}"))
}

/// The server groups of a cluster in one location.
pub(crate) async fn groups_of(
    cloud: &dyn Cloud,
    location: &Location,
    cluster: &str,
) -> Result<Vec<ServerGroup>, Failure> {
    let filter = ServerGroupFilter::cluster(location, cluster);
    cloud.server_groups(&filter).await.during("listing", format_args!("cluster {cluster} in {location}"))
}

/// One server group.
pub(crate) async fn group(cloud: &dyn Cloud, id: &ResourceId) -> Result<ServerGroup, Failure> {
    cloud.server_group(id).await.during("reading", id)
}

/// Gives traffic to a server group.
pub(crate) async fn enable(cloud: &dyn Cloud, run: &TaskRun, id: &ResourceId) -> Result<(), Failure> {
    let request = request(&run.key, &id.to_string());
    cloud.set_server_group_enabled(&request, id, true).await.during("enabling", id)?;
    Ok(())
}

/// Takes the traffic from server groups of one account.
pub(crate) async fn disable(context: &Context, run: &TaskRun, ids: &[ResourceId]) -> Result<(), Failure> {
    guard(context, ids, Removal::Disable).await?;
    for id in ids {
        let cloud = cloud(context, &id.location.account)?;
        let request = request(&run.key, &id.to_string());
        cloud.set_server_group_enabled(&request, id, false).await.during("disabling", id)?;
    }
    Ok(())
}

/// Destroys server groups.
pub(crate) async fn destroy(context: &Context, run: &TaskRun, ids: &[ResourceId]) -> Result<(), Failure> {
    guard(context, ids, Removal::Destroy).await?;
    for id in ids {
        let cloud = cloud(context, &id.location.account)?;
        cloud.destroy_server_group(&request(&run.key, &id.to_string()), id).await.during("destroying", id)?;
    }
    Ok(())
}

/// Sets the capacity of server groups.
pub(crate) async fn resize(
    context: &Context,
    run: &TaskRun,
    ids: &[ResourceId],
    capacity: Capacity,
) -> Result<(), Failure> {
    if capacity.desired == 0 {
        guard(context, ids, Removal::ScaleDown).await?;
    }
    for id in ids {
        let cloud = cloud(context, &id.location.account)?;
        let request = request(&run.key, &id.to_string());
        cloud.resize_server_group(&request, id, capacity).await.during("resizing", id)?;
    }
    Ok(())
}

/// Asks the traffic guards of the applications whether server groups may leave. All that leave a cluster together are
/// looked at together.
async fn guard(context: &Context, ids: &[ResourceId], removal: Removal) -> Result<(), Failure> {
    let mut left = ids;
    while let [first, ..] = left {
        let moniker = Moniker::parse(&first.name);
        let same =
            |id: &&ResourceId| id.location == first.location && Moniker::parse(&id.name).cluster() == moniker.cluster();
        let together = left.iter().take_while(same).count();
        let (leaving, rest) = left.split_at(together);
        left = rest;
        let guards = context.guards.guards(&moniker.application).await?;
        if guards.is_empty() {
            continue;
        }
        let cloud = cloud(context, &first.location.account)?;
        let cluster = groups_of(cloud.as_ref(), &first.location, &moniker.cluster()).await?;
        let names: Vec<&str> = leaving.iter().map(|id| id.name.as_str()).collect();
        check_traffic_guards(&guards, &cluster, &names, removal)
            .map_err(|error| Failure::permanent(error.to_string()))?;
    }
    Ok(())
}
