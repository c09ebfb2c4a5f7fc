//! Leaving a stage out, or ending its wait.

use super::{Machine, wrong_stage_status};
use crate::execution::{Event, Phase, Rejection, StageId, StageStatus, TaskKind, TaskStatus};

impl Machine<'_> {
    pub(super) fn skip(&mut self, id: &StageId, actor: &str, reason: &str) -> Result<(), Rejection> {
        self.must_not_have_ended()?;
        let stage = self.find(id)?;
        match stage.status {
            StageStatus::NotStarted if stage.definition.is_guarded() => Err(wrong_stage_status(stage, GUARDED)),
            StageStatus::NotStarted if stage.skipped.is_some() => Err(wrong_stage_status(stage, SKIPPED_ALREADY)),
            StageStatus::NotStarted if stage.parent.is_none() => {
                let (stage, actor, reason) = (id.clone(), actor.to_owned(), reason.to_owned());
                self.emit(Event::StageSkipped { stage, actor, reason });
                Ok(())
            }
            StageStatus::Running => self.end_wait(id, actor, reason),
            StageStatus::NotStarted
            | StageStatus::Succeeded
            | StageStatus::FailedContinue
            | StageStatus::Terminal
            | StageStatus::Canceled
            | StageStatus::Stopped
            | StageStatus::Skipped => Err(wrong_stage_status(stage, NOT_SKIPPABLE)),
        }
    }

    fn end_wait(&mut self, id: &StageId, actor: &str, reason: &str) -> Result<(), Rejection> {
        let place = self.execution.place(id).expect("the stage was found");
        let stage = &self.execution.stages[place];
        if stage.phase == Phase::Holding && stage.hold.is_some() {
            self.emit(Event::StageReleased { stage: id.clone(), actor: Some(actor.to_owned()) });
            return Ok(());
        }
        let waiting = stage.current_task().filter(|(_, task)| match task.spec.kind {
            TaskKind::Wait { .. } | TaskKind::AwaitChild { .. } => true,
            TaskKind::Run { .. } | TaskKind::Judgment(_) => false,
        });
        let Some((task, _)) = waiting else { return Err(wrong_stage_status(stage, NOT_SKIPPABLE)) };
        let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
        self.finish_task(place, task, TaskStatus::Skipped, format!("{actor} skipped the wait{why}"));
        Ok(())
    }
}

const GUARDED: &str =
    "a judgment that certain people, or several, must make can't be skipped; they can judge it when it asks them";
const SKIPPED_ALREADY: &str = "it will be skipped when its turn comes";
const NOT_SKIPPABLE: &str = "a stage of the pipeline can be skipped before it starts, any stage while it waits for time, its window or an execution";
