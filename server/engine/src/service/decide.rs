//! Deciding commands, in memory.

use std::collections::VecDeque;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use gennaker_core::execution::{
    Admission, Command, Context, Definition, Execution, ExecutionId, QueuePolicy, Rejection, StageId, Start, create,
    handle,
};
use gennaker_ports::store::{InboxCommand, InboxMessage, Lease, Shard};
use tokio::sync::mpsc::error::TrySendError;

use super::Service;
use crate::EngineError;
use crate::forward::{self, Forwarded, answer};
use crate::handle::{Message, Reply, Request};
use crate::metric::{COMMANDS, STARTED};
use crate::round::{Pending, Round};

/// Why something was not decided here.
enum Refusal {
    /// The shard is another replica's.
    Foreign(Shard),
    /// It was decided before.
    Repeated(Result<Arc<Execution>, EngineError>),
    /// It was decided in this round already, about an execution.
    Deciding(ExecutionId),
    /// It can't be.
    Error(EngineError),
}

impl<E: Into<EngineError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Error(error.into())
    }
}

impl Service {
    /// Has one message decided; what it brings about at once goes to the queue.
    pub(super) async fn decide(&mut self, message: Message, round: &mut Round, queue: &mut VecDeque<Message>) {
        match message {
            Message::Start { start, request, reply } => match self.start(&start, &request, round, queue).await {
                Ok(()) => {
                    if let Some(pending) = round.get_mut(&start.id) {
                        pending.replies.push((request, reply));
                    }
                }
                Err(Refusal::Foreign(shard)) => {
                    let id = start.id;
                    self.forward(id, shard, InboxMessage::Start(start), request, reply);
                }
                Err(Refusal::Repeated(repeated)) => answer(reply, repeated),
                Err(Refusal::Deciding(execution)) => {
                    let pending = round.get_mut(&execution).expect("the round has what it decides");
                    pending.replies.push((request, reply));
                }
                Err(Refusal::Error(error)) => answer(reply, Err(error)),
            },
            Message::Command { execution, command, request, reply } => {
                self.call(execution, command, request, reply, round).await;
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
    ) -> Result<(), Refusal> {
        let lease = self.lease(start)?;
        let definition = &start.definition;
        self.admissions.prepare(&*self.ports.store, definition).await?;
        if !self.admissions.has_room(definition) {
            self.must_be_new(request, round).await?;
            self.must_have_place(definition)?;
        }
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
                return Err(Rejection::LimitReached { pipeline, limit: definition.concurrency.limit }.into());
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
        command: Command,
        request: Request,
        reply: Reply,
        round: &mut Round,
    ) {
        let pending = match self.pending(execution, round).await {
            Ok(Some(pending)) => pending,
            Ok(None) => return answer(reply, Err(EngineError::NotFound(execution))),
            Err(Refusal::Foreign(shard)) => {
                return self.forward(execution, shard, InboxMessage::Command(Box::new(command)), request, reply);
            }
            Err(Refusal::Repeated(repeated)) => return answer(reply, repeated),
            Err(Refusal::Deciding(_)) => unreachable!("only starts are looked for in the round"),
            Err(Refusal::Error(error)) => return answer(reply, Err(error)),
        };
        match self.apply(pending, &command) {
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
            Err(Refusal::Foreign(shard)) => {
                // Its owner finds out by itself what is to be done.
                tracing::debug!(%execution, shard, command = command.name(), "dropped a command for another's execution");
            }
            Err(Refusal::Repeated(_) | Refusal::Deciding(_)) => unreachable!("internal commands are no requests"),
            Err(Refusal::Error(error)) => {
                tracing::warn!(%execution, %error, "could not load an execution; trying again");
                self.redo_later(execution, vec![command]);
            }
        }
    }

    /// A command of another execution, or of a caller at another replica. It leaves the inbox also where it is refused.
    async fn inbox(&mut self, sent: InboxCommand, round: &mut Round, queue: &mut VecDeque<Message>) {
        let request = Request { id: sent.id.clone(), digest: sent.digest.clone() };
        let decided = match &sent.message {
            InboxMessage::Start(start) => match self.start(start, &request, round, queue).await {
                Ok(()) => Ok(()),
                Err(Refusal::Error(EngineError::Rejected(rejection))) => {
                    self.settle_without_execution(&sent, &request, Some(rejection), round)
                }
                Err(refusal) => Err(refusal),
            },
            InboxMessage::Command(command) => match self.pending(sent.execution, round).await {
                Ok(Some(pending)) => {
                    let rejection = self.apply(pending, command).err();
                    pending.applied(sent.execution, &request, rejection, self.ports.clock.now());
                    Ok(())
                }
                Ok(None) => {
                    tracing::warn!(execution = %sent.execution, "dropped a command for an execution that is gone");
                    self.settle_without_execution(&sent, &request, None, round)
                }
                Err(refusal) => Err(refusal),
            },
        };
        match decided {
            Ok(()) => drop(self.in_flight.insert(sent.id)),
            Err(refusal) => {
                // It is read again, by whoever owns it then.
                self.in_flight.remove(&sent.id);
                let execution = sent.execution;
                match refusal {
                    Refusal::Foreign(shard) => tracing::debug!(%execution, shard, "left a command to another owner"),
                    Refusal::Repeated(_) | Refusal::Deciding(_) => {
                        tracing::debug!(%execution, "a command was dealt with before");
                    }
                    Refusal::Error(error) => {
                        tracing::warn!(%execution, %error, "could not decide a command; trying again");
                    }
                }
            }
        }
    }

    /// Notes what became of a command for an execution that does not exist.
    fn settle_without_execution(
        &mut self,
        sent: &InboxCommand,
        request: &Request,
        rejection: Option<Rejection>,
        round: &mut Round,
    ) -> Result<(), Refusal> {
        let lease = self.ownership.lease(sent.shard).ok_or(Refusal::Foreign(sent.shard))?;
        let pending = round.entry(sent.execution).or_insert_with(|| Pending::new(None, lease));
        pending.applied(sent.execution, request, rejection, self.ports.clock.now());
        Ok(())
    }

    /// Hands a command to the owner of its shard.
    fn forward(&self, execution: ExecutionId, shard: Shard, message: InboxMessage, request: Request, reply: Reply) {
        let command = InboxCommand { id: request.id, execution, shard, digest: request.digest, message };
        if let Err(error) = self.forward.try_send(Forwarded { command, reply }) {
            let (TrySendError::Full(forwarded) | TrySendError::Closed(forwarded)) = error;
            answer(forwarded.reply, Err(EngineError::Busy("too many commands wait for other replicas")));
        }
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

    /// A start that would have to wait, or be refused, must not be the repeat of one that was accepted: it would take the
    /// place of itself.
    async fn must_be_new(&mut self, request: &Request, round: &Round) -> Result<(), Refusal> {
        if let Some(applied) = round.values().find_map(|pending| pending.applied_as(&request.id)) {
            return Err(if applied.digest != request.digest {
                EngineError::RequestReused(request.id.clone()).into()
            } else if applied.rejection.is_some() {
                EngineError::Unavailable("the request is being applied; repeat it".into()).into()
            } else {
                Refusal::Deciding(applied.execution)
            });
        }
        match self.repeated(request).await {
            Some(repeated) => Err(Refusal::Repeated(repeated)),
            None => Ok(()),
        }
    }

    /// There must be room in the queue for one more that has to wait.
    fn must_have_place(&mut self, definition: &Definition) -> Result<(), Rejection> {
        let limit = self.options.max_queued;
        if definition.concurrency.policy != QueuePolicy::WaitInOrder || self.admissions.queued(definition) < limit {
            return Ok(());
        }
        let pipeline = definition.pipeline.clone().unwrap_or_default();
        Err(Rejection::QueueFull { pipeline, limit: u32::try_from(limit).unwrap_or(u32::MAX) })
    }

    /// What the round has of an execution, loaded where it has nothing yet.
    async fn pending<'a>(&mut self, id: ExecutionId, round: &'a mut Round) -> Result<Option<&'a mut Pending>, Refusal> {
        let vacant = match round.entry(id) {
            // One without a state is of an execution that is gone: its commands were noted all the same.
            Entry::Occupied(known) => return Ok(Some(known.into_mut()).filter(|known| known.state.is_some())),
            Entry::Vacant(vacant) => vacant,
        };
        if !self.live.contains(&id) && !self.ownership.owns_all() {
            // Whose it is, before the whole log is read for nothing.
            let Some(row) = self.ports.store.execution(id).await? else { return Ok(None) };
            if !self.ownership.owns(row.shard) {
                return Err(Refusal::Foreign(row.shard));
            }
        }
        let Some(state) = self.load(id).await? else { return Ok(None) };
        self.admissions.prepare(&*self.ports.store, &state.start.definition).await?;
        let lease = self.lease(&state.start)?;
        Ok(Some(vacant.insert(Pending::new(Some(state), lease))))
    }

    fn lease(&self, start: &Start) -> Result<Lease, Refusal> {
        let shard = self.ownership.shard_of(&start.definition, start.id);
        self.ownership.lease(shard).ok_or(Refusal::Foreign(shard))
    }

    /// The answer to a request that was applied before, where it was.
    pub(super) async fn repeated(&mut self, request: &Request) -> Option<Result<Arc<Execution>, EngineError>> {
        let applied = match self.ports.store.command(&request.id).await {
            Ok(Some(Some(applied))) => applied,
            Ok(Some(None) | None) => return None,
            Err(error) => return Some(Err(error.into())),
        };
        Some(forward::result(&*self.ports.store, request.id.clone(), applied, &request.digest).await)
    }
}
