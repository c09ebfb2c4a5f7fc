//! What replicas tell each other, by NOTIFY: reasons to look, never the thing itself.
//!
//! Nothing is told within the transactions that do something: a NOTIFY takes a lock that all others wait for until its commit
//! is on the disk, so that commits would queue up behind one another. It is told afterwards, on a connection of its own, one
//! message at a time for all that has come together, in transactions that need not reach the disk; and not at all while nobody
//! else is there. So a signal can get lost; whoever waits for one also looks without, now and then.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gennaker_core::execution::ExecutionId;
use gennaker_ports::store::{Shard, Signal};
use sqlx::postgres::PgConnectOptions;
use tokio::sync::{Notify, broadcast, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

mod listener;
mod message;
mod notifier;

use listener::Listener;
use message::Message;
use notifier::Notifier;

/// So many signals may wait for a receiver before it misses some.
const CAPACITY: usize = 1024;

/// Beyond so many executions it is told that anything may have happened.
const MOST: usize = 2000;

/// How long it may take to tell what is to be told.
const FLUSH: Duration = Duration::from_secs(1);

/// The first pause before a lost connection is made again, and the longest.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

/// What is told to others, and heard from them. Its tasks end when it is dropped.
#[derive(Debug)]
pub(super) struct Signals {
    heard: broadcast::Sender<Signal>,
    outbox: Arc<Outbox>,
    _tasks: JoinSet<()>,
}

impl Signals {
    /// Listens and tells. When this returns, nothing that others tell is missed.
    pub(super) async fn start(connect: &PgConnectOptions, origin: String) -> Result<Self, sqlx::Error> {
        let heard = broadcast::Sender::new(CAPACITY);
        let outbox = Arc::new(Outbox::new(origin));
        let listener = Listener::start(connect.clone(), heard.clone(), Arc::clone(&outbox)).await?;
        let notifier = Notifier::new(connect.clone(), Arc::clone(&outbox));
        let mut tasks = JoinSet::new();
        tasks.spawn(listener.run());
        tasks.spawn(notifier.run());
        Ok(Self { heard, outbox, _tasks: tasks })
    }

    /// Neither hears nor tells.
    pub(super) fn silent() -> Self {
        let outbox = Arc::new(Outbox::new(String::new()));
        Self { heard: broadcast::Sender::new(1), outbox, _tasks: JoinSet::new() }
    }

    pub(super) fn subscribe(&self) -> broadcast::Receiver<Signal> {
        self.heard.subscribe()
    }

    /// Tells that executions went on, and that commands wait in the inboxes of shards.
    pub(super) fn tell(
        &self,
        executions: impl IntoIterator<Item = ExecutionId>,
        shards: impl IntoIterator<Item = Shard>,
    ) {
        let mut pending = self.outbox.lock();
        pending.executions.extend(executions);
        pending.shards.extend(shards);
        if pending.executions.len() > MOST {
            *pending = Pending { anything: true, asking: std::mem::take(&mut pending.asking), ..Pending::default() };
        }
        drop(pending);
        self.outbox.wake.notify_one();
    }

    /// Tells that it is worth looking for leases.
    pub(super) fn tell_leases(&self) {
        self.outbox.lock().leases = true;
        self.outbox.wake.notify_one();
    }

    /// Waits until all of it is told, for a moment: later is as good as never, since others look without a signal, too.
    pub(super) async fn flush(&self) {
        let (told, heard) = oneshot::channel();
        self.outbox.lock().asking.push(told);
        self.outbox.wake.notify_one();
        let _ = timeout(FLUSH, heard).await;
    }

    /// Notes how many replicas are alive, with this one. Tells whether the first others were found just now.
    pub(super) fn note_replicas(&self, count: usize) -> bool {
        let before = self.outbox.replicas.swap(count, Ordering::Relaxed);
        before <= 1 && count > 1
    }
}

/// What is to be told.
#[derive(Debug)]
struct Outbox {
    /// Tells this store's messages from those of others.
    origin: String,
    pending: Mutex<Pending>,
    wake: Notify,
    /// How many replicas were alive when it was last known, with this one; 0 before that.
    replicas: AtomicUsize,
}

#[derive(Debug, Default)]
struct Pending {
    executions: BTreeSet<ExecutionId>,
    shards: BTreeSet<Shard>,
    leases: bool,
    anything: bool,
    /// Who wants to know when it was told.
    asking: Vec<oneshot::Sender<()>>,
}

impl Outbox {
    fn new(origin: String) -> Self {
        Self { origin, pending: Mutex::default(), wake: Notify::new(), replicas: AtomicUsize::new(0) }
    }

    fn take(&self) -> Pending {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody else was heard.
    fn note_company(&self) {
        self.replicas.fetch_max(2, Ordering::Relaxed);
    }

    /// Whether nobody else is there to hear what is told.
    fn is_alone(&self) -> bool {
        self.replicas.load(Ordering::Relaxed) == 1
    }
}
