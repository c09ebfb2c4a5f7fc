//! The local cloud as a provider.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::cloud::{
    Account, Capacity, Firewall, Image, Instance, LoadBalancer, Location, ResourceId, ServerGroup, ServerGroupSpec,
};
use gennaker_ports::cloud::{Cloud, CloudError, InstanceLog, Jobs, ServerGroupFilter};
use tokio::sync::watch;

use crate::guard::Rules;
use crate::hub::Hub;
use crate::proxy::{Closed, Proxy};
use crate::record::{Change, GroupWish, Operation};
use crate::traffic::GroupTraffic;
use crate::world::{Group, World, not_found};
use crate::{PROVIDER, check};

/// How much of a log is read at once, in bytes.
pub(crate) const MAX_LOG_BYTES: usize = 4 << 20;
const MAX_IMAGE_ID: usize = 256;

/// The local cloud. Cheap to clone; it works as long as its [`Service`](crate::Service) runs.
#[derive(Clone)]
pub struct LocalCloud {
    pub(crate) hub: Arc<Hub>,
}

impl LocalCloud {
    /// What each server group has answered since the server started, those destroyed since included.
    pub fn traffic(&self) -> BTreeMap<ResourceId, GroupTraffic> {
        self.hub.read(World::traffic)
    }

    fn group(&self, id: &ResourceId) -> Result<ServerGroup, CloudError> {
        self.hub.read(|world| world.group(id).map(Group::view))
    }

    /// Changes the wish of a server group once for its request, and gives the group.
    async fn alter(
        &self,
        request: &str,
        operation: Operation,
        id: &ResourceId,
        alter: impl FnOnce(&mut GroupWish) + Send + 'static,
    ) -> Result<ServerGroup, CloudError> {
        let target = id.clone();
        let plan = move |world: &World| {
            let mut wish = staying(world, &target)?;
            alter(&mut wish);
            Ok(vec![Change::Group(Box::new(wish))])
        };
        self.hub.once(request, operation, id, plan).await?;
        self.group(id)
    }
}

/// The wish of a group that is not being destroyed.
fn staying(world: &World, id: &ResourceId) -> Result<GroupWish, CloudError> {
    let wish = world.group(id)?.wish.clone();
    if wish.deleting {
        return Err(CloudError::Conflict(format!("server group {id} is being destroyed")));
    }
    Ok(wish)
}

fn new_wish(hub: &Hub, spec: ServerGroupSpec, capacity: Capacity) -> GroupWish {
    GroupWish {
        id: spec.id,
        image: spec.image,
        capacity,
        disabled: spec.disabled,
        weight: 100,
        load_balancers: spec.load_balancers,
        firewalls: spec.firewalls,
        workload: spec.workload,
        labels: spec.labels,
        created: hub.clock.now(),
        deleting: false,
        condemned: BTreeSet::new(),
    }
}

fn plan_creation(hub: &Hub, world: &World, spec: ServerGroupSpec) -> Result<Vec<Change>, CloudError> {
    let capacity = check::capacity(&hub.options, world, &spec.id, spec.capacity)?;
    match world.groups.get(&spec.id) {
        Some(group) if group.wish.deleting => {
            return Err(CloudError::Unavailable(format!("the old server group {} is still being destroyed", spec.id)));
        }
        Some(_) => return Err(CloudError::Exists { kind: "server group", name: spec.id.to_string() }),
        None => {}
    }
    if world.groups.len() >= hub.options.limits.server_groups {
        let limit = hub.options.limits.server_groups;
        return Err(CloudError::Unavailable(format!(
            "the local cloud may have {limit} server groups; destroy old ones"
        )));
    }
    check::neighbours(world, &spec)?;
    Ok(vec![Change::Group(Box::new(new_wish(hub, spec, capacity)))])
}

