//! Executions that stages start: what the child tells its parent, and what the parent makes of it.

use super::{Machine, Outgoing};
use crate::execution::command::Object;
use crate::execution::{
    Command, Event, Execution, ExecutionId, ExecutionStatus, Origin, ParentStage, Rejection, Stage, StageId,
};

impl Machine<'_> {
    /// Tells the parent that this execution exists, so that it is never left alone.
    pub(super) fn tell_parent_of_start(&mut self) {
        let child = self.execution.id();
        self.tell_parent(|parent, _| Command::ChildStarted {
            stage: parent.stage.clone(),
            attempt: parent.attempt,
            child,
        });
    }

    /// Tells the parent how this execution has ended, and what its stages have put out.
    pub(super) fn tell_parent_of_end(&mut self) {
        self.tell_parent(|parent, execution| {
            let outputs = execution.top_level().filter(|stage| !stage.outputs.is_empty());
            let stages: Object = outputs.map(|stage| (stage.id().to_string(), stage.outputs.clone().into())).collect();
            Command::ChildFinished {
                stage: parent.stage.clone(),
                child: execution.id(),
                status: execution.status,
                outputs: Object::from_iter([("stages".to_owned(), stages.into())]),
                failure: execution.failure.clone(),
            }
        });
    }

    fn tell_parent(&mut self, command: impl FnOnce(&ParentStage, &Execution) -> Command) {
        let Origin::Parent(parent) = &self.execution.start.cause.origin else { return };
        if parent.detached {
            return;
        }
        let command = command(parent, self.execution);
        self.outgoing.push(Outgoing { execution: parent.execution, command });
    }

    /// The stage takes note of the execution that it has started. One that nobody waits for any more is canceled.
    pub(super) fn child_started(&mut self, id: &StageId, attempt: u32, child: ExecutionId) {
        let stage = self.execution.stage(id);
        let current = stage.filter(|stage| stage.attempt == attempt);
        if current.is_some_and(|stage| stage.child == Some(child)) {
            return;
        }
        if let Some(task) = current.and_then(Stage::launching_task) {
            let (stage, message) = (id.clone(), format!("started {child}"));
            self.emit(Event::TaskProgressed { stage, task, message, percent: None, child: Some(child) });
            return;
        }
        let name = stage.map_or(id.as_str(), |stage| &stage.definition.name);
        let why = match (stage, current) {
            (Some(_), Some(stage)) if stage.status.is_final() => format!("has ended with {}", stage.status.as_str()),
            (Some(_), Some(_)) => "does not wait for it".to_owned(),
            (Some(_), None) => "was started anew".to_owned(),
            (None, _) => "is gone".to_owned(),
        };
        let reason = format!("stage {name:?}, which started it, {why}");
        self.cancel_child(child, &reason);
    }

    pub(super) fn child_finished(
        &mut self,
        stage: &StageId,
        child: ExecutionId,
        status: ExecutionStatus,
        outputs: &Object,
        failure: Option<&str>,
    ) -> Result<(), Rejection> {
        if !self.find(stage)?.expects(child) {
            return Err(Rejection::Stale);
        }
        self.emit(Event::ChildFinished {
            stage: stage.clone(),
            child,
            status,
            outputs: outputs.clone(),
            failure: failure.map(str::to_owned),
        });
        Ok(())
    }

    /// Cancels the execution that the stage at a place waits for, if it does.
    pub(super) fn cancel_awaited_child(&mut self, place: usize, why: &str) {
        let stage = &self.execution.stages[place];
        if let Some(child) = stage.awaited_child() {
            let reason = format!("stage {:?}, which started it, {why}", stage.definition.name);
            self.cancel_child(child, &reason);
        }
    }

    fn cancel_child(&mut self, execution: ExecutionId, reason: &str) {
        let (actor, reason) = (format!("execution {}", self.execution.id()), reason.to_owned());
        self.outgoing.push(Outgoing { execution, command: Command::Cancel { actor, reason } });
    }
}
