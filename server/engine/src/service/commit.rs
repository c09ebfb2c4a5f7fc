//! Committing a round, and what follows from it.

use std::sync::Arc;

use gennaker_core::execution::{Command, Execution, ExecutionId};
use gennaker_ports::StoreError;
use gennaker_ports::store::{InboxCommand, InboxMessage, Shard, Step, StepError};
use tokio::time::Instant;

use super::{REDO_AFTER, Service};
use crate::EngineError;
use crate::forward::answer;
use crate::handle::Message;
use crate::metric::{COMMIT_STEPS, ENDED, IN_MEMORY, TASKS_RUNNING};
use crate::round::{Pending, Round};

impl Service {
    pub(super) async fn commit(&mut self, round: Round) {
        let mut pending = Vec::with_capacity(round.len());
        let mut steps = Vec::with_capacity(round.len());
        for (id, entry) in round {
            if entry.is_empty() {
                self.settle_unchanged(id, entry);
                continue;
            }
            match self.step(id, &entry).await {
                Ok(step) => {
                    steps.push(step);
                    pending.push((id, entry));
                }
                Err(error) => self.give_up(id, entry, &error.into()),
            }
        }
        if steps.is_empty() {
            return;
        }
        metrics::histogram!(COMMIT_STEPS).record(steps.len() as f64);
        let sent: Vec<Vec<InboxCommand>> = steps.iter().map(|step| step.sent.clone()).collect();
        match self.ports.store.commit(steps).await {
            Ok(results) => {
                for (((id, entry), sent), result) in pending.into_iter().zip(sent).zip(results) {
                    match result {
                        Ok(step) => {
                            self.hub.publish(step);
                            self.settle(id, entry, sent);
                        }
                        Err(error) => self.refused(id, entry, &error).await,
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, "could not commit");
                let error = EngineError::from(error);
                self.in_doubt.extend(pending.iter().map(|(_, entry)| entry.lease.shard));
                for (id, entry) in pending {
                    self.give_up(id, entry, &error);
                }
            }
        }
        metrics::gauge!(TASKS_RUNNING).set(self.effects.len() as f64);
        metrics::gauge!(IN_MEMORY).set(self.live.len() as f64);
    }

    async fn step(&mut self, id: ExecutionId, entry: &Pending) -> Result<Step, StoreError> {
        let mut sent = Vec::with_capacity(entry.outgoing.len());
        for (number, outgoing) in entry.outgoing.iter().enumerate() {
            let Some(shard) = self.shard_of_id(outgoing.execution).await? else {
                tracing::warn!(execution = %outgoing.execution, "a command is for an execution that does not exist");
                continue;
            };
            sent.push(InboxCommand {
                id: entry.outgoing_id(id, number, outgoing.execution),
                execution: outgoing.execution,
                shard,
                digest: String::new(),
                message: InboxMessage::Command(Box::new(outgoing.command.clone())),
            });
        }
        Ok(entry.step(sent))
    }

    async fn shard_of_id(&self, id: ExecutionId) -> Result<Option<Shard>, StoreError> {
        if let Some(state) = self.live.peek(&id) {
            return Ok(Some(self.shard_of(state)));
        }
        Ok(self.ports.store.execution(id).await?.map(|row| row.shard))
    }

    /// Nothing was decided about an execution that was loaded.
    fn settle_unchanged(&mut self, id: ExecutionId, entry: Pending) {
        if let Some(state) = entry.state {
            for (_, reply) in entry.replies {
                answer(reply, Ok(Arc::new(state.clone())));
            }
            self.resume(id, state);
        }
    }

    /// Sets off what a state that is in the store asks for, and keeps it in memory while it lives.
    fn resume(&mut self, id: ExecutionId, state: Execution) {
        self.follow(&state);
        self.wake_by(state.wake_at());
        if !state.is_settled() {
            self.live.put(id, state);
        }
    }

    /// A step is durable: callers hear of it, effects run, and what it sent is worked on.
    fn settle(&mut self, id: ExecutionId, entry: Pending, sent: Vec<InboxCommand>) {
        for command in entry.applied_ids() {
            self.in_flight.remove(command);
        }
        let has_end = entry.has_end();
        let Some(state) = entry.state else { return };
        if has_end && state.status.is_final() {
            metrics::counter!(ENDED, "status" => state.status.as_str()).increment(1);
        }
        if !entry.replies.is_empty() {
            let shared = Arc::new(state.clone());
            for (_, reply) in entry.replies {
                answer(reply, Ok(shared.clone()));
            }
        }
        self.resume(id, state);
        for command in sent.into_iter().filter(|command| self.ownership.owns(command.shard)) {
            self.in_flight.insert(command.id.clone());
            self.outlet.send(Message::Inbox(command)).expect("the service holds the receiver");
        }
    }

    /// The store refused a step: the state in memory is not that of the store.
    async fn refused(&mut self, id: ExecutionId, mut entry: Pending, error: &StepError) {
        match error {
            StepError::Duplicate(command) => {
                let (repeats, others) =
                    entry.replies.drain(..).partition::<Vec<_>, _>(|(request, _)| request.id == *command);
                for (request, reply) in repeats {
                    let repeated = self.repeated(&request).await;
                    let unknown = || Err(EngineError::Unavailable("the request is being applied; repeat it".into()));
                    answer(reply, repeated.unwrap_or_else(unknown));
                }
                entry.replies = others;
            }
            StepError::Fenced { shard, .. } => {
                if self.ownership.owns(*shard) {
                    tracing::warn!(%error, "lost a shard");
                    self.lose(&[*shard]);
                }
            }
            StepError::Conflict { .. } => tracing::warn!(execution = %id, %error, "a step was overtaken"),
        }
        let unavailable = EngineError::Unavailable(format!("{error}; repeat the request"));
        self.give_up(id, entry, &unavailable);
    }

    /// Forgets what was decided, has internal commands repeated, and has the execution looked at again: the commit may
    /// have come about all the same, and only its answer been lost.
    fn give_up(&mut self, id: ExecutionId, entry: Pending, error: &EngineError) {
        if let Some(state) = &entry.state
            && self.admissions.forget(&state.start.definition)
        {
            self.forgotten.push(state.start.definition.clone());
        }
        for command in entry.applied_ids() {
            self.in_flight.remove(command);
        }
        let mut again = entry.fail(error);
        again.push(Command::Tick);
        self.redo_later(id, again);
    }

    pub(super) fn redo_later(&mut self, id: ExecutionId, commands: Vec<Command>) {
        let time = Instant::now() + REDO_AFTER;
        self.redo.extend(commands.into_iter().map(|command| (time, id, command)));
    }
}