#[async_trait]
impl Cloud for LocalCloud {
    fn provider(&self) -> &'static str {
        PROVIDER
    }

    fn accounts(&self) -> Vec<Account> {
        let problems = self.hub.problems();
        let problems: Vec<_> = problems.iter().map(|(id, problem)| format!("load balancer {id}: {problem}")).collect();
        vec![Account {
            name: self.hub.options.account.clone(),
            provider: PROVIDER.to_owned(),
            regions: self.hub.options.regions.clone(),
            problem: (!problems.is_empty()).then(|| problems.join("; ")),
        }]
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.hub.changes.subscribe()
    }

    async fn server_groups(&self, filter: &ServerGroupFilter) -> Result<Vec<ServerGroup>, CloudError> {
        let mut groups: Vec<_> = self.hub.read(|world| world.groups.values().map(Group::view).collect());
        groups.retain(|group| filter.matches(group));
        Ok(groups)
    }

    async fn server_group(&self, id: &ResourceId) -> Result<ServerGroup, CloudError> {
        self.group(id)
    }

    async fn create_server_group(&self, request: &str, spec: &ServerGroupSpec) -> Result<ServerGroup, CloudError> {
        check::spec(&self.hub.options, spec)?;
        let (hub, id, spec) = (self.hub.clone(), spec.id.clone(), spec.clone());
        let plan = move |world: &World| plan_creation(&hub, world, spec);
        self.hub.once(request, Operation::Create, &id, plan).await?;
        self.group(&id)
    }

    async fn resize_server_group(
        &self,
        request: &str,
        id: &ResourceId,
        capacity: Capacity,
    ) -> Result<ServerGroup, CloudError> {
        let (hub, target) = (self.hub.clone(), id.clone());
        let plan = move |world: &World| {
            let capacity = check::capacity(&hub.options, world, &target, capacity)?;
            let wish = GroupWish { capacity, ..staying(world, &target)? };
            Ok(vec![Change::Group(Box::new(wish))])
        };
        self.hub.once(request, Operation::Resize, id, plan).await?;
        self.group(id)
    }

    async fn set_server_group_enabled(
        &self,
        request: &str,
        id: &ResourceId,
        enabled: bool,
    ) -> Result<ServerGroup, CloudError> {
        let operation = if enabled { Operation::Enable } else { Operation::Disable };
        self.alter(request, operation, id, move |wish| wish.disabled = !enabled).await
    }

    async fn set_server_group_weight(
        &self,
        request: &str,
        id: &ResourceId,
        weight: u32,
    ) -> Result<ServerGroup, CloudError> {
        self.alter(request, Operation::Weight, id, move |wish| wish.weight = weight).await
    }

    async fn destroy_server_group(&self, request: &str, id: &ResourceId) -> Result<(), CloudError> {
        let target = id.clone();
        let plan = move |world: &World| {
            let Some(group) = world.groups.get(&target) else { return Ok(Vec::new()) };
            let wish = GroupWish { deleting: true, ..group.wish.clone() };
            Ok(vec![Change::Group(Box::new(wish))])
        };
        self.hub.once(request, Operation::Destroy, id, plan).await
    }

    async fn instance_log(
        &self,
        group: &ResourceId,
        instance: &str,
        lines: usize,
        bytes: usize,
    ) -> Result<InstanceLog, CloudError> {
        check::location(&self.hub.options, &group.location)?;
        check::name("server group", &group.name)?;
        check::name("instance", instance)?;
        let known = self.hub.read(|world| {
            let instances = world.groups.get(group).map(|group| group.instances.as_slice()).unwrap_or_default();
            instances.iter().any(|known| known.record.name == instance)
        });
        let (id, name) = (group.clone(), instance.to_owned());
        let reading = self.hub.blocking(move |hub| hub.logs.tail(&id, &name, lines, bytes.min(MAX_LOG_BYTES))).await?;
        match reading {
            Ok(Some(log)) => Ok(log),
            Ok(None) if known => Ok(InstanceLog { text: String::new(), truncated: false }),
            Ok(None) => Err(CloudError::NotFound { kind: "instance", name: format!("{group}/{instance}") }),
            Err(error) => Err(CloudError::Unavailable(format!("cannot read the log of {instance}: {error}"))),
        }
    }

    async fn terminate_instance(
        &self,
        request: &str,
        group: &ResourceId,
        instance: &str,
    ) -> Result<Instance, CloudError> {
        let (target, name) = (group.clone(), instance.to_owned());
        let missing = CloudError::NotFound { kind: "instance", name: format!("{group}/{instance}") };
        let gone = missing.clone();
        let record = self
            .hub
            .once_answering(request, Operation::Terminate, group, move |world, record| {
                let mut wish = staying(world, &target)?;
                let view = world.group(&target)?.view();
                let ended = view.instances.into_iter().find(|instance| instance.name == name).ok_or(missing)?;
                record.answer = Some(ended);
                wish.condemned.insert(name);
                Ok(vec![Change::Group(Box::new(wish))])
            })
            .await?;
        record.answer.ok_or(gone)
    }

    fn jobs(&self) -> Option<&dyn Jobs> {
        (!self.hub.options.supervisor.is_empty()).then_some(self)
    }

    async fn load_balancers(&self) -> Result<Vec<LoadBalancer>, CloudError> {
        Ok(self.hub.read(|world| world.balancers.values().map(|balancer| world.balancer(balancer)).collect()))
    }

    async fn upsert_load_balancer(&self, balancer: &LoadBalancer) -> Result<LoadBalancer, CloudError> {
        check::balancer(&self.hub.options, balancer)?;
        let wish = LoadBalancer { server_groups: Vec::new(), ..balancer.clone() };
        let id = wish.id.clone();
        let plan = move |world: &World| {
            check::firewalls(world, &wish.id.location, &wish.firewalls)?;
            let before = world.balancers.get(&wish.id).map(|known| known.wish.listeners.as_slice()).unwrap_or_default();
            let prepared = world.proxy(&wish.id).prepare(&wish.listeners, before)?;
            let wish = LoadBalancer { listeners: prepared.listeners().to_vec(), ..wish };
            Ok((vec![Change::Balancer(wish)], prepared))
        };
        let install = move |world: &mut World, prepared| -> Result<_, CloudError> {
            let balancer = world.balancers.get(&id).ok_or_else(|| not_found("load balancer", &id))?;
            let closing = balancer.proxy.install(prepared);
            Ok((world.balancer(balancer), closing))
        };
        let (balancer, closing) = self.hub.blocking(|hub| hub.commit(plan, install)).await???;
        closed(closing).await;
        Ok(balancer)
    }

    async fn delete_load_balancer(&self, id: &ResourceId) -> Result<(), CloudError> {
        let id = id.clone();
        let plan = move |world: &World| {
            let Some(balancer) = world.balancers.get(&id) else { return Ok((Vec::new(), None)) };
            let members = world.balancer(balancer).server_groups;
            if !members.is_empty() {
                let members = members.join(", ");
                return Err(CloudError::Conflict(format!("load balancer {id} still has server groups: {members}")));
            }
            let proxy = balancer.proxy.clone();
            Ok((vec![Change::BalancerGone(id)], Some(proxy)))
        };
        let close = |_: &mut World, proxy: Option<Arc<Proxy>>| proxy.map(|proxy| proxy.close()).unwrap_or_default();
        closed(self.hub.blocking(move |hub| hub.commit(plan, close)).await??).await;
        Ok(())
    }

    async fn firewalls(&self) -> Result<Vec<Firewall>, CloudError> {
        Ok(self.hub.read(|world| world.firewalls.values().map(|(firewall, _)| firewall.clone()).collect()))
    }

    async fn upsert_firewall(&self, firewall: &Firewall) -> Result<Firewall, CloudError> {
        check::location(&self.hub.options, &firewall.id.location)?;
        check::name("firewall", &firewall.id.name)?;
        Rules::parse(firewall)?;
        let firewall = firewall.clone();
        let plan = move |_: &World| Ok((vec![Change::Firewall(firewall.clone())], firewall));
        self.hub.blocking(|hub| hub.commit(plan, |_, firewall| firewall)).await?
    }

    async fn delete_firewall(&self, id: &ResourceId) -> Result<(), CloudError> {
        let id = id.clone();
        let plan = move |world: &World| {
            if !world.firewalls.contains_key(&id) {
                return Ok((Vec::new(), ()));
            }
            let user = firewall_user(world, &id);
            user.map_or_else(
                || Ok((vec![Change::FirewallGone(id.clone())], ())),
                |user| Err(CloudError::Conflict(format!("firewall {id} is in use by {user}"))),
            )
        };
        self.hub.blocking(|hub| hub.commit(plan, |_, ()| ())).await?
    }

    async fn images(&self, location: &Location) -> Result<Vec<Image>, CloudError> {
        check::location(&self.hub.options, location)?;
        let mut images: Vec<_> =
            self.hub.read(|world| world.images.values().filter(|image| image.location == *location).cloned().collect());
        images.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        Ok(images)
    }

    async fn register_image(&self, image: &Image, source: &str) -> Result<Image, CloudError> {
        check::location(&self.hub.options, &image.location)?;
        if image.id.is_empty() || image.id.len() > MAX_IMAGE_ID {
            return Err(CloudError::Invalid(format!("an image id must have 1 to {MAX_IMAGE_ID} bytes")));
        }
        let (image, source) = (image.clone(), source.to_owned());
        self.hub.blocking(move |hub| register(hub, image, &source)).await?
    }
}

