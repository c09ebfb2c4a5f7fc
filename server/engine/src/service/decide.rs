//! Deciding commands, in memory.

use std::collections::VecDeque;
use std::collections::btree_map::Entry;

use gennaker_core::execution::{
    Admission, Command, Context, Execution, ExecutionId, Rejection, StageId, Start, create, handle,
};
use gennaker_ports::store::{InboxCommand, InboxMessage, Lease};

use super::Service;
use crate::EngineError;
use crate::handle::{Message, Reply, Request};
use crate::metric::{COMMANDS, STARTED};
use crate::round::{Pending, Round};
use crate::row::shard;

impl Service {
    /// Has one message decided; what it brings about at once goes to the queue.
    pub(super) async fn decide(&mut self, message: Message, round: &mut Round, queue: &mut VecDeque<Message>) {
        match message {
            Message::Start { start, request, reply } => {
                if let Err(error) = self.start(&start, &request, round, queue).await {
                    answer(reply, Err(error));
                } else if let Some(pending) = round.get_mut(&start.id) {
                    pending.replies.push((request, reply));
                }
            }
            Message::Command { execution, command, request, reply } => {
                self.call(execution, &command, request, reply, round).await;
            }
            Message::Internal { execution, command } => self.internal(execution, command, round).await,
            Message::Inbox(command) => self.inbox(command, round, queue).await,
        }
    }

    async fn start(
        &mut self,
        start: &Start,
        request: &Request,
        round: &mut Round,
        queue: &mut VecDeque<Message>,
    ) -> Result<(), EngineError> {
        let lease = self.lease(start)?;
        let definition = &start.definition;
        self.admissions.prepare(&*self.ports.store, definition).await?;
        let queued = match self.admissions.start(definition, start.id) {
            Admission::Run => false,
            Admission::Queue { displaced } => {
                queue.extend(displaced.into_iter().map(|execution| {
                    let actor = "gennaker".to_owned();
                    let reason = format!("the newer execution {} took its place in the queue", start.id);
                    Message::Internal { execution, command: Command::Cancel { actor, reason } }
                }));
                true
            }
            Admission::Refuse => {
                let pipeline = definition.pipeline.clone().unwrap_or_default();
                return Err(EngineError::LimitReached { pipeline, limit: definition.concurrency.limit });
            }
        };
        let kinds = self.ports.kinds.clone();
        let context = Context { now: self.ports.clock.now(), kinds: &*kinds, random: rand::random() };
        let (state, decision) = create(start.clone(), queued, &context);
        let mut pending = Pending::new(None, lease);
        pending.state = Some(state);
        pending.decided(decision);
        pending.applied(start.id, request, None, context.now);
        round.insert(start.id, pending);
        metrics::counter!(STARTED).increment(1);
        Ok(())
    }

    /// A caller's command.
    async fn call(
        &mut self,
        execution: ExecutionId,
        command: &Command,
        request: Request,
        reply: Reply,
        round: &mut Round,
    ) {
        let pending = match self.pending(execution, round).await {
            Ok(Some(pending)) => pending,
            Ok(None) => return answer(reply, Err(EngineError::NotFound(execution))),
            Err(error) => return answer(reply, Err(error)),
        };
        match self.apply(pending, command) {
            Ok(()) => {
                pending.applied(execution, &request, None, self.ports.clock.now());
                pending.replies.push((request, reply));
            }
            Err(rejection) => {
                let repeated = self.repeated(&request).await;
                answer(reply, repeated.unwrap_or(Err(EngineError::Rejected(rejection))));
            }
        }
    }

    /// A command of the clock, an effect or a queue. Those that have become pointless are dropped.
    async fn internal(&mut self, execution: ExecutionId, command: Command, round: &mut Round) {
        match self.pending(execution, round).await {
            Ok(Some(pending)) => match self.apply(pending, &command) {
                Ok(()) => pending.internal.push(command),
                Err(rejection) => {
                    tracing::debug!(%execution, command = command.name(), %rejection, "dropped a pointless command");
                }
            },
            Ok(None) => tracing::debug!(%execution, "a command is for an execution that was never committed"),
            Err(error) => {
                tracing::warn!(%execution, %error, "could not load an execution; trying again");
                self.redo_later(execution, vec![command]);
            }
        }
    }

