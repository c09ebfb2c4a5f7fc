//! Runs an execution to its end: the machine decides, the runner does the tasks, time passes only when nothing else can.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::FutureExt;
use gennaker_core::Timestamp;
use gennaker_core::cloud::{Location, ResourceId, ServerGroup, Workload};
use gennaker_core::execution::{
    Cause, Command, Context as Decide, Definition, EffectKey, ErrandOutcome, EventRecord, Execution, ExecutionId,
    ExecutionStatus, Origin, Stage, StageDefinition, Start, TaskRef, create, handle,
};
use gennaker_core::strategy::TrafficGuard;
use gennaker_engine::{ErrandRun, Progress, TaskRun, TaskRunner};
use gennaker_ports::cloud::ServerGroupFilter;
use gennaker_ports::testing::cloud::{MemoryCloud, Operation};
use gennaker_ports::testing::egress::ScriptedEgress;
use gennaker_ports::testing::notifier::RecordingNotifier;
use gennaker_ports::testing::records::MemoryRecords;
use gennaker_ports::{
    Cloud, Clouds, Launch, LaunchError, Launcher, SecretError, Secrets, TrafficGuards, TrafficGuardsUnavailable,
};
use serde_json::{Value, json};

use crate::{Context, CustomKinds, Kinds, Runner};

/// What an execution runs in.
#[derive(Clone)]
pub(super) struct World {
    pub(super) cloud: MemoryCloud,
    pub(super) launches: Arc<Mutex<Vec<Launch>>>,
    pub(super) egress: ScriptedEgress,
    pub(super) records: MemoryRecords,
    kinds: Kinds,
    runner: Runner,
    started: Arc<AtomicU64>,
    /// Every effect is done twice, as after a crash before its outcome was kept.
    pub(super) repeats: bool,
}

impl World {
    pub(super) fn new() -> Self {
        Self::guarded(Vec::new())
    }

    pub(super) fn guarded(guards: Vec<TrafficGuard>) -> Self {
        Self::with(|context| context.guards = Arc::new(Fixed(guards)))
    }

    /// One where something is otherwise than usual.
    pub(super) fn with(change: impl FnOnce(&mut Context)) -> Self {
        Self::made(CustomKinds::default(), change)
    }

    /// One with kinds of the operator's own.
    pub(super) fn with_kinds(custom: CustomKinds) -> Self {
        Self::made(custom, |_| ())
    }

    fn made(custom: CustomKinds, change: impl FnOnce(&mut Context)) -> Self {
        let (cloud, egress, records) = (MemoryCloud::new(), ScriptedEgress::new(), MemoryRecords::new());
        let launches = Arc::new(Mutex::new(Vec::new()));
        let mut context = Context {
            clouds: Clouds::new(vec![Arc::new(cloud.clone())]),
            launcher: Arc::new(FakeLauncher(launches.clone())),
            guards: Arc::new(Fixed(Vec::new())),
            egress: Arc::new(egress.clone()),
            secrets: Arc::new(FakeSecrets),
            operator_secrets: Arc::new(FakeSecrets),
            notifier: Arc::new(RecordingNotifier::new()),
            records: Arc::new(records.clone()),
            url_functions: true,
        };
        change(&mut context);
        let kinds = Kinds::new(Arc::new(custom));
        let runner = Runner::new(kinds.clone(), context);
        Self { cloud, launches, egress, records, kinds, runner, started: Arc::default(), repeats: false }
    }

    /// A settled server group that was there before.
    pub(super) fn seed(&self, region: &str, name: &str, size: u32, enabled: bool) -> ServerGroup {
        let image = format!("{name}-image");
        self.cloud.seed(&Location::new("local", region), name, &image, size, !enabled)
    }

    /// `name state desired/instances` of each server group, in order.
    pub(super) fn groups(&self) -> Vec<String> {
        let all = self.cloud.server_groups(&ServerGroupFilter::default()).now_or_never().unwrap().unwrap();
        all.iter()
            .map(|group| {
                let state = if group.disabled { "disabled" } else { "enabled" };
                let ResourceId { location, name } = &group.id;
                format!("{}/{name} {state} {}", location.region, group.capacity.desired)
            })
            .collect()
    }

    /// How the instances of a server group run.
    pub(super) fn workload(&self, group: &ResourceId) -> Workload {
        self.cloud.server_group(group).now_or_never().unwrap().unwrap().workload
    }

    /// Starts an execution and runs it to its end.
    pub(super) fn run(&self, stages: Vec<StageDefinition>) -> Story {
        let mut story = self.start(stages, json!({}));
        story.finish();
        story
    }

