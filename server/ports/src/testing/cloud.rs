//! [`MemoryCloud`]: a whole cloud in memory, whose instances live as the test says.

use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use gennaker_core::cloud::{
    Account, Capacity, Firewall, Health, Image, Instance, LoadBalancer, Location, ResourceId, RestartPolicy,
    ServerGroup, ServerGroupSpec, Workload,
};
use tokio::sync::watch;

use crate::cloud::{Cloud, CloudError, InstanceLog, Jobs, ServerGroupFilter};

mod jobs;
mod state;

use state::State;

/// A change that can be made to fail, and that is recorded when it was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `create_server_group`.
    Create,
    /// `resize_server_group`.
    Resize,
    /// `set_server_group_enabled` with `true`.
    Enable,
    /// `set_server_group_enabled` with `false`.
    Disable,
    /// `set_server_group_weight`.
    Weight,
    /// `destroy_server_group`.
    Destroy,
    /// `terminate_instance`.
    Terminate,
    /// `server_groups` and `server_group`.
    Read,
    /// `upsert_load_balancer` and `delete_load_balancer`.
    LoadBalancer,
    /// `upsert_firewall` and `delete_firewall`.
    Firewall,
    /// `register_image`.
    Image,
    /// `run_job`.
    RunJob,
    /// `job`.
    ReadJob,
    /// `job_output`.
    JobOutput,
    /// `cancel_job`.
    CancelJob,
}

/// A side effect on a server group, or a job, that happened: exactly once for each request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The request's key.
    pub request: String,
    /// What was done.
    pub operation: Operation,
    /// To which server group or job.
    pub group: ResourceId,
}

/// How instances reach the health that is wanted of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// At once: new instances are up, those of a disabled group out of service.
    #[default]
    Immediate,
    /// New instances are `Starting` and disabled ones `Draining` until [`MemoryCloud::settle`] or
    /// [`MemoryCloud::set_health`] says otherwise.
    Manual,
}

/// A cloud in memory. Cheap to clone; clones share everything.
///
/// Time is a counter of seconds that moves with each creation, so creation times order and never repeat. Any image id may
/// be deployed, registered or not; load balancers and firewalls must exist before a server group names them.
#[derive(Clone, Debug)]
pub struct MemoryCloud {
    state: Arc<Mutex<State>>,
    changes: watch::Sender<u64>,
}

impl Default for MemoryCloud {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryCloud {
    /// A cloud with the account `local` and its regions `local`, `east` and `west`.
    pub fn new() -> Self {
        Self::with_accounts(vec![Account {
            name: "local".to_owned(),
            provider: "memory".to_owned(),
            regions: ["local", "east", "west"].map(str::to_owned).to_vec(),
            problem: None,
        }])
    }

    /// A cloud with these accounts.
    pub fn with_accounts(accounts: Vec<Account>) -> Self {
        Self { state: Arc::new(Mutex::new(State::new(accounts))), changes: watch::Sender::new(0) }
    }

    /// Sets how instances reach their health from now on.
    pub fn set_mode(&self, mode: Mode) {
        self.change(|state| state.mode = mode);
    }

    /// Instances of this image never come up: they end `Down`, in either mode.
    pub fn break_image(&self, image: &str) {
        self.change(|state| state.broken.insert(image.to_owned()));
    }

    /// The next call of the operation fails with this error and does nothing. Faults queue up.
    pub fn fail_next(&self, operation: Operation, error: CloudError) {
        self.lock().faults.push((operation, error));
    }

    /// The next change of this kind is made, but its answer is lost: the caller sees `Unavailable`.
    pub fn lose_next_answer(&self, operation: Operation) {
        self.lock().lost_answers.push(operation);
    }

    /// All effects on server groups so far, in order. A repeated request is not in it again.
    pub fn effects(&self) -> Vec<Effect> {
        self.lock().effects.clone()
    }

