//! Events of executions.

use std::collections::BTreeSet;

use gennaker_core::execution::{
    ErrandState, Event, EventRecord, Execution, JudgmentDecision, Stage, StageId, StageStatus, Start, TaskKind,
    TaskStatus, downstream,
};
use gennaker_proto::v1::{self, ExecutionEventType as Type};

use super::execution::{Viewer, all_stages, errand, header, stage};
use super::time;

/// Applies the next event to an execution, and tells what a client needs to do the same.
pub(crate) fn step(
    execution: &mut Execution,
    record: &EventRecord,
    viewer: &Viewer,
    queue_position: u32,
) -> v1::ExecutionEvent {
    let may_go = may_go(&record.event, execution);
    if record.sequence > execution.sequence {
        execution.apply(record);
    }
    let removed = may_go.iter().filter(|id| execution.stage(id).is_none()).map(StageId::to_string).collect();
    let touched = Touched::of(&record.event, execution);
    let stages = match &touched {
        Touched::All => all_stages(execution, viewer),
        Touched::These(ids) => {
            let mut places: Vec<usize> = ids.iter().filter_map(|id| execution.place(id)).collect();
            places.sort_unstable();
            places.into_iter().map(|place| stage(execution, &execution.stages[place], viewer)).collect()
        }
    };
    let errands = record.event.errand().and_then(|id| execution.errands.iter().find(|errand| errand.id == id));
    let errands = errands.map(errand).into_iter().collect();
    let changed = v1::Execution { stages, errands, ..header(execution, viewer, queue_position) };
    v1::ExecutionEvent {
        execution: changed.name.clone(),
        sequence: record.sequence,
        time: Some(time::to_proto(record.time)),
        r#type: event_type(&record.event).into(),
        stage: record.event.stage().map(StageId::to_string).unwrap_or_default(),
        task: task_name(&record.event, execution),
        actor: actor(&record.event).unwrap_or_default(),
        message: message(&record.event, execution),
        changed: Some(changed),
        removed_stages: removed,
    }
}

/// The stages that an event takes away, among others.
fn may_go(event: &Event, before: &Execution) -> Vec<StageId> {
    if let Event::StageFailing { stage, .. } = event {
        before.children(stage).map(|child| child.id().clone()).collect()
    } else if let Event::Retried { removed, .. } = event {
        removed.clone()
    } else {
        Vec::new()
    }
}

/// The stages that look different after an event.
enum Touched {
    /// All of them: what may be done with a stage depends on where the execution stands.
    All,
    /// Some.
    These(BTreeSet<StageId>),
}

impl Touched {
    fn of(event: &Event, after: &Execution) -> Self {
        match event {
            Event::Created { .. }
            | Event::Started
            | Event::Paused { .. }
            | Event::Resumed { .. }
            | Event::Retried { .. }
            | Event::Finished { .. } => Self::All,
            Event::CancelRequested { .. }
            | Event::ErrandAdded { .. }
            | Event::ErrandDeferred { .. }
            | Event::ErrandRetried { .. }
            | Event::ErrandFinished { .. } => Self::These(BTreeSet::new()),
            Event::StagePlanned { stage, .. }
            | Event::StageContinued { stage, .. }
            | Event::StageFailing { stage, .. } => {
                Self::around(stage, after, after.children(stage).map(|child| child.id().clone()).collect())
            }
            Event::StageFinished { stage, status } if status.halts() => {
                Self::around(stage, after, downstream(after.start.definition.stages.iter(), stage))
            }
            Event::StageStarted { stage, .. }
            | Event::StageReleased { stage, .. }
            | Event::StageFinished { stage, .. }
            | Event::ConditionFailed { stage, .. }
            | Event::StageSkipped { stage, .. } => {
                let waits = |s: &&Stage| s.status == StageStatus::NotStarted && s.definition.depends_on.contains(stage);
                let waiting = after.stages.iter().filter(waits).map(|s| s.id().clone());
                Self::around(stage, after, waiting.collect())
            }
            Event::TaskStarted { stage, .. }
            | Event::TaskProgressed { stage, .. }
            | Event::TaskDeferred { stage, .. }
            | Event::TaskFinished { stage, .. }
            | Event::Judged { stage, .. }
            | Event::ChildFinished { stage, .. } => Self::These(BTreeSet::from([stage.clone()])),
        }
    }

    /// A stage, some others, and the stages above it, which wait for it and collect its outputs.
    fn around(stage: &StageId, after: &Execution, mut others: BTreeSet<StageId>) -> Self {
        let mut id = Some(stage);
        while let Some(found) = id.and_then(|id| after.stage(id)) {
            others.insert(found.id().clone());
            id = found.parent.as_ref();
        }
        Self::These(others)
    }
}

