//! The store on PostgreSQL, which several replicas share.
//!
//! What is done is done in single statements wherever that is possible: one round trip, and no transaction that lies open
//! while this process is held up. What others hold is guarded by epochs and row locks, not by who believes to be the owner.
//! Waiting is the database's: statements and locks have timeouts there, and so have idle transactions.

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::Timestamp;
use gennaker_core::execution::{CommandId, EventRecord, ExecutionId, ExecutionStatus};
use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::Clock;
use gennaker_ports::store::{
    Applied, Claim, CommittedStep, Cursor, ExecutionFilter, ExecutionSummary, Expect, InboxCommand, Known, Lane, Once,
    Page, Pruning, RequestKey, ResourceWrite, Shard, Signal, Step, StepError, Store, StoreError, StoredTriggerEvent,
    Tenure, TriggerDecision,
};
use sqlx::{Connection, Row, query};
use tokio::sync::broadcast;

mod clock;
mod columns;
mod commit;
mod error;
mod events;
mod executions;
mod inbox;
mod leases;
mod migrate;
mod open;
mod options;
mod pool;
mod pruning;
mod requests;
mod resources;
mod signals;
mod trigger_events;
mod verify;

use crate::Migrated;
use crate::fault::Fault;
use clock::DatabaseClock;
use open::{Access, Opened};
use pool::{Connected, Pool, Repeat};
use resources::Deletion;
use signals::Signals;

use error::Error;
pub use error::OpenError;
pub use options::Options;

/// The owner does one thing after the other; the second is for when the first has fallen silent.
const OWNER_CONNECTIONS: u32 = 2;

/// The store. Its connections close when it is dropped.
#[derive(Debug)]
pub struct PostgresStore {
    pool: Pool,
    /// The connections of the owner of executions: a lease must not run out, nor a commit wait, behind reads.
    owner: Pool,
    signals: Signals,
    clock: Arc<DatabaseClock>,
    fault: Fault,
}

