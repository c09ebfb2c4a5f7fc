//! A store in memory: everything the real ones promise except durability, and faults on demand.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use gennaker_core::Timestamp;
use gennaker_core::execution::{CommandId, EventRecord, ExecutionId, ExecutionStatus};
use gennaker_core::resource::{Resource, ResourceKind};

use crate::store::{
    Applied, CommittedStep, ExecutionFilter, ExecutionRow, ExecutionSummary, Expect, InboxCommand, Lease, Once, Page,
    Position, RequestKey, ResourceWrite, Shard, Step, StepError, Store, StoreError, StoredTriggerEvent,
    TriggerDecision,
};

mod commit;
mod executions;
mod leases;
mod requests;
mod resources;
mod trigger_events;

/// What the caller of a commit is told after its steps were kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aftermath {
    /// The truth.
    #[default]
    Answer,
    /// That the store failed, though it did not: the answer was lost.
    Fail,
    /// Nothing, ever: as if the process had been killed right after the commit.
    Hang,
}

type Answers = [Result<CommittedStep, StepError>];
type Hook = Box<dyn FnMut(&Answers) -> Aftermath + Send>;

/// A [`Store`] in memory. Make a new one for each test; share it in an `Arc`, and a second engine on the same store sees
/// what the first one left.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    faults: Mutex<Faults>,
}

/// What goes wrong on demand.
#[derive(Default)]
struct Faults {
    commits: usize,
    after_commit: Option<Hook>,
}

/// Everything that is stored.
#[derive(Default)]
struct State {
    resources: BTreeMap<(ResourceKind, String), resources::Head>,
    revisions: BTreeMap<(ResourceKind, String, i64), Resource>,
    trigger_events: BTreeMap<String, StoredTriggerEvent>,
    leases: BTreeMap<Shard, leases::Holding>,
    executions: BTreeMap<ExecutionId, ExecutionRow>,
    /// The committed steps; the position of each is its place, from 1.
    log: Vec<CommittedStep>,
    /// The pending commands by their order of arrival.
    inbox: BTreeMap<u64, InboxCommand>,
    arrivals: u64,
    applied: HashMap<CommandId, Applied>,
    requests: HashMap<String, requests::Kept>,
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Has the next `count` commits fail as a full disk would make them: nothing is kept, and the caller is told so.
    pub fn fail_next_commits(&self, count: usize) {
        self.faults().commits = count;
    }

    /// Calls `hook` with the answers of each commit whose steps were kept, before the caller has them; the hook decides
    /// what the caller is told. Replaces an earlier hook.
    pub fn after_commit(&self, hook: impl FnMut(&Answers) -> Aftermath + Send + 'static) {
        self.faults().after_commit = Some(Box::new(hook));
    }

    /// Takes the hook of [`MemoryStore::after_commit`] away.
    pub fn clear_after_commit(&self) {
        self.faults().after_commit = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of the lock panics")
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().expect("no holder of the lock panics")
    }

    /// Uses up one of the failures ordered by [`MemoryStore::fail_next_commits`].
    fn take_failure(&self) -> Result<(), StoreError> {
        let mut faults = self.faults();
        if faults.commits == 0 {
            return Ok(());
        }
        faults.commits -= 1;
        Err(StoreError::Unavailable("the disk is full; free some space".to_owned()))
    }

