//! Everything the local cloud knows, in memory: what shall be, from the journal, and what is, from its tasks.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use gennaker_core::cloud::{Firewall, Health, Image, Instance, LoadBalancer, Location, ResourceId, ServerGroup};
use gennaker_core::naming::Moniker;
use gennaker_ports::CloudError;
use tokio::sync::Notify;

use crate::guard::{Guard, Rules};
use crate::health::Verdict;
use crate::proxy::endpoint::Endpoint;
use crate::proxy::router::Member;
use crate::proxy::{Common, Proxy};
use crate::record::{Change, GroupWish, ImageKey, InstanceRecord, JobRecord, RequestRecord};
use crate::traffic::{GroupTraffic, Traffic};

/// Counters of destroyed server groups are kept up to this many.
const MAX_TRAFFIC: usize = 2000;

#[derive(Debug)]
pub(crate) struct World {
    common: Arc<Common>,
    pub(crate) identity: Option<String>,
    pub(crate) groups: BTreeMap<ResourceId, Group>,
    pub(crate) balancers: BTreeMap<ResourceId, Balancer>,
    pub(crate) firewalls: BTreeMap<ResourceId, (Firewall, Rules)>,
    pub(crate) images: BTreeMap<ImageKey, Image>,
    pub(crate) jobs: BTreeMap<ResourceId, JobEntry>,
    pub(crate) requests: BTreeMap<String, RequestRecord>,
    /// Keys of the requests by number, oldest first.
    pub(crate) request_order: BTreeMap<u64, String>,
    traffic: BTreeMap<(ResourceId, ResourceId), Arc<Traffic>>,
}

/// A server group: the wish, and the instances there are.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) wish: GroupWish,
    /// In start order.
    pub(crate) instances: Vec<InstanceState>,
    /// Wakes its supervisor.
    pub(crate) wake: Arc<Notify>,
    pub(crate) supervised: bool,
}

/// An instance as its task sees it.
#[derive(Debug)]
pub(crate) struct InstanceState {
    pub(crate) record: InstanceRecord,
    pub(crate) verdict: Verdict,
    pub(crate) address: Option<SocketAddr>,
    /// It has been taken out of traffic in order to end.
    pub(crate) stopping: bool,
    pub(crate) endpoint: Option<Arc<Endpoint>>,
}

/// A job, and the task that sees to it.
#[derive(Debug)]
pub(crate) struct JobEntry {
    pub(crate) record: JobRecord,
    /// Wakes its task.
    pub(crate) wake: Arc<Notify>,
    pub(crate) attended: bool,
}

/// A load balancer and the proxy that is it.
#[derive(Debug)]
pub(crate) struct Balancer {
    pub(crate) wish: LoadBalancer,
    pub(crate) proxy: Arc<Proxy>,
    /// Why it does not listen.
    pub(crate) problem: Option<String>,
}

impl World {
    pub(crate) fn new(common: Arc<Common>) -> Self {
        Self {
            common,
            identity: None,
            groups: BTreeMap::new(),
            balancers: BTreeMap::new(),
            firewalls: BTreeMap::new(),
            images: BTreeMap::new(),
            jobs: BTreeMap::new(),
            requests: BTreeMap::new(),
            request_order: BTreeMap::new(),
            traffic: BTreeMap::new(),
        }
    }

    /// Takes over a change that the journal holds.
    pub(crate) fn apply(&mut self, change: &Change) {
        match change {
            Change::Identity(identity) => self.identity = Some(identity.clone()),
            Change::Group(wish) => self.apply_group(wish),
            Change::GroupGone(id) => drop(self.groups.remove(id)),
            Change::Instance(record) => self.apply_instance(record),
            Change::InstanceGone { group, name } => {
                if let Some(group) = self.groups.get_mut(group) {
                    group.instances.retain(|instance| instance.record.name != *name);
                }
            }
            Change::Balancer(wish) => self.apply_balancer(wish),
            Change::BalancerGone(id) => drop(self.balancers.remove(id)),
            Change::Firewall(firewall) => {
                // What was checked before it was recorded parses; if it did not, it would allow nothing.
                let rules = Rules::parse(firewall).unwrap_or_default();
                self.firewalls.insert(firewall.id.clone(), (firewall.clone(), rules));
            }
            Change::FirewallGone(id) => drop(self.firewalls.remove(id)),
            Change::Image(image) => {
                self.images.insert((image.location.clone(), image.id.clone()), image.clone());
            }
            Change::Job(record) => self.apply_job(record),
            Change::JobGone(id) => drop(self.jobs.remove(id)),
            Change::Request(record) => {
                self.request_order.insert(record.number, record.key.clone());
                self.requests.insert(record.key.clone(), record.clone());
            }
            Change::RequestGone(key) => {
                if let Some(record) = self.requests.remove(key) {
                    self.request_order.remove(&record.number);
                }
            }
        }
    }

