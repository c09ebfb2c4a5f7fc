//! Running a stage, and all that depend on it, again.

use std::collections::BTreeSet;
use std::iter;

use super::cancel::CANCELED;
use super::{Machine, wrong_stage_status};
use crate::execution::graph::downstream_of;
use crate::execution::{Event, ExecutionStatus, Rejection, Stage, StageId, StageStatus};

impl Machine<'_> {
    pub(super) fn retry(&mut self, id: &StageId, actor: &str) -> Result<(), Rejection> {
        if matches!(self.execution.status, ExecutionStatus::Queued | ExecutionStatus::Paused) {
            return Err(self.wrong_status("a stage can be retried while the execution runs and after it has ended"));
        }
        let top = self.top_level_of(id)?;
        let stage = self.find(&top)?;
        if !stage.status.is_final() {
            return Err(wrong_stage_status(stage, "only a stage that has ended can be retried"));
        }
        let reset = downstream_of(self.execution.start.definition.stages.iter(), self.retried_with(&top));
        let running: Vec<StageId> =
            reset.iter().filter(|id| self.status_of(id) == Some(StageStatus::Running)).cloned().collect();
        for stage in &running {
            self.cancel_stage(stage, CANCELED);
        }
        let removed = self.synthetic_of(&reset);
        let reset = reset.into_iter().collect();
        self.emit(Event::Retried { stage: top, actor: actor.to_owned(), reset, removed });
        Ok(())
    }

    /// The stage, and those that would end the execution at once if they stayed as they are.
    fn retried_with(&self, stage: &StageId) -> Vec<StageId> {
        let ends = |stage: &&Stage| matches!(stage.status, StageStatus::Terminal | StageStatus::Canceled);
        let others = self.execution.top_level().filter(ends).map(|stage| stage.id().clone());
        iter::once(stage.clone()).chain(others).collect()
    }

    fn status_of(&self, id: &StageId) -> Option<StageStatus> {
        self.execution.stage(id).map(|stage| stage.status)
    }

    fn top_level_of(&self, id: &StageId) -> Result<StageId, Rejection> {
        let mut stage = self.find(id)?;
        while let Some(parent) = &stage.parent {
            stage = self.find(parent)?;
        }
        Ok(stage.id().clone())
    }

    fn synthetic_of(&self, parents: &BTreeSet<StageId>) -> Vec<StageId> {
        let mut gone: BTreeSet<StageId> = parents.clone();
        let mut removed = Vec::new();
        for stage in &self.execution.stages {
            if stage.parent.as_ref().is_some_and(|parent| gone.contains(parent)) {
                gone.insert(stage.id().clone());
                removed.push(stage.id().clone());
            }
        }
        removed
    }
}
