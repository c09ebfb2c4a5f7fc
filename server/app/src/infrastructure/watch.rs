//! `WatchInfrastructure`: a snapshot, then what changes.
//!
//! Providers tell that something has changed; then everything of the application is read again and compared with what was
//! seen last. What is seen, and its revision, is shared by all streams of an application, so that a client can go on with
//! another stream where one broke off.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::select_all;
use gennaker_proto::v1;
use gennaker_proto::v1::watch_infrastructure_response::Message;
use tokio::sync::watch;

use super::Inventory;
use crate::names::Parent;
use crate::pump::{End, Outlet};
use crate::{App, AppError, Caller, Stream, convert, names};

/// Changes that come one after the other are told together.
const COALESCE: Duration = Duration::from_millis(50);
/// Of how many applications what was seen last is kept.
const MAX_VIEWS: usize = 256;

/// What was seen last of each application that is, or was, watched.
#[derive(Debug, Default)]
pub(crate) struct Views(Mutex<HashMap<String, Arc<View>>>);

/// All infrastructure of an application at a revision, by name.
#[derive(Debug, Default, PartialEq)]
struct View {
    revision: u64,
    server_groups: BTreeMap<String, v1::ServerGroup>,
    instances: BTreeMap<String, v1::Instance>,
    load_balancers: BTreeMap<String, v1::LoadBalancer>,
    firewalls: BTreeMap<String, v1::Firewall>,
    unreachable: Vec<String>,
}

impl App {
    /// Follows the infrastructure of an application.
    pub async fn watch_infrastructure(
        &self,
        caller: &Caller,
        request: v1::WatchInfrastructureRequest,
    ) -> Result<Stream<v1::WatchInfrastructureResponse>, AppError> {
        self.admit(caller, &request).await?;
        let limit = u64::from(self.inner.options.limits.max_concurrent_watches);
        let permit = self.inner.watches.clone().try_acquire_owned().map_err(|_| AppError::ResourceExhausted {
            what: "concurrent watches".to_owned(),
            limit,
            retry_after: Some(Duration::from_secs(1)),
        })?;
        let application = names::application_id("application", &request.application)?.to_owned();
        let changes = self.inner.ports.clouds.all().iter().map(|cloud| cloud.changes()).collect();
        let app = self.clone();
        Ok(self.stream(|outlet| async move {
            let _permit = permit;
            app.follow(&application, request.after_revision, changes, &outlet).await
        }))
    }

    async fn follow(
        &self,
        application: &str,
        after: Option<u64>,
        mut changes: Vec<watch::Receiver<u64>>,
        outlet: &Outlet<v1::WatchInfrastructureResponse>,
    ) -> Result<(), End> {
        let known = self.inner.views.last(application).filter(|view| after == Some(view.revision));
        let mut view = match known {
            Some(view) => view,
            None => {
                let view = self.look(application, &mut changes).await?;
                send(outlet, Message::Snapshot(view.snapshot()), view.revision).await?;
                view
            }
        };
        loop {
            let now = self.look(application, &mut changes).await?;
            if let Some(delta) = now.since(&view) {
                send(outlet, Message::Delta(delta), now.revision).await?;
            }
            view = now;
            self.idle(&mut changes, outlet, view.revision).await?;
            outlet.or_left(tokio::time::sleep(COALESCE)).await?;
        }
    }

    /// Waits for a change, with heartbeats.
    async fn idle(
        &self,
        changes: &mut [watch::Receiver<u64>],
        outlet: &Outlet<v1::WatchInfrastructureResponse>,
        revision: u64,
    ) -> Result<(), End> {
        let heartbeat = self.inner.options.limits.heartbeat_interval;
        loop {
            match tokio::time::timeout(heartbeat, outlet.or_left(any_change(changes))).await {
                Ok(changed) => return changed,
                Err(_) => {
                    send(outlet, Message::Heartbeat(v1::Heartbeat { sequence: revision }), revision).await?;
                }
            }
        }
    }

    /// Everything of an application as it is now.
    async fn look(&self, application: &str, changes: &mut [watch::Receiver<u64>]) -> Result<Arc<View>, AppError> {
        for change in changes {
            change.mark_unchanged();
        }
        let inventory = self.inventory(&Parent::Application(application)).await?;
        Ok(self.inner.views.see(application, View::of(&inventory), self.now().as_micros()))
    }
}