    /// Runs one stage.
    pub(super) fn run_one(&self, kind: &str, config: Value) -> Story {
        self.run(vec![stage("it", kind, config)])
    }

    /// Starts an execution; nothing has run yet.
    pub(super) fn start(&self, stages: Vec<StageDefinition>, parameters: Value) -> Story {
        self.start_with(stages, parameters, |_| ())
    }

    /// Starts an execution that begins with something else than usual.
    pub(super) fn start_with(
        &self,
        stages: Vec<StageDefinition>,
        parameters: Value,
        change: impl FnOnce(&mut Start),
    ) -> Story {
        let Value::Object(parameters) = parameters else { panic!("parameters are an object") };
        let definition = Definition {
            application: "shop".into(),
            pipeline: Some("applications/shop/pipelines/release".into()),
            revision: 1,
            display_name: "Release".into(),
            stages,
            ..Definition::default()
        };
        let number = self.started.fetch_add(1, Ordering::Relaxed);
        let mut start = Start {
            id: ExecutionId::from_parts(Timestamp::from_secs(1_000_000), number.into()),
            definition: Arc::new(definition),
            cause: Cause {
                actor: "ada".into(),
                origin: Origin::Manual,
                reason: "because".into(),
                payload: json!({"branch": "main", "evil": "${ parameters.size }"}),
            },
            parameters,
            labels: BTreeMap::new(),
            artifacts: Vec::new(),
            resolved_artifacts: Vec::new(),
        };
        change(&mut start);
        let now = Timestamp::from_secs(1_000_000);
        let (execution, decision) = create(start, false, &Decide { now, kinds: &self.kinds, random: 0 });
        Story { world: self.clone(), execution, now, events: decision.events }
    }
}

/// A stage of the pipeline, without dependencies.
pub(super) fn stage(id: &str, kind: &str, config: Value) -> StageDefinition {
    StageDefinition {
        id: id.into(),
        name: format!("{id} stage"),
        kind: kind.into(),
        config,
        ..StageDefinition::default()
    }
}

/// The stages one after another.
pub(super) fn sequence(stages: impl IntoIterator<Item = StageDefinition>) -> Vec<StageDefinition> {
    let mut sequence: Vec<StageDefinition> = Vec::new();
    for stage in stages {
        let depends_on = sequence.last().map(|before| before.id.clone()).into_iter().collect();
        sequence.push(StageDefinition { depends_on, ..stage });
    }
    sequence
}

/// An execution under way.
pub(super) struct Story {
    pub(super) world: World,
    pub(super) execution: Execution,
    now: Timestamp,
    events: Vec<EventRecord>,
}

impl Story {
    /// Does all tasks that can be done, without time passing.
    pub(super) fn settle(&mut self) {
        while self.do_a_task() {}
    }

    /// Does one task.
    pub(super) fn step(&mut self) {
        assert!(self.do_a_task(), "there is something to do");
    }

    /// Runs to the end; tasks that wait in vain run into their timeouts.
    pub(super) fn finish(&mut self) {
        for _ in 0..10_000 {
            self.settle();
            if !self.tick() {
                break;
            }
        }
        let replayed = Execution::replay(&self.events);
        assert_eq!(replayed.as_ref(), Some(&self.execution), "the events make the state");
    }

    /// Lets time pass until the clock has something to do; tells whether it had.
    pub(super) fn tick(&mut self) -> bool {
        let Some(next) = self.execution.wake_at() else { return false };
        self.now = next.max(self.now);
        self.command(&Command::Tick);
        true
    }

    pub(super) fn command(&mut self, command: &Command) {
        let context = Decide { now: self.now, kinds: &self.world.kinds, random: 0 };
        let decision = handle(&mut self.execution, command, &context).expect("the story's commands are allowed");
        self.events.extend(decision.events);
    }

    fn do_a_task(&mut self) -> bool {
        let outstanding: Vec<(TaskRef, TaskRun)> =
            self.execution.outstanding().map(|(stage, place)| task_run(&self.execution, stage, place)).collect();
        for (task, run) in outstanding {
            let attempt = || self.world.runner.run(run.clone()).now_or_never();
            if self.world.repeats {
                let _ = attempt();
            }
            if let Some(outcome) = attempt() {
                self.command(&Command::TaskOutcome { task, outcome });
                return true;
            }
        }
        false
    }

