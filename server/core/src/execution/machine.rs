//! The machine: what commands and the clock do to an execution.
//!
//! Every command is validated before anything is emitted, so that a refused command changes nothing. After a command
//! has had its own effect, [`advance`] moves the graph as far as it goes: it is the only place that starts and ends
//! stages. Cost: two passes over the stages for every round of events, so O(stages) for a step that moves one stage.

mod advance;
mod cancel;
mod child;
mod condition;
mod errand;
mod judge;
mod notify;
mod outcome;
mod pause;
mod retry;
mod skip;
mod stage;
mod task;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use judge::Judge;

use super::{
    Command, Event, EventRecord, Execution, ExecutionId, ExecutionStatus, Rejection, Scope, Stage, StageId, StageKinds,
    Start,
};
use crate::Timestamp;

/// What decisions may know besides the state.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The time of the decision.
    pub now: Timestamp,
    /// The kinds of stages.
    pub kinds: &'a dyn StageKinds,
    /// Random bits, for jitter.
    pub random: u64,
}

/// What a command has done. The state it was applied to already has the events in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decision {
    /// The events, in order.
    pub events: Vec<EventRecord>,
    /// Commands to other executions, to be sent in the same transaction.
    pub outgoing: Vec<Outgoing>,
}

/// A command to another execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    /// The other execution.
    pub execution: ExecutionId,
    /// What it is told.
    pub command: Command,
}

/// Begins an execution; a `queued` one waits for [`Command::Admit`]. The stage that waits for it is told.
pub fn create(start: Start, queued: bool, context: &Context<'_>) -> (Execution, Decision) {
    let event = Event::Created { start: Box::new(start.clone()), queued };
    let first = EventRecord { sequence: 1, time: context.now, event };
    let mut execution = Execution::created(Arc::new(start), queued, context.now);
    let mut machine = Machine { execution: &mut execution, context, events: vec![first], outgoing: Vec::new() };
    machine.tell_parent_of_start();
    if !queued {
        machine.emit(Event::Started);
        machine.advance();
    }
    let decision = Decision { events: machine.events, outgoing: machine.outgoing };
    (execution, decision)
}

/// Does what a command asks, and everything that follows from it.
///
/// # Errors
/// [`Rejection`] where the state does not allow it; the state has not changed then.
pub fn handle(execution: &mut Execution, command: &Command, context: &Context<'_>) -> Result<Decision, Rejection> {
    let mut machine = Machine { execution, context, events: Vec::new(), outgoing: Vec::new() };
    match command {
        Command::Admit => machine.admit()?,
        Command::Tick => {}
        Command::Cancel { actor, reason } => machine.cancel(actor, reason)?,
        Command::Pause { actor } => machine.pause(actor)?,
        Command::Resume { actor } => machine.resume(actor)?,
        Command::RetryStage { stage, actor } => machine.retry(stage, actor)?,
        Command::SkipStage { stage, actor, reason } => machine.skip(stage, actor, reason)?,
        Command::Judge { stage, actor, roles, decision, input, comment } => {
            machine.judge(stage, &Judge { actor, roles }, *decision, input.as_deref(), comment)?;
        }
        Command::TaskProgress { task, message, percent } => machine.progress(task, message, *percent)?,
        Command::TaskOutcome { task, outcome } => machine.outcome(task, outcome)?,
        Command::ErrandOutcome { errand, attempt, outcome } => machine.errand_outcome(*errand, *attempt, outcome)?,
        Command::ChildStarted { stage, attempt, child } => machine.child_started(stage, *attempt, *child),
        Command::ChildFinished { stage, child, status, outputs, failure } => {
            machine.child_finished(stage, *child, *status, outputs, failure.as_deref())?;
        }
    }
    machine.drive_errands();
    machine.advance();
    Ok(Decision { events: machine.events, outgoing: machine.outgoing })
}

/// A decision in the making.
struct Machine<'a> {
    execution: &'a mut Execution,
    context: &'a Context<'a>,
    events: Vec<EventRecord>,
    outgoing: Vec<Outgoing>,
}

impl Machine<'_> {
    fn now(&self) -> Timestamp {
        self.context.now
    }

    /// Records an event and applies it. Who asked to be told of it is told.
    fn emit(&mut self, event: Event) {
        let news = self.news(&event);
        let record = EventRecord { sequence: self.execution.sequence + 1, time: self.context.now, event };
        self.execution.apply(&record);
        self.events.push(record);
        if let Some(news) = news {
            self.tell(news);
        }
    }

    fn scope(&self, place: usize) -> Scope<'_> {
        Scope {
            execution: self.execution,
            stage: &self.execution.stages[place],
            now: self.context.now,
            random: self.context.random,
        }
    }

    fn find(&self, id: &StageId) -> Result<&Stage, Rejection> {
        self.execution.stage(id).ok_or_else(|| Rejection::NoStage { execution: self.execution.id(), stage: id.clone() })
    }

    fn admit(&mut self) -> Result<(), Rejection> {
        if self.execution.status != ExecutionStatus::Queued {
            return Err(Rejection::Stale);
        }
        self.emit(Event::Started);
        Ok(())
    }

    fn must_not_have_ended(&self) -> Result<(), Rejection> {
        let status = self.execution.status;
        if status.is_final() { Err(Rejection::Ended { execution: self.execution.id(), status }) } else { Ok(()) }
    }

    fn wrong_status(&self, remedy: &str) -> Rejection {
        Rejection::WrongStatus {
            execution: self.execution.id(),
            status: self.execution.status,
            remedy: remedy.to_owned(),
        }
    }
}

fn wrong_stage_status(stage: &Stage, remedy: &str) -> Rejection {
    Rejection::WrongStageStatus { stage: stage.id().clone(), status: stage.status, remedy: remedy.to_owned() }
}