/// Waits until a provider tells that something has changed. One that is gone never does.
async fn any_change(changes: &mut [watch::Receiver<u64>]) {
    if changes.is_empty() {
        return std::future::pending().await;
    }
    let change = |receiver| Box::pin(one_change(receiver));
    select_all(changes.iter_mut().map(change)).await;
}

async fn one_change(receiver: &mut watch::Receiver<u64>) {
    if receiver.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn send(outlet: &Outlet<v1::WatchInfrastructureResponse>, message: Message, revision: u64) -> Result<(), End> {
    outlet.send(v1::WatchInfrastructureResponse { message: Some(message) }, revision).await
}

impl Views {
    fn last(&self, application: &str) -> Option<Arc<View>> {
        self.0.lock().expect("no holder of the lock panics").get(application).cloned()
    }

    /// Gives what was seen its revision: that of the last look if it shows the same, and a later one otherwise. Revisions
    /// begin with the time, so that they grow over restarts.
    fn see(&self, application: &str, mut view: View, micros: i64) -> Arc<View> {
        let mut views = self.0.lock().expect("no holder of the lock panics");
        let last = views.get(application).cloned();
        if let Some(last) = &last {
            view.revision = last.revision;
            if view == **last {
                return last.clone();
            }
        }
        let next = last.map_or(0, |last| last.revision + 1);
        view.revision = next.max(u64::try_from(micros).unwrap_or_default());
        let view = Arc::new(view);
        if views.len() >= MAX_VIEWS && !views.contains_key(application) {
            let unwatched = |(_, view): &(&String, &Arc<View>)| Arc::strong_count(view) == 1;
            let oldest = views.iter().filter(unwatched).min_by_key(|(_, view)| view.revision);
            if let Some(name) = oldest.map(|(name, _)| name.clone()) {
                views.remove(&name);
            }
        }
        views.insert(application.to_owned(), view.clone());
        view
    }
}

impl View {
    fn of(inventory: &Inventory) -> Self {
        let by_name = |group: v1::ServerGroup| (group.name.clone(), group);
        let groups = convert::server_group::all_to_proto(&inventory.groups);
        let instances = inventory.groups.iter().flat_map(|group| {
            group.instances.iter().map(|instance| convert::server_group::instance(&group.id, instance))
        });
        Self {
            revision: 0,
            server_groups: groups.into_iter().map(by_name).collect(),
            instances: instances.map(|instance| (instance.name.clone(), instance)).collect(),
            load_balancers: inventory.load_balancers().into_iter().map(|b| (b.name.clone(), b)).collect(),
            firewalls: inventory.firewalls().into_iter().map(|f| (f.name.clone(), f)).collect(),
            unreachable: inventory.unreachable.clone(),
        }
    }

    fn snapshot(&self) -> v1::InfrastructureSnapshot {
        v1::InfrastructureSnapshot {
            revision: self.revision,
            server_groups: self.server_groups.values().cloned().collect(),
            instances: self.instances.values().cloned().collect(),
            load_balancers: self.load_balancers.values().cloned().collect(),
            firewalls: self.firewalls.values().cloned().collect(),
            unreachable: self.unreachable.clone(),
        }
    }

    /// What is different from an earlier look; `None` where nothing is.
    fn since(&self, earlier: &Self) -> Option<v1::InfrastructureDelta> {
        if self == earlier {
            return None;
        }
        let mut removed = Vec::new();
        Some(v1::InfrastructureDelta {
            revision: self.revision,
            server_groups: changed(&earlier.server_groups, &self.server_groups, &mut removed),
            instances: changed(&earlier.instances, &self.instances, &mut removed),
            load_balancers: changed(&earlier.load_balancers, &self.load_balancers, &mut removed),
            firewalls: changed(&earlier.firewalls, &self.firewalls, &mut removed),
            removed,
            unreachable: self.unreachable.clone(),
        })
    }
}

fn changed<T: Clone + PartialEq>(
    before: &BTreeMap<String, T>,
    after: &BTreeMap<String, T>,
    removed: &mut Vec<String>,
) -> Vec<T> {
    removed.extend(before.keys().filter(|name| !after.contains_key(*name)).cloned());
    let is_new = |(name, value): &(&String, &T)| before.get(*name) != Some(*value);
    after.iter().filter(is_new).map(|(_, value)| value.clone()).collect()
}
