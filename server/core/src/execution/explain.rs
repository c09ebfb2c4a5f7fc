//! Why an execution is not further: what each of its stages waits for, until when, and who can move it.

use super::{Execution, ExecutionId, ExecutionStatus, Stage, StageId, StageStatus, Task, TaskKind};
use crate::Timestamp;

/// Something an execution waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The stage that waits; `None` for the execution as a whole.
    pub stage: Option<StageId>,
    /// What for, in words.
    pub reason: String,
    /// Until when at the latest, where there is an end.
    pub until: Option<Timestamp>,
    /// Who or what can move it.
    pub actor: Actor,
}

/// Who or what can move something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// The clock.
    Clock,
    /// Any of these people; anybody where the list is empty.
    People(Vec<String>),
    /// A side effect that is running.
    Effect,
    /// Another execution.
    Execution(Option<ExecutionId>),
    /// Other stages of the same execution.
    Stages(Vec<StageId>),
    /// Other executions of the same pipeline.
    Pipeline,
}

/// Everything an execution waits for, by stages in their order; empty once it has ended.
pub fn explain(execution: &Execution) -> Vec<Wait> {
    let whole = |reason: &str, actor| Wait { stage: None, reason: reason.to_owned(), until: None, actor };
    match execution.status {
        ExecutionStatus::Queued => {
            vec![whole("the pipeline's limit of concurrent executions is reached", Actor::Pipeline)]
        }
        ExecutionStatus::Paused => {
            let by = execution.pause.as_ref().map_or("somebody", |pause| &pause.actor);
            let mut waits = vec![whole(&format!("{by} paused it; it goes on when resumed"), Actor::People(Vec::new()))];
            waits.extend(stages(execution));
            waits
        }
        ExecutionStatus::Running => stages(execution).collect(),
        ExecutionStatus::Succeeded | ExecutionStatus::Terminal | ExecutionStatus::Canceled => Vec::new(),
    }
}

fn stages(execution: &Execution) -> impl Iterator<Item = Wait> {
    execution.stages.iter().filter_map(|stage| match stage.status {
        StageStatus::NotStarted if stage.parent.is_none() => Some(before_start(execution, stage)),
        StageStatus::Running => Some(running(execution, stage)),
        StageStatus::NotStarted
        | StageStatus::Succeeded
        | StageStatus::FailedContinue
        | StageStatus::Terminal
        | StageStatus::Canceled
        | StageStatus::Stopped
        | StageStatus::Skipped => None,
    })
}

fn before_start(execution: &Execution, stage: &Stage) -> Wait {
    let open = |id: &&StageId| execution.stage(id).is_some_and(|stage| !stage.status.lets_pass());
    let awaited: Vec<StageId> = stage.definition.depends_on.iter().filter(open).cloned().collect();
    let halted = awaited.iter().any(|id| execution.stage(id).is_some_and(|stage| stage.status.halts()));
    let reason = if halted { "will not run: a stage it depends on has failed" } else { "stages it depends on" };
    wait(stage, reason.to_owned(), None, Actor::Stages(awaited))
}

fn running(execution: &Execution, stage: &Stage) -> Wait {
    if let Some(hold) = &stage.hold {
        return wait(stage, hold.reason.clone(), Some(hold.until), Actor::Clock);
    }
    if let Some((_, task)) = stage.current_task() {
        return on_task(stage, task);
    }
    let busy = |child: &&Stage| !child.status.is_final();
    let children: Vec<StageId> = execution.children(stage.id()).filter(busy).map(|s| s.id().clone()).collect();
    wait(stage, "its own stages".to_owned(), stage.deadline, Actor::Stages(children))
}

fn on_task(stage: &Stage, task: &Task) -> Wait {
    let said = if task.message.is_empty() { String::new() } else { format!(": {}", task.message) };
    match &task.spec.kind {
        TaskKind::Wait { .. } => wait(stage, "time to pass".to_owned(), task.until, Actor::Clock),
        TaskKind::Judgment(spec) => {
            let reason = if spec.instructions.is_empty() { String::new() } else { format!(": {}", spec.instructions) };
            wait(stage, format!("a judgment{reason}"), task.until, Actor::People(spec.judges.clone()))
        }
        TaskKind::AwaitChild => {
            let reason = "the execution that it started".to_owned();
            wait(stage, reason, stage.deadline, Actor::Execution(stage.child))
        }
        TaskKind::Run { .. } => match task.resumes {
            Some(time) => wait(stage, format!("the next try of {}{said}", task.spec.name), Some(time), Actor::Clock),
            None => wait(stage, format!("{}{said}", task.spec.name), task.until, Actor::Effect),
        },
    }
}

fn wait(stage: &Stage, reason: String, until: Option<Timestamp>, actor: Actor) -> Wait {
    Wait { stage: Some(stage.id().clone()), reason, until, actor }
}