    /// A command of another execution. It leaves the inbox also where it is refused.
    async fn inbox(&mut self, sent: InboxCommand, round: &mut Round, queue: &mut VecDeque<Message>) {
        let request = Request { id: sent.id.clone(), digest: sent.digest.clone() };
        match &sent.message {
            InboxMessage::Start(start) => {
                if let Err(error) = self.start(start, &request, round, queue).await {
                    tracing::warn!(execution = %sent.execution, %error, "could not start an execution from its inbox");
                    return;
                }
            }
            InboxMessage::Command(command) => match self.pending(sent.execution, round).await {
                Ok(Some(pending)) => {
                    let rejection = self.apply(pending, command).err();
                    pending.applied(sent.execution, &request, rejection, self.ports.clock.now());
                }
                Ok(None) => {
                    tracing::warn!(execution = %sent.execution, "dropped a command for an execution that is gone");
                    let Some(lease) = self.leases.get(&sent.shard).copied() else { return };
                    let pending = round.entry(sent.execution).or_insert_with(|| Pending::new(None, lease));
                    pending.applied(sent.execution, &request, None, self.ports.clock.now());
                }
                Err(error) => {
                    tracing::warn!(execution = %sent.execution, %error, "could not load an execution; trying again");
                    return;
                }
            },
        }
        self.in_flight.insert(sent.id);
    }

    fn apply(&mut self, pending: &mut Pending, command: &Command) -> Result<(), Rejection> {
        let state = pending.state.as_mut().expect("commands are only given to executions that exist");
        if matches!(command, Command::RetryStage { .. }) && state.status.is_final() {
            self.must_have_room(state)?;
        }
        let kinds = self.ports.kinds.clone();
        let context = Context { now: self.ports.clock.now(), kinds: &*kinds, random: rand::random() };
        let span = tracing::debug_span!("decide", execution = %state.id(), stage = command.stage().map(StageId::as_str), command = command.name());
        let decision = span.in_scope(|| handle(state, command, &context))?;
        pending.decided(decision);
        metrics::counter!(COMMANDS, "command" => command.name()).increment(1);
        Ok(())
    }

    fn must_have_room(&mut self, state: &Execution) -> Result<(), Rejection> {
        if self.admissions.has_room(&state.start.definition) {
            return Ok(());
        }
        let remedy = "the pipeline's limit of concurrent executions is reached; retry when one has ended".to_owned();
        Err(Rejection::WrongStatus { execution: state.id(), status: state.status, remedy })
    }

    /// What the round has of an execution, loaded where it has nothing yet.
    async fn pending<'a>(
        &mut self,
        id: ExecutionId,
        round: &'a mut Round,
    ) -> Result<Option<&'a mut Pending>, EngineError> {
        let vacant = match round.entry(id) {
            Entry::Occupied(known) => return Ok(Some(known.into_mut())),
            Entry::Vacant(vacant) => vacant,
        };
        let Some(state) = self.load(id).await? else { return Ok(None) };
        self.admissions.prepare(&*self.ports.store, &state.start.definition).await?;
        let lease = self.lease(&state.start)?;
        Ok(Some(vacant.insert(Pending::new(Some(state), lease))))
    }

    fn lease(&self, start: &Start) -> Result<Lease, EngineError> {
        let shard = shard(&start.definition, start.id, self.options.shards);
        self.leases.get(&shard).copied().ok_or_else(|| {
            EngineError::Unavailable(format!("another server owns shard {shard}, to which {} belongs", start.id))
        })
    }

    /// The answer to a request that was applied before, where it was.
    pub(super) async fn repeated(
        &mut self,
        request: &Request,
    ) -> Option<Result<std::sync::Arc<Execution>, EngineError>> {
        let applied = match self.ports.store.command(&request.id).await {
            Ok(Some(Some(applied))) => applied,
            Ok(Some(None) | None) => return None,
            Err(error) => return Some(Err(error.into())),
        };
        if applied.digest != request.digest {
            return Some(Err(EngineError::RequestReused(request.id.clone())));
        }
        if let Some(rejection) = applied.rejection {
            return Some(Err(EngineError::Rejected(rejection)));
        }
        let found = crate::load::execution(&*self.ports.store, applied.execution).await;
        Some(match found {
            Ok(Some(execution)) => Ok(std::sync::Arc::new(execution)),
            Ok(None) => Err(EngineError::NotFound(applied.execution)),
            Err(error) => Err(error.into()),
        })
    }
}

/// Answers a caller. One that has gone needs no answer.
pub(super) fn answer(reply: Reply, answer: Result<std::sync::Arc<Execution>, EngineError>) {
    let _gone = reply.send(answer);
}
