//! The store on SQLite: one thread writes, a few read, one copies the write-ahead log back in the background.
//!
//! One writer, because SQLite has one: jobs wait in a bounded queue instead of fighting for a lock. Readers see everything
//! that was acknowledged, since a read begins after the commit it follows. Callers never block a thread of theirs.

use std::path::Path;

use async_trait::async_trait;
use gennaker_core::Timestamp;
use gennaker_core::execution::{CommandId, EventRecord, ExecutionId, ExecutionStatus};
use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::store::{
    Applied, Claim, CommittedStep, Cursor, ExecutionFilter, ExecutionSummary, Expect, InboxCommand, Known, Lane, Once,
    Page, Pruning, RequestKey, ResourceWrite, Shard, Signal, Step, StepError, Store, StoreError, StoredTriggerEvent,
    Tenure, TriggerDecision,
};
use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::broadcast;

mod backup;
mod checkpoint;
mod columns;
mod commit;
mod data_dir;
mod error;
mod events;
mod executions;
mod inbox;
mod leases;
mod open;
mod options;
mod pruning;
mod requests;
mod resources;
mod threads;
mod trigger_events;
mod verify;

use crate::fault::Fault;
use checkpoint::Checkpointer;
use data_dir::DataDir;
use error::Error;
use leases::Replicas;
use resources::Deletion;
use threads::Threads;

pub use backup::{BackupError, backup};
pub use error::OpenError;
pub use open::{Migrated, migrate};
pub use options::{Options, Synchronous};

/// The store. Dropping it finishes what was begun, closes the database and frees the data directory.
#[derive(Debug)]
pub struct SqliteStore {
    // The order matters: fields are dropped from top to bottom. Readers go first, since the last connection to close
    // empties the write-ahead log and has to be able to write.
    readers: Threads,
    /// `None` where the store is only read.
    writer: Option<Writer>,
    replicas: Replicas,
    /// Never sends, since no other replica can be; kept so that receivers see it alive.
    signals: broadcast::Sender<Signal>,
}

/// What writes to the database. The order of the fields matters here too.
#[derive(Debug)]
struct Writer {
    thread: Threads,
    fault: Fault,
    _checkpointer: Checkpointer,
    _data_dir: DataDir,
}

impl SqliteStore {
    /// Opens the database in the data directory, which it locks, and brings its schema up to date.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(options: &Options) -> Result<Self, OpenError> {
        let (data_dir, connections) = open::open(options)?;
        let threads = |source| OpenError::Io { path: data_dir.database(), source };
        let (checkpointer, mut wal) = Checkpointer::start(connections.checkpointer).map_err(threads)?;
        let thread =
            Threads::start("writer", vec![connections.writer], options, move |connection| wal.written(connection))
                .map_err(threads)?;
        let readers = Threads::start("reader", connections.readers, options, |_| ()).map_err(threads)?;
        let fault = Fault::default();
        let writer = Writer { thread, fault, _checkpointer: checkpointer, _data_dir: data_dir };
        Ok(Self { readers, writer: Some(writer), replicas: Replicas::default(), signals: broadcast::Sender::new(1) })
    }

    /// Opens a database to read it and nothing else: one that a server is using, or a backup. Takes the path of the file,
    /// or of the data directory that it is in. Whatever would write fails as [`StoreError::Unavailable`].
    ///
    /// # Errors
    /// See [`OpenError`]; the schema must be current.
    pub fn open_read_only(path: &Path) -> Result<Self, OpenError> {
        let path = data_dir::database_at(path);
        let connection = open::open_read_only(&path)?;
        let readers = Threads::start("reader", vec![connection], &Options::new(&path), |_| ());
        let readers = readers.map_err(|source| OpenError::Io { path, source })?;
        Ok(Self { readers, writer: None, replicas: Replicas::default(), signals: broadcast::Sender::new(1) })
    }

    async fn read<T: Send + 'static>(
        &self,
        operation: &'static str,
        job: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.run(operation, |connection| job(connection)).await
    }

    /// Does a job in one transaction: all of it is kept, or nothing. How it ended is what health checks are told.
    async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let writer = self.writer()?;
        let written = writer.transact(operation, job).await;
        writer.fault.note(&written);
        written
    }

    fn writer(&self) -> Result<&Writer, StoreError> {
        let read_only = || StoreError::Unavailable("the database was opened to be read only".to_owned());
        self.writer.as_ref().ok_or_else(read_only)
    }
}