    fn aftermath(&self, answers: &Answers) -> Aftermath {
        self.faults().after_commit.as_mut().map_or(Aftermath::Answer, |hook| hook(answers))
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn resource(&self, kind: ResourceKind, name: &str) -> Result<Option<Resource>, StoreError> {
        Ok(self.state().resource(kind, name))
    }

    async fn resources(
        &self,
        kind: ResourceKind,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Resource>, StoreError> {
        Ok(self.state().resources(kind, prefix, after, limit))
    }

    async fn write_resource(&self, write: &ResourceWrite, expect: Expect) -> Result<Resource, StoreError> {
        self.state().write_resource(write, expect)
    }

    async fn write_resource_once(
        &self,
        write: &ResourceWrite,
        expect: Expect,
        request: &RequestKey,
    ) -> Result<Once<Resource>, StoreError> {
        self.state().write_resource_once(write, expect, request)
    }

    async fn delete_resource(
        &self,
        kind: ResourceKind,
        name: &str,
        expect: Expect,
        _actor: &str,
        _time: Timestamp,
    ) -> Result<(), StoreError> {
        self.state().delete_resource(kind, name, expect)
    }

    async fn delete_resource_once(
        &self,
        kind: ResourceKind,
        name: &str,
        expect: Expect,
        _actor: &str,
        _time: Timestamp,
        request: &RequestKey,
    ) -> Result<Once<()>, StoreError> {
        self.state().delete_resource_once(kind, name, expect, request)
    }

    async fn revisions(
        &self,
        kind: ResourceKind,
        name: &str,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Resource>, StoreError> {
        Ok(self.state().revisions(kind, name, before, limit))
    }

    async fn revision(&self, kind: ResourceKind, name: &str, revision: i64) -> Result<Option<Resource>, StoreError> {
        Ok(self.state().revisions.get(&(kind, name.to_owned(), revision)).cloned())
    }

    async fn record_trigger_event(&self, event: &StoredTriggerEvent) -> Result<Option<StoredTriggerEvent>, StoreError> {
        Ok(self.state().record_trigger_event(event))
    }

    async fn decide_trigger_event(
        &self,
        id: &str,
        decision: TriggerDecision,
        reason: &str,
        execution: Option<ExecutionId>,
    ) -> Result<(), StoreError> {
        self.state().decide_trigger_event(id, decision, reason, execution)
    }

    async fn trigger_events(
        &self,
        trigger: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError> {
        Ok(self.state().trigger_events(trigger, before, limit))
    }

    async fn pending_trigger_events(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError> {
        Ok(self.state().pending_trigger_events(after, limit))
    }

    async fn trigger_events_below(
        &self,
        prefix: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError> {
        Ok(self.state().trigger_events_below(prefix, before, limit))
    }

    async fn lease(
        &self,
        owner: &str,
        shards: &[Shard],
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Lease>, StoreError> {
        Ok(self.state().lease(owner, shards, now, until))
    }

    async fn release(&self, owner: &str) -> Result<(), StoreError> {
        self.state().release(owner);
        Ok(())
    }

    async fn commit(&self, steps: Vec<Step>) -> Result<Vec<Result<CommittedStep, StepError>>, StoreError> {
        self.take_failure()?;
        let answers = self.state().commit(steps)?;
        match self.aftermath(&answers) {
            Aftermath::Answer => Ok(answers),
            Aftermath::Fail => Err(StoreError::Unavailable("the answer was lost".to_owned())),
            Aftermath::Hang => std::future::pending().await,
        }
    }

    async fn send(&self, commands: Vec<InboxCommand>) -> Result<(), StoreError> {
        self.state().send(commands);
        Ok(())
    }

    async fn inbox(&self, shards: &[Shard], limit: usize) -> Result<Vec<InboxCommand>, StoreError> {
        Ok(self.state().inbox(shards, limit))
    }

    async fn command(&self, id: &CommandId) -> Result<Option<Option<Applied>>, StoreError> {
        Ok(self.state().command(id))
    }

    async fn events(&self, id: ExecutionId, after: u64, limit: usize) -> Result<Vec<EventRecord>, StoreError> {
        Ok(self.state().events(id, after, limit))
    }

    async fn events_since(&self, after: Position, limit: usize) -> Result<Vec<CommittedStep>, StoreError> {
        Ok(self.state().events_since(after, limit))
    }

    async fn position(&self) -> Result<Position, StoreError> {
        Ok(self.state().position())
    }

    async fn execution(&self, id: ExecutionId) -> Result<Option<ExecutionSummary>, StoreError> {
        Ok(self.state().executions.get(&id).cloned())
    }

    async fn executions(
        &self,
        filter: &ExecutionFilter,
        before: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionSummary>, StoreError> {
        Ok(self.state().list(filter, before, limit))
    }

    async fn due(&self, shards: &[Shard], now: Timestamp, limit: usize) -> Result<Vec<ExecutionId>, StoreError> {
        Ok(self.state().due(shards, now, limit))
    }

    async fn next_due(&self, shards: &[Shard]) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.state().next_due(shards))
    }

    async fn to_recover(
        &self,
        shards: &[Shard],
        after: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionSummary>, StoreError> {
        Ok(self.state().to_recover(shards, after, limit))
    }

    async fn unfinished(&self, pipeline: &str) -> Result<Vec<(ExecutionId, ExecutionStatus)>, StoreError> {
        Ok(self.state().unfinished(pipeline))
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