impl PostgresStore {
    /// Opens the database and brings its schema up to date; replicas that do so at the same time wait for each other.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open(options: &Options) -> Result<Self, OpenError> {
        let opened = open::open(options, Access::Migrate).await?;
        let signals = Signals::start(&opened.connect, opened.origin.clone()).await;
        let signals = signals.map_err(|error| OpenError::from_sqlx(&opened.address, error))?;
        Ok(Self::of(options, opened, signals))
    }

    /// Opens the database to look at it, which needs no right to write: nothing is changed, nothing is told to others and
    /// nothing heard from them.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn open_read_only(options: &Options) -> Result<Self, OpenError> {
        let opened = open::open(options, Access::ReadOnly).await?;
        Ok(Self::of(options, opened, Signals::silent()))
    }

    /// Brings the schema up to date without opening the store.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub async fn migrate(options: &Options) -> Result<Migrated, OpenError> {
        open::migrate(options).await
    }

    /// The database's clock, which all replicas share: it is read with each claim of leases, and carried on by the machine's
    /// monotonic clock in between.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::<DatabaseClock>::clone(&self.clock)
    }

    fn of(options: &Options, opened: Opened, signals: Signals) -> Self {
        Self {
            pool: Pool::new(options, opened.connect.clone(), options.max_connections),
            owner: Pool::new(options, opened.connect, OWNER_CONNECTIONS),
            signals,
            clock: Arc::new(DatabaseClock::new(opened.reading)),
            fault: Fault::default(),
        }
    }

    async fn read<T, F>(&self, operation: &'static str, job: impl Fn(Connected) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.pool.run(operation, Repeat::Harmless, job).await
    }

    /// Does a job that is one transaction: all of it is kept, or nothing. How it ended is what health checks are told.
    async fn write<T, F>(
        &self,
        operation: &'static str,
        repeat: Repeat,
        job: impl Fn(Connected) -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let written = self.pool.run(operation, repeat, job).await;
        self.fault.note(&written);
        written
    }

    /// The same on the owner's connections.
    async fn own<T, F>(
        &self,
        operation: &'static str,
        repeat: Repeat,
        job: impl Fn(Connected) -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let written = self.owner.run(operation, repeat, job).await;
        self.fault.note(&written);
        written
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn resource(&self, kind: ResourceKind, name: &str) -> Result<Option<Resource>, StoreError> {
        self.read("resource", |mut c| async move { resources::get(&mut c, kind, name).await }).await
    }

    async fn are_current(&self, known: &[Known]) -> Result<bool, StoreError> {
        self.read("are_current", |mut c| async move { resources::are_current(&mut c, known).await }).await
    }

    async fn resources(
        &self,
        kind: ResourceKind,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Resource>, StoreError> {
        let job = |mut c: Connected| async move { resources::list(&mut c, kind, prefix, after, limit).await };
        self.read("resources", job).await
    }

    async fn write_resource(&self, write: &ResourceWrite, expect: Expect) -> Result<Resource, StoreError> {
        let job = |mut c: Connected| async move {
            let mut transaction = c.begin().await?;
            resources::lock(&mut transaction).await?;
            let written = resources::write(&mut transaction, write, expect).await?;
            transaction.commit().await?;
            Ok(written)
        };
        self.write("write_resource", Repeat::Undone, job).await
    }

    async fn write_resource_once(
        &self,
        write: &ResourceWrite,
        expect: Expect,
        request: &RequestKey,
    ) -> Result<Once<Resource>, StoreError> {
        let job = |mut c: Connected| async move {
            let mut transaction = c.begin().await?;
            resources::lock(&mut transaction).await?;
            let written = requests::write(&mut transaction, write, expect, request).await?;
            transaction.commit().await?;
            Ok(written)
        };
        self.write("write_resource_once", Repeat::Harmless, job).await
    }

    async fn delete_resource(
        &self,
        kind: ResourceKind,
        name: &str,
        expect: Expect,
        actor: &str,
        time: Timestamp,
    ) -> Result<(), StoreError> {
        let deletion = &Deletion { kind, name, expect, actor, time };
        let job = |mut c: Connected| async move {
            let mut transaction = c.begin().await?;
            resources::lock(&mut transaction).await?;
            resources::delete(&mut transaction, deletion).await?;
            Ok(transaction.commit().await?)
        };
        self.write("delete_resource", Repeat::Undone, job).await
    }

    async fn delete_resource_once(
        &self,
        kind: ResourceKind,
        name: &str,
        expect: Expect,
        actor: &str,
        time: Timestamp,
        request: &RequestKey,
    ) -> Result<Once<()>, StoreError> {
        let deletion = &Deletion { kind, name, expect, actor, time };
        let job = |mut c: Connected| async move {
            let mut transaction = c.begin().await?;
            resources::lock(&mut transaction).await?;
            let deleted = requests::delete(&mut transaction, deletion, request).await?;
            transaction.commit().await?;
            Ok(deleted)
        };
        self.write("delete_resource_once", Repeat::Harmless, job).await
    }

    async fn revisions(
        &self,
        kind: ResourceKind,
        name: &str,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Resource>, StoreError> {
        let job = |mut c: Connected| async move { resources::revisions(&mut c, kind, name, before, limit).await };
        self.read("revisions", job).await
    }

    async fn revision(&self, kind: ResourceKind, name: &str, revision: i64) -> Result<Option<Resource>, StoreError> {
        let job = |mut c: Connected| async move { resources::revision(&mut c, kind, name, revision).await };
        self.read("revision", job).await
    }

    async fn record_trigger_event(&self, event: &StoredTriggerEvent) -> Result<Option<StoredTriggerEvent>, StoreError> {
        // Not repeated where it is unknown whether it was done: it would then be taken for an earlier event.
        let job = |mut c: Connected| async move { trigger_events::record(&mut c, event).await };
        self.write("record_trigger_event", Repeat::Undone, job).await
    }

    async fn decide_trigger_event(
        &self,
        id: &str,
        decision: TriggerDecision,
        reason: &str,
        execution: Option<ExecutionId>,
    ) -> Result<(), StoreError> {
        let job =
            |mut c: Connected| async move { trigger_events::decide(&mut c, id, decision, reason, execution).await };
        self.write("decide_trigger_event", Repeat::Harmless, job).await
    }

    async fn trigger_events(
        &self,
        trigger: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError> {
        let job = |mut c: Connected| async move { trigger_events::list(&mut c, trigger, before, limit).await };
        self.read("trigger_events", job).await
    }

    async fn pending_trigger_events(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError> {
        let job = |mut c: Connected| async move { trigger_events::pending(&mut c, after, limit).await };
        self.read("pending_trigger_events", job).await
    }

    async fn trigger_events_below(
        &self,
        prefix: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError> {
        let job = |mut c: Connected| async move { trigger_events::below(&mut c, prefix, before, limit).await };
        self.read("trigger_events_below", job).await
    }

    async fn lease(&self, claim: &Claim) -> Result<Tenure, StoreError> {
        let job = |mut c: Connected| async move { leases::lease(&mut c, claim).await };
        let (tenure, reading) = self.own("lease", Repeat::Harmless, job).await?;
        self.clock.anchor(reading);
        if self.signals.note_replicas(tenure.replicas) {
            // A newcomer: the others give up what is beyond their share.
            self.signals.tell_leases();
        }
        Ok(tenure)
    }

    async fn release(&self, owner: &str, shards: &[Shard]) -> Result<(), StoreError> {
        let job = |mut c: Connected| async move { leases::release(&mut c, owner, shards).await };
        if self.own("release", Repeat::Harmless, job).await? {
            self.signals.tell_leases();
        }
        Ok(())
    }

    async fn leave(&self, owner: &str) -> Result<(), StoreError> {
        let job = |mut c: Connected| async move { leases::leave(&mut c, owner).await };
        self.own("leave", Repeat::Harmless, job).await?;
        self.signals.tell_leases();
        // Who leaves may end at once.
        self.signals.flush().await;
        Ok(())
    }

    fn signals(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    fn lane(&self, shard: Shard) -> Lane {
        shard
    }

    async fn commit(&self, steps: Vec<Step>) -> Result<Vec<Result<CommittedStep, StepError>>, StoreError> {
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        commit::check(&steps)?;
        let steps = &*steps;
        let job = |mut c: Connected| async move { commit::commit(&mut c, steps).await };
        let answers = self.own("commit", Repeat::Undone, job).await?;
        let kept = || steps.iter().zip(&answers).filter(|(_, answer)| answer.is_ok()).map(|(step, _)| step);
        let executions = kept().filter_map(Step::execution);
        self.signals.tell(executions, kept().flat_map(|step| &step.sent).map(|command| command.shard));
        Ok(answers)
    }

    async fn settle(&self, shards: &[Shard]) -> Result<(), StoreError> {
        self.own("settle", Repeat::Harmless, |mut c| async move { leases::settle(&mut c, shards).await }).await
    }

    async fn send(&self, commands: Vec<InboxCommand>) -> Result<(), StoreError> {
        if commands.is_empty() {
            return Ok(());
        }
        let sent = &*commands;
        self.write("send", Repeat::Harmless, |mut c| async move { inbox::send(&mut c, sent).await }).await?;
        self.signals.tell([], commands.iter().map(|command| command.shard));
        Ok(())
    }

    async fn inbox(&self, shards: &[Shard], limit: usize) -> Result<Vec<InboxCommand>, StoreError> {
        self.read("inbox", |mut c| async move { inbox::list(&mut c, shards, limit).await }).await
    }

    async fn command(&self, id: &CommandId) -> Result<Option<Option<Applied>>, StoreError> {
        self.read("command", |mut c| async move { inbox::command(&mut c, id).await }).await
    }

    async fn applied(&self, ids: &[CommandId]) -> Result<Vec<(CommandId, Applied)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.read("applied", |mut c| async move { inbox::applied(&mut c, ids).await }).await
    }

    async fn events(&self, id: ExecutionId, after: u64, limit: usize) -> Result<Vec<EventRecord>, StoreError> {
        self.read("events", |mut c| async move { events::of_execution(&mut c, id, after, limit).await }).await
    }

    async fn events_since(
        &self,
        after: &Cursor,
        lanes: &[Lane],
        limit: usize,
    ) -> Result<Vec<CommittedStep>, StoreError> {
        self.read("events_since", |mut c| async move { events::since(&mut c, after, lanes, limit).await }).await
    }

    async fn cursor(&self) -> Result<Cursor, StoreError> {
        self.read("cursor", |mut c| async move { events::cursor(&mut c).await }).await
    }

    async fn pruned(&self) -> Result<Cursor, StoreError> {
        self.read("pruned", |mut c| async move { events::pruned(&mut c).await }).await
    }

    async fn execution(&self, id: ExecutionId) -> Result<Option<ExecutionSummary>, StoreError> {
        self.read("execution", |mut c| async move { executions::get(&mut c, id).await }).await
    }

    async fn executions(
        &self,
        filter: &ExecutionFilter,
        before: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionSummary>, StoreError> {
        self.read("executions", |mut c| async move { executions::list(&mut c, filter, before, limit).await }).await
    }

    async fn due(&self, shards: &[Shard], now: Timestamp, limit: usize) -> Result<Vec<ExecutionId>, StoreError> {
        self.read("due", |mut c| async move { executions::due(&mut c, shards, now, limit).await }).await
    }

    async fn next_due(&self, shards: &[Shard]) -> Result<Option<Timestamp>, StoreError> {
        self.read("next_due", |mut c| async move { executions::next_due(&mut c, shards).await }).await
    }

    async fn to_recover(
        &self,
        shards: &[Shard],
        after: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionSummary>, StoreError> {
        let job = |mut c: Connected| async move { executions::to_recover(&mut c, shards, after, limit).await };
        self.read("to_recover", job).await
    }

    async fn unfinished(&self, pipeline: &str) -> Result<Vec<(ExecutionId, ExecutionStatus)>, StoreError> {
        self.read("unfinished", |mut c| async move { executions::unfinished(&mut c, pipeline).await }).await
    }

    async fn prune(&self, what: &Pruning, limit: usize) -> Result<usize, StoreError> {
        let job = |mut c: Connected| async move { pruning::prune(&mut c, what, limit).await };
        self.write("prune", Repeat::Undone, job).await
    }

    async fn ended_since(&self, time: Timestamp, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        self.read("ended_since", |mut c| async move { pruning::ended_since(&mut c, time, after, limit).await }).await
    }

    async fn verify(&self) -> Result<Vec<String>, StoreError> {
        // Not as other reads: it takes the time that it takes.
        let mut connection = self.pool.acquire().await.map_err(Error::Unconnected)?;
        Ok(verify::verify(&mut connection).await?)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let is_standby = self.read("ping", |mut c| async move {
            Ok(query("SELECT pg_is_in_recovery()").fetch_one(&mut *c).await?.try_get::<bool, _>(0)?)
        });
        if is_standby.await? {
            return Err(StoreError::Unavailable("the database is read-only; use the primary".to_owned()));
        }
        self.fault.check()
    }
}