fn register(hub: &Arc<Hub>, image: Image, source: &str) -> Result<Image, CloudError> {
    let digest = hub.library.add(source)?;
    let image = Image { digest: Some(digest), created: hub.clock.now(), ..image };
    let plan = |world: &World| match world.images.get(&(image.location.clone(), image.id.clone())) {
        Some(known) if known.digest == image.digest => Ok((Vec::new(), known.clone())),
        Some(_) => Err(CloudError::Exists { kind: "image", name: format!("{}/{}", image.location, image.id) }),
        None => Ok((vec![Change::Image(image.clone())], image)),
    };
    hub.commit(plan, |_, image| image)
}

async fn closed(closing: Vec<Closed>) {
    for closing in closing {
        closing.wait().await;
    }
}

/// What keeps a firewall from being deleted.
fn firewall_user(world: &World, id: &ResourceId) -> Option<String> {
    let uses = |location: &Location, names: &[String]| *location == id.location && names.contains(&id.name);
    let balancer = world.balancers.values().find(|b| uses(&b.wish.id.location, &b.wish.firewalls));
    let group = world.groups.values().find(|g| uses(&g.wish.id.location, &g.wish.firewalls));
    balancer
        .map(|balancer| format!("load balancer {}", balancer.wish.id.name))
        .or_else(|| group.map(|group| format!("server group {}", group.wish.id.name)))
}
