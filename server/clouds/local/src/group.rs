//! Keeping as many instances of a server group as are wanted.

use std::collections::BTreeMap;
use std::sync::Arc;

use gennaker_core::cloud::{Health, ResourceId};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::hub::Hub;
use crate::instance::Runner;
use crate::record::{Change, InstanceRecord};
use crate::world::{Group, InstanceState};

/// Watches over a server group until it is destroyed.
pub(crate) async fn supervise(hub: Arc<Hub>, id: ResourceId, wake: Arc<Notify>) {
    let mut crew = Crew { hub, id, stops: BTreeMap::new(), tasks: JoinSet::new() };
    for name in crew.known() {
        crew.attend(name);
    }
    while !crew.reconcile() {
        tokio::select! {
            () = wake.notified() => {}
            Some(ended) = crew.tasks.join_next() => {
                if let Err(error) = ended {
                    tracing::error!(server_group = %crew.id, %error, "an instance's task broke");
                }
                crew.dismiss();
            }
        }
    }
    if !crew.hub.is_ending() {
        crew.forget().await;
    }
}

struct Crew {
    hub: Arc<Hub>,
    id: ResourceId,
    /// Asks the task of an instance to end it.
    stops: BTreeMap<String, watch::Sender<bool>>,
    tasks: JoinSet<()>,
}

/// What to do so that there are as many instances as wanted.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    stop: Vec<String>,
    start: u32,
}

impl Crew {
    fn known(&self) -> Vec<String> {
        self.hub.read(|world| world.groups.get(&self.id).map(names).unwrap_or_default())
    }

    /// Starts and ends instances; tells whether the group is done with.
    fn reconcile(&mut self) -> bool {
        let ending = self.hub.is_ending();
        let planned = self.hub.read(|world| {
            let group = world.groups.get(&self.id)?;
            let gone = ending || group.wish.deleting;
            Some((plan(group, gone, |name| self.is_asked_to_stop(name)), gone))
        });
        let Some((plan, gone)) = planned else { return true };
        for name in &plan.stop {
            if let Some(stop) = self.stops.get(name) {
                stop.send_replace(true);
            }
        }
        for _ in 0..plan.start {
            let name = self.enlist();
            self.attend(name);
        }
        gone && self.stops.is_empty()
    }

    fn is_asked_to_stop(&self, name: &str) -> bool {
        self.stops.get(name).is_some_and(|stop| *stop.borrow())
    }

    /// Makes room for a new instance.
    fn enlist(&self) -> String {
        let name = format!("i-{:08x}", rand::random::<u32>());
        let now = self.hub.clock.now();
        let record = InstanceRecord {
            group: self.id.clone(),
            name: name.clone(),
            created: now,
            launched: now,
            restarts: 0,
            port: 0,
            process: None,
        };
        self.hub.change(|world| {
            if let Some(group) = world.groups.get_mut(&self.id) {
                group.instances.push(InstanceState::new(record, Health::Starting, "is being started"));
            }
        });
        name
    }

    /// Gives an instance its task.
    fn attend(&mut self, name: String) {
        let (stop, stopped) = watch::channel(false);
        self.stops.insert(name.clone(), stop);
        self.tasks.spawn(Runner::new(self.hub.clone(), self.id.clone(), name, stopped).run());
    }

    /// Forgets instances whose task has ended.
    fn dismiss(&mut self) {
        self.stops.retain(|_, stop| !stop.is_closed());
        let alive = |instance: &InstanceState| self.stops.contains_key(&instance.record.name);
        self.hub.change(|world| {
            if let Some(group) = world.groups.get_mut(&self.id) {
                group.instances.retain(alive);
            }
        });
    }

    async fn forget(&self) {
        let id = self.id.clone();
        let forgotten =
            self.hub.blocking(|hub| hub.commit(|_| Ok((vec![Change::GroupGone(id)], ())), |_, ()| ())).await;
        if let Err(error) = forgotten.flatten() {
            tracing::error!(server_group = %self.id, %error, "cannot forget the server group; the next start will");
        }
    }
}

