//! Executions.

use std::collections::HashMap;

use gennaker_core::execution::{
    Actor, Cause, Errand, ErrandKind, ErrandState, Execution, ExecutionStatus, JudgmentDecision, Origin, Stage,
    StageId, StageStatus, SyntheticPosition, Task, TaskKind, VerdictRecord, Wait, explain, explain_stage,
};
use gennaker_ports::store::ExecutionSummary;
use gennaker_proto::v1;
use serde_json::Value;

use super::{artifact, json, stage as stage_convert, status, time};
use crate::names;

/// Who looks at an execution, and whether they may steer it.
#[derive(Clone, Debug)]
pub(crate) struct Viewer {
    /// Whose judgments are shown as allowed; `None` for those of everybody.
    pub(crate) name: Option<String>,
    /// The roles that they have.
    pub(crate) roles: Vec<String>,
    pub(crate) may_execute: bool,
}

impl Viewer {
    /// Sees what anybody at all might do.
    pub(crate) const EVERYBODY: Self = Self { name: None, roles: Vec::new(), may_execute: true };

    /// Whether they could make a judgment that is asked for, of an execution that `starter` started. Who has let it go on may
    /// still stop it.
    pub(crate) fn may_judge(&self, judgment: &v1::Judgment, starter: &str) -> bool {
        let Some(name) = &self.name else { return true };
        let is_anybodys = judgment.judges.is_empty() && judgment.roles.is_empty();
        let is_asked = judgment.judges.contains(name) || judgment.roles.iter().any(|role| self.roles.contains(role));
        let is_ruled_out = judgment.no_self_approval && name == starter;
        (is_anybodys || is_asked) && !is_ruled_out
    }
}

/// An execution with all of its stages and errands.
pub(crate) fn full(execution: &Execution, viewer: &Viewer, queue_position: u32) -> v1::Execution {
    v1::Execution {
        stages: all_stages(execution, viewer),
        errands: execution.errands.iter().map(errand).collect(),
        ..header(execution, viewer, queue_position)
    }
}

/// All stages of an execution. What they wait for is found out in one go.
pub(crate) fn all_stages(execution: &Execution, viewer: &Viewer) -> Vec<v1::StageExecution> {
    let waits = explain(execution);
    let waits: HashMap<&StageId, &Wait> = waits.iter().filter_map(|wait| Some((wait.stage.as_ref()?, wait))).collect();
    execution.stages.iter().map(|s| stage_with(execution, s, viewer, waits.get(s.id()).copied())).collect()
}

/// An execution without its stages and errands.
pub(crate) fn header(execution: &Execution, viewer: &Viewer, queue_position: u32) -> v1::Execution {
    let definition = &execution.start.definition;
    let application = &definition.application;
    v1::Execution {
        name: names::execution(application, execution.id()),
        pipeline: definition.pipeline.clone().unwrap_or_default(),
        pipeline_revision: u64::try_from(definition.revision).unwrap_or_default(),
        display_name: definition.display_name.clone(),
        status: status::execution(execution.status).into(),
        parameters: json::texts(&execution.start.parameters),
        cause: Some(cause(&execution.start.cause)),
        create_time: Some(time::to_proto(execution.created)),
        start_time: execution.started.map(time::to_proto),
        end_time: execution.ended.map(time::to_proto),
        sequence: execution.sequence,
        queue_position: if execution.status == ExecutionStatus::Queued { queue_position } else { 0 },
        cancellation: execution.cancellation.as_ref().map(|c| v1::Cancellation {
            actor: c.actor.clone(),
            reason: c.reason.clone(),
            time: Some(time::to_proto(c.time)),
        }),
        pause: execution
            .pause
            .as_ref()
            .map(|pause| v1::Pause { actor: pause.actor.clone(), time: Some(time::to_proto(pause.since)) }),
        stages: Vec::new(),
        allowed_actions: actions(execution.status, viewer),
        failure: execution.failure.as_ref().map(|message| failure(execution, message)),
        labels: execution.start.labels.clone(),
        pinned_parameters: Vec::new(),
        artifacts: execution.start.artifacts.iter().map(artifact::shown).collect(),
        resolved_artifacts: execution.start.resolved_artifacts.iter().map(artifact::resolved_to_proto).collect(),
        errands: Vec::new(),
    }
}