    /// Does what was set off, and tells how each try went.
    pub(super) fn do_errands(&mut self) -> Vec<ErrandOutcome> {
        let runs: Vec<(u32, u32, ErrandRun)> = self
            .execution
            .outstanding_errands()
            .map(|errand| {
                let (execution, kind) = (self.execution.start.clone(), errand.spec.kind.clone());
                (errand.id, errand.attempt, ErrandRun { key: errand.id.to_string(), execution, errand: kind })
            })
            .collect();
        let mut outcomes = Vec::new();
        for (errand, attempt, run) in runs {
            let outcome = self.world.runner.run_errand(run).now_or_never().expect("fakes answer at once");
            outcomes.push(outcome.clone());
            self.command(&Command::ErrandOutcome { errand, attempt, outcome });
        }
        outcomes
    }

    pub(super) fn status(&self) -> ExecutionStatus {
        self.execution.status
    }

    pub(super) fn stage(&self, id: &str) -> &Stage {
        self.execution.stage(&id.into()).unwrap_or_else(|| panic!("no stage {id} in\n{}", self.tree()))
    }

    pub(super) fn outputs(&self, id: &str) -> Value {
        Value::Object(self.stage(id).outputs.clone())
    }

    /// Why the innermost of the failed stages failed.
    pub(super) fn failure(&self) -> String {
        let mut failed = self.execution.stages.iter().filter_map(|stage| stage.failure.as_ref());
        failed.next_back().map(|failure| failure.message.clone()).unwrap_or_default()
    }

    /// All stages with their tasks and how they stand.
    pub(super) fn tree(&self) -> String {
        let mut text = format!("execution {}\n", self.execution.status.as_str());
        for stage in &self.execution.stages {
            let depth = stage.id().as_str().matches('/').count();
            let indent = "  ".repeat(depth + 1);
            let (id, status) = (stage.id(), stage.status.as_str());
            let StageDefinition { name, kind, .. } = &*stage.definition;
            writeln!(text, "{indent}{id} {kind} {name:?} {status}").unwrap();
            for task in &stage.tasks {
                let status = format!("{:?}", task.status);
                writeln!(text, "{indent}  - {} {status}: {}", task.spec.name, task.message).unwrap();
            }
            if let Some(failure) = &stage.failure {
                writeln!(text, "{indent}  ! {}", failure.message).unwrap();
            }
        }
        text
    }

    /// What was done to server groups, in order.
    pub(super) fn effects(&self) -> Vec<(Operation, String)> {
        let effects = self.world.cloud.effects().into_iter();
        effects.map(|effect| (effect.operation, effect.group.name)).collect()
    }
}

fn task_run(execution: &Execution, stage: &Stage, place: u32) -> (TaskRef, TaskRun) {
    let task = &stage.tasks[place as usize];
    let reference =
        TaskRef { stage: stage.id().clone(), stage_attempt: stage.attempt, task: place, attempt: task.attempt };
    let run = TaskRun {
        key: EffectKey {
            execution: execution.id(),
            stage: stage.id().clone(),
            stage_attempt: stage.attempt,
            task: place,
            attempt: task.attempt,
        },
        execution: execution.start.clone(),
        kind: stage.definition.kind.clone(),
        stage_name: stage.definition.name.clone(),
        task: task.spec.name.clone(),
        inputs: Arc::new(stage.inputs.clone()),
        outputs: Arc::new(stage.outputs.clone()),
        progress: Progress::discarded(),
    };
    (reference, run)
}

struct Fixed(Vec<TrafficGuard>);

#[async_trait]
impl TrafficGuards for Fixed {
    async fn guards(&self, application: &str) -> Result<Vec<TrafficGuard>, TrafficGuardsUnavailable> {
        assert_eq!(application, "shop");
        Ok(self.0.clone())
    }
}

/// Knows one secret.
struct FakeSecrets;

#[async_trait]
impl Secrets for FakeSecrets {
    async fn secret(&self, reference: &str) -> Result<Vec<u8>, SecretError> {
        match reference {
            "env:TOKEN" => Ok(b"sesame".to_vec()),
            _ => {
                Err(SecretError::Unreadable { reference: reference.to_owned(), problem: "it is not there".to_owned() })
            }
        }
    }
}

struct FakeLauncher(Arc<Mutex<Vec<Launch>>>);

#[async_trait]
impl Launcher for FakeLauncher {
    async fn launch(&self, launch: Launch) -> Result<ExecutionId, LaunchError> {
        if launch.pipeline.ends_with("/missing") {
            return Err(LaunchError::Refused(format!("there is no pipeline {}", launch.pipeline)));
        }
        let mut launches = self.0.lock().unwrap();
        if !launches.iter().any(|known| known.request == launch.request) {
            launches.push(launch);
        }
        Ok(ExecutionId::from_parts(Timestamp::from_secs(2_000_000), 1))
    }
}
