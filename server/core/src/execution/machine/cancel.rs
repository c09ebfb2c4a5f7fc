//! Canceling an execution, and what runs in it.

use super::{Machine, Outgoing};
use crate::execution::{Command, Event, ExecutionStatus, Rejection, StageId, StageStatus, TaskStatus};

impl Machine<'_> {
    pub(super) fn cancel(&mut self, actor: &str, reason: &str) -> Result<(), Rejection> {
        self.must_not_have_ended()?;
        self.emit(Event::CancelRequested { actor: actor.to_owned(), reason: reason.to_owned() });
        self.cancel_running();
        self.finish(ExecutionStatus::Canceled);
        Ok(())
    }

    /// Cancels every running stage.
    pub(super) fn cancel_running(&mut self) {
        let running: Vec<StageId> = self
            .execution
            .top_level()
            .filter(|stage| stage.status == StageStatus::Running)
            .map(|stage| stage.id().clone())
            .collect();
        for stage in &running {
            self.cancel_stage(stage);
        }
    }

    /// Cancels the running children of a stage.
    pub(super) fn cancel_children(&mut self, parent: &StageId) {
        let running: Vec<StageId> = self
            .execution
            .children(parent)
            .filter(|child| child.status == StageStatus::Running)
            .map(|child| child.id().clone())
            .collect();
        for child in &running {
            self.cancel_stage(child);
        }
    }

    pub(super) fn cancel_stage(&mut self, id: &StageId) {
        self.cancel_children(id);
        if let Some(place) = self.execution.stages.iter().position(|stage| stage.id() == id) {
            self.cancel_task(place);
            self.emit(Event::StageFinished { stage: id.clone(), status: StageStatus::Canceled });
        }
    }

    /// Cancels the running task of a stage, and the execution that the stage started.
    pub(super) fn cancel_task(&mut self, place: usize) {
        let stage = &self.execution.stages[place];
        let child = stage.child.filter(|_| stage.child_result.is_none());
        let Some((task, _)) = stage.current_task() else { return };
        self.finish_task(place, task, TaskStatus::Canceled, "canceled".to_owned());
        if let Some(execution) = child {
            let command = Command::Cancel {
                actor: format!("execution {}", self.execution.id()),
                reason: "the execution that started it was canceled".to_owned(),
            };
            self.outgoing.push(Outgoing { execution, command });
        }
    }
}