/// An execution's row, as lists show it.
pub(crate) fn summary(row: &ExecutionSummary, viewer: &Viewer, queue_position: u32) -> v1::Execution {
    let header = &row.header;
    let failure = |message: &String| v1::Failure { message: message.clone(), ..v1::Failure::default() };
    v1::Execution {
        name: names::execution(&row.application, row.id),
        pipeline: row.pipeline.clone().unwrap_or_default(),
        pipeline_revision: u64::try_from(header.revision).unwrap_or_default(),
        display_name: header.display_name.clone(),
        status: status::execution(row.status).into(),
        parameters: json::texts(&header.parameters),
        cause: Some(v1::Cause { payload: None, ..cause(&header.cause) }),
        create_time: Some(time::to_proto(row.created)),
        start_time: row.started.map(time::to_proto),
        end_time: row.ended.map(time::to_proto),
        sequence: row.sequence,
        queue_position,
        cancellation: header.canceled.as_ref().map(|(actor, reason)| v1::Cancellation {
            actor: actor.clone(),
            reason: reason.clone(),
            time: None,
        }),
        pause: header
            .paused
            .as_ref()
            .map(|(actor, since)| v1::Pause { actor: actor.clone(), time: Some(time::to_proto(*since)) }),
        stages: Vec::new(),
        allowed_actions: actions(row.status, viewer),
        failure: header.failure.as_ref().map(failure),
        labels: header.labels.clone(),
        pinned_parameters: Vec::new(),
        artifacts: Vec::new(),
        resolved_artifacts: Vec::new(),
        errands: Vec::new(),
    }
}

/// What an execution sets off and does not wait for.
pub(crate) fn errand(errand: &Errand) -> v1::Errand {
    let kind = match &errand.spec.kind {
        ErrandKind::Notify { .. } => v1::errand::Kind::Notification,
        ErrandKind::CallOff(_) => v1::errand::Kind::CallOff,
    };
    let state = match errand.state {
        ErrandState::Pending => v1::errand::State::Pending,
        ErrandState::Done => v1::errand::State::Done,
        ErrandState::Failed => v1::errand::State::Failed,
    };
    v1::Errand {
        id: errand.id,
        kind: kind.into(),
        description: errand.spec.description.clone(),
        stage: errand.spec.stage.as_ref().map(StageId::to_string).unwrap_or_default(),
        state: state.into(),
        attempt: errand.attempt,
        message: errand.message.clone(),
        retry_time: errand.resumes.map(time::to_proto),
    }
}

/// The failure of an execution, with the stage that failed first.
fn failure(execution: &Execution, message: &str) -> v1::Failure {
    let failed = execution.stages.iter().filter(|stage| stage.failure.is_some() && stage.status.halts());
    let first = failed.min_by_key(|stage| stage.ended);
    v1::Failure {
        message: message.to_owned(),
        stage: first.map(|stage| stage.id().to_string()).unwrap_or_default(),
        task: first.and_then(failed_task).unwrap_or_default(),
    }
}

fn failed_task(stage: &Stage) -> Option<String> {
    let failed = |task: &&Task| task.status == gennaker_core::execution::TaskStatus::Failed;
    stage.tasks.iter().find(failed).map(|task| task.spec.name.clone())
}

fn actions(status: ExecutionStatus, viewer: &Viewer) -> Vec<i32> {
    if !viewer.may_execute {
        return Vec::new();
    }
    let actions: &[v1::ExecutionAction] = match status {
        ExecutionStatus::Queued => &[v1::ExecutionAction::Cancel],
        ExecutionStatus::Running => &[v1::ExecutionAction::Cancel, v1::ExecutionAction::Pause],
        ExecutionStatus::Paused => &[v1::ExecutionAction::Cancel, v1::ExecutionAction::Resume],
        ExecutionStatus::Succeeded | ExecutionStatus::Terminal | ExecutionStatus::Canceled => &[],
    };
    actions.iter().map(|action| (*action).into()).collect()
}

fn cause(cause: &Cause) -> v1::Cause {
    let mut message = v1::Cause {
        actor: cause.actor.clone(),
        reason: cause.reason.clone(),
        payload: (!cause.payload.is_null()).then(|| json::to_proto(&json::shorten(&cause.payload))),
        ..v1::Cause::default()
    };
    let kind = match &cause.origin {
        Origin::Manual => v1::cause::Kind::Manual,
        Origin::Trigger { trigger, event } => {
            message.trigger.clone_from(trigger);
            message.trigger_event = format!("{trigger}/events/{event}");
            v1::cause::Kind::Trigger
        }
        Origin::Parent(parent) => {
            message.parent_execution = names::execution(&parent.application, parent.execution);
            message.parent_stage = parent.stage.to_string();
            v1::cause::Kind::Parent
        }
        Origin::Operation => v1::cause::Kind::Operation,
    };
    message.set_kind(kind);
    message
}