impl Writer {
    async fn transact<T: Send + 'static>(
        &self,
        operation: &'static str,
        job: impl FnOnce(&Transaction<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let transact = move |connection: &mut Connection| {
            // Immediate: the lock is taken before anything is read that the job builds on.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = job(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        self.thread.run(operation, transact).await
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn resource(&self, kind: ResourceKind, name: &str) -> Result<Option<Resource>, StoreError> {
        let name = name.to_owned();
        self.read("resource", move |connection| resources::get(connection, kind, &name)).await
    }

    async fn are_current(&self, known: &[Known]) -> Result<bool, StoreError> {
        let known = known.to_vec();
        self.read("are_current", move |connection| resources::are_current(connection, &known)).await
    }

    async fn resources(
        &self,
        kind: ResourceKind,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<Resource>, StoreError> {
        let (prefix, after) = (prefix.to_owned(), after.map(str::to_owned));
        let job = move |connection: &_| resources::list(connection, kind, &prefix, after.as_deref(), limit);
        self.read("resources", job).await
    }

    async fn write_resource(&self, write: &ResourceWrite, expect: Expect) -> Result<Resource, StoreError> {
        let write = write.clone();
        self.write("write_resource", move |transaction| resources::write(transaction, write, expect)).await
    }

    async fn write_resource_once(
        &self,
        write: &ResourceWrite,
        expect: Expect,
        request: &RequestKey,
    ) -> Result<Once<Resource>, StoreError> {
        let (write, request) = (write.clone(), request.clone());
        let job = move |transaction: &Transaction<'_>| requests::write(transaction, write, expect, &request);
        self.write("write_resource_once", job).await
    }

    async fn delete_resource(
        &self,
        kind: ResourceKind,
        name: &str,
        expect: Expect,
        actor: &str,
        time: Timestamp,
    ) -> Result<(), StoreError> {
        let deletion = Deletion { kind, name: name.to_owned(), expect, actor: actor.to_owned(), time };
        self.write("delete_resource", move |transaction| resources::delete(transaction, &deletion)).await
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
        let deletion = Deletion { kind, name: name.to_owned(), expect, actor: actor.to_owned(), time };
        let request = request.clone();
        let job = move |transaction: &Transaction<'_>| requests::delete(transaction, &deletion, &request);
        self.write("delete_resource_once", job).await
    }

    async fn revisions(
        &self,
        kind: ResourceKind,
        name: &str,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Resource>, StoreError> {
        let name = name.to_owned();
        self.read("revisions", move |connection| resources::revisions(connection, kind, &name, before, limit)).await
    }

    async fn revision(&self, kind: ResourceKind, name: &str, revision: i64) -> Result<Option<Resource>, StoreError> {
        let name = name.to_owned();
        self.read("revision", move |connection| resources::revision(connection, kind, &name, revision)).await
    }

    async fn record_trigger_event(&self, event: &StoredTriggerEvent) -> Result<Option<StoredTriggerEvent>, StoreError> {
        let event = event.clone();
        self.write("record_trigger_event", move |transaction| trigger_events::record(transaction, &event)).await
    }

    async fn decide_trigger_event(
        &self,
        id: &str,
        decision: TriggerDecision,
        reason: &str,
        execution: Option<ExecutionId>,
    ) -> Result<(), StoreError> {
        let (id, reason) = (id.to_owned(), reason.to_owned());
        let job =
            move |transaction: &Transaction<'_>| trigger_events::decide(transaction, &id, decision, &reason, execution);
        self.write("decide_trigger_event", job).await
    }

    async fn trigger_events(
        &self,
        trigger: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError> {
        let (trigger, before) = (trigger.to_owned(), before.map(str::to_owned));
        let job = move |connection: &_| trigger_events::list(connection, &trigger, before.as_deref(), limit);
        self.read("trigger_events", job).await
    }

    async fn pending_trigger_events(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError> {
        let after = after.map(str::to_owned);
        let job = move |connection: &_| trigger_events::pending(connection, after.as_deref(), limit);
        self.read("pending_trigger_events", job).await
    }

    async fn trigger_events_below(
        &self,
        prefix: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<StoredTriggerEvent>, StoreError> {
        let (prefix, before) = (prefix.to_owned(), before.map(str::to_owned));
        let job = move |connection: &_| trigger_events::below(connection, &prefix, before.as_deref(), limit);
        self.read("trigger_events_below", job).await
    }

    async fn lease(&self, claim: &Claim) -> Result<Tenure, StoreError> {
        let asked = claim.clone();
        let tenure = self.write("lease", move |transaction| leases::lease(transaction, &asked)).await?;
        Ok(Tenure { replicas: self.replicas.note(claim), ..tenure })
    }

    async fn release(&self, owner: &str, shards: &[Shard]) -> Result<(), StoreError> {
        let (owner, shards) = (owner.to_owned(), shards.to_vec());
        self.write("release", move |transaction| leases::release(transaction, &owner, &shards)).await
    }

    async fn leave(&self, owner: &str) -> Result<(), StoreError> {
        self.replicas.remove(owner);
        let owner = owner.to_owned();
        self.write("leave", move |transaction| leases::leave(transaction, &owner)).await
    }

    fn signals(&self) -> broadcast::Receiver<Signal> {
        self.signals.subscribe()
    }

    fn lane(&self, _shard: Shard) -> Lane {
        events::LANE
    }

    async fn commit(&self, steps: Vec<Step>) -> Result<Vec<Result<CommittedStep, StepError>>, StoreError> {
        if steps.is_empty() {
            return Ok(Vec::new());
        }
        let steps = commit::encode(steps)?;
        self.write("commit", move |transaction| commit::commit(transaction, steps)).await
    }

    /// Whatever was begun is done before: the writer does one job after the other.
    async fn settle(&self, _shards: &[Shard]) -> Result<(), StoreError> {
        self.writer()?.transact("settle", |_| Ok(())).await
    }

    async fn send(&self, commands: Vec<InboxCommand>) -> Result<(), StoreError> {
        if commands.is_empty() {
            return Ok(());
        }
        self.write("send", move |transaction| inbox::send(transaction, &commands)).await
    }

    async fn inbox(&self, shards: &[Shard], limit: usize) -> Result<Vec<InboxCommand>, StoreError> {
        let shards = shards.to_vec();
        self.read("inbox", move |connection| inbox::list(connection, &shards, limit)).await
    }

    async fn command(&self, id: &CommandId) -> Result<Option<Option<Applied>>, StoreError> {
        let id = id.clone();
        self.read("command", move |connection| inbox::command(connection, &id)).await
    }

    async fn applied(&self, ids: &[CommandId]) -> Result<Vec<(CommandId, Applied)>, StoreError> {
        let ids = ids.to_vec();
        self.read("applied", move |connection| inbox::applied(connection, &ids)).await
    }

    async fn events(&self, id: ExecutionId, after: u64, limit: usize) -> Result<Vec<EventRecord>, StoreError> {
        self.read("events", move |connection| events::of_execution(connection, id, after, limit)).await
    }

    async fn events_since(
        &self,
        after: &Cursor,
        lanes: &[Lane],
        limit: usize,
    ) -> Result<Vec<CommittedStep>, StoreError> {
        if !lanes.contains(&events::LANE) {
            return Ok(Vec::new());
        }
        let after = after.get(events::LANE);
        self.read("events_since", move |connection| events::since(connection, after, limit)).await
    }

    async fn cursor(&self) -> Result<Cursor, StoreError> {
        self.read("cursor", events::cursor).await
    }

    async fn pruned(&self) -> Result<Cursor, StoreError> {
        self.read("pruned", pruning::pruned).await
    }

    async fn execution(&self, id: ExecutionId) -> Result<Option<ExecutionSummary>, StoreError> {
        self.read("execution", move |connection| executions::get(connection, id)).await
    }

    async fn executions(
        &self,
        filter: &ExecutionFilter,
        before: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionSummary>, StoreError> {
        let filter = filter.clone();
        self.read("executions", move |connection| executions::list(connection, filter, before, limit)).await
    }

    async fn due(&self, shards: &[Shard], now: Timestamp, limit: usize) -> Result<Vec<ExecutionId>, StoreError> {
        let shards = shards.to_vec();
        self.read("due", move |connection| executions::due(connection, &shards, now, limit)).await
    }

    async fn next_due(&self, shards: &[Shard]) -> Result<Option<Timestamp>, StoreError> {
        let shards = shards.to_vec();
        self.read("next_due", move |connection| executions::next_due(connection, &shards)).await
    }

    async fn to_recover(
        &self,
        shards: &[Shard],
        after: Option<ExecutionId>,
        limit: usize,
    ) -> Result<Vec<ExecutionSummary>, StoreError> {
        let shards = shards.to_vec();
        self.read("to_recover", move |connection| executions::to_recover(connection, &shards, after, limit)).await
    }

    async fn unfinished(&self, pipeline: &str) -> Result<Vec<(ExecutionId, ExecutionStatus)>, StoreError> {
        let pipeline = pipeline.to_owned();
        self.read("unfinished", move |connection| executions::unfinished(connection, &pipeline)).await
    }

    async fn prune(&self, what: &Pruning, limit: usize) -> Result<usize, StoreError> {
        let what = what.clone();
        self.write("prune", move |transaction| pruning::prune(transaction, &what, limit)).await
    }

    async fn ended_since(&self, time: Timestamp, after: Option<&str>, limit: usize) -> Result<Vec<String>, StoreError> {
        let after = after.map(str::to_owned);
        let job = move |connection: &_| pruning::ended_since(connection, time, after.as_deref(), limit);
        self.read("ended_since", job).await
    }

    async fn verify(&self) -> Result<Vec<String>, StoreError> {
        self.read("verify", verify::verify).await
    }

    /// Asks the writer, since a server that can only read is of no use.
    async fn ping(&self) -> Result<(), StoreError> {
        let writer = self.writer()?;
        // Whether the writer answers; a transaction that writes nothing does not find out about the disk.
        writer.transact("ping", |_| Ok(())).await?;
        writer.fault.check()
    }
}
