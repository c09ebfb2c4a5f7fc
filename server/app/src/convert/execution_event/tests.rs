//! A client that folds events has what a read shows, after each event of any history.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::artifact::Artifact;
use gennaker_core::execution::{
    CallOffPlan, Cause, Command, Concurrency, Context, Definition, EffectKey, ErrandOutcome, ExecutionId,
    ExecutionStatus, Failure, FailurePolicy, JudgmentSpec, Origin, Plan, Scope, StageDefinition, StageKinds,
    SyntheticStage, TaskOutcome, TaskRef, TaskSpec, create, handle,
};
use gennaker_core::notification::{Channel, Notification, Occasion};
use gennaker_core::schedule::{Jitter, Window};
use serde_json::Value;

use super::*;
use crate::convert::execution::full;

/// Kinds with every sort of task and synthetic stage.
struct Kinds;

impl StageKinds for Kinds {
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure> {
        let task = |kind| TaskSpec { name: "task".into(), kind };
        let minute = Duration::from_secs(60);
        let judgment = JudgmentSpec {
            instructions: String::new(),
            options: vec![],
            judges: vec![],
            roles: vec![],
            approvals: 2,
            no_self_approval: false,
            deadline: minute,
        };
        let (before, tasks) = match scope.stage.definition.kind.as_str() {
            "wait" => (vec![], vec![task(TaskKind::Wait { duration: minute })]),
            "ask" => (vec![], vec![task(TaskKind::Judgment(judgment))]),
            "run" => (vec![], vec![TaskSpec::run("one", minute), TaskSpec::run("two", minute)]),
            "child" => (vec![], vec![TaskSpec::run("one", minute), task(TaskKind::AwaitChild { timeout: minute * 5 })]),
            "parent" => (children(&["wait", "run"]), vec![TaskSpec::run("one", minute)]),
            _ => return Err(Failure::permanent("it can't be planned")),
        };
        Ok(Plan { before, tasks, ..Plan::default() })
    }

    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Ok(if scope.stage.definition.kind == "parent" { children(&["run", "wait"]) } else { Vec::new() })
    }

    fn plan_on_failure(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Ok(if scope.stage.definition.kind == "parent" { children(&["run"]) } else { Vec::new() })
    }

    fn call_off(&self, scope: &Scope<'_>, _: &EffectKey) -> Option<CallOffPlan> {
        let is_run = scope.stage.definition.kind == "run";
        is_run.then(|| CallOffPlan { description: "call it off".to_owned(), body: Value::Null })
    }
}

fn children(kinds: &[&str]) -> Vec<SyntheticStage> {
    SyntheticStage::sequence(kinds.iter().map(|kind| SyntheticStage::new(*kind, *kind, Value::Null)))
}

/// Always open, after a delay of a minute.
fn window() -> Window {
    let minute = Duration::from_secs(60);
    let jitter = Some(Jitter { min: minute, max: minute, skip_manual: false });
    Window { time_zone: Window::zone("UTC").unwrap(), days: vec![], ranges: vec![], jitter }
}

fn definition() -> Definition {
    let stage = |id: &str, kind: &str, after: &[&str], on_failure| StageDefinition {
        id: StageId::from(id),
        name: id.to_owned(),
        kind: kind.to_owned(),
        depends_on: after.iter().map(|id| StageId::from(*id)).collect(),
        on_failure,
        timeout: None,
        succeed_on_timeout: false,
        window: (id == "last").then(window),
        config: Value::Null,
        expressions: BTreeMap::new(),
        condition: if id == "left-out" { "1 > 2".to_owned() } else { String::new() },
        expected_artifacts: vec![],
        notifications: vec![],
    };
    let channel = Channel::Slack { address: "#ops".to_owned() };
    let when = [Occasion::PipelineStarting, Occasion::PipelineComplete, Occasion::PipelineFailed].into();
    Definition {
        application: "a".into(),
        pipeline: Some("applications/a/pipelines/p".into()),
        revision: 1,
        display_name: "p".into(),
        stages: vec![
            stage("first", "parent", &[], FailurePolicy::Ignore),
            stage("odd", "none", &[], FailurePolicy::HaltBranch),
            stage("ask", "ask", &["first"], FailurePolicy::HaltPipeline),
            stage("second", "parent", &["ask"], FailurePolicy::HaltBranchThenFail),
            stage("after-odd", "wait", &["odd"], FailurePolicy::HaltPipeline),
            stage("pipeline", "child", &[], FailurePolicy::Ignore),
            stage("left-out", "wait", &["pipeline"], FailurePolicy::HaltPipeline),
            stage("last", "run", &["second", "first", "left-out"], FailurePolicy::HaltPipeline),
        ],
        concurrency: Concurrency::default(),
        expected_artifacts: vec![],
        notifications: vec![Notification { when, message: String::new(), channel }],
    }
}

/// Numbers that look random, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// The execution that a stage starts.
fn child() -> ExecutionId {
    ExecutionId::from_parts(Timestamp::from_secs(1_000_000), u128::MAX)
}

