//! The owner of executions: gathers commands, has them decided, commits, and sets off what follows.

mod commit;
mod decide;

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::num::NonZeroUsize;
use std::sync::Arc;

use gennaker_core::execution::{Command, CommandId, Definition, Execution, ExecutionId};
use gennaker_ports::StoreError;
use gennaker_ports::store::{Lease, Shard};
use lru::LruCache;
use tokio::sync::mpsc;
use tokio::time::{Duration, Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::admission::Admissions;
use crate::effects::Effects;
use crate::handle::Message;
use crate::hub::Hub;
use crate::round::Round;
use crate::{EngineError, Options, Ports, load};

/// How many due executions, inbox commands or executions to recover are read at once.
const PAGE: usize = 256;
/// The longest sleep until the next due time, so that a step of the machine's clock delays nothing for long.
const LONGEST_SLEEP: Duration = Duration::from_secs(10);
/// How long internal commands wait before they are repeated after a commit that did not come about.
const REDO_AFTER: Duration = Duration::from_millis(250);

/// Owns executions while [`Service::run`] runs.
pub struct Service {
    options: Options,
    ports: Ports,
    hub: Arc<Hub>,
    inlet: mpsc::Receiver<Message>,
    internal: mpsc::UnboundedReceiver<Message>,
    outlet: mpsc::UnboundedSender<Message>,
    leases: BTreeMap<Shard, Lease>,
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
}

impl Service {
    pub(crate) fn new(options: Options, ports: Ports, hub: Arc<Hub>, inlet: mpsc::Receiver<Message>) -> Self {
        let (outlet, internal) = mpsc::unbounded_channel();
        let effects = Effects::new(ports.tasks.clone(), outlet.clone(), options.effects, options.max_outputs);
        let live = LruCache::new(NonZeroUsize::new(options.live).unwrap_or(NonZeroUsize::MIN));
        Self {
            options,
            ports,
            hub,
            inlet,
            internal,
            outlet,
            leases: BTreeMap::new(),
            live,
            effects,
            admissions: Admissions::default(),
            forgotten: Vec::new(),
            in_flight: HashSet::new(),
            redo: VecDeque::new(),
            next_due: None,
        }
    }

    /// Runs until `shutdown`: takes the leases of the shards, picks up what was running, then serves.
    ///
    /// # Errors
    /// Where the leases can't be taken or the store can't be read at the start. Later trouble with the store is answered
    /// to callers and outlasted.
    pub async fn run(mut self, shutdown: CancellationToken) -> Result<(), EngineError> {
        self.renew_leases().await?;
        self.recover().await?;
        let mut renewal = interval(self.options.lease / 3);
        let mut poll = interval(self.options.inbox_poll);
        loop {
            let sleep = self.sleep();
            tokio::select! {
                () = shutdown.cancelled() => break,
                messages = receive(&mut self.inlet, &mut self.internal, self.options.batch) => {
                    self.work(messages).await;
                }
                () = tokio::time::sleep(sleep) => self.work_on_due().await,
                _ = poll.tick() => self.work_on_inbox().await,
                _ = renewal.tick() => {
                    if let Err(error) = self.renew_leases().await {
                        tracing::warn!(%error, "could not renew the leases");
                    }
                }
            }
        }
        self.stop().await;
        Ok(())
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
        if let Err(error) = self.ports.store.release(&self.options.owner).await {
            tracing::warn!(%error, "could not give the leases up; they will expire");
        }
    }

    /// Takes or renews the leases of all shards.
    async fn renew_leases(&mut self) -> Result<(), StoreError> {
        let now = self.ports.clock.now();
        let shards: Vec<Shard> = (0..self.options.shards).collect();
        let leases = self.ports.store.lease(&self.options.owner, &shards, now, now + self.options.lease).await?;
        self.leases = leases.into_iter().map(|lease| (lease.shard, lease)).collect();
        Ok(())
    }

    /// Picks up what a previous owner left: effects that were running, queues, inboxes, due times.
    async fn recover(&mut self) -> Result<(), EngineError> {
        let shards = self.shards();
        let mut after = None;
        loop {
            let page = self.ports.store.to_recover(&shards, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            for row in &page {
                if let Some(execution) = self.load(row.id).await? {
                    self.admissions.prepare(&*self.ports.store, &execution.start.definition).await?;
                    self.follow(&execution);
                    self.live.put(row.id, execution);
                }
            }
        }
        self.next_due = self.ports.store.next_due(&shards).await?;
        self.work_on_inbox().await;
        Ok(())
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

    fn shards(&self) -> Vec<Shard> {
        self.leases.keys().copied().collect()
    }

    async fn load(&mut self, id: ExecutionId) -> Result<Option<Execution>, StoreError> {
        match self.live.pop(&id) {
            Some(execution) => Ok(Some(execution)),
            None => load::execution(&*self.ports.store, id).await,
        }
    }

    /// Until the next due time, or the next repetition.
    fn sleep(&self) -> Duration {
        let now = self.ports.clock.now();
        let due = self.next_due.map_or(LONGEST_SLEEP, |due| due.since(now));
        let redo = self.redo.front().map_or(LONGEST_SLEEP, |(time, ..)| time.saturating_duration_since(Instant::now()));
        due.min(redo).min(LONGEST_SLEEP)
    }

    async fn work_on_due(&mut self) {
        let mut messages = Vec::new();
        while let Some((_, execution, command)) = self.redo.pop_front_if(|(time, ..)| *time <= Instant::now()) {
            messages.push(Message::Internal { execution, command });
        }
        let now = self.ports.clock.now();
        if self.next_due.is_some_and(|due| due <= now) {
            let shards = self.shards();
            match self.ports.store.due(&shards, now, PAGE).await {
                Ok(due) => {
                    let tick = |execution| Message::Internal { execution, command: Command::Tick };
                    messages.extend(due.into_iter().map(tick));
                }
                Err(error) => self.cannot_read("due executions", &error),
            }
        }
        self.work(messages).await;
        if self.next_due.is_some_and(|due| due <= now) {
            let shards = self.shards();
            match self.ports.store.next_due(&shards).await {
                Ok(due) => self.next_due = due,
                Err(error) => self.cannot_read("the next due time", &error),
            }
        }
    }

    async fn work_on_inbox(&mut self) {
        let shards = self.shards();
        match self.ports.store.inbox(&shards, PAGE).await {
            Ok(commands) => {
                let fresh = commands.into_iter().filter(|command| !self.in_flight.contains(&command.id));
                let messages = fresh.map(Message::Inbox).collect();
                self.work(messages).await;
            }
            Err(error) => self.cannot_read("inboxes", &error),
        }
    }

    fn cannot_read(&mut self, what: &str, error: &StoreError) {
        tracing::warn!(%error, "could not read {what}; trying again");
        self.next_due = Some(self.ports.clock.now() + REDO_AFTER);
    }

    async fn work(&mut self, messages: Vec<Message>) {
        let mut queue = VecDeque::from(messages);
        let mut round = Round::new();
        while let Some(message) = queue.pop_front() {
            self.decide(message, &mut round, &mut queue).await;
        }
        self.commit(round).await;
        self.remember_forgotten().await;
    }

    /// Reads the lanes of pipelines again whose commits did not come about, and lets go on what waits in them.
    async fn remember_forgotten(&mut self) {
        while let Some(definition) = self.forgotten.pop() {
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

fn interval(period: Duration) -> tokio::time::Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
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
