//! What the cloud in memory holds, and how it changes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::cloud::{
    Account, Capacity, Firewall, Health, Image, Instance, LoadBalancer, ResourceId, ServerGroup, ServerGroupSpec,
};
use gennaker_core::naming::Moniker;

use super::jobs::FakeJob;
use super::{Effect, Mode, Operation};
use crate::cloud::{CloudError, InstanceLog};

#[derive(Debug)]
pub(super) struct State {
    pub(super) accounts: Vec<Account>,
    pub(super) mode: Mode,
    pub(super) broken: BTreeSet<String>,
    pub(super) faults: Vec<(Operation, CloudError)>,
    pub(super) lost_answers: Vec<Operation>,
    pub(super) effects: Vec<Effect>,
    pub(super) calls: HashMap<String, usize>,
    pub(super) groups: BTreeMap<ResourceId, ServerGroup>,
    pub(super) balancers: BTreeMap<ResourceId, LoadBalancer>,
    pub(super) firewalls: BTreeMap<ResourceId, Firewall>,
    pub(super) images: BTreeMap<(String, String, String), Image>,
    pub(super) logs: BTreeMap<String, String>,
    pub(super) jobs: BTreeMap<ResourceId, FakeJob>,
    now: Timestamp,
    next_instance: u64,
}

impl State {
    pub(super) fn new(accounts: Vec<Account>) -> Self {
        Self {
            accounts,
            mode: Mode::default(),
            broken: BTreeSet::new(),
            faults: Vec::new(),
            lost_answers: Vec::new(),
            effects: Vec::new(),
            calls: HashMap::new(),
            groups: BTreeMap::new(),
            balancers: BTreeMap::new(),
            firewalls: BTreeMap::new(),
            images: BTreeMap::new(),
            logs: BTreeMap::new(),
            jobs: BTreeMap::new(),
            now: Timestamp::from_secs(1_700_000_000),
            next_instance: 0,
        }
    }

    /// Lets a second pass.
    pub(super) fn tick(&mut self) -> Timestamp {
        self.now = self.now + Duration::from_secs(1);
        self.now
    }

    pub(super) fn take_fault(&mut self, operation: Operation) -> Result<(), CloudError> {
        match self.faults.iter().position(|(faulty, _)| *faulty == operation) {
            Some(at) => Err(self.faults.remove(at).1),
            None => Ok(()),
        }
    }

    pub(super) fn take_lost_answer(&mut self, operation: Operation) -> Result<(), CloudError> {
        match self.lost_answers.iter().position(|lost| *lost == operation) {
            Some(at) => {
                self.lost_answers.remove(at);
                Err(CloudError::Unavailable("the answer was lost".to_owned()))
            }
            None => Ok(()),
        }
    }

    /// Whether this request was carried out before.
    pub(super) fn is_done(&self, request: &str, operation: Operation, group: &ResourceId) -> Result<bool, CloudError> {
        match self.effects.iter().find(|effect| effect.request == request) {
            None => Ok(false),
            Some(effect) if effect.operation == operation && effect.group == *group => Ok(true),
            Some(effect) => Err(CloudError::Invalid(format!(
                "request {request} was used before, for {:?} of {}",
                effect.operation, effect.group
            ))),
        }
    }

    pub(super) fn group(&self, id: &ResourceId) -> Result<&ServerGroup, CloudError> {
        self.groups.get(id).ok_or_else(|| not_found("server group", id))
    }

    pub(super) fn group_mut(&mut self, id: &ResourceId) -> Result<&mut ServerGroup, CloudError> {
        self.groups.get_mut(id).ok_or_else(|| not_found("server group", id))
    }

    pub(super) fn instance(&self, group: &ResourceId, name: &str) -> Result<&Instance, CloudError> {
        self.group(group)?
            .instances
            .iter()
            .find(|instance| instance.name == name)
            .ok_or_else(|| CloudError::NotFound { kind: "instance", name: format!("{group}/{name}") })
    }

