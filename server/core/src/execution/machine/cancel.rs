//! Canceling an execution, and what runs in it.

use super::Machine;
use crate::execution::{Event, ExecutionStatus, Rejection, Stage, StageId, StageStatus, TaskStatus};

/// Why tasks end that are ended from outside.
pub(super) const CANCELED: &str = "was canceled";

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
        let running: Vec<StageId> = self.execution.top_level().filter(is_running).map(|s| s.id().clone()).collect();
        for stage in &running {
            self.cancel_stage(stage, CANCELED);
        }
    }

    /// Cancels the running children of a stage.
    pub(super) fn cancel_children(&mut self, parent: &StageId, why: &str) {
        let running: Vec<StageId> =
            self.execution.children(parent).filter(is_running).map(|s| s.id().clone()).collect();
        for child in &running {
            self.cancel_stage(child, why);
        }
    }

    pub(super) fn cancel_stage(&mut self, id: &StageId, why: &str) {
        self.cancel_children(id, why);
        if let Some(place) = self.execution.place(id) {
            self.cancel_task(place, why);
            self.call_off(place);
            self.emit(Event::StageFinished { stage: id.clone(), status: StageStatus::Canceled });
        }
    }

    /// Cancels the running task of a stage, and the execution that the stage waits for.
    pub(super) fn cancel_task(&mut self, place: usize, why: &str) {
        self.cancel_awaited_child(place, why);
        if let Some((task, _)) = self.execution.stages[place].current_task() {
            self.finish_task(place, task, TaskStatus::Canceled, why.to_owned());
        }
    }
}

fn is_running(stage: &&Stage) -> bool {
    stage.status == StageStatus::Running
}
