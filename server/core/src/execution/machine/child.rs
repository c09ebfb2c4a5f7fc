//! The end of an execution that a stage started.

use super::Machine;
use crate::execution::command::Object;
use crate::execution::{Event, ExecutionId, ExecutionStatus, Rejection, StageId};

impl Machine<'_> {
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
}