    fn apply_group(&mut self, wish: &GroupWish) {
        match self.groups.get_mut(&wish.id) {
            Some(group) => {
                group.wish = wish.clone();
                group.wake.notify_one();
            }
            None => {
                let wake = Arc::new(Notify::new());
                let group = Group { wish: wish.clone(), instances: Vec::new(), wake, supervised: false };
                self.groups.insert(wish.id.clone(), group);
            }
        }
    }

    fn apply_instance(&mut self, record: &InstanceRecord) {
        let Some(group) = self.groups.get_mut(&record.group) else { return };
        match group.instances.iter_mut().find(|instance| instance.record.name == record.name) {
            Some(instance) => instance.record = record.clone(),
            None => {
                group.instances.push(InstanceState::new(record.clone(), Health::Unknown, "not asked yet"));
                group.instances.sort_by(|a, b| a.order().cmp(&b.order()));
            }
        }
    }

    fn apply_balancer(&mut self, wish: &LoadBalancer) {
        let common = &self.common;
        let balancer = self.balancers.entry(wish.id.clone()).or_insert_with(|| Balancer {
            wish: wish.clone(),
            proxy: Proxy::new(wish.id.clone(), common.clone()),
            problem: None,
        });
        balancer.wish = wish.clone();
        balancer.problem = None;
    }

    fn apply_job(&mut self, record: &JobRecord) {
        match self.jobs.get_mut(&record.spec.id) {
            Some(job) => {
                job.record = record.clone();
                job.wake.notify_one();
            }
            None => {
                let job = JobEntry { record: record.clone(), wake: Arc::new(Notify::new()), attended: false };
                self.jobs.insert(record.spec.id.clone(), job);
            }
        }
    }

    /// The digest of an image.
    pub(crate) fn image_digest(&self, location: &Location, image: &str) -> Result<String, CloudError> {
        let known = self.images.get(&(location.clone(), image.to_owned()));
        let digest = known.and_then(|image| image.digest.clone());
        digest.ok_or_else(|| CloudError::NotFound { kind: "image", name: format!("{location}/{image}") })
    }

    /// The jobs that have not ended.
    pub(crate) fn running_jobs(&self) -> impl Iterator<Item = &JobRecord> {
        self.jobs.values().map(|job| &job.record).filter(|record| record.end.is_none())
    }

    /// The proxy of a load balancer, or the one it would get.
    pub(crate) fn proxy(&self, id: &ResourceId) -> Arc<Proxy> {
        let known = self.balancers.get(id).map(|balancer| balancer.proxy.clone());
        known.unwrap_or_else(|| Proxy::new(id.clone(), self.common.clone()))
    }

    /// Tells the proxies where traffic goes now. Gives the endpoints that were taken out of rotation, to be drained.
    pub(crate) fn reroute(&mut self) -> Vec<Arc<Endpoint>> {
        let mut retired = Vec::new();
        let mut members: BTreeMap<ResourceId, Vec<Member>> = BTreeMap::new();
        for group in self.groups.values_mut() {
            let takes_traffic = group.takes_traffic();
            let endpoints: Vec<_> =
                group.instances.iter_mut().filter_map(|instance| instance.route(takes_traffic, &mut retired)).collect();
            if endpoints.is_empty() {
                continue;
            }
            let wish = &group.wish;
            let guard = guard(&self.firewalls, &wish.id.location, &wish.firewalls);
            for balancer in wish.balancers() {
                let key = (balancer.clone(), wish.id.clone());
                let traffic = self.traffic.entry(key).or_insert_with(|| Arc::new(Traffic::new(&balancer, &wish.id)));
                let mut member = Member::new(wish.id.clone(), wish.weight, guard.clone(), traffic.clone());
                member.endpoints.clone_from(&endpoints);
                members.entry(balancer).or_default().push(member);
            }
        }
        for (id, balancer) in &self.balancers {
            let guard = guard(&self.firewalls, &id.location, &balancer.wish.firewalls);
            balancer.proxy.route(members.remove(id).unwrap_or_default(), guard);
        }
        self.forget_traffic();
        retired
    }

    fn forget_traffic(&mut self) {
        if self.traffic.len() > MAX_TRAFFIC {
            self.traffic.retain(|(_, group), _| self.groups.contains_key(group));
        }
    }

    /// What each server group has answered, destroyed ones included.
    pub(crate) fn traffic(&self) -> BTreeMap<ResourceId, GroupTraffic> {
        let mut by_group: BTreeMap<ResourceId, GroupTraffic> = BTreeMap::new();
        for ((_, group), traffic) in &self.traffic {
            by_group.entry(group.clone()).or_default().add(&traffic.snapshot());
        }
        by_group
    }

