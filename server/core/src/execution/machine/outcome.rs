//! What the effects of tasks report.

use std::time::Duration;

use super::Machine;
use crate::execution::command::Object;
use crate::execution::readable::Readable;
use crate::execution::{Event, Failure, Rejection, StageStatus, Task, TaskKind, TaskOutcome, TaskRef, TaskStatus};

/// Tries in a row of a task that keeps failing in ways that may pass.
const MAX_TRIES: u32 = 6;
/// The pause after the first failed try; it doubles with each.
const FIRST_BACK_OFF: Duration = Duration::from_secs(1);
/// The longest pause between tries.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(30);
/// The shortest pause before a task that asked for more time runs again.
const SHORTEST_DELAY: Duration = Duration::from_millis(50);

impl Machine<'_> {
    pub(super) fn progress(&mut self, task: &TaskRef, message: &str, percent: Option<u8>) -> Result<(), Rejection> {
        self.must_be_current(task)?;
        let (stage, message) = (task.stage.clone(), message.to_owned());
        self.emit(Event::TaskProgressed { stage, task: task.task, message, percent, child: None });
        Ok(())
    }

    pub(super) fn outcome(&mut self, task: &TaskRef, outcome: &TaskOutcome) -> Result<(), Rejection> {
        self.must_be_current(task)?;
        match outcome {
            TaskOutcome::Succeeded { outputs, message, child } => self.emit(Event::TaskFinished {
                stage: task.stage.clone(),
                task: task.task,
                status: TaskStatus::Succeeded,
                outputs: outputs.clone(),
                message: message.clone(),
                child: *child,
            }),
            TaskOutcome::Later { after, message, percent, outputs } => self.emit(Event::TaskDeferred {
                stage: task.stage.clone(),
                task: task.task,
                until: self.now() + (*after).max(SHORTEST_DELAY),
                message: message.clone(),
                percent: *percent,
                failed: false,
                outputs: outputs.clone(),
            }),
            TaskOutcome::Canceled { message } => self.emit(Event::TaskFinished {
                stage: task.stage.clone(),
                task: task.task,
                status: TaskStatus::Canceled,
                outputs: Object::new(),
                message: message.clone(),
                child: None,
            }),
            TaskOutcome::Failed(failure) => self.task_failed(task, failure),
        }
        Ok(())
    }

    fn task_failed(&mut self, task: &TaskRef, failure: &Failure) {
        let stage = task.stage.clone();
        let failures = self.task(task).map_or(0, |task| task.failures);
        if failure.retryable && failures + 1 < MAX_TRIES {
            let back_off = FIRST_BACK_OFF.saturating_mul(1 << failures.min(8)).min(LONGEST_BACK_OFF);
            let message = format!("{}; trying again in {}", failure.message, Readable(back_off));
            let until = self.now() + back_off;
            let (percent, outputs) = (None, Object::new());
            self.emit(Event::TaskDeferred { stage, task: task.task, until, message, percent, failed: true, outputs });
        } else {
            let (outputs, message) = (Object::new(), failure.message.clone());
            let status = TaskStatus::Failed;
            self.emit(Event::TaskFinished { stage, task: task.task, status, outputs, message, child: None });
        }
    }

    fn task(&self, reference: &TaskRef) -> Option<&Task> {
        self.execution.stage(&reference.stage)?.tasks.get(reference.task as usize)
    }

    /// The report must be about the very try that is running.
    fn must_be_current(&self, reference: &TaskRef) -> Result<(), Rejection> {
        self.must_not_have_ended()?;
        let stage = self.find(&reference.stage)?;
        let current = stage.current_task().is_some_and(|(number, task)| {
            number == reference.task
                && task.attempt == reference.attempt
                && task.resumes.is_none()
                && matches!(task.spec.kind, TaskKind::Run { .. })
        });
        let same_run = stage.status == StageStatus::Running && stage.attempt == reference.stage_attempt;
        if current && same_run { Ok(()) } else { Err(Rejection::Stale) }
    }
}
