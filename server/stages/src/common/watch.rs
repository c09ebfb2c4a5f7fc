//! Waiting for a cloud to reach what was asked of it, woken by its changes.

use std::time::Duration;

use gennaker_core::cloud::{Capacity, Health, Instance, ResourceId, ServerGroup};
use gennaker_core::execution::{Failure, TaskOutcome};
use gennaker_core::strategy::{Readiness, readiness};
use gennaker_engine::TaskRun;
use gennaker_ports::{Cloud, CloudError};
use serde_json::Map;

use super::operate::{Explain, group, names};
use super::outputs::done;

/// How long to leave a cloud alone that does not answer.
pub(crate) const WHILE_UNAVAILABLE: Duration = Duration::from_secs(5);

/// What a stage waits for.
#[derive(Clone, Copy)]
pub(crate) enum Goal<'a> {
    /// `percent` of the instances are up, by `configured` where that is pinned.
    Up { id: &'a ResourceId, configured: Option<Capacity>, percent: u32 },
    /// There are as many instances as wanted, and `percent` of them are up.
    Sized { id: &'a ResourceId, percent: u32 },
    /// The server groups are out of traffic and their connections are drained. One that is gone takes no traffic.
    Drained(&'a [ResourceId]),
    /// The server groups have no instances.
    Empty(&'a [ResourceId]),
    /// The server groups are gone.
    Destroyed(&'a [ResourceId]),
}

/// What a look at the cloud gave.
enum Seen {
    Reached(String),
    Waiting { message: String, percent: Option<u8> },
}

/// Looks again with every change of the cloud, until the goal is reached or out of reach. The mark is set before each
/// look, so that no change between a look and the wait after it is missed.
pub(crate) async fn until(goal: Goal<'_>, cloud: &dyn Cloud, run: &TaskRun) -> Result<TaskOutcome, Failure> {
    let mut changes = cloud.changes();
    loop {
        changes.borrow_and_update();
        match goal.look(cloud).await {
            Ok(Seen::Reached(message)) => return Ok(done(message)),
            Ok(Seen::Waiting { message, percent }) => run.progress.report(message, percent),
            Err(Failure { message, retryable: true }) => {
                let (after, outputs) = (WHILE_UNAVAILABLE, Map::new());
                return Ok(TaskOutcome::Later { after, message, percent: None, outputs });
            }
            Err(failure) => return Err(failure),
        }
        if changes.changed().await.is_err() {
            return Err(Failure::retryable(format!("the provider {} has stopped", cloud.provider())));
        }
    }
}

impl Goal<'_> {
    async fn look(&self, cloud: &dyn Cloud) -> Result<Seen, Failure> {
        match *self {
            Self::Up { id, configured, percent } => {
                let group = group(cloud, id).await?;
                up(&group, readiness(&group, configured, percent), configured)
            }
            Self::Sized { id, percent } => {
                let group = group(cloud, id).await?;
                let (wanted, there) = (group.capacity.desired, group.counts().total);
                if there != wanted {
                    let message = format!("{there} instances, {wanted} wanted");
                    return Ok(Seen::Waiting { message, percent: None });
                }
                up(&group, readiness(&group, None, percent), None)
            }
            Self::Drained(ids) => self.all(cloud, ids, "out of traffic").await,
            Self::Empty(ids) => self.all(cloud, ids, "without instances").await,
            Self::Destroyed(ids) => self.all(cloud, ids, "gone").await,
        }
    }

    /// Looks at all server groups that are still there.
    async fn all(&self, cloud: &dyn Cloud, ids: &[ResourceId], what: &str) -> Result<Seen, Failure> {
        let mut left = Vec::new();
        for id in ids {
            match cloud.server_group(id).await {
                Ok(group) if self.holds(&group)? => {}
                Ok(group) => left.push(group.id.name),
                Err(CloudError::NotFound { .. }) => {}
                Err(error) => return Err(error).during("reading", id),
            }
        }
        let reached = ids.len() - left.len();
        if left.is_empty() {
            return Ok(Seen::Reached(format!("{what}: {}", names(ids))));
        }
        let percent = u8::try_from(reached * 100 / ids.len()).ok().filter(|_| ids.len() > 1);
        Ok(Seen::Waiting { message: format!("waiting for {} to be {what}", left.join(", ")), percent })
    }

    /// Whether a server group that is there is as it shall be.
    fn holds(&self, group: &ServerGroup) -> Result<bool, Failure> {
        let busy = |instance: &Instance| matches!(instance.health, Health::Up | Health::Draining);
        match self {
            Self::Drained(_) if !group.disabled => {
                Err(Failure::permanent(format!("{} was enabled again while it was draining", group.id.name)))
            }
            Self::Drained(_) => Ok(!group.instances.iter().any(busy)),
            Self::Empty(_) => Ok(group.instances.is_empty()),
            Self::Destroyed(_) | Self::Up { .. } | Self::Sized { .. } => Ok(false),
        }
    }
}

fn up(group: &ServerGroup, ready: Readiness, configured: Option<Capacity>) -> Result<Seen, Failure> {
    let name = &group.id.name;
    let wanted = configured.map_or(0, |capacity| capacity.desired);
    if wanted > 0 && group.capacity.desired == 0 {
        return Err(Failure::permanent(format!("{name} was scaled down to nothing while it was coming up")));
    }
    let Readiness { healthy, needed, instances, failed, .. } = ready;
    if ready.is_ready() {
        Ok(Seen::Reached(format!("{healthy} of {instances} instances of {name} up")))
    } else if ready.is_hopeless() {
        let why = format!("{failed} of {instances} instances ended and will not be started again");
        Err(Failure::permanent(format!("{name} can't come up: {why}{}", complaint(group))))
    } else {
        let message = format!("{healthy} of {needed} instances up{}", complaint(group));
        Ok(Seen::Waiting { message, percent: Some(ready.percent()) })
    }
}

/// What the first instance that is not well says of itself.
fn complaint(group: &ServerGroup) -> String {
    let unwell = |instance: &&Instance| match instance.health {
        Health::Failed | Health::Down => !instance.reason.is_empty(),
        Health::OutOfService | Health::Unknown | Health::Starting | Health::Draining | Health::Up => false,
    };
    let first = group.instances.iter().find(unwell);
    first.map_or(String::new(), |instance| format!(" ({}: {})", instance.name, instance.reason))
}
