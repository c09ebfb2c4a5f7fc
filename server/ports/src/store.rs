//! Durable storage. Everything acknowledged is in it; there is no other truth.

use async_trait::async_trait;
use gennaker_core::Timestamp;
use gennaker_core::execution::{Command, CommandId, EventRecord, ExecutionId, ExecutionStatus, Start};
use gennaker_core::resource::{Resource, ResourceKind};
use tokio::sync::broadcast;

mod execution;
mod trigger;

pub use execution::{
    Applied, Claim, CommittedStep, Cursor, ExecutionFilter, ExecutionHeader, ExecutionRow, ExecutionSummary,
    InboxCommand, InboxMessage, Lane, Lease, Position, Pruning, Shard, Signal, Step, StepError, Tenure,
};
pub use trigger::{StoredTriggerEvent, TriggerDecision};

/// Why the store did not do what it was asked. Nothing was changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no such resource.
    #[error("{0} not found")]
    NotFound(String),
    /// A resource of that name exists.
    #[error("{0} exists already")]
    Exists(String),
    /// The resource has another revision than the caller expected.
    #[error("{name} is at revision {current}, not at the expected revision {expected}")]
    Stale {
        /// The resource.
        name: String,
        /// What the caller had read.
        expected: i64,
        /// What it is.
        current: i64,
    },
    /// The database can't be used now: it is full, locked, or gone. Trying again may help.
    #[error("storage is unavailable: {0}")]
    Unavailable(String),
    /// The database's content is not what this program wrote.
    #[error("storage is damaged: {0}")]
    Damaged(String),
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The key after which the next page begins; `None` after the last page.
    pub next: Option<String>,
}

/// A write of a resource.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceWrite {
    /// What it is.
    pub kind: ResourceKind,
    /// Its full name.
    pub name: String,
    /// The new body.
    pub body: serde_json::Value,
    /// Who writes.
    pub actor: String,
    /// What the author says of it.
    pub message: String,
    /// When.
    pub time: Timestamp,
}

/// What a revision must be for a write to happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// The resource must not exist.
    Absent,
    /// It must exist with this revision.
    Revision(i64),
    /// It must exist.
    Present,
}

impl Expect {
    /// Whether a resource of this name is as expected, where `current` is its revision, if it exists.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::NotFound`], [`StoreError::Stale`].
    pub fn check(self, name: &str, current: Option<i64>) -> Result<(), StoreError> {
        match (self, current) {
            (Self::Absent, None) | (Self::Present, Some(_)) => Ok(()),
            (Self::Absent, Some(_)) => Err(StoreError::Exists(name.to_owned())),
            (Self::Present | Self::Revision(_), None) => Err(StoreError::NotFound(name.to_owned())),
            (Self::Revision(expected), Some(current)) if expected == current => Ok(()),
            (Self::Revision(expected), Some(current)) => {
                Err(StoreError::Stale { name: name.to_owned(), expected, current })
            }
        }
    }
}

/// What makes a request the same as an earlier one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// The caller's request id, made unique over callers, methods and resources.
    pub id: String,
    /// A digest of the request, so that an id can't be used again for something else.
    pub digest: String,
}

/// What became of something that is done once.
#[derive(Clone, Debug, PartialEq)]
pub enum Once<T> {
    /// It was done, now or by the first request with this key.
    Done(T),
    /// An earlier request had the same id and another digest; nothing was done.
    Reused,
}

/// A resource that was read before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub kind: ResourceKind,
    /// Its full name.
    pub name: String,
    /// The revision that was read.
    pub revision: i64,
}

