//! Server groups for tests.

use std::collections::BTreeMap;

use crate::Timestamp;
use crate::cloud::{Capacity, Health, Instance, Location, ResourceId, ServerGroup, Workload};
use crate::naming::Moniker;

/// A server group of as many instances as there are letters: `u` up, `d` down, `s` starting, `o` out of service,
/// `f` failed, `r` draining, `?` unknown. It was created at the second of its sequence number.
pub(crate) fn group(name: &str, enabled: bool, instances: &str) -> ServerGroup {
    let moniker = Moniker::parse(name);
    let size = u32::try_from(instances.len()).unwrap();
    ServerGroup {
        id: ResourceId::new(Location::new("local", "north"), name),
        created: Timestamp::from_secs(moniker.sequence.unwrap_or(0).into()),
        moniker,
        provider: "local".into(),
        image: format!("image-of-{name}"),
        disabled: !enabled,
        weight: 100,
        capacity: Capacity::pinned(size),
        instances: instances.chars().map(instance).collect(),
        load_balancers: Vec::new(),
        firewalls: Vec::new(),
        workload: Workload::default(),
        labels: BTreeMap::new(),
    }
}

fn instance(letter: char) -> Instance {
    let health = match letter {
        'u' => Health::Up,
        'd' => Health::Down,
        's' => Health::Starting,
        'o' => Health::OutOfService,
        'f' => Health::Failed,
        'r' => Health::Draining,
        '?' => Health::Unknown,
        other => panic!("no health for {other}"),
    };
    Instance { name: "i".into(), health, reason: String::new(), address: None, launched: Timestamp::EPOCH, restarts: 0 }
}
