//! Driving a stage's tasks, one after another.

use super::Machine;
use super::advance::Progress;
use crate::Timestamp;
use crate::execution::command::Object;
use crate::execution::readable::Readable;
use crate::execution::{
    Event, ExecutionStatus, Failure, FailurePolicy, JudgmentDecision, Stage, StageStatus, Task, TaskKind, TaskStatus,
};

/// What is to be done about a running task now.
enum Next {
    Wait,
    Retry(u32),
    Finish(TaskStatus, String),
    /// The task is over its time, and so is the execution that it waits for.
    Abandon(String),
}

impl Machine<'_> {
    pub(super) fn drive_tasks(&mut self, place: usize) -> Progress {
        let stage = &self.execution.stages[place];
        let Some((number, task)) = (0u32..).zip(&stage.tasks).find(|(_, task)| !passed(task)) else {
            return self.continue_after_tasks(place);
        };
        match task.status {
            TaskStatus::NotStarted => {
                let (stage, until) = (stage.id().clone(), self.until(&task.spec.kind));
                self.emit(Event::TaskStarted { stage, task: number, attempt: 1, until });
                Progress::Moved
            }
            TaskStatus::Running => match self.next(stage, task) {
                Next::Wait => Progress::Waits,
                Next::Retry(attempt) => {
                    let (stage, until) = (stage.id().clone(), task.until);
                    self.emit(Event::TaskStarted { stage, task: number, attempt, until });
                    Progress::Moved
                }
                Next::Finish(status, message) => {
                    self.finish_task(place, number, status, message);
                    Progress::Moved
                }
                Next::Abandon(why) => {
                    self.cancel_task(place, &why);
                    Progress::Moved
                }
            },
            TaskStatus::Failed | TaskStatus::Canceled => {
                let (message, canceled) = (task.message.clone(), was_canceled(stage, task));
                self.fail_by_task(place, message, canceled)
            }
            TaskStatus::Succeeded | TaskStatus::Skipped => Progress::Waits,
        }
    }

    fn fail_by_task(&mut self, place: usize, message: String, canceled: bool) -> Progress {
        let stage = &self.execution.stages[place];
        let failure = Failure::permanent(message);
        if canceled && stage.definition.on_failure == FailurePolicy::HaltPipeline {
            return self.fail_as(place, StageStatus::Canceled, failure);
        }
        self.fail(place, failure)
    }

    pub(super) fn finish_task(&mut self, place: usize, task: u32, status: TaskStatus, message: String) {
        let stage = self.execution.stages[place].id().clone();
        self.emit(Event::TaskFinished { stage, task, status, outputs: Object::new(), message, child: None });
    }

    fn until(&self, kind: &TaskKind) -> Option<Timestamp> {
        match kind {
            TaskKind::Run { timeout } => Some(self.now() + *timeout),
            TaskKind::Wait { duration } => Some(self.now() + *duration),
            TaskKind::Judgment(spec) => Some(self.now() + spec.deadline),
            TaskKind::AwaitChild { timeout } => Some(self.now() + *timeout),
        }
    }

    fn next(&self, stage: &Stage, task: &Task) -> Next {
        let due = |time: Option<Timestamp>| time.is_some_and(|time| time <= self.now());
        match &task.spec.kind {
            TaskKind::Wait { .. } if due(task.until) => Next::Finish(TaskStatus::Succeeded, String::new()),
            TaskKind::Judgment(spec) => match &stage.judgment {
                Some(verdict) => judged(verdict.decision, &verdict.judge, &verdict.comment),
                None if due(task.until) => {
                    Next::Finish(TaskStatus::Failed, format!("nobody judged within {}", Readable(spec.deadline)))
                }
                None => Next::Wait,
            },
            TaskKind::AwaitChild { timeout } => match (&stage.child_result, stage.child) {
                (Some((status, failure)), _) => child_ended(*status, failure.as_deref()),
                (None, Some(_)) if due(task.until) => {
                    Next::Abandon(format!("the child execution did not end within {}", Readable(*timeout)))
                }
                (None, Some(_)) => Next::Wait,
                (None, None) => Next::Finish(TaskStatus::Failed, "no execution was started to wait for".into()),
            },
            TaskKind::Run { timeout } if due(task.until) => {
                let doing = if task.message.is_empty() { String::new() } else { format!(" ({})", task.message) };
                let message = format!("{} did not end within {}{doing}", task.spec.name, Readable(*timeout));
                Next::Finish(TaskStatus::Failed, message)
            }
            TaskKind::Run { .. } if due(task.resumes) => Next::Retry(task.attempt + 1),
            TaskKind::Wait { .. } | TaskKind::Run { .. } => Next::Wait,
        }
    }
}

fn passed(task: &Task) -> bool {
    matches!(task.status, TaskStatus::Succeeded | TaskStatus::Skipped)
}

/// Whether a task ended because what it followed was canceled: the child execution, or what the kind's own code says.
fn was_canceled(stage: &Stage, task: &Task) -> bool {
    let child_canceled = matches!(stage.child_result, Some((ExecutionStatus::Canceled, _)));
    child_canceled || (task.status == TaskStatus::Canceled && matches!(task.spec.kind, TaskKind::Run { .. }))
}

fn judged(decision: JudgmentDecision, judge: &str, comment: &str) -> Next {
    let said = if comment.is_empty() { String::new() } else { format!(": {comment}") };
    match decision {
        JudgmentDecision::Continue => Next::Finish(TaskStatus::Succeeded, format!("{judge} let it continue{said}")),
        JudgmentDecision::Stop => Next::Finish(TaskStatus::Failed, format!("{judge} stopped it{said}")),
    }
}

fn child_ended(status: ExecutionStatus, failure: Option<&str>) -> Next {
    match status {
        ExecutionStatus::Succeeded => Next::Finish(TaskStatus::Succeeded, String::new()),
        ExecutionStatus::Canceled => Next::Finish(TaskStatus::Canceled, "the child execution was canceled".into()),
        ExecutionStatus::Terminal | ExecutionStatus::Queued | ExecutionStatus::Running | ExecutionStatus::Paused => {
            let why = failure.map_or(String::new(), |failure| format!(": {failure}"));
            Next::Finish(TaskStatus::Failed, format!("the child execution failed{why}"))
        }
    }
}