/// Something that may be asked of an execution now.
fn any_command(execution: &Execution, dice: &mut Dice) -> Command {
    let actor = || "ann".to_owned();
    let stage = execution.stages[usize::try_from(dice.roll(execution.stages.len() as u64)).unwrap()].id().clone();
    let outstanding = execution.outstanding().next().map(|(stage, task)| TaskRef {
        stage: stage.id().clone(),
        stage_attempt: stage.attempt,
        task,
        attempt: stage.tasks[task as usize].attempt,
    });
    let errand = execution.outstanding_errands().next().map(|errand| (errand.id, errand.attempt));
    match (dice.roll(16), outstanding) {
        (14..16, _) => {
            let (errand, attempt) = errand.unwrap_or_default();
            let message = "so".to_owned();
            let outcome = match dice.roll(4) {
                0 | 1 => ErrandOutcome::Failed { message, retryable: true },
                2 => ErrandOutcome::Failed { message, retryable: false },
                _ => ErrandOutcome::Done { message },
            };
            Command::ErrandOutcome { errand, attempt, outcome }
        }
        (12, _) => Command::ChildStarted { stage: "pipeline".into(), attempt: 1, child: child() },
        (13, _) => Command::ChildFinished {
            stage: "pipeline".into(),
            child: child(),
            status: [ExecutionStatus::Succeeded, ExecutionStatus::Terminal][usize::from(dice.roll(2) == 0)],
            outputs: serde_json::Map::new(),
            failure: None,
        },
        (0, _) => Command::Pause { actor: actor() },
        (1, _) => Command::SkipStage { stage, actor: actor(), reason: String::new() },
        (2, _) => Command::RetryStage { stage, actor: actor() },
        (3, _) if dice.roll(6) == 0 => Command::Cancel { actor: actor(), reason: "enough".into() },
        (4, Some(task)) => Command::TaskOutcome { task, outcome: TaskOutcome::Failed(Failure::permanent("no")) },
        (6, Some(task)) => {
            let after = Duration::from_secs(5);
            let outputs = serde_json::Map::new();
            let outcome = TaskOutcome::Later { after, message: "soon".into(), percent: None, outputs };
            Command::TaskOutcome { task, outcome }
        }
        (5, Some(task)) => Command::TaskProgress { task, message: format!("{}", dice.roll(100)), percent: Some(5) },
        (_, Some(task)) => {
            let outputs = [("x".to_owned(), dice.roll(9).into())].into_iter().collect();
            Command::TaskOutcome {
                task,
                outcome: TaskOutcome::Succeeded { outputs, message: "ok".into(), child: None },
            }
        }
        (6..8, None) => Command::Resume { actor: actor() },
        (8..10, None) => {
            let decision = if dice.roll(3) == 0 { JudgmentDecision::Stop } else { JudgmentDecision::Continue };
            let actor = ["ann", "bob"][usize::from(dice.roll(2) == 0)].to_owned();
            let (roles, input, comment) = (vec![], None, String::new());
            Command::Judge { stage: "ask".into(), actor, roles, decision, input, comment }
        }
        (_, None) => Command::Tick,
    }
}

#[test]
fn what_is_folded_is_what_is_read() {
    let viewer = Viewer { name: Some("ann".into()), roles: vec![], may_execute: true };
    let artifact = Artifact { kind: "docker/image".into(), name: "app".into(), ..Artifact::default() };
    let mut seen = BTreeSet::new();
    for seed in 0..200 {
        let mut dice = Dice(seed);
        let mut now = Timestamp::from_secs(1_000_000);
        let context = |now| Context { now, kinds: &Kinds, random: 0 };
        let start = Start {
            id: ExecutionId::from_parts(now, u128::from(seed)),
            definition: Arc::new(definition()),
            cause: Cause { actor: "ann".into(), origin: Origin::Manual, reason: String::new(), payload: Value::Null },
            parameters: serde_json::Map::new(),
            labels: BTreeMap::new(),
            artifacts: vec![artifact.clone()],
            resolved_artifacts: vec![],
        };
        let (mut execution, decision) = create(start, false, &context(now));
        let mut folded = Execution::replay(&decision.events[..1]).unwrap();
        let mut kept = full(&folded, &viewer, 0);
        let mut records = decision.events;
        for _ in 0..60 {
            for record in records {
                let event = step(&mut folded, &record, &viewer, 0);
                seen.insert(event.r#type().as_str_name());
                assert!(!event.message.is_empty());
                client(&mut kept, event);
                let mut read = full(&folded, &viewer, 0);
                read.stages.sort_by(|a, b| a.id.cmp(&b.id));
                for (kept, read) in kept.stages.iter().zip(&read.stages) {
                    assert_eq!(kept, read, "seed {seed}, {:?}", record.event);
                }
                assert_eq!(kept, read, "seed {seed}, {:?}", record.event);
            }
            now = execution.wake_at().filter(|_| dice.roll(2) == 0).unwrap_or(now + Duration::from_secs(1)).max(now);
            let command = any_command(&execution, &mut dice);
            records = handle(&mut execution, &command, &context(now)).map_or_else(|_| Vec::new(), |done| done.events);
        }
    }
    assert_eq!(seen.len(), 24, "all of them: {seen:?}");
}

/// What the API tells clients to do with an event.
fn client(kept: &mut v1::Execution, event: v1::ExecutionEvent) {
    let mut changed = event.changed.unwrap();
    let mut stages: BTreeMap<String, v1::StageExecution> =
        std::mem::take(&mut kept.stages).into_iter().map(|stage| (stage.id.clone(), stage)).collect();
    for stage in std::mem::take(&mut changed.stages) {
        stages.insert(stage.id.clone(), stage);
    }
    stages.retain(|id, _| !event.removed_stages.contains(id));
    changed.stages = stages.into_values().collect();
    let mut errands: BTreeMap<u32, v1::Errand> =
        std::mem::take(&mut kept.errands).into_iter().map(|errand| (errand.id, errand)).collect();
    errands.extend(std::mem::take(&mut changed.errands).into_iter().map(|errand| (errand.id, errand)));
    changed.errands = errands.into_values().collect();
    *kept = changed;
}
