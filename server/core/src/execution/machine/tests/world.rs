//! An execution under test: it sends commands, keeps the log, and checks what must hold after every one of them.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::narration::narrate;
use super::script::{Scripted, definition};
use crate::Timestamp;
use crate::execution::command::Object;
use crate::execution::{
    Cause, Command, Context, Decision, Definition, Event, EventRecord, Execution, ExecutionId, ExecutionStatus,
    Failure, JudgmentDecision, Origin, Outgoing, Phase, Rejection, Scope, Stage, StageDefinition, StageStatus, Start,
    SyntheticPosition, Task, TaskKind, TaskOutcome, TaskRef, TaskStatus, create, explain, handle,
};

pub(super) struct World {
    pub(super) execution: Execution,
    pub(super) log: Vec<EventRecord>,
    pub(super) sent: Vec<Outgoing>,
    pub(super) now: Timestamp,
    pub(super) random: u64,
    /// The events up to here were told already.
    told: usize,
    /// The state that the events make, followed one by one.
    shadow: Option<Execution>,
    effects: HashSet<TaskRef>,
}

/// 2026-11-24, a Tuesday, 08:00 UTC.
pub(super) const BEGINNING: Timestamp = Timestamp::from_secs(1_795_507_200);

pub(super) fn execution_id(number: u128) -> ExecutionId {
    ExecutionId::from_parts(BEGINNING, number)
}

pub(super) fn object(value: serde_json::Value) -> Object {
    serde_json::from_value(value).unwrap()
}

pub(super) fn succeeded(outputs: serde_json::Value, child: Option<ExecutionId>) -> TaskOutcome {
    TaskOutcome::Succeeded { outputs: object(outputs), message: "done".into(), child }
}

pub(super) fn start(definition: Arc<Definition>, origin: Origin) -> Start {
    let cause = Cause { actor: "ann".into(), origin, reason: "a test".into(), payload: json!({"build": 7}) };
    Start {
        id: execution_id(1),
        definition,
        cause,
        parameters: object(json!({"size": 2})),
        labels: BTreeMap::new(),
        artifacts: Vec::new(),
        resolved_artifacts: Vec::new(),
    }
}

impl World {
    pub(super) fn new(stages: Vec<StageDefinition>) -> Self {
        Self::create(definition(stages), Origin::Manual, false, 0)
    }

    pub(super) fn create(definition: Arc<Definition>, origin: Origin, queued: bool, random: u64) -> Self {
        let context = Context { now: BEGINNING, kinds: &Scripted, random };
        let (execution, decision) = create(start(definition, origin), queued, &context);
        let mut world = Self {
            execution: execution.clone(),
            log: Vec::new(),
            sent: Vec::new(),
            now: BEGINNING,
            random,
            told: 0,
            shadow: None,
            effects: HashSet::new(),
        };
        world.record(&decision);
        assert_eq!(Execution::replay(&world.log).as_ref(), Some(&world.execution));
        world.shadow = Some(world.execution.clone());
        world.check();
        world
    }

