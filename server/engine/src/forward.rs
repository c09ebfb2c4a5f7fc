//! Hands commands to the replicas that own their executions, through the durable inbox, and waits for what becomes of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use gennaker_core::execution::{CommandId, Execution, ExecutionId};
use gennaker_ports::Store;
use gennaker_ports::store::{Applied, InboxCommand, Signal};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, mpsc};
use tokio::time::{Instant, MissedTickBehavior};

use crate::handle::Reply;
use crate::metric::FORWARDED;
use crate::{EngineError, load};

/// How many commands are sent in one transaction at most.
const BATCH: usize = 256;
/// How often it is looked for answers without a signal.
const POLL: Duration = Duration::from_millis(500);
/// How many answers are read at once.
const AT_ONCE: usize = 8;

/// A command for another replica to decide.
#[derive(Debug)]
pub(crate) struct Forwarded {
    pub(crate) command: InboxCommand,
    pub(crate) reply: Reply,
}

/// Forwards while it runs.
pub(crate) struct Forwarder {
    store: Arc<dyn Store>,
    inlet: mpsc::Receiver<Forwarded>,
    signals: broadcast::Receiver<Signal>,
    waiting: HashMap<CommandId, Vec<Waiting>>,
    capacity: usize,
    patience: Duration,
}

/// A caller that waits for an answer.
struct Waiting {
    execution: ExecutionId,
    digest: String,
    deadline: Instant,
    reply: Reply,
}

impl Forwarder {
    /// Takes commands from `inlet`; at most `capacity` wait for their answers.
    pub(crate) fn new(
        store: Arc<dyn Store>,
        inlet: mpsc::Receiver<Forwarded>,
        capacity: usize,
        patience: Duration,
    ) -> Self {
        let signals = store.signals();
        Self { store, inlet, signals, waiting: HashMap::new(), capacity, patience }
    }

    /// Runs until all senders of the inlet are gone.
    pub(crate) async fn run(mut self) {
        let mut poll = tokio::time::interval(POLL);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        loop {
            tokio::select! {
                count = self.inlet.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        return;
                    }
                    self.send(std::mem::take(&mut batch)).await;
                }
                signal = self.signals.recv() => match signal {
                    Ok(Signal::Committed(ids)) => {
                        let ids: HashSet<ExecutionId> = ids.iter().copied().collect();
                        self.look(|waiting| ids.contains(&waiting.execution)).await;
                    }
                    Ok(Signal::Inbox(_) | Signal::Leases) => {}
                    Ok(Signal::Anything) | Err(RecvError::Lagged(_)) => self.look(|_| true).await,
                    Err(RecvError::Closed) => return,
                },
                _ = poll.tick(), if !self.waiting.is_empty() => {
                    self.look(|_| true).await;
                    self.give_up_late();
                }
            }
        }
    }

    /// Puts commands into the inboxes. When this is done they are durable, and somebody will decide them.
    async fn send(&mut self, batch: Vec<Forwarded>) {
        let room = self.capacity.saturating_sub(self.waiting.len());
        let mut commands = Vec::with_capacity(batch.len());
        let mut callers = Vec::with_capacity(batch.len());
        for Forwarded { command, reply } in batch {
            if commands.len() >= room {
                answer(reply, Err(EngineError::Busy("too many commands wait for other replicas")));
                continue;
            }
            let deadline = Instant::now() + self.patience;
            let (execution, digest) = (command.execution, command.digest.clone());
            callers.push((command.id.clone(), Waiting { execution, digest, deadline, reply }));
            commands.push(command);
        }
        let count = commands.len() as u64;
        let sent: HashSet<ExecutionId> = commands.iter().map(|command| command.execution).collect();
        match self.store.send(commands).await {
            Ok(()) => {
                metrics::counter!(FORWARDED).increment(count);
                for (id, waiting) in callers {
                    self.waiting.entry(id).or_default().push(waiting);
                }
                // One that was applied before is not sent again, and nothing would signal it.
                self.look(|waiting| sent.contains(&waiting.execution)).await;
            }
            Err(error) => {
                for (_, waiting) in callers {
                    answer(waiting.reply, Err(error.clone().into()));
                }
            }
        }
    }

    /// Answers the callers whose commands were dealt with, of those that may have been. A repeated start waits under another
    /// execution than the one that becomes of it, so that only the poll finds it.
    async fn look(&mut self, may_be: impl Fn(&Waiting) -> bool) {
        let candidates = self.waiting.iter().filter(|(_, callers)| callers.iter().any(&may_be));
        let ids: Vec<CommandId> = candidates.map(|(id, _)| id.clone()).collect();
        if ids.is_empty() {
            return;
        }
        let applied = match self.store.applied(&ids).await {
            Ok(applied) => applied,
            Err(error) => return tracing::warn!(%error, "could not read what became of commands; trying again"),
        };
        let callers = applied.into_iter().flat_map(|(id, applied)| {
            let waiting = self.waiting.remove(&id).unwrap_or_default();
            waiting.into_iter().map(move |waiting| (id.clone(), applied.clone(), waiting))
        });
        let callers: Vec<_> = callers.collect();
        let store = &*self.store;
        stream::iter(callers)
            .for_each_concurrent(AT_ONCE, |(id, applied, waiting)| async move {
                answer(waiting.reply, result(store, id, applied, &waiting.digest).await);
            })
            .await;
    }

    fn give_up_late(&mut self) {
        let now = Instant::now();
        self.waiting.retain(|_, callers| {
            for late in callers.extract_if(.., |waiting| waiting.deadline <= now || waiting.reply.is_closed()) {
                let message = "the replica that owns the execution does not answer; repeat the request";
                answer(late.reply, Err(EngineError::Unavailable(message.to_owned())));
            }
            !callers.is_empty()
        });
    }
}

/// What a caller is told of a command that was dealt with: the execution as it is, where the command was carried out.
pub(crate) async fn result(
    store: &dyn Store,
    id: CommandId,
    applied: Applied,
    digest: &str,
) -> Result<Arc<Execution>, EngineError> {
    if applied.digest != digest {
        return Err(EngineError::RequestReused(id));
    }
    if let Some(rejection) = applied.rejection {
        return Err(EngineError::Rejected(rejection));
    }
    match load::execution(store, applied.execution).await {
        Ok(found) => found.map(Arc::new).ok_or(EngineError::NotFound(applied.execution)),
        Err(error) => Err(error.into()),
    }
}

/// Answers a caller. One that has gone needs no answer.
pub(crate) fn answer(reply: Reply, answer: Result<Arc<Execution>, EngineError>) {
    let _gone = reply.send(answer);
}
