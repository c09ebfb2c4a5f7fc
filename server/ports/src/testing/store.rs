//! A store in memory: everything the real ones promise except durability, and faults on demand.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use gennaker_core::Timestamp;
use gennaker_core::execution::{CommandId, EventRecord, ExecutionId, ExecutionStatus};
use gennaker_core::resource::{Resource, ResourceKind};
use tokio::sync::{Notify, broadcast};

use crate::store::{
    Applied, Claim, CommittedStep, Cursor, ExecutionFilter, ExecutionRow, ExecutionSummary, Expect, InboxCommand,
    Known, Lane, Once, Page, Position, Pruning, RequestKey, ResourceWrite, Shard, Signal, Step, StepError, Store,
    StoreError, StoredTriggerEvent, Tenure, TriggerDecision,
};

mod commit;
mod executions;
mod leases;
mod pruning;
mod requests;
mod resources;
mod signals;
mod trigger_events;

pub use signals::Delivery;
use signals::Signals;

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
type Gate = Box<dyn FnMut(&[Step]) -> Option<Arc<Notify>> + Send>;

/// A [`Store`] in memory. Make a new one for each test; share it in an `Arc`, and engines on the same store are replicas.
/// Its signals come back also to whoever caused them.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    faults: Mutex<Faults>,
    signals: Signals,
}

/// What goes wrong on demand.
#[derive(Default)]
struct Faults {
    commits: usize,
    before_commit: Option<Gate>,
    after_commit: Option<Hook>,
}

/// Everything that is stored.
#[derive(Default)]
struct State {
    resources: BTreeMap<(ResourceKind, String), resources::Head>,
    revisions: BTreeMap<(ResourceKind, String, i64), Resource>,
    trigger_events: BTreeMap<String, StoredTriggerEvent>,
    leases: BTreeMap<Shard, leases::Holding>,
    /// The replicas, and until when each counts as alive.
    replicas: BTreeMap<String, Timestamp>,
    executions: BTreeMap<ExecutionId, ExecutionRow>,
    /// The committed steps by their positions, which grow over all lanes.
    log: BTreeMap<Position, CommittedStep>,
    /// The position given last.
    last: Position,
    ends: Cursor,
    pruned: Cursor,
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

    /// Calls `gate` with the steps of each commit. Where it gives a notice, the commit waits for it before anything is kept: as
    /// if the process had been stopped for a while, or its network were slow. Replaces an earlier gate.
    pub fn before_commit(&self, gate: impl FnMut(&[Step]) -> Option<Arc<Notify>> + Send + 'static) {
        self.faults().before_commit = Some(Box::new(gate));
    }

    /// Calls `hook` with the answers of each commit whose steps were kept, before the caller has them; the hook decides
    /// what the caller is told. Replaces an earlier hook. Where the caller isn't told the truth, others get no signal.
    pub fn after_commit(&self, hook: impl FnMut(&Answers) -> Aftermath + Send + 'static) {
        self.faults().after_commit = Some(Box::new(hook));
    }

    /// Takes the hook of [`MemoryStore::after_commit`] away.
    pub fn clear_after_commit(&self) {
        self.faults().after_commit = None;
    }

    /// Changes what is stored of an execution, as damage or a fault of a program would: its row and its events. They are one
    /// step of the log afterwards, at the place of their last one.
    pub fn tamper(
        &self,
        execution: ExecutionId,
        tamper: impl FnOnce(&mut Option<ExecutionRow>, &mut Vec<EventRecord>),
    ) {
        self.state().tamper(execution, tamper);
    }

    /// What becomes of signals from now on. Those held back are sent, in their order, when signals are delivered again, and
    /// forgotten when they are dropped.
    pub fn deliver_signals(&self, delivery: Delivery) {
        self.signals.set_delivery(delivery);
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

    async fn are_current(&self, known: &[Known]) -> Result<bool, StoreError> {
        let state = self.state();
        let revision = |known: &Known| state.resource(known.kind, &known.name).map(|resource| resource.revision);
        Ok(known.iter().all(|known| revision(known) == Some(known.revision)))
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
        time: Timestamp,
        request: &RequestKey,
    ) -> Result<Once<()>, StoreError> {
        self.state().delete_resource_once(kind, name, expect, time, request)
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

    async fn lease(&self, claim: &Claim) -> Result<Tenure, StoreError> {
        Ok(self.state().lease(claim))
    }

    async fn release(&self, owner: &str, shards: &[Shard]) -> Result<(), StoreError> {
        let released = self.state().release(owner, shards);
        if released {
            self.signals.send(Signal::Leases);
        }
        Ok(())
    }

    async fn leave(&self, owner: &str) -> Result<(), StoreError> {
        self.state().leave(owner);
        self.signals.send(Signal::Leases);
        Ok(())
    }

    fn signals(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    fn lane(&self, shard: Shard) -> Lane {
        shard
    }

    async fn commit(&self, steps: Vec<Step>) -> Result<Vec<Result<CommittedStep, StepError>>, StoreError> {
        let notice = self.faults().before_commit.as_mut().and_then(|gate| gate(&steps));
        if let Some(notice) = notice {
            notice.notified().await;
        }
        self.take_failure()?;
        let signals = signals::of_steps(&steps);
        let answers = self.state().commit(steps)?;
        match self.aftermath(&answers) {
            Aftermath::Answer => {
                self.signals.tell(signals, &answers);
                Ok(answers)
            }
            Aftermath::Fail => Err(StoreError::Unavailable("the answer was lost".to_owned())),
            Aftermath::Hang => std::future::pending().await,
        }
    }

    async fn settle(&self, _shards: &[Shard]) -> Result<(), StoreError> {
        Ok(())
    }

    async fn send(&self, commands: Vec<InboxCommand>) -> Result<(), StoreError> {
        let signal = signals::of_inbox(&commands);
        self.state().send(commands);
        signal.into_iter().for_each(|signal| self.signals.send(signal));
        Ok(())
    }

    async fn inbox(&self, shards: &[Shard], limit: usize) -> Result<Vec<InboxCommand>, StoreError> {
        Ok(self.state().inbox(shards, limit))
    }

    async fn command(&self, id: &CommandId) -> Result<Option<Option<Applied>>, StoreError> {
        Ok(self.state().command(id))
    }

    async fn applied(&self, ids: &[CommandId]) -> Result<Vec<(CommandId, Applied)>, StoreError> {
        Ok(self.state().applied(ids))
    }

    async fn events(&self, id: ExecutionId, after: u64, limit: usize) -> Result<Vec<EventRecord>, StoreError> {
        Ok(self.state().events(id, after, limit))
    }

    async fn events_since(
        &self,
        after: &Cursor,
        lanes: &[Lane],
        limit: usize,
    ) -> Result<Vec<CommittedStep>, StoreError> {
        Ok(self.state().events_since(after, lanes, limit))
    }

    async fn cursor(&self) -> Result<Cursor, StoreError> {
        Ok(self.state().ends.clone())
    }

    async fn pruned(&self) -> Result<Cursor, StoreError> {
        Ok(self.state().pruned.clone())
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

    async fn prune(&self, what: &Pruning, limit: usize) -> Result<usize, StoreError> {
        Ok(self.state().prune(what, limit))
    }

    async fn ended_since(&self, time: Timestamp, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        Ok(self.state().ended_since(time, after, limit))
    }

    async fn verify(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