    fn context(&self) -> Context<'static> {
        Context { now: self.now, kinds: &Scripted, random: self.random }
    }

    /// Sends a command and checks what must always hold.
    pub(super) fn send(&mut self, command: &Command) -> Result<Decision, Rejection> {
        let before = self.execution.clone();
        let context = self.context();
        let result = handle(&mut self.execution, command, &context);
        match &result {
            Ok(decision) => {
                if before.status.is_final() && !matches!(command, Command::RetryStage { .. }) {
                    let only_errands = decision.events.iter().all(|record| record.event.errand().is_some());
                    assert!(only_errands, "{command:?} moved an execution that has ended");
                }
                self.record(decision);
            }
            Err(rejection) => {
                assert_eq!(self.execution, before, "{rejection} changed the state");
                assert!(!rejection.to_string().is_empty());
            }
        }
        self.check();
        result
    }

    fn record(&mut self, decision: &Decision) {
        for record in &decision.events {
            match &mut self.shadow {
                Some(shadow) => {
                    must_be_allowed(shadow, &record.event);
                    shadow.apply(record);
                }
                None => self.shadow = Execution::replay([record]),
            }
            if let Some(effect) = self.effect(&record.event) {
                assert!(self.effects.insert(effect.clone()), "the effect {effect:?} is started twice");
            }
            self.log.push(record.clone());
        }
        self.sent.extend(decision.outgoing.iter().cloned());
    }

    /// The effect that an event has just started.
    fn effect(&self, event: &Event) -> Option<TaskRef> {
        let Event::TaskStarted { stage: id, task, attempt, .. } = event else { return None };
        let stage = self.shadow.as_ref()?.stage(id)?;
        let run = matches!(stage.tasks[*task as usize].spec.kind, TaskKind::Run { .. });
        let (stage, stage_attempt, task, attempt) = (id.clone(), stage.attempt, *task, *attempt);
        run.then_some(TaskRef { stage, stage_attempt, task, attempt })
    }

    /// What must hold whenever no command is being handled.
    fn check(&self) {
        let last = self.log.last().map(|record| record.sequence);
        assert_eq!(last, Some(self.log.len() as u64), "sequences are not dense");
        assert_eq!(self.shadow.as_ref(), Some(&self.execution), "the events do not make the state");
        let due = self.execution.wake_at().filter(|time| *time <= self.now);
        assert_eq!(due, None, "something due was left undone");
    }

    /// Sends a command that is not refused.
    pub(super) fn must(&mut self, command: &Command) {
        if let Err(rejection) = self.send(command) {
            panic!("{command:?} was refused: {rejection}");
        }
    }

    /// Sends a command that is refused, and gives the refusal's text.
    pub(super) fn refused(&mut self, command: &Command) -> String {
        self.send(command).expect_err("the command must be refused").to_string()
    }

    /// Lets time pass, then ticks.
    pub(super) fn pass(&mut self, secs: u64) {
        self.now = self.now + Duration::from_secs(secs);
        self.must(&Command::Tick);
    }

    pub(super) fn stage(&self, id: &str) -> &Stage {
        self.execution.stage(&id.into()).unwrap_or_else(|| panic!("there is no stage {id}"))
    }

    /// The running task of a stage.
    pub(super) fn scope(&self, id: &str) -> Scope<'_> {
        Scope { execution: &self.execution, stage: self.stage(id), now: self.now, random: self.random }
    }

    pub(super) fn task(&self, id: &str) -> TaskRef {
        let stage = self.stage(id);
        let (task, running) = stage.current_task().unwrap_or_else(|| panic!("stage {id} has no running task"));
        TaskRef { stage: id.into(), stage_attempt: stage.attempt, task, attempt: running.attempt }
    }

    pub(super) fn outcome(&mut self, id: &str, outcome: TaskOutcome) {
        let task = self.task(id);
        self.must(&Command::TaskOutcome { task, outcome });
    }

    pub(super) fn done(&mut self, id: &str) {
        self.outcome(id, succeeded(json!({}), None));
    }

    pub(super) fn outputs(&mut self, id: &str, outputs: serde_json::Value) {
        self.outcome(id, succeeded(outputs, None));
    }

    pub(super) fn started_child(&mut self, id: &str, child: ExecutionId) {
        self.outcome(id, succeeded(json!({}), Some(child)));
    }

    pub(super) fn fails(&mut self, id: &str) {
        self.outcome(id, TaskOutcome::Failed(Failure::permanent("it broke")));
    }

    pub(super) fn later(&mut self, id: &str, secs: u64) {
        let after = Duration::from_secs(secs);
        self.outcome(
            id,
            TaskOutcome::Later { after, message: "1 of 2 up".into(), percent: Some(50), outputs: Default::default() },
        );
    }

    pub(super) fn retryable(&mut self, id: &str) {
        self.outcome(id, TaskOutcome::Failed(Failure::retryable("the cloud is busy")));
    }

    pub(super) fn status(&self) -> ExecutionStatus {
        self.execution.status
    }

    /// The stages with their statuses, in order: `a=SUCCEEDED b=RUNNING`.
    pub(super) fn statuses(&self) -> String {
        let word = |stage: &Stage| format!("{}={}", stage.id(), stage.status.as_str());
        self.execution.stages.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    /// What has happened since the last call, a line for each event.
    pub(super) fn story(&mut self) -> String {
        let lines: Vec<String> = self.log[self.told..].iter().map(|record| narrate(&record.event)).collect();
        self.told = self.log.len();
        lines.join("\n")
    }

    /// Forgets what has happened so far.
    pub(super) fn told(&mut self) {
        self.told = self.log.len();
    }

    /// What is waited for, a line for each.
    pub(super) fn explanation(&self) -> String {
        explain(&self.execution).iter().map(super::narration::narrate_wait).collect::<Vec<_>>().join("\n")
    }

    /// The executions that were told to cancel.
    pub(super) fn canceled_children(&self) -> Vec<ExecutionId> {
        let canceled = |sent: &&Outgoing| matches!(sent.command, Command::Cancel { .. });
        self.sent.iter().filter(canceled).map(|sent| sent.execution).collect()
    }

    /// The reasons that executions were given for their cancellation.
    pub(super) fn reasons(&self) -> Vec<String> {
        let reason = |sent: &Outgoing| match &sent.command {
            Command::Cancel { reason, .. } => Some(reason.clone()),
            _ => None,
        };
        self.sent.iter().filter_map(reason).collect()
    }
}

