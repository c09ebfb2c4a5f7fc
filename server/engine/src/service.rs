//! The owner of executions: gathers commands, has them decided, commits, and sets off what follows.

mod commit;
mod decide;
mod shards;

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;

use futures::{StreamExt, stream};
use gennaker_core::execution::{Command, CommandId, Definition, Execution, ExecutionId};
use gennaker_ports::StoreError;
use gennaker_ports::store::{Shard, Signal};
use lru::LruCache;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::admission::Admissions;
use crate::effects::Effects;
use crate::follow::Follower;
use crate::forward::{Forwarded, Forwarder, answer};
use crate::handle::Message;
use crate::hub::Hub;
use crate::ownership::Ownership;
use crate::retention::Pruner;
use crate::round::Round;
use crate::{EngineError, Options, Ports, load};

/// How many due executions, inbox commands or executions to recover are read at once.
const PAGE: usize = 256;
/// How many executions are read at once.
const LOADS: usize = 8;
/// The longest sleep until the next due time, so that a step of the machine's clock delays nothing for long.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);
/// How long internal commands wait before they are repeated after a commit that did not come about.
const REDO_AFTER: Duration = Duration::from_millis(250);

/// Owns executions while [`Service::run`] runs.
pub struct Service {
    options: Options,
    ports: Ports,
    hub: Arc<Hub>,
    ownership: Arc<Ownership>,
    inlet: mpsc::Receiver<Message>,
    internal: mpsc::UnboundedReceiver<Message>,
    outlet: mpsc::UnboundedSender<Message>,
    forward: mpsc::Sender<Forwarded>,
    /// The other end of `forward`, until it is handed to the task that forwards.
    forwarded: Option<mpsc::Receiver<Forwarded>>,
    /// How many replicas are alive, as of the last claim.
    replicas: usize,
    /// When to claim again.
    next_claim: Instant,
    live: LruCache<ExecutionId, Execution>,
    effects: Effects,
    admissions: Admissions,
    /// Pipelines whose lanes must be read again.
    forgotten: Vec<Arc<Definition>>,
    /// Inbox commands that were read and are not committed yet.
    in_flight: HashSet<CommandId>,
    /// Internal commands to repeat, with the time from which on.
    redo: VecDeque<(Instant, ExecutionId, Command)>,
    /// When the next execution is due, as far as is known.
    next_due: Option<gennaker_core::Timestamp>,
    /// Shards with a commit of which is not known whether it came about, or still will.
    in_doubt: BTreeSet<Shard>,
}

impl Service {
    pub(crate) fn new(
        options: Options,
        ports: Ports,
        hub: Arc<Hub>,
        ownership: Arc<Ownership>,
        inlet: mpsc::Receiver<Message>,
    ) -> Self {
        let (outlet, internal) = mpsc::unbounded_channel();
        let (forward, forwarded) = mpsc::channel(options.mailbox);
        let effects = Effects::new(ports.tasks.clone(), outlet.clone(), options.effects, options.max_outputs);
        let live = LruCache::new(NonZeroUsize::new(options.live).unwrap_or(NonZeroUsize::MIN));
        Self {
            options,
            ports,
            hub,
            ownership,
            inlet,
            internal,
            outlet,
            forward,
            forwarded: Some(forwarded),
            replicas: 0,
            next_claim: Instant::now(),
            live,
            effects,
            admissions: Admissions::default(),
            forgotten: Vec::new(),
            in_flight: HashSet::new(),
            redo: VecDeque::new(),
            next_due: None,
            in_doubt: BTreeSet::new(),
        }
    }