fn event_type(event: &Event) -> Type {
    match event {
        Event::Created { .. } => Type::ExecutionCreated,
        Event::Started => Type::ExecutionStarted,
        Event::Paused { .. } => Type::ExecutionPaused,
        Event::Resumed { .. } => Type::ExecutionResumed,
        Event::CancelRequested { .. } => Type::ExecutionCancelRequested,
        Event::Retried { .. } => Type::ExecutionRetried,
        Event::Finished { .. } => Type::ExecutionCompleted,
        Event::StageStarted { .. } => Type::StageStarted,
        Event::StageReleased { .. } => Type::StageReleased,
        Event::StagePlanned { .. } => Type::StagePlanned,
        Event::StageContinued { .. } => Type::StageContinued,
        Event::StageFailing { .. } => Type::StageFailing,
        Event::StageFinished { .. } => Type::StageCompleted,
        Event::ConditionFailed { .. } | Event::StageSkipped { .. } => Type::StageSkipped,
        Event::TaskStarted { .. } => Type::TaskStarted,
        Event::TaskProgressed { .. } => Type::TaskProgress,
        Event::TaskDeferred { .. } => Type::TaskDeferred,
        Event::TaskFinished { .. } => Type::TaskCompleted,
        Event::Judged { .. } => Type::JudgmentSubmitted,
        Event::ChildFinished { .. } => Type::ChildCompleted,
        Event::ErrandAdded { .. } => Type::ErrandAdded,
        Event::ErrandDeferred { .. } => Type::ErrandDeferred,
        Event::ErrandRetried { .. } => Type::ErrandRetried,
        Event::ErrandFinished { .. } => Type::ErrandCompleted,
    }
}

fn task_name(event: &Event, execution: &Execution) -> String {
    let (stage, place) = match event {
        Event::TaskStarted { stage, task, .. }
        | Event::TaskProgressed { stage, task, .. }
        | Event::TaskDeferred { stage, task, .. }
        | Event::TaskFinished { stage, task, .. } => (stage, *task as usize),
        Event::Created { .. }
        | Event::Started
        | Event::Paused { .. }
        | Event::Resumed { .. }
        | Event::CancelRequested { .. }
        | Event::Retried { .. }
        | Event::Finished { .. }
        | Event::StageStarted { .. }
        | Event::StageReleased { .. }
        | Event::StagePlanned { .. }
        | Event::StageContinued { .. }
        | Event::StageFailing { .. }
        | Event::StageFinished { .. }
        | Event::ConditionFailed { .. }
        | Event::StageSkipped { .. }
        | Event::Judged { .. }
        | Event::ChildFinished { .. }
        | Event::ErrandAdded { .. }
        | Event::ErrandDeferred { .. }
        | Event::ErrandRetried { .. }
        | Event::ErrandFinished { .. } => return String::new(),
    };
    let task = execution.stage(stage).and_then(|stage| stage.tasks.get(place));
    task.map(|task| task.spec.name.clone()).unwrap_or_default()
}

/// Who caused an event; nobody for the server itself.
fn actor(event: &Event) -> Option<String> {
    match event {
        Event::Created { start, .. } => Some(start.cause.actor.clone()),
        Event::Paused { actor }
        | Event::Resumed { actor }
        | Event::CancelRequested { actor, .. }
        | Event::Retried { actor, .. }
        | Event::StageSkipped { actor, .. } => Some(actor.clone()),
        Event::StageReleased { actor, .. } => actor.clone(),
        Event::Judged { verdict, .. } => Some(verdict.judge.clone()),
        Event::Started
        | Event::Finished { .. }
        | Event::StageStarted { .. }
        | Event::StagePlanned { .. }
        | Event::StageContinued { .. }
        | Event::StageFailing { .. }
        | Event::StageFinished { .. }
        | Event::ConditionFailed { .. }
        | Event::TaskStarted { .. }
        | Event::TaskProgressed { .. }
        | Event::TaskDeferred { .. }
        | Event::TaskFinished { .. }
        | Event::ChildFinished { .. }
        | Event::ErrandAdded { .. }
        | Event::ErrandDeferred { .. }
        | Event::ErrandRetried { .. }
        | Event::ErrandFinished { .. } => None,
    }
}