    pub(super) fn create(&mut self, spec: &ServerGroupSpec) -> Result<(), CloudError> {
        self.check_location(&spec.id)?;
        let capacity = checked(spec.capacity)?;
        if self.groups.contains_key(&spec.id) {
            return Err(CloudError::Exists { kind: "server group", name: spec.id.to_string() });
        }
        let named = |name: &String| ResourceId::new(spec.id.location.clone(), name.clone());
        for id in spec.load_balancers.iter().map(named) {
            self.balancers.get(&id).ok_or_else(|| not_found("load balancer", &id))?;
        }
        for id in spec.firewalls.iter().map(named) {
            self.firewalls.get(&id).ok_or_else(|| not_found("firewall", &id))?;
        }
        let created = self.tick();
        let mut group = ServerGroup {
            id: spec.id.clone(),
            moniker: Moniker::parse(&spec.id.name),
            provider: "memory".to_owned(),
            image: spec.image.clone(),
            disabled: spec.disabled,
            weight: 100,
            capacity,
            instances: Vec::new(),
            load_balancers: spec.load_balancers.clone(),
            firewalls: spec.firewalls.clone(),
            workload: spec.workload.clone(),
            labels: spec.labels.clone(),
            created,
        };
        self.scale(&mut group);
        self.groups.insert(spec.id.clone(), group);
        Ok(())
    }

    pub(super) fn resize(&mut self, id: &ResourceId, capacity: Capacity) -> Result<(), CloudError> {
        let capacity = checked(capacity)?;
        let mut group = self.group(id)?.clone();
        group.capacity = capacity;
        self.scale(&mut group);
        self.groups.insert(id.clone(), group);
        Ok(())
    }

    pub(super) fn set_enabled(&mut self, id: &ResourceId, enabled: bool) -> Result<(), CloudError> {
        let mode = self.mode;
        let group = self.group_mut(id)?;
        group.disabled = !enabled;
        for instance in &mut group.instances {
            instance.health = match (instance.health, enabled) {
                (Health::Draining | Health::OutOfService, true) => Health::Up,
                (Health::Up, false) if mode == Mode::Manual => Health::Draining,
                (Health::Up | Health::Draining, false) => Health::OutOfService,
                (other, _) => other,
            };
        }
        Ok(())
    }

    pub(super) fn replace(&mut self, id: &ResourceId, name: &str) -> Result<(), CloudError> {
        let mut group = self.group(id)?.clone();
        group.instances.retain(|instance| instance.name != name);
        self.scale(&mut group);
        self.groups.insert(id.clone(), group);
        Ok(())
    }

    pub(super) fn settle(&mut self, id: &ResourceId) {
        let broken = self.groups.get(id).is_some_and(|group| self.broken.contains(&group.image));
        let Some(group) = self.groups.get_mut(id) else { return };
        for instance in &mut group.instances {
            instance.health = settled(group.disabled, broken);
        }
    }

    /// Starts or ends instances until there are as many as desired; the newest end first.
    fn scale(&mut self, group: &mut ServerGroup) {
        let desired = usize::try_from(group.capacity.desired).expect("a u32 fits a usize");
        group.instances.truncate(desired);
        let broken = self.broken.contains(&group.image);
        while group.instances.len() < desired {
            self.next_instance += 1;
            let health = match self.mode {
                Mode::Immediate => settled(group.disabled, broken),
                Mode::Manual => Health::Starting,
            };
            group.instances.push(Instance {
                name: format!("i-{:06}", self.next_instance),
                health,
                reason: String::new(),
                address: Some(format!("127.0.0.1:{}", 20_000 + self.next_instance % 40_000)),
                launched: self.now,
                restarts: 0,
            });
        }
    }