    /// How many effects of this kind there were.
    pub fn count(&self, operation: Operation) -> usize {
        self.lock().effects.iter().filter(|effect| effect.operation == operation).count()
    }

    /// How often a change with this request key was asked for, repeats and failures included.
    pub fn calls(&self, request: &str) -> usize {
        self.lock().calls.get(request).copied().unwrap_or(0)
    }

    /// Brings all instances of a group to the health wanted of them: up, out of service, or down for a broken image.
    pub fn settle(&self, group: &ResourceId) {
        self.change(|state| state.settle(group));
    }

    /// Sets the health of an instance, by its position in start order.
    ///
    /// # Panics
    /// Where there is no such instance.
    pub fn set_health(&self, group: &ResourceId, instance: usize, health: Health, reason: &str) {
        self.change(|state| {
            let instance =
                &mut state.groups.get_mut(group).expect("the test named a group that exists").instances[instance];
            instance.health = health;
            reason.clone_into(&mut instance.reason);
        });
    }

    /// Sets what happens when an instance of a group ends by itself.
    ///
    /// # Panics
    /// Where there is no such group.
    pub fn set_restart(&self, group: &ResourceId, restart: RestartPolicy) {
        self.change(|state| {
            let group = state.groups.get_mut(group).expect("the test named a group that exists");
            group.workload.restart = restart;
        });
    }

    /// Adds a settled server group with this many instances, as if someone had made it before. Records no effect.
    ///
    /// # Panics
    /// Where the group cannot be created so.
    pub fn seed(&self, location: &Location, name: &str, image: &str, size: u32, disabled: bool) -> ServerGroup {
        let spec = ServerGroupSpec {
            id: ResourceId::new(location.clone(), name),
            image: image.to_owned(),
            capacity: Capacity::pinned(size),
            load_balancers: Vec::new(),
            firewalls: Vec::new(),
            disabled,
            workload: Workload::default(),
            labels: std::collections::BTreeMap::new(),
        };
        self.change(|state| {
            state.create(&spec).expect("the test seeds a valid group");
            state.settle(&spec.id);
            state.groups[&spec.id].clone()
        })
    }

    /// Sets what an instance has written.
    pub fn set_log(&self, instance: &str, text: &str) {
        self.lock().logs.insert(instance.to_owned(), text.to_owned());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the lock")
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.changes.send_modify(|version| *version += 1);
        result
    }

    fn attempt<T>(
        &self,
        operation: Operation,
        change: impl FnOnce(&mut State) -> Result<T, CloudError>,
    ) -> Result<T, CloudError> {
        self.lock().take_fault(operation)?;
        let result = self.change(change)?;
        self.lock().take_lost_answer(operation)?;
        Ok(result)
    }

    /// Makes a change of a server group once for its request.
    fn once(
        &self,
        request: &str,
        operation: Operation,
        group: &ResourceId,
        change: impl FnOnce(&mut State) -> Result<(), CloudError>,
    ) -> Result<(), CloudError> {
        *self.lock().calls.entry(request.to_owned()).or_default() += 1;
        self.attempt(operation, |state| {
            if state.is_done(request, operation, group)? {
                return Ok(());
            }
            change(state)?;
            state.effects.push(Effect { request: request.to_owned(), operation, group: group.clone() });
            Ok(())
        })
    }
}

#[async_trait]
impl Cloud for MemoryCloud {
    fn provider(&self) -> &'static str {
        "memory"
    }