/// A stage of an execution.
pub(crate) fn stage(execution: &Execution, stage: &Stage, viewer: &Viewer) -> v1::StageExecution {
    stage_with(execution, stage, viewer, explain_stage(execution, stage).as_ref())
}

fn stage_with(execution: &Execution, stage: &Stage, viewer: &Viewer, wait: Option<&Wait>) -> v1::StageExecution {
    let definition = &stage.definition;
    v1::StageExecution {
        id: stage.id().to_string(),
        name: definition.name.clone(),
        kind: definition.kind.clone(),
        status: status::stage(execution, stage).into(),
        parent: stage.parent.as_ref().map(StageId::to_string).unwrap_or_default(),
        position: position(stage.position).into(),
        depends_on: definition.depends_on.iter().map(StageId::to_string).collect(),
        start_time: stage.started.map(time::to_proto),
        end_time: stage.ended.map(time::to_proto),
        attempt: stage.attempt,
        tasks: stage.tasks.iter().map(task).collect(),
        inputs: json::object_to_proto(&stage.inputs),
        outputs: (!stage.outputs.is_empty()).then(|| json::struct_to_proto(&stage.outputs)),
        failure: stage.failure.as_ref().map(|failure| v1::Failure {
            message: failure.message.clone(),
            stage: stage.id().to_string(),
            task: failed_task(stage).unwrap_or_default(),
        }),
        judgment: judgment(stage),
        child_execution: stage.child.map(|child| child_name(execution, stage, child)).unwrap_or_default(),
        waiting: wait.map(|wait| waiting(execution, wait)),
        allowed_actions: stage_actions(execution, stage, viewer),
        on_failure: stage_convert::policy_to_proto(definition.on_failure).into(),
        skip: stage.skipped.as_ref().map(|(actor, reason)| v1::Skip {
            actor: actor.clone(),
            reason: reason.clone(),
            time: stage.ended.map(time::to_proto),
        }),
    }
}

/// The name of an execution that a stage started: in the application of the pipeline that the stage runs.
fn child_name(execution: &Execution, stage: &Stage, child: gennaker_core::execution::ExecutionId) -> String {
    let pipeline = stage.inputs.get("pipeline").or_else(|| stage.definition.config.get("pipeline"));
    let of_pipeline = pipeline.and_then(Value::as_str).filter(|name| name.starts_with("applications/"));
    let application = of_pipeline.map_or(execution.start.definition.application.as_str(), names::application_of);
    names::execution(application, child)
}

pub(crate) fn position(position: Option<SyntheticPosition>) -> v1::stage_execution::Position {
    match position {
        None => v1::stage_execution::Position::Unspecified,
        Some(SyntheticPosition::Before) => v1::stage_execution::Position::Before,
        Some(SyntheticPosition::After) => v1::stage_execution::Position::After,
        Some(SyntheticPosition::OnFailure) => v1::stage_execution::Position::OnFailure,
    }
}

fn task(task: &Task) -> v1::TaskExecution {
    v1::TaskExecution {
        id: task.spec.name.clone(),
        name: words(&task.spec.name),
        status: status::task(task.status).into(),
        attempt: task.attempt,
        start_time: task.started.map(time::to_proto),
        end_time: task.ended.map(time::to_proto),
        message: task.message.clone(),
        percent: task.percent.map(u32::from),
    }
}