/// What happened, as a line to show.
fn message(event: &Event, execution: &Execution) -> String {
    let name = |id: &StageId| execution.stage(id).map_or(id.as_str(), |stage| &stage.definition.name).to_owned();
    let task = || task_name(event, execution);
    match event {
        Event::Created { start, queued } => created(start, *queued),
        Event::Started => "the execution runs".to_owned(),
        Event::Paused { actor } => format!("{actor} paused the execution"),
        Event::Resumed { actor } => format!("{actor} resumed the execution"),
        Event::CancelRequested { actor, reason } => because(format!("{actor} cancelled the execution"), reason),
        Event::Retried { stage, actor, .. } => format!("{actor} retried {}", name(stage)),
        Event::Finished { status, failure } => {
            because(format!("the execution ended in {}", status.as_str()), failure.as_deref().unwrap_or_default())
        }
        Event::StageStarted { stage, hold: Some(hold) } => format!("{} waits: {}", name(stage), hold.reason),
        Event::StageStarted { stage, hold: None } => format!("{} started", name(stage)),
        Event::StageReleased { stage, actor: Some(actor) } => format!("{actor} ended the wait of {}", name(stage)),
        Event::StageReleased { stage, actor: None } => format!("the wait of {} is over", name(stage)),
        Event::StagePlanned { stage, .. } => format!("{} is planned", name(stage)),
        Event::StageContinued { stage, after } => format!("{} goes on with {} more stages", name(stage), after.len()),
        Event::StageFailing { stage, failure, .. } => because(format!("{} fails", name(stage)), &failure.message),
        Event::StageFinished { stage, status } => {
            let failure = execution.stage(stage).and_then(|stage| stage.failure.as_ref());
            let failure = failure.map_or("", |failure| failure.message.as_str());
            because(format!("{} ended in {}", name(stage), status.as_str()), failure)
        }
        Event::StageSkipped { stage, actor, reason } => because(format!("{actor} skipped {}", name(stage)), reason),
        Event::ConditionFailed { stage, reason } => because(format!("{} is skipped", name(stage)), reason),
        Event::TaskStarted { stage, attempt, .. } if *attempt > 1 => {
            format!("{}: {}, try {attempt}", name(stage), task())
        }
        Event::TaskStarted { stage, .. } if asks(event, execution) => format!("{} asks for a judgment", name(stage)),
        Event::TaskStarted { stage, .. } => format!("{}: {}", name(stage), task()),
        Event::TaskProgressed { stage, message, .. } => format!("{}: {message}", name(stage)),
        Event::TaskDeferred { stage, message, .. } => format!("{}: {} later: {message}", name(stage), task()),
        Event::TaskFinished { stage, status, message, .. } => {
            because(format!("{}: {} {}", name(stage), task(), ended(*status)), message)
        }
        Event::Judged { stage, verdict } => {
            let decision = match verdict.decision {
                JudgmentDecision::Continue => "continue",
                JudgmentDecision::Stop => "stop",
            };
            because(format!("{} judged {}: {decision}", verdict.judge, name(stage)), &verdict.comment)
        }
        Event::ChildFinished { stage, child, status, .. } => {
            format!("{}: execution {child} ended in {}", name(stage), status.as_str())
        }
        Event::ErrandAdded { .. }
        | Event::ErrandDeferred { .. }
        | Event::ErrandRetried { .. }
        | Event::ErrandFinished { .. } => of_errand(event, execution),
    }
}

/// What happened to an errand, as a line to show.
fn of_errand(event: &Event, execution: &Execution) -> String {
    let errand = event.errand().and_then(|id| execution.errands.iter().find(|errand| errand.id == id));
    let what = errand.map_or("an errand", |errand| errand.spec.description.as_str());
    match event {
        Event::ErrandDeferred { message, .. } => because(format!("{what}, later"), message),
        Event::ErrandRetried { attempt, .. } => format!("{what}, try {attempt}"),
        Event::ErrandFinished { state: ErrandState::Done, message, .. } => because(format!("{what}, done"), message),
        Event::ErrandFinished { message, .. } => because(format!("{what}, given up"), message),
        _ => what.to_owned(),
    }
}

fn created(start: &Start, queued: bool) -> String {
    let state = if queued { ", it waits for others of its pipeline" } else { "" };
    because(format!("{} started {}{state}", start.cause.actor, start.definition.display_name), &start.cause.reason)
}

fn asks(event: &Event, execution: &Execution) -> bool {
    let Event::TaskStarted { stage, task, .. } = event else { return false };
    let task = execution.stage(stage).and_then(|stage| stage.tasks.get(*task as usize));
    task.is_some_and(|task| matches!(task.spec.kind, TaskKind::Judgment(_)))
}

fn ended(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Succeeded => "is done",
        TaskStatus::Failed => "failed",
        TaskStatus::Canceled => "was cancelled",
        TaskStatus::Skipped => "was skipped",
        TaskStatus::NotStarted | TaskStatus::Running => "goes on",
    }
}

fn because(what: String, why: &str) -> String {
    if why.is_empty() { what } else { format!("{what}: {why}") }
}

#[cfg(test)]
mod tests;