/// The store. Every method is one transaction.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// One resource.
    async fn resource(&self, kind: ResourceKind, name: &str) -> Result<Option<Resource>, StoreError>;

    /// Whether all of these, each named once, are there with the revisions that were read before. A store can tell without
    /// reading their contents, and with one look.
    async fn are_current(&self, known: &[Known]) -> Result<bool, StoreError>;

    /// The resources of a kind whose names start with `prefix`, sorted by name, beginning after the name `after`.
    async fn resources(
        &self,
        kind: ResourceKind,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Resource>, StoreError>;

    /// Writes a resource and its revision.
    ///
    /// # Errors
    /// [`StoreError::Exists`], [`StoreError::NotFound`], [`StoreError::Stale`] where `expect` is not met.
    async fn write_resource(&self, write: &ResourceWrite, expect: Expect) -> Result<Resource, StoreError>;

    /// The same, once: what an earlier write with the same request wrote is returned as it was, whatever happened to the
    /// resource since. The request is kept together with the write; one that failed is not kept.
    ///
    /// # Errors
    /// As [`Store::write_resource`].
    async fn write_resource_once(
        &self,
        write: &ResourceWrite,
        expect: Expect,
        request: &RequestKey,
    ) -> Result<Once<Resource>, StoreError>;

    /// Deletes resources at once: `name` itself and, of every kind, all whose names start with `name/`. Revisions stay.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Stale`] where `expect` is not met.
    async fn delete_resource(
        &self,
        kind: ResourceKind,
        name: &str,
        expect: Expect,
        actor: &str,
        time: Timestamp,
    ) -> Result<(), StoreError>;

    /// The same, once: a repeat with the same request does nothing, whatever happened to the name since.
    ///
    /// # Errors
    /// As [`Store::delete_resource`].
    async fn delete_resource_once(
        &self,
        kind: ResourceKind,
        name: &str,
        expect: Expect,
        actor: &str,
        time: Timestamp,
        request: &RequestKey,
    ) -> Result<Once<()>, StoreError>;

    /// The revisions of a resource, newest first, beginning below the revision `before`.
    async fn revisions(
        &self,
        kind: ResourceKind,
        name: &str,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Resource>, StoreError>;

    /// One revision of a resource.
    async fn revision(&self, kind: ResourceKind, name: &str, revision: i64) -> Result<Option<Resource>, StoreError>;

    /// Keeps what was seen for a trigger and what was decided. An event whose `dedupe_key` the trigger has seen before is
    /// not kept again: the earlier one is returned. The same goes for one whose id is known.
    async fn record_trigger_event(&self, event: &StoredTriggerEvent) -> Result<Option<StoredTriggerEvent>, StoreError>;

    /// Changes the decision of an event that was kept.
    async fn decide_trigger_event(
        &self,
        id: &str,
        decision: TriggerDecision,
        reason: &str,
        execution: Option<ExecutionId>,
    ) -> Result<(), StoreError>;

    /// A trigger's events, newest first, beginning below the id `before`.
    async fn trigger_events(
        &self,
        trigger: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError>;

    /// Events of all triggers that are still [`TriggerDecision::Pending`], oldest first, after the id `after`.
    async fn pending_trigger_events(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError>;

    /// The events of all triggers whose names start with `prefix`, newest first, beginning below the id `before`.
    async fn trigger_events_below(
        &self,
        prefix: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError>;

    /// Says that a replica is alive, renews all leases that it holds, then takes shards that nobody holds at `claim.now`,
    /// up to `claim.limit`. Taking a shard from nobody or from an expired owner raises its epoch; renewing does not.
    async fn lease(&self, claim: &Claim) -> Result<Tenure, StoreError>;

    /// Gives up the leases that an owner has of these shards, and raises their epochs, so that a commit that is still under
    /// way is refused.
    async fn release(&self, owner: &str, shards: &[Shard]) -> Result<(), StoreError>;

    /// The same for all its leases; the owner no longer counts as alive.
    async fn leave(&self, owner: &str) -> Result<(), StoreError>;

    /// What other replicas do from now on. Where there can be no other replica, nothing comes; it never ends while the
    /// store lives. A receiver that is behind misses signals ([`tokio::sync::broadcast::error::RecvError::Lagged`]), which
    /// means the same as [`Signal::Anything`].
    fn signals(&self) -> broadcast::Receiver<Signal>;

    /// The lane of the log in which the executions of a shard are.
    fn lane(&self, shard: Shard) -> Lane;

    /// Commits steps of executions in one transaction. Each step stands alone: one that is refused (answered with its
    /// [`StepError`]) does not keep the others from being committed. Answers are in the order of the steps. When the whole
    /// call fails, none was committed; only where the disk itself failed while it confirmed the commit can that be unknown,
    /// so read before trying again. A step that contradicts itself ([`Step::flaw`]) fails the call.
    async fn commit(&self, steps: Vec<Step>) -> Result<Vec<Result<CommittedStep, StepError>>, StoreError>;

    /// Waits until no commit in these shards is under way. A commit whose answer was lost may still come about until then.
    async fn settle(&self, shards: &[Shard]) -> Result<(), StoreError>;

    /// Puts commands into inboxes, for whoever owns the executions. A command whose id was sent or applied before is
    /// dropped.
    async fn send(&self, commands: Vec<InboxCommand>) -> Result<(), StoreError>;

    /// Commands waiting in the inboxes of shards, oldest first.
    async fn inbox(&self, shards: &[Shard], limit: usize) -> Result<Vec<InboxCommand>, StoreError>;

    /// What became of a command, while its record is kept: `None` where it is unknown, `Some(None)` while it waits.
    async fn command(&self, id: &CommandId) -> Result<Option<Option<Applied>>, StoreError>;

    /// What became of those of the commands that were dealt with.
    async fn applied(&self, ids: &[CommandId]) -> Result<Vec<(CommandId, Applied)>, StoreError>;

    /// Events of an execution after a sequence, in order, at most `limit`.
    async fn events(&self, id: ExecutionId, after: u64, limit: usize) -> Result<Vec<EventRecord>, StoreError>;

    /// Committed steps in some lanes after a cursor, at most `limit`: with them a watcher of many executions catches up.
    /// The steps of each lane come in order and without a gap; lanes may be mixed.
    async fn events_since(
        &self,
        after: &Cursor,
        lanes: &[Lane],
        limit: usize,
    ) -> Result<Vec<CommittedStep>, StoreError>;

    /// The end of the log: the last committed step of each lane.
    async fn cursor(&self) -> Result<Cursor, StoreError>;

    /// The last step of each lane that was pruned: whoever has not read up to there has missed something.
    async fn pruned(&self) -> Result<Cursor, StoreError>;

    /// An execution's row.
    async fn execution(&self, id: ExecutionId) -> Result<Option<ExecutionSummary>, StoreError>;

    /// Executions that match, newest first (by id), beginning below the id `before`.
    async fn executions(
        &self,
        filter: &ExecutionFilter,
        before: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionSummary>, StoreError>;

    /// Executions of shards that are due (`wake_at <= now`), earliest first.
    async fn due(&self, shards: &[Shard], now: Timestamp, limit: usize) -> Result<Vec<ExecutionId>, StoreError>;

    /// The earliest `wake_at` of the executions of shards.
    async fn next_due(&self, shards: &[Shard]) -> Result<Option<Timestamp>, StoreError>;

    /// Executions of shards that have effects running, or are queued: what a new owner has to pick up. Sorted by id, after
    /// the id `after`.
    async fn to_recover(
        &self,
        shards: &[Shard],
        after: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionSummary>, StoreError>;

    /// The executions of a pipeline that have not ended, oldest first.
    async fn unfinished(&self, pipeline: &str) -> Result<Vec<(ExecutionId, ExecutionStatus)>, StoreError>;

    /// Removes what is no longer to be kept, in one transaction: at most `limit` executions, requests or trigger events.
    /// Returns how many were removed; fewer than `limit` means that no more is left. An execution that has not ended is never
    /// removed, nor one that has commands waiting in its inbox.
    async fn prune(&self, what: &Pruning, limit: usize) -> Result<usize, StoreError>;

    /// The pipelines of executions that ended at a time or later, by name, beginning after the name `after`.
    async fn ended_since(&self, time: Timestamp, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError>;

    /// Looks for damage that only the database itself can tell of, such as a torn page. Says what it found, in words; reads
    /// everything, so it takes its time.
    async fn verify(&self) -> Result<Vec<String>, StoreError>;

    /// Whether the store answers, and its last write did not fail for want of a disk.
    async fn ping(&self) -> Result<(), StoreError>;
}