/// `wait_for_up` as `Wait for up`.
fn words(id: &str) -> String {
    let spaced = id.replace('_', " ");
    let mut chars = spaced.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

fn judgment(stage: &Stage) -> Option<v1::Judgment> {
    let asked = stage.tasks.iter().find_map(|task| match &task.spec.kind {
        TaskKind::Judgment(spec) => Some((spec, task)),
        TaskKind::Run { .. } | TaskKind::Wait { .. } | TaskKind::AwaitChild { .. } => None,
    });
    let (spec, task) = asked?;
    let judgment = v1::Judgment {
        instructions: spec.instructions.clone(),
        inputs: spec.options.clone(),
        judges: spec.judges.clone(),
        deadline: task.until.map(time::to_proto),
        roles: spec.roles.clone(),
        approvals: spec.approvals.max(1),
        no_self_approval: spec.no_self_approval,
        verdicts: stage.verdicts.iter().map(verdict).collect(),
        ..v1::Judgment::default()
    };
    let Some(decided) = &stage.judgment else { return Some(judgment) };
    let v1::Verdict { decision, judge, input, comment, time } = verdict(decided);
    Some(v1::Judgment { decision, judge, input, comment, time, ..judgment })
}

/// What one judge said.
fn verdict(verdict: &VerdictRecord) -> v1::Verdict {
    let decision = match verdict.decision {
        JudgmentDecision::Continue => v1::judgment::Decision::Continue,
        JudgmentDecision::Stop => v1::judgment::Decision::Stop,
    };
    v1::Verdict {
        decision: decision.into(),
        judge: verdict.judge.clone(),
        input: verdict.input.clone().unwrap_or_default(),
        comment: verdict.comment.clone(),
        time: Some(time::to_proto(verdict.time)),
    }
}

/// What the machine would do now if the viewer asked for it.
pub(crate) fn stage_actions(execution: &Execution, stage: &Stage, viewer: &Viewer) -> Vec<i32> {
    let mut actions = Vec::new();
    if !viewer.may_execute {
        return actions;
    }
    let top_level = stage.parent.is_none();
    let retriable = match execution.status {
        ExecutionStatus::Queued | ExecutionStatus::Paused => false,
        ExecutionStatus::Running
        | ExecutionStatus::Succeeded
        | ExecutionStatus::Terminal
        | ExecutionStatus::Canceled => true,
    };
    if top_level && stage.status.is_final() && retriable {
        actions.push(v1::StageAction::Retry.into());
    }
    if execution.status.is_final() {
        return actions;
    }
    let task = stage.current_task().map(|(_, task)| &task.spec.kind);
    let skippable = match stage.status {
        StageStatus::NotStarted => top_level && stage.skipped.is_none() && !stage.definition.is_guarded(),
        StageStatus::Running => {
            stage.hold.is_some() || matches!(task, Some(TaskKind::Wait { .. } | TaskKind::AwaitChild { .. }))
        }
        StageStatus::Succeeded
        | StageStatus::FailedContinue
        | StageStatus::Terminal
        | StageStatus::Canceled
        | StageStatus::Stopped
        | StageStatus::Skipped => false,
    };
    if skippable {
        actions.push(v1::StageAction::Skip.into());
    }
    if matches!(task, Some(TaskKind::Judgment(_)))
        && stage.judgment.is_none()
        && judgment(stage).is_some_and(|judgment| viewer.may_judge(&judgment, &execution.start.cause.actor))
    {
        actions.push(v1::StageAction::SubmitJudgment.into());
    }
    actions
}

/// What something waits for.
fn waiting(execution: &Execution, wait: &Wait) -> v1::Waiting {
    let stage = wait.stage.as_ref().and_then(|id| execution.stage(id));
    let (kind, owners) = match &wait.actor {
        Actor::Clock if stage.is_some_and(|stage| stage.hold.is_some()) => {
            (v1::waiting::Kind::Window, vec![SYSTEM.to_owned()])
        }
        Actor::Clock => (v1::waiting::Kind::Timer, vec![SYSTEM.to_owned()]),
        Actor::People(people) if stage.is_some_and(|stage| stage.current_task().is_some()) => {
            (v1::waiting::Kind::Judgment, people.clone())
        }
        Actor::People(people) => (v1::waiting::Kind::Resume, people.clone()),
        Actor::Effect => (v1::waiting::Kind::Task, vec![SYSTEM.to_owned()]),
        Actor::Execution(child) => {
            let name = child.zip(stage).map(|(child, stage)| child_name(execution, stage, child));
            (v1::waiting::Kind::Execution, name.into_iter().collect())
        }
        Actor::Stages(ids) => (v1::waiting::Kind::Stages, ids.iter().map(StageId::to_string).collect()),
        Actor::Pipeline => {
            (v1::waiting::Kind::Queue, execution.start.definition.pipeline.clone().into_iter().collect())
        }
    };
    let until = wait.until.map(time::to_proto);
    v1::Waiting { kind: kind.into(), reason: wait.reason.clone(), until, owners }
}

/// Who ends what only the server can end.
const SYSTEM: &str = "system";

/// Why an execution is not further.
pub(crate) fn explanation(execution: &Execution, viewer: &Viewer) -> v1::ExplainExecutionResponse {
    let waits = explain(execution);
    let whole = waits.iter().find(|wait| wait.stage.is_none()).map(|wait| waiting(execution, wait));
    let stages = waits.iter().filter_map(|wait| {
        let stage = execution.stage(wait.stage.as_ref()?)?;
        Some(v1::StageExplanation {
            stage: stage.id().to_string(),
            name: stage.definition.name.clone(),
            status: status::stage(execution, stage).into(),
            task: stage.current_task().map(|(_, task)| task.spec.name.clone()).unwrap_or_default(),
            waiting: Some(waiting(execution, wait)),
            allowed_actions: stage_actions(execution, stage, viewer),
        })
    });
    v1::ExplainExecutionResponse {
        status: status::execution(execution.status).into(),
        waiting: whole,
        stages: stages.collect(),
    }
}