    fn accounts(&self) -> Vec<Account> {
        self.lock().accounts.clone()
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    async fn server_groups(&self, filter: &ServerGroupFilter) -> Result<Vec<ServerGroup>, CloudError> {
        let mut state = self.lock();
        state.take_fault(Operation::Read)?;
        Ok(state.groups.values().filter(|group| filter.matches(group)).cloned().collect())
    }

    async fn server_group(&self, id: &ResourceId) -> Result<ServerGroup, CloudError> {
        let mut state = self.lock();
        state.take_fault(Operation::Read)?;
        state.group(id).cloned()
    }

    async fn create_server_group(&self, request: &str, spec: &ServerGroupSpec) -> Result<ServerGroup, CloudError> {
        self.once(request, Operation::Create, &spec.id, |state| state.create(spec))?;
        self.lock().group(&spec.id).cloned()
    }

    async fn resize_server_group(
        &self,
        request: &str,
        id: &ResourceId,
        capacity: Capacity,
    ) -> Result<ServerGroup, CloudError> {
        self.once(request, Operation::Resize, id, |state| state.resize(id, capacity))?;
        self.lock().group(id).cloned()
    }

    async fn set_server_group_enabled(
        &self,
        request: &str,
        id: &ResourceId,
        enabled: bool,
    ) -> Result<ServerGroup, CloudError> {
        let operation = if enabled { Operation::Enable } else { Operation::Disable };
        self.once(request, operation, id, |state| state.set_enabled(id, enabled))?;
        self.lock().group(id).cloned()
    }

    async fn set_server_group_weight(
        &self,
        request: &str,
        id: &ResourceId,
        weight: u32,
    ) -> Result<ServerGroup, CloudError> {
        self.once(request, Operation::Weight, id, |state| {
            state.group_mut(id)?.weight = weight;
            Ok(())
        })?;
        self.lock().group(id).cloned()
    }

    async fn destroy_server_group(&self, request: &str, id: &ResourceId) -> Result<(), CloudError> {
        self.once(request, Operation::Destroy, id, |state| {
            state.groups.remove(id);
            Ok(())
        })
    }

    async fn instance_log(
        &self,
        group: &ResourceId,
        instance: &str,
        lines: usize,
        bytes: usize,
    ) -> Result<InstanceLog, CloudError> {
        let state = self.lock();
        state.instance(group, instance)?;
        Ok(state.log(instance, lines, bytes))
    }

    async fn terminate_instance(
        &self,
        request: &str,
        group: &ResourceId,
        instance: &str,
    ) -> Result<Instance, CloudError> {
        let ended = self.lock().instance(group, instance)?.clone();
        self.once(request, Operation::Terminate, group, |state| state.replace(group, instance))?;
        Ok(ended)
    }

    fn jobs(&self) -> Option<&dyn Jobs> {
        Some(self)
    }

    async fn load_balancers(&self) -> Result<Vec<LoadBalancer>, CloudError> {
        let state = self.lock();
        Ok(state.balancers.values().map(|balancer| state.with_members(balancer)).collect())
    }

    async fn upsert_load_balancer(&self, balancer: &LoadBalancer) -> Result<LoadBalancer, CloudError> {
        self.attempt(Operation::LoadBalancer, |state| state.upsert_balancer(balancer))
    }

    async fn delete_load_balancer(&self, id: &ResourceId) -> Result<(), CloudError> {
        self.attempt(Operation::LoadBalancer, |state| state.delete_balancer(id))
    }

    async fn firewalls(&self) -> Result<Vec<Firewall>, CloudError> {
        Ok(self.lock().firewalls.values().cloned().collect())
    }

    async fn upsert_firewall(&self, firewall: &Firewall) -> Result<Firewall, CloudError> {
        self.attempt(Operation::Firewall, |state| {
            state.firewalls.insert(firewall.id.clone(), firewall.clone());
            Ok(firewall.clone())
        })
    }

    async fn delete_firewall(&self, id: &ResourceId) -> Result<(), CloudError> {
        self.attempt(Operation::Firewall, |state| state.delete_firewall(id))
    }

    async fn images(&self, location: &Location) -> Result<Vec<Image>, CloudError> {
        let mut images: Vec<_> = self.lock().images.values().filter(|i| i.location == *location).cloned().collect();
        images.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        Ok(images)
    }

    async fn register_image(&self, image: &Image, source: &str) -> Result<Image, CloudError> {
        self.attempt(Operation::Image, |state| state.register_image(image, source))
    }
}

#[cfg(test)]
mod tests;