    pub(crate) fn group(&self, id: &ResourceId) -> Result<&Group, CloudError> {
        self.groups.get(id).ok_or_else(|| not_found("server group", id))
    }

    pub(crate) fn instance_mut(&mut self, group: &ResourceId, name: &str) -> Option<&mut InstanceState> {
        self.groups.get_mut(group)?.instances.iter_mut().find(|instance| instance.record.name == name)
    }

    /// A load balancer with the names of its server groups.
    pub(crate) fn balancer(&self, balancer: &Balancer) -> LoadBalancer {
        let id = &balancer.wish.id;
        let member =
            |group: &&Group| group.wish.id.location == id.location && group.wish.load_balancers.contains(&id.name);
        let server_groups = self.groups.values().filter(member).map(|group| group.wish.id.name.clone()).collect();
        LoadBalancer { server_groups, ..balancer.wish.clone() }
    }

    /// All ports that instances have.
    pub(crate) fn ports(&self) -> BTreeSet<u16> {
        self.groups.values().flat_map(|group| &group.instances).map(|instance| instance.record.port).collect()
    }
}

impl Group {
    pub(crate) const fn takes_traffic(&self) -> bool {
        !self.wish.disabled && !self.wish.deleting
    }

    pub(crate) fn view(&self) -> ServerGroup {
        let wish = &self.wish;
        let takes_traffic = self.takes_traffic();
        ServerGroup {
            id: wish.id.clone(),
            moniker: Moniker::parse(&wish.id.name),
            provider: crate::PROVIDER.to_owned(),
            image: wish.image.clone(),
            disabled: !takes_traffic,
            weight: wish.weight,
            capacity: wish.capacity,
            instances: self.instances.iter().map(|instance| instance.view(takes_traffic)).collect(),
            load_balancers: wish.load_balancers.clone(),
            firewalls: wish.firewalls.clone(),
            workload: wish.workload.clone(),
            labels: wish.labels.clone(),
            created: wish.created,
        }
    }
}

impl InstanceState {
    pub(crate) fn new(record: InstanceRecord, health: Health, reason: &str) -> Self {
        let verdict = Verdict { health, reason: reason.to_owned() };
        Self { record, verdict, address: None, stopping: false, endpoint: None }
    }

    fn order(&self) -> (gennaker_core::Timestamp, &str) {
        (self.record.created, &self.record.name)
    }

    /// The endpoint that takes its traffic, if it may have some.
    fn route(&mut self, takes_traffic: bool, retired: &mut Vec<Arc<Endpoint>>) -> Option<Arc<Endpoint>> {
        let address = self.address.filter(|_| takes_traffic && !self.stopping && self.verdict.health == Health::Up);
        let usable = |endpoint: &&Arc<Endpoint>| Some(endpoint.address) == address && !endpoint.is_cut();
        if let Some(endpoint) = self.endpoint.as_ref().filter(usable) {
            endpoint.rotate(true);
            return Some(endpoint.clone());
        }
        retired.extend(self.endpoint.iter().filter(|endpoint| endpoint.rotate(false)).cloned());
        let endpoint = Endpoint::new(address?);
        endpoint.rotate(true);
        self.endpoint = Some(endpoint.clone());
        Some(endpoint)
    }

    pub(crate) fn view(&self, takes_traffic: bool) -> Instance {
        let busy = self.endpoint.as_ref().is_some_and(|endpoint| endpoint.load() > 0);
        let well = self.verdict.health == Health::Up;
        let (health, reason) = match (self.stopping, well, takes_traffic, busy) {
            (true, ..) => (Health::Draining, "finishes its last requests and ends"),
            (false, true, false, true) => (Health::Draining, "finishes its last requests"),
            (false, true, false, false) => (Health::OutOfService, "its server group is disabled"),
            (false, false, ..) | (false, true, true, _) => (self.verdict.health, self.verdict.reason.as_str()),
        };
        Instance {
            name: self.record.name.clone(),
            health,
            reason: reason.to_owned(),
            address: self.address.map(|address| address.to_string()),
            launched: self.record.launched,
            restarts: self.record.restarts,
        }
    }
}

fn guard(firewalls: &BTreeMap<ResourceId, (Firewall, Rules)>, location: &Location, names: &[String]) -> Guard {
    let rules = |name: &String| {
        let id = ResourceId::new(location.clone(), name.clone());
        // A firewall in use cannot be deleted; if one were missing, it would allow nothing.
        firewalls.get(&id).map(|(_, rules)| rules.clone()).unwrap_or_default()
    };
    Guard::new(names.iter().map(rules).collect())
}

pub(crate) fn not_found(kind: &'static str, id: &ResourceId) -> CloudError {
    CloudError::NotFound { kind, name: id.to_string() }
}
