//! Why an execution is not further: what each of its stages waits for, until when, and who can move it.

use std::collections::BTreeSet;

use super::command::judges_and_roles;
use super::graph::downstream_of;
use super::{
    Execution, ExecutionId, ExecutionStatus, JudgmentSpec, Phase, Stage, StageId, StageStatus, Task, TaskKind,
};
use crate::Timestamp;

/// Something an execution waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The stage that waits; `None` for the execution as a whole.
    pub stage: Option<StageId>,
    /// What for, in words: "it waits for" and then the reason.
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
    /// Any of these people, and whoever has one of the roles that are named as `roles/{role}`; anybody where the list is
    /// empty.
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
    match execution.status {
        ExecutionStatus::Queued => {
            vec![whole("other executions of the pipeline: its limit of concurrent ones is reached", Actor::Pipeline)]
        }
        ExecutionStatus::Paused => {
            let by = execution.pause.as_ref().map_or("somebody", |pause| &pause.actor);
            let mut waits = vec![whole(&format!("somebody to resume it: {by} paused it"), anybody())];
            waits.extend(stages(execution));
            waits
        }
        ExecutionStatus::Running => stages(execution),
        ExecutionStatus::Succeeded | ExecutionStatus::Terminal | ExecutionStatus::Canceled => Vec::new(),
    }
}

/// What one stage waits for; `None` where it has ended, or waits for nothing of its own yet.
pub fn explain_stage(execution: &Execution, stage: &Stage) -> Option<Wait> {
    match execution.status {
        ExecutionStatus::Running | ExecutionStatus::Paused => {
            // What runs does not depend on what was halted, and that takes a look at all stages to know.
            let halted = if stage.status == StageStatus::Running { BTreeSet::new() } else { halted(execution) };
            of_stage(execution, &halted, stage)
        }
        ExecutionStatus::Queued
        | ExecutionStatus::Succeeded
        | ExecutionStatus::Terminal
        | ExecutionStatus::Canceled => None,
    }
}

fn stages(execution: &Execution) -> Vec<Wait> {
    let halted = halted(execution);
    execution.stages.iter().filter_map(|stage| of_stage(execution, &halted, stage)).collect()
}

fn of_stage(execution: &Execution, halted: &BTreeSet<StageId>, stage: &Stage) -> Option<Wait> {
    match stage.status {
        StageStatus::NotStarted if stage.parent.is_none() => before_start(execution, halted, stage),
        StageStatus::Running => running(execution, stage),
        StageStatus::NotStarted
        | StageStatus::Succeeded
        | StageStatus::FailedContinue
        | StageStatus::Terminal
        | StageStatus::Canceled
        | StageStatus::Stopped
        | StageStatus::Skipped => None,
    }
}

/// The stages that have halted their branch, and all that depend on them and so never run.
fn halted(execution: &Execution) -> BTreeSet<StageId> {
    let halts = execution.top_level().filter(|stage| stage.status.halts());
    let halts: Vec<StageId> = halts.map(|stage| stage.id().clone()).collect();
    if halts.is_empty() {
        return BTreeSet::new();
    }
    downstream_of(execution.start.definition.stages.iter(), halts)
}

fn before_start(execution: &Execution, halted: &BTreeSet<StageId>, stage: &Stage) -> Option<Wait> {
    let open = |id: &&StageId| execution.stage(id).is_some_and(|stage| !stage.status.lets_pass());
    let awaited: Vec<StageId> = stage.definition.depends_on.iter().filter(open).cloned().collect();
    let stopped: Vec<StageId> = awaited.iter().filter(|id| halted.contains(id)).cloned().collect();
    if !stopped.is_empty() {
        let reason = "nothing any more: its branch was halted before it".to_owned();
        return Some(wait(stage, reason, None, Actor::Stages(stopped)));
    }
    if awaited.is_empty() {
        return to_resume(execution, stage);
    }
    let skipped = if stage.skipped.is_some() { ", to be skipped then" } else { "" };
    Some(wait(stage, format!("the stages it depends on{skipped}"), None, Actor::Stages(awaited)))
}

fn running(execution: &Execution, stage: &Stage) -> Option<Wait> {
    if let Some(hold) = &stage.hold {
        return Some(wait(stage, hold.reason.clone(), Some(hold.until), Actor::Clock));
    }
    if let Some((_, task)) = stage.current_task() {
        return Some(on_task(stage, task));
    }
    let busy = |child: &&Stage| !child.status.is_final();
    let children: Vec<StageId> = execution.children(stage.id()).filter(busy).map(|s| s.id().clone()).collect();
    if children.is_empty() {
        return to_resume(execution, stage);
    }
    let reason = match stage.phase {
        Phase::Holding | Phase::Before | Phase::Tasks => "the stages before its own work",
        Phase::After => "the stages after its own work",
        Phase::Cleanup => "the stages that clean up after its failure",
    };
    Some(wait(stage, reason.to_owned(), stage.timeout_at(), Actor::Stages(children)))
}

fn on_task(stage: &Stage, task: &Task) -> Wait {
    let said = if task.message.is_empty() { String::new() } else { format!(": {}", task.message) };
    let until = task.until.into_iter().chain(stage.timeout_at()).min();
    match &task.spec.kind {
        TaskKind::Wait { .. } => wait(stage, "time to pass".to_owned(), until, Actor::Clock),
        TaskKind::Judgment(spec) => {
            let roles = spec.roles.iter().map(|role| format!("roles/{role}"));
            let people = spec.judges.iter().cloned().chain(roles).collect();
            wait(stage, judgments(stage, spec), until, Actor::People(people))
        }
        TaskKind::AwaitChild { .. } => {
            wait(stage, "the execution that it started".to_owned(), until, Actor::Execution(stage.child))
        }
        TaskKind::Run { .. } => match task.resumes {
            Some(time) => wait(stage, format!("the next try of {}{said}", task.spec.name), Some(time), Actor::Clock),
            None => wait(stage, format!("the task {}{said}", task.spec.name), until, Actor::Effect),
        },
    }
}

/// How many judgments it takes, of whom, and on what.
fn judgments(stage: &Stage, spec: &JudgmentSpec) -> String {
    let mut reason = match (spec.approvals, stage.missing_approvals()) {
        (0 | 1, _) => "a judgment".to_owned(),
        (of, missing) => format!("{missing} of {of} approvals"),
    };
    let who = judges_and_roles(&spec.judges, &spec.roles);
    if !who.is_empty() {
        reason.push_str(&format!(" by {who}"));
    }
    if spec.no_self_approval {
        reason.push_str(", not by who started the execution");
    }
    if !spec.instructions.is_empty() {
        reason.push_str(&format!(": {}", spec.instructions));
    }
    reason
}

/// What could go on is held up by a pause only. In the midst of a step, between two events, nothing holds it up.
fn to_resume(execution: &Execution, stage: &Stage) -> Option<Wait> {
    let paused = execution.status == ExecutionStatus::Paused;
    paused.then(|| wait(stage, "the execution to be resumed".to_owned(), None, anybody()))
}

fn anybody() -> Actor {
    Actor::People(Vec::new())
}

fn whole(reason: &str, actor: Actor) -> Wait {
    Wait { stage: None, reason: reason.to_owned(), until: None, actor }
}

fn wait(stage: &Stage, reason: String, until: Option<Timestamp>, actor: Actor) -> Wait {
    Wait { stage: Some(stage.id().clone()), reason, until, actor }
}