    /// Runs until `shutdown`: takes its share of the shards, picks up what was running in them, then serves; at the end it
    /// gives them up, for other replicas to take at once.
    ///
    /// # Errors
    /// Where the store can't be read at the start. Later trouble with the store is answered to callers and outlasted.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), EngineError> {
        let mut signals = self.ports.store.signals();
        let helpers = self.helpers();
        self.claim().await?;
        let mut poll = tokio::time::interval(self.options.poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let sleep = self.sleep();
            tokio::select! {
                () = shutdown.cancelled() => break,
                messages = receive(&mut self.inlet, &mut self.internal, self.options.batch) => {
                    self.work(messages).await;
                }
                () = tokio::time::sleep(sleep) => self.work_on_due().await,
                () = tokio::time::sleep_until(self.next_claim) => self.claim_again().await,
                signal = signals.recv() => self.heed(signal, &mut signals).await,
                _ = poll.tick() => {
                    self.work_on_inbox().await;
                    self.look_at_full_lanes();
                    self.remember_forgotten().await;
                }
            }
        }
        self.stop().await;
        drop(helpers);
        Ok(())
    }

    /// The tasks beside the owner: they end when what is returned is dropped.
    fn helpers(&mut self) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        let store = &self.ports.store;
        let follower = Follower::new(store.clone(), self.hub.clone(), self.ownership.clone());
        tasks.spawn(follower.run(self.options.poll));
        if let Some(inlet) = self.forwarded.take() {
            let forwarder = Forwarder::new(store.clone(), inlet, self.options.mailbox, self.options.forward_patience);
            tasks.spawn(forwarder.run());
        }
        let pruner = Pruner {
            store: store.clone(),
            clock: self.ports.clock.clone(),
            ownership: self.ownership.clone(),
            retention: self.options.retention.clone(),
        };
        tasks.spawn(pruner.run());
        tasks
    }

    /// Does what other replicas' signals ask for; those that have come meanwhile count as one.
    async fn heed(&mut self, first: Result<Signal, RecvError>, signals: &mut broadcast::Receiver<Signal>) {
        let (mut inbox, mut leases) = (false, false);
        let mut next = match first {
            Ok(signal) => Some(signal),
            Err(RecvError::Lagged(_)) => Some(Signal::Anything),
            Err(RecvError::Closed) => unreachable!("the store that is held here keeps the sender of its signals"),
        };
        while let Some(signal) = next {
            match signal {
                Signal::Inbox(shards) => inbox |= shards.iter().any(|shard| self.ownership.owns(*shard)),
                Signal::Leases => leases = true,
                Signal::Anything => (inbox, leases) = (true, true),
                Signal::Committed(_) => {}
            }
            next = match signals.try_recv() {
                Ok(signal) => Some(signal),
                Err(broadcast::error::TryRecvError::Lagged(_)) => Some(Signal::Anything),
                Err(broadcast::error::TryRecvError::Empty | broadcast::error::TryRecvError::Closed) => None,
            };
        }
        if leases {
            self.claim_again().await;
        }
        if inbox {
            self.work_on_inbox().await;
        }
    }

    async fn stop(&mut self) {
        self.inlet.close();
        self.effects.stop(self.options.drain).await;
        let mut last = Vec::new();
        while let Ok(message) = self.internal.try_recv() {
            last.push(message);
        }
        self.work(last).await;
        self.effects.stop(Duration::ZERO).await;
        self.hub.close();
        self.ownership.set(Default::default());
        if let Err(error) = self.ports.store.leave(&self.options.owner).await {
            tracing::warn!(%error, "could not give the leases up; they will expire");
        }
    }

    /// Sets off what a committed state asks for: effects, and executions that waited for it.
    fn follow(&mut self, execution: &Execution) {
        self.effects.sync(execution);
        for promoted in self.admissions.observe(execution) {
            self.tell(promoted, Command::Admit);
        }
    }

    fn tell(&self, execution: ExecutionId, command: Command) {
        self.outlet.send(Message::Internal { execution, command }).expect("the service holds the receiver");
    }

    fn shard_of(&self, execution: &Execution) -> Shard {
        self.ownership.shard_of(&execution.start.definition, execution.id())
    }

    /// Reads executions that are not in memory side by side, so that what needs them next does not read them one after the
    /// other while leases run out. Those that can't be read now are tried again there.
    async fn prefetch(&mut self, ids: impl IntoIterator<Item = ExecutionId>) {
        let missing: HashSet<ExecutionId> = ids.into_iter().filter(|id| !self.live.contains(id)).collect();
        if missing.len() < 2 {
            return;
        }
        let store = self.ports.store.clone();
        let loads = missing.into_iter().map(|id| load::execution(&*store, id));
        let mut loaded = stream::iter(loads).buffer_unordered(LOADS);
        while let Some(execution) = loaded.next().await {
            if let Ok(Some(execution)) = execution
                && self.ownership.owns(self.shard_of(&execution))
            {
                self.live.put(execution.id(), execution);
            }
        }
    }

    async fn load(&mut self, id: ExecutionId) -> Result<Option<Execution>, StoreError> {
        match self.live.pop(&id) {
            Some(execution) => Ok(Some(execution)),
            None => load::execution(&*self.ports.store, id).await,
        }
    }

    /// Notes when something is due that was not known of.
    fn wake_by(&mut self, due: Option<gennaker_core::Timestamp>) {
        self.next_due = self.next_due.into_iter().chain(due).min();
    }

    /// Until the next due time, or the next repetition. While a store takes no commits (its disk may be full), what is due
    /// stays due, and is tried again with the repetitions.
    fn sleep(&self) -> Duration {
        let redo = self.redo.front().map(|(time, ..)| time.saturating_duration_since(Instant::now()));
        let due = self.next_due.map(|due| due.since(self.ports.clock.now()));
        let next = match redo {
            Some(redo) if !self.in_doubt.is_empty() => redo,
            redo => redo.into_iter().chain(due).min().unwrap_or(LONGEST_SLEEP),
        };
        next.min(LONGEST_SLEEP)
    }

    async fn work_on_due(&mut self) {
        let mut messages = Vec::new();
        // One tick of an execution is as good as many, however often it was put off.
        let mut ticked = HashSet::new();
        while let Some((_, execution, command)) = self.redo.pop_front_if(|(time, ..)| *time <= Instant::now()) {
            if command != Command::Tick || ticked.insert(execution) {
                messages.push(Message::Internal { execution, command });
            }
        }
        let now = self.ports.clock.now();
        let mut is_all = true;
        if self.next_due.is_some_and(|due| due <= now) {
            let shards = self.ownership.owned();
            match self.ports.store.due(&shards, now, PAGE).await {
                Ok(due) => {
                    is_all = due.len() < PAGE;
                    let tick = |execution| Message::Internal { execution, command: Command::Tick };
                    messages.extend(due.into_iter().filter(|execution| ticked.insert(*execution)).map(tick));
                }
                Err(error) => self.cannot_read("due executions", &error),
            }
        }
        self.work(messages).await;
        if self.next_due.is_some_and(|due| due <= now) {
            let shards = self.ownership.owned();
            match self.ports.store.next_due(&shards).await {
                // What is due all the same could not be decided, because it could not be read for instance.
                Ok(Some(due)) if due <= now && is_all => self.next_due = Some(self.ports.clock.now() + REDO_AFTER),
                Ok(due) => self.next_due = due,
                Err(error) => self.cannot_read("the next due time", &error),
            }
        }
    }

    async fn work_on_inbox(&mut self) {
        let mut first = None;
        loop {
            let shards = self.ownership.owned();
            let commands = match self.ports.store.inbox(&shards, PAGE).await {
                Ok(commands) => commands,
                Err(error) => return self.cannot_read("inboxes", &error),
            };
            let is_stuck = commands.first().map(|command| command.id.clone()) == first;
            if is_stuck {
                return; // Nothing is left, or nothing came of the last round; then the next poll tries again.
            }
            first = commands.first().map(|command| command.id.clone());
            let is_last = commands.len() < PAGE;
            let fresh = commands.into_iter().filter(|command| !self.in_flight.contains(&command.id));
            let messages: Vec<Message> = fresh.map(Message::Inbox).collect();
            self.work(messages).await;
            if is_last {
                return;
            }
        }
    }

    fn cannot_read(&mut self, what: &str, error: &StoreError) {
        tracing::warn!(%error, "could not read {what}; trying again");
        self.next_due = Some(self.ports.clock.now() + REDO_AFTER);
    }

    async fn work(&mut self, messages: Vec<Message>) {
        if let Err(error) = self.settle_doubts().await {
            tracing::warn!(%error, "could not find out what became of a commit; trying again");
            return self.put_off(messages, &error.into());
        }
        self.prefetch(messages.iter().filter_map(Message::about)).await;
        let mut queue = VecDeque::from(messages);
        let mut round = Round::new();
        while let Some(message) = queue.pop_front() {
            self.decide(message, &mut round, &mut queue).await;
        }
        self.commit(round).await;
        self.remember_forgotten().await;
    }

    /// Waits for commits whose answers were lost: what is read from here on must not be older than they are.
    async fn settle_doubts(&mut self) -> Result<(), StoreError> {
        if !self.in_doubt.is_empty() {
            let shards: Vec<Shard> = self.in_doubt.iter().copied().collect();
            self.ports.store.settle(&shards).await?;
            self.in_doubt.clear();
        }
        Ok(())
    }

    /// Nothing can be decided now: callers are told so, and the rest comes again.
    fn put_off(&mut self, messages: Vec<Message>, error: &EngineError) {
        for message in messages {
            match message {
                Message::Start { reply, .. } | Message::Command { reply, .. } => answer(reply, Err(error.clone())),
                Message::Internal { execution, command } => self.redo_later(execution, vec![command]),
                Message::Inbox(command) => drop(self.in_flight.remove(&command.id)),
            }
        }
    }

    /// Has the lanes read again that are full: what runs in them may have begun before the pipeline had a limit, and end
    /// elsewhere.
    fn look_at_full_lanes(&mut self) {
        if !self.ownership.owns_all() {
            self.forgotten.extend(self.admissions.forget_full());
        }
    }

    /// Reads the lanes of pipelines again whose commits did not come about, and lets go on what waits in them. Not before it
    /// is known what became of those commits: a start among them would not be counted.
    async fn remember_forgotten(&mut self) {
        if !self.in_doubt.is_empty() {
            return;
        }
        while let Some(definition) = self.forgotten.pop() {
            let is_ours = |pipeline: &String| self.ownership.owns(self.ownership.shard_of_pipeline(pipeline));
            if !definition.pipeline.as_ref().is_some_and(is_ours) {
                continue;
            }
            if let Err(error) = self.admissions.prepare(&*self.ports.store, &definition).await {
                self.cannot_read("the queue of a pipeline", &error);
                self.forgotten.push(definition);
                return;
            }
            for promoted in self.admissions.promote(&definition) {
                self.tell(promoted, Command::Admit);
            }
        }
    }
}

/// The next messages, from both queues as they have come, at most `limit`. Never empty: where both queues have been
/// closed it does not return.
async fn receive(
    inlet: &mut mpsc::Receiver<Message>,
    internal: &mut mpsc::UnboundedReceiver<Message>,
    limit: usize,
) -> Vec<Message> {
    let mut messages = Vec::new();
    tokio::select! {
        Some(message) = internal.recv() => messages.push(message),
        Some(message) = inlet.recv() => messages.push(message),
        else => std::future::pending().await,
    }
    while messages.len() < limit {
        let Ok(message) = internal.try_recv() else { break };
        messages.push(message);
    }
    while messages.len() < limit {
        let Ok(message) = inlet.try_recv() else { break };
        messages.push(message);
    }
    messages
}
