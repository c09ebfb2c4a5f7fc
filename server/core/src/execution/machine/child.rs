//! The end of an execution that a stage started.

use super::Machine;
use crate::execution::command::Object;
use crate::execution::{Event, ExecutionId, ExecutionStatus, Rejection, StageId, StageStatus};

impl Machine<'_> {
    pub(super) fn child_finished(
        &mut self,
        stage: &StageId,
        child: ExecutionId,
        status: ExecutionStatus,
        outputs: &Object,
        failure: Option<&str>,
    ) -> Result<(), Rejection> {
        let found = self.find(stage)?;
        let expected = found.child.is_none_or(|known| known == child) && found.child_result.is_none();
        if found.status != StageStatus::Running || !expected {
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