/// Whether the event may come now: nothing starts before what it needs, and what has ended stays so unless retried.
fn must_be_allowed(execution: &Execution, event: &Event) {
    let Some(id) = event.stage() else { return };
    assert!(!execution.status.is_final(), "{event:?} comes after the end");
    let stage = execution.stage(id).unwrap_or_else(|| panic!("{event:?} is about no stage"));
    assert!(!stage.status.is_final(), "{event:?} comes after the stage's end");
    match event {
        Event::StageStarted { .. } if stage.hold.is_none() => {
            assert!(may_start(execution, stage), "{event:?} is early")
        }
        Event::TaskStarted { task, .. } => {
            assert_eq!(execution.status, ExecutionStatus::Running, "{event:?}");
            let (earlier, _) = stage.tasks.split_at(*task as usize);
            let passed = |task: &Task| matches!(task.status, TaskStatus::Succeeded | TaskStatus::Skipped);
            assert!(earlier.iter().all(passed), "{event:?} is early");
        }
        Event::StageFinished { status: StageStatus::Skipped, .. } => {
            assert!(stage.skipped.is_some() && may_start(execution, stage), "{event:?} is early");
        }
        Event::StageFinished { .. } => assert_eq!(stage.status, StageStatus::Running, "{event:?}"),
        _ => {}
    }
}

pub(super) fn may_start(execution: &Execution, stage: &Stage) -> bool {
    let needs = |id| execution.stage(id).is_some_and(|needed: &Stage| needed.status.lets_pass());
    let called = stage.parent.as_ref().is_none_or(|parent| {
        let parent = execution.stage(parent).expect("a synthetic stage has a parent");
        let phase = match stage.position.expect("a synthetic stage has a position") {
            SyntheticPosition::Before => Phase::Before,
            SyntheticPosition::After => Phase::After,
            SyntheticPosition::OnFailure => Phase::Cleanup,
        };
        parent.status == StageStatus::Running && parent.phase == phase
    });
    let anew = stage.status == StageStatus::NotStarted;
    execution.status == ExecutionStatus::Running && anew && called && stage.definition.depends_on.iter().all(needs)
}

pub(super) fn cancel() -> Command {
    Command::Cancel { actor: "bob".into(), reason: "wrong version".into() }
}

pub(super) fn pause() -> Command {
    Command::Pause { actor: "bob".into() }
}

pub(super) fn resume() -> Command {
    Command::Resume { actor: "bob".into() }
}

pub(super) fn retry(stage: &str) -> Command {
    Command::RetryStage { stage: stage.into(), actor: "bob".into() }
}

pub(super) fn skip(stage: &str) -> Command {
    Command::SkipStage { stage: stage.into(), actor: "bob".into(), reason: "not today".into() }
}

pub(super) fn judge(stage: &str, actor: &str, decision: JudgmentDecision, input: Option<&str>) -> Command {
    let (input, comment) = (input.map(str::to_owned), String::new());
    Command::Judge { stage: stage.into(), actor: actor.into(), roles: vec![], decision, input, comment }
}

pub(super) fn child_started(stage: &str, attempt: u32, child: ExecutionId) -> Command {
    Command::ChildStarted { stage: stage.into(), attempt, child }
}

pub(super) fn child_finished(stage: &str, child: ExecutionId, status: ExecutionStatus) -> Command {
    let failure = (status == ExecutionStatus::Terminal).then(|| "stage \"Deploy\": it broke".to_owned());
    let outputs = object(json!({"stages": {"deploy": {"group": "hello-v001"}}}));
    Command::ChildFinished { stage: stage.into(), child, status, outputs, failure }
}