    pub(super) fn log(&self, instance: &str, lines: usize, bytes: usize) -> InstanceLog {
        let all = self.logs.get(instance).map_or("", String::as_str);
        let skip = all.lines().count().saturating_sub(lines);
        let mut text: String = all.lines().skip(skip).map(|line| format!("{line}\n")).collect();
        let mut truncated = skip > 0;
        while text.len() > bytes {
            text.remove(0);
            truncated = true;
        }
        InstanceLog { text, truncated }
    }

    pub(super) fn with_members(&self, balancer: &LoadBalancer) -> LoadBalancer {
        let member = |group: &&ServerGroup| {
            group.id.location == balancer.id.location && group.load_balancers.contains(&balancer.id.name)
        };
        let server_groups = self.groups.values().filter(member).map(|group| group.id.name.clone()).collect();
        LoadBalancer { server_groups, ..balancer.clone() }
    }

    pub(super) fn upsert_balancer(&mut self, balancer: &LoadBalancer) -> Result<LoadBalancer, CloudError> {
        self.check_location(&balancer.id)?;
        let mut balancer = balancer.clone();
        for listener in &mut balancer.listeners {
            let port = if listener.port == 0 { 30_000 } else { listener.port };
            listener.address = Some(format!("127.0.0.1:{port}"));
        }
        self.balancers.insert(balancer.id.clone(), balancer.clone());
        Ok(self.with_members(&balancer))
    }

    pub(super) fn delete_balancer(&mut self, id: &ResourceId) -> Result<(), CloudError> {
        let Some(balancer) = self.balancers.get(id) else { return Ok(()) };
        let members = self.with_members(balancer).server_groups;
        if !members.is_empty() {
            return Err(CloudError::Conflict(format!(
                "load balancer {id} still has server groups: {}",
                members.join(", ")
            )));
        }
        self.balancers.remove(id);
        Ok(())
    }

    pub(super) fn delete_firewall(&mut self, id: &ResourceId) -> Result<(), CloudError> {
        let here = |other: &ResourceId| other.location == id.location;
        let by_balancer = self.balancers.values().any(|b| here(&b.id) && b.firewalls.contains(&id.name));
        let by_group = self.groups.values().any(|g| here(&g.id) && g.firewalls.contains(&id.name));
        if by_balancer || by_group {
            return Err(CloudError::Conflict(format!("firewall {id} is in use")));
        }
        self.firewalls.remove(id);
        Ok(())
    }

    pub(super) fn register_image(&mut self, image: &Image, source: &str) -> Result<Image, CloudError> {
        let key = (image.location.account.clone(), image.location.region.clone(), image.id.clone());
        let digest = Some(format!("memory:{source}"));
        if let Some(known) = self.images.get(&key) {
            return if known.digest == digest {
                Ok(known.clone())
            } else {
                Err(CloudError::Exists { kind: "image", name: format!("{}/{}", image.location, image.id) })
            };
        }
        let image = Image { digest, created: self.tick(), ..image.clone() };
        self.images.insert(key, image.clone());
        Ok(image)
    }

    pub(super) fn check_location(&self, id: &ResourceId) -> Result<(), CloudError> {
        let account = self
            .accounts
            .iter()
            .find(|account| account.name == id.location.account)
            .ok_or_else(|| CloudError::NotFound { kind: "account", name: id.location.account.clone() })?;
        if account.regions.contains(&id.location.region) {
            Ok(())
        } else {
            Err(CloudError::NotFound { kind: "region", name: id.location.to_string() })
        }
    }
}

fn settled(disabled: bool, broken: bool) -> Health {
    match (broken, disabled) {
        (true, _) => Health::Down,
        (false, true) => Health::OutOfService,
        (false, false) => Health::Up,
    }
}

fn checked(capacity: Capacity) -> Result<Capacity, CloudError> {
    capacity.checked().map_err(|error| CloudError::Invalid(error.to_string()))
}

pub(super) fn not_found(kind: &'static str, id: &ResourceId) -> CloudError {
    CloudError::NotFound { kind, name: id.to_string() }
}