fn names(group: &Group) -> Vec<String> {
    group.instances.iter().map(|instance| instance.record.name.clone()).collect()
}

/// Ends the condemned, and then, while there are too many, unwell instances before well ones and new before old ones.
fn plan(group: &Group, gone: bool, asked: impl Fn(&str) -> bool) -> Plan {
    let desired = if gone { 0 } else { group.wish.capacity.desired };
    let (mut stop, mut staying) = (Vec::new(), Vec::new());
    for instance in group.instances.iter().filter(|instance| !asked(&instance.record.name)) {
        if group.wish.condemned.contains(&instance.record.name) {
            stop.push(instance.record.name.clone());
        } else {
            staying.push(instance);
        }
    }
    let count = u32::try_from(staying.len()).unwrap_or(u32::MAX);
    staying.reverse();
    staying.sort_by_key(|instance| instance.verdict.health == Health::Up);
    let surplus = staying.iter().take(count.saturating_sub(desired) as usize);
    stop.extend(surplus.map(|instance| instance.record.name.clone()));
    Plan { stop, start: desired.saturating_sub(count) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gennaker_core::Timestamp;
    use gennaker_core::cloud::{Capacity, Location, Workload};

    use super::*;
    use crate::record::GroupWish;

    fn group(desired: u32, instances: &[(&str, Health)]) -> Group {
        let id = ResourceId::new(Location::new("local", "local"), "shop-v000");
        let wish = GroupWish {
            id: id.clone(),
            image: "shop:1".into(),
            capacity: Capacity::pinned(desired),
            disabled: false,
            weight: 100,
            load_balancers: vec![],
            firewalls: vec![],
            workload: Workload::default(),
            labels: BTreeMap::new(),
            created: Timestamp::EPOCH,
            deleting: false,
            condemned: BTreeSet::new(),
        };
        let state = |(name, health): &(&str, Health)| {
            let record = InstanceRecord {
                group: id.clone(),
                name: (*name).to_owned(),
                created: Timestamp::EPOCH,
                launched: Timestamp::EPOCH,
                restarts: 0,
                port: 0,
                process: None,
            };
            InstanceState::new(record, *health, "")
        };
        let instances = instances.iter().map(state).collect();
        Group { wish, instances, wake: Arc::default(), supervised: true }
    }

    fn planned(group: &Group, gone: bool) -> (Vec<String>, u32) {
        let Plan { stop, start } = plan(group, gone, |name| name == "asked");
        (stop, start)
    }

    #[test]
    fn missing_instances_are_started() {
        use Health::{Down, Up};
        assert_eq!(planned(&group(3, &[("a", Up)]), false), (vec![], 2));
        assert_eq!(
            planned(&group(2, &[("a", Down), ("b", Up)]), false),
            (vec![], 0),
            "an unwell one is no missing one"
        );
        assert_eq!(planned(&group(2, &[("a", Up), ("asked", Up)]), false), (vec![], 1), "an ending one is");
    }

    #[test]
    fn surplus_ends_unwell_first_then_newest() {
        use Health::{Down, Up};
        let instances = [("a", Up), ("b", Down), ("c", Up), ("asked", Up), ("d", Up)];
        for (desired, stop) in [(4, vec![]), (3, vec!["b"]), (2, vec!["b", "d"]), (0, vec!["b", "d", "c", "a"])] {
            assert_eq!(planned(&group(desired, &instances), false), (stop.into_iter().map(str::to_owned).collect(), 0));
        }
        assert_eq!(planned(&group(4, &instances), true).0.len(), 4);
    }

    #[test]
    fn the_condemned_are_replaced() {
        let mut group = group(2, &[("a", Health::Up), ("b", Health::Up)]);
        group.wish.condemned.insert("a".into());
        assert_eq!(planned(&group, false), (vec!["a".to_owned()], 1));
    }
}
