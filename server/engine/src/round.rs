//! One round of the owner: the commands of many executions, decided in memory, to be committed together.

use std::collections::BTreeMap;
use std::sync::Arc;

use gennaker_core::Timestamp;
use gennaker_core::execution::{
    Command, CommandId, Decision, Event, EventRecord, Execution, ExecutionId, Outgoing, Rejection,
};
use gennaker_ports::store::{Applied, Lease, Step};

use crate::EngineError;
use crate::handle::{Reply, Request};
use crate::row::row;

/// What a round has decided about one execution.
pub(crate) struct Pending {
    /// The state after everything decided so far; `None` where the execution does not exist.
    pub(crate) state: Option<Execution>,
    /// The sequence in the store.
    pub(crate) base: u64,
    /// The lease to write under.
    pub(crate) lease: Lease,
    events: Vec<EventRecord>,
    applied: Vec<(CommandId, Applied)>,
    /// Commands for other executions; their shards are looked up before the commit.
    pub(crate) outgoing: Vec<Outgoing>,
    /// Callers to be answered with the state after the commit.
    pub(crate) replies: Vec<(Request, Reply)>,
    /// Internal commands, to be repeated where the commit does not come about.
    pub(crate) internal: Vec<Command>,
}

impl Pending {
    pub(crate) fn new(state: Option<Execution>, lease: Lease) -> Self {
        let base = state.as_ref().map_or(0, |state| state.sequence);
        Self {
            state,
            base,
            lease,
            events: Vec::new(),
            applied: Vec::new(),
            outgoing: Vec::new(),
            replies: Vec::new(),
            internal: Vec::new(),
        }
    }

    /// Adds a decision; the state has its events already.
    pub(crate) fn decided(&mut self, decision: Decision) {
        self.events.extend(decision.events);
        self.outgoing.extend(decision.outgoing);
    }

    /// Notes that a command with an id was dealt with.
    pub(crate) fn applied(
        &mut self,
        execution: ExecutionId,
        request: &Request,
        rejection: Option<Rejection>,
        time: Timestamp,
    ) {
        let sequence = self.state.as_ref().map_or(0, |state| state.sequence);
        let applied = Applied { execution, sequence, rejection, digest: request.digest.clone(), time };
        self.applied.push((request.id.clone(), applied));
    }

    /// What became of a command, where it was dealt with here.
    pub(crate) fn applied_as(&self, id: &CommandId) -> Option<&Applied> {
        self.applied.iter().find(|(applied, _)| applied == id).map(|(_, applied)| applied)
    }

    /// The ids of the commands that were dealt with.
    pub(crate) fn applied_ids(&self) -> impl Iterator<Item = &CommandId> {
        self.applied.iter().map(|(id, _)| id)
    }

    /// Whether the execution ends by this.
    pub(crate) fn has_end(&self) -> bool {
        self.events.iter().any(|record| matches!(record.event, Event::Finished { .. }))
    }

    /// Whether there is anything to commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.applied.is_empty() && self.outgoing.is_empty()
    }

    /// What goes to the store, with the inbox commands that [`Pending::outgoing`] became.
    pub(crate) fn step(&self, sent: Vec<gennaker_ports::store::InboxCommand>) -> Step {
        Step {
            lease: self.lease,
            expected_sequence: self.base,
            events: Arc::from(self.events.as_slice()),
            row: self.state.as_ref().map(|state| row(state, self.lease.shard)),
            applied: self.applied.clone(),
            sent,
        }
    }

    /// The id of the `number`th command that this step sends, to `target`: the same for every repetition of the step. A
    /// step without events has the sequence of the one before it; the target tells their commands apart.
    pub(crate) fn outgoing_id(&self, execution: ExecutionId, number: usize, target: ExecutionId) -> CommandId {
        let sequence = self.state.as_ref().map_or(0, |state| state.sequence);
        CommandId(format!("{execution}/{sequence}/{number}/{target}"))
    }

    /// Tells all callers that the commit did not come about.
    pub(crate) fn fail(self, error: &EngineError) -> Vec<Command> {
        for (_, reply) in self.replies {
            // A caller that has gone needs no answer.
            let _gone = reply.send(Err(error.clone()));
        }
        self.internal
    }
}

/// The executions of a round.
pub(crate) type Round = BTreeMap<ExecutionId, Pending>;
