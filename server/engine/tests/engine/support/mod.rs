//! A world for the engine: scripted stage kinds, a store in memory, a clock that tests move.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use gennaker_core::Timestamp;
use gennaker_core::execution::{
    CallOffPlan, Cause, Command, CommandId, Concurrency, Definition, EffectKey, ErrandKind, ErrandOutcome, EventRecord,
    Execution, ExecutionId, Failure, JudgmentSpec, Origin, Plan, QueuePolicy, Scope, StageDefinition, StageKinds,
    Start, SyntheticStage, TaskKind, TaskOutcome, TaskSpec,
};
use gennaker_core::notification::{Channel, Notification, Occasion};
use gennaker_engine::{EngineError, ErrandRun, Handle, Options, Ports, Request, TaskRun, TaskRunner, Watch, WatchItem};
use gennaker_ports::testing::clock::RuntimeClock;
use gennaker_ports::testing::store::MemoryStore;
use gennaker_ports::{Clock, Store};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

mod cluster;

pub(crate) use cluster::Cluster;

/// How long any step of a story may take, in the test's time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3600);

/// Stage kinds for tests, chosen by name:
/// `effect` one effect; `effects` two of them; `wait` a wait of `config.seconds`; `judgment`; `hang` an effect that never
/// ends; `revocable` one that is called off; `seeker` one that is planned again with what its first one finds; `flaky` an effect that fails `config.failures` times in a way that may pass; `broken` one that fails for good;
/// `panics`; `launch` an effect that never ends, and the wait for the execution that it starts; `slow` an effect of two seconds; `family` two `effect` stages before its own effect and one after.
#[derive(Default)]
pub(crate) struct Kinds {
    /// Effects by key and how often each was done.
    pub(crate) done: Mutex<BTreeMap<String, u32>>,
    /// Errands by key, what each was, and how often it was tried.
    pub(crate) errands: Mutex<BTreeMap<String, (String, u32)>>,
    /// So many first tries of errands fail in a way that may pass.
    pub(crate) errand_failures: AtomicU64,
    /// Told with every effect that begins.
    pub(crate) began: Notify,
}

impl StageKinds for Kinds {
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure> {
        let config = scope.config().clone();
        let run = |name: &str| TaskSpec::run(name, Duration::from_secs(600));
        let child = |name: &str| SyntheticStage::new(name, "effect", Value::Null);
        let mut before = Vec::new();
        if scope.stage.definition.kind == "seeker" && scope.stage.facts.is_empty() {
            return Ok(Plan { tasks: vec![run("look_up")], provisional: true, ..Plan::default() });
        }
        let tasks = match scope.stage.definition.kind.as_str() {
            "effects" => vec![run("first"), run("second")],
            "wait" => {
                let duration = Duration::from_secs(config["seconds"].as_u64().unwrap_or_default());
                vec![TaskSpec { name: "wait".into(), kind: TaskKind::Wait { duration } }]
            }
            "judgment" => {
                let deadline = Duration::from_secs(3 * 24 * 3600);
                let spec = JudgmentSpec { instructions: "good?".into(), deadline, ..JudgmentSpec::default() };
                vec![TaskSpec { name: "judge".into(), kind: TaskKind::Judgment(spec) }]
            }
            "child" | "launch" => {
                vec![
                    run("start"),
                    TaskSpec {
                        name: "await".into(),
                        kind: TaskKind::AwaitChild { timeout: Duration::from_secs(3600) },
                    },
                ]
            }
            "family" => {
                before = vec![child("one"), child("two")];
                vec![run("own")]
            }
            _ => vec![run("run")],
        };
        Ok(Plan { inputs: config, before, tasks, provisional: false })
    }

    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        let family = scope.stage.definition.kind == "family";
        Ok(if family { vec![SyntheticStage::new("three", "effect", Value::Null)] } else { vec![] })
    }

    fn plan_on_failure(&self, _: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Ok(vec![])
    }

    fn call_off(&self, scope: &Scope<'_>, _: &EffectKey) -> Option<CallOffPlan> {
        let can_be = scope.stage.definition.kind == "revocable";
        can_be.then(|| CallOffPlan { description: "calls it off".to_owned(), body: Value::Null })
    }
}

#[async_trait]
impl TaskRunner for Kinds {
    async fn run(&self, run: TaskRun) -> TaskOutcome {
        // The key without the try: what is done once must not be done again by another try.
        let key = format!("{}:{}:{}:{}", run.key.execution, run.key.stage, run.key.stage_attempt, run.key.task);
        self.began.notify_waiters();
        match run.kind.as_str() {
            "hang" | "launch" | "revocable" => std::future::pending().await,
            "flaky" if u64::from(run.key.attempt) <= run.inputs["failures"].as_u64().unwrap_or_default() => {
                TaskOutcome::Failed(Failure::retryable("the cloud is busy"))
            }
            "broken" => TaskOutcome::Failed(Failure::permanent("the cloud said no")),
            "panics" => panic!("a fault in a stage kind"),
            "huge" => succeeded([("text".to_owned(), Value::from("x".repeat(1_000_000)))]),
            "chatty" => {
                for percent in 0..=100 {
                    run.progress.report(format!("step {percent}"), Some(percent));
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                succeeded([])
            }
            kind => {
                if kind == "slow" {
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
                *self.done.lock().unwrap().entry(key.clone()).or_default() += 1;
                succeeded([("effect".to_owned(), json!(key))])
            }
        }
    }

    async fn run_errand(&self, run: ErrandRun) -> ErrandOutcome {
        let what = match &run.errand {
            ErrandKind::Notify { notice } => notice.subject.clone(),
            ErrandKind::CallOff(call_off) => format!("calls {} off", call_off.task.stage),
        };
        self.errands.lock().unwrap().entry(run.key).or_insert((what, 0)).1 += 1;
        self.began.notify_waiters();
        let fails = self.errand_failures.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        match fails {
            Ok(_) => ErrandOutcome::Failed { message: "nobody answers".to_owned(), retryable: true },
            Err(_) => done("done"),
        }
    }
}

fn done(message: &str) -> ErrandOutcome {
    ErrandOutcome::Done { message: message.to_owned() }
}

fn succeeded(outputs: impl IntoIterator<Item = (String, Value)>) -> TaskOutcome {
    TaskOutcome::Succeeded { outputs: outputs.into_iter().collect(), message: "done".into(), child: None }
}

/// A running engine and everything around it.
pub(crate) struct World {
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) clock: RuntimeClock,
    pub(crate) options: Options,
    pub(crate) handle: Handle,
    running: CancellationToken,
    engines: TaskTracker,
    requests: AtomicU64,
}

impl World {
    /// A world with an engine in it.
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    /// A world whose engine has these options.
    pub(crate) fn with(options: Options) -> Self {
        let store = Arc::new(MemoryStore::new());
        let kinds = Arc::new(Kinds::default());
        let clock = RuntimeClock::default();
        let (running, engines) = (CancellationToken::new(), TaskTracker::new());
        let handle = launch(&store, &kinds, clock, &options, &running, &engines);
        Self { store, kinds, clock, options, handle, running, engines, requests: AtomicU64::new(0) }
    }

    /// Stops the engine and starts another on the same store.
    pub(crate) async fn restart(&mut self) {
        self.running.cancel();
        self.engines.close();
        self.engines.wait().await;
        self.begin_again();
    }

    /// Starts another engine on the same store, as after a kill: the old one is left hanging.
    pub(crate) fn begin_again(&mut self) {
        self.running = CancellationToken::new();
        self.engines = TaskTracker::new();
        self.handle = launch(&self.store, &self.kinds, self.clock, &self.options, &self.running, &self.engines);
    }

    /// A new request.
    pub(crate) fn request(&self) -> Request {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        Request { id: CommandId(format!("request-{number}")), digest: "same".into() }
    }

    /// A start of a pipeline. Ids grow, as those of the server do: what starts first is first in a queue.
    pub(crate) fn start_of(&self, definition: &Definition) -> Start {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        Start {
            id: ExecutionId::from_parts(self.clock.now(), u128::from(number)),
            definition: Arc::new(definition.clone()),
            cause: Cause { actor: "ann".into(), origin: Origin::Manual, reason: String::new(), payload: Value::Null },
            parameters: Default::default(),
            labels: Default::default(),
            artifacts: Vec::new(),
            resolved_artifacts: Vec::new(),
        }
    }

    /// Starts a pipeline.
    pub(crate) async fn start(&self, definition: &Definition) -> Result<Arc<Execution>, EngineError> {
        self.handle.start(self.start_of(definition), self.request()).await
    }

    /// Gives a command.
    pub(crate) async fn command(&self, id: ExecutionId, command: Command) -> Result<Arc<Execution>, EngineError> {
        self.handle.command(id, command, self.request()).await
    }

    /// The executions of the pipeline that have not ended.
    pub(crate) async fn unfinished(&self) -> Vec<(ExecutionId, gennaker_core::execution::ExecutionStatus)> {
        self.store.unfinished("applications/shop/pipelines/deploy").await.unwrap()
    }

    /// Follows an execution to its end: all its events from the first on, checked to be dense.
    pub(crate) async fn follow(&self, id: ExecutionId) -> Vec<EventRecord> {
        let mut watch = self.handle.watch(id, 0).unwrap();
        collect(&mut watch, 0).await
    }

    /// Waits until an execution has ended and all its errands are done or given up. Their events end no watch, so the runner tells.
    pub(crate) async fn settled(&self, id: ExecutionId) -> Arc<Execution> {
        let wait = async {
            loop {
                let begun = self.kinds.began.notified();
                if let Ok(execution) = self.handle.execution(id).await
                    && execution.is_settled()
                {
                    return execution;
                }
                // Outcomes are committed a moment after the runner was done.
                let _any = tokio::time::timeout(Duration::from_secs(1), begun).await;
            }
        };
        tokio::time::timeout(PATIENCE * 2, wait).await.expect("its errands end in time")
    }

    /// Waits until an execution is as wanted.
    pub(crate) async fn until(&self, id: ExecutionId, wanted: impl Fn(&Execution) -> bool) -> Arc<Execution> {
        let mut watch = self.handle.watch(id, 0).unwrap();
        let wait = async {
            loop {
                let execution = self.handle.execution(id).await.unwrap();
                if wanted(&execution) {
                    return execution;
                }
                assert!(watch.next().await.is_some(), "it ended as {:?} before it was as wanted", execution.status);
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("it becomes as wanted in time")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.running.cancel();
    }
}

fn launch(
    store: &Arc<MemoryStore>,
    kinds: &Arc<Kinds>,
    clock: RuntimeClock,
    options: &Options,
    running: &CancellationToken,
    engines: &TaskTracker,
) -> Handle {
    let ports = Ports { store: store.clone(), kinds: kinds.clone(), tasks: kinds.clone(), clock: Arc::new(clock) };
    let (service, handle) = gennaker_engine::new(options.clone(), ports);
    let running = running.clone();
    engines.spawn(async move { service.run(running).await.expect("the engine runs") });
    handle
}

/// All events of a watch until its execution has ended, checked to follow `after` densely.
pub(crate) async fn collect(watch: &mut Watch, after: u64) -> Vec<EventRecord> {
    let mut records: Vec<EventRecord> = Vec::new();
    let read = async {
        while let Some(item) = watch.next().await {
            match item.expect("the watch goes on") {
                WatchItem::Events(events) => records.extend(events.iter().cloned()),
                WatchItem::Heartbeat { sequence } => {
                    assert_eq!(sequence, after + records.len() as u64);
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, read).await.expect("the execution ends in time");
    for (expected, record) in (after + 1..).zip(&records) {
        assert_eq!(record.sequence, expected, "sequences are dense");
    }
    records
}

/// A pipeline without a limit, of stages `(id, kind, depends_on)`.
pub(crate) fn pipeline(stages: &[(&str, &str, &[&str])]) -> Definition {
    Definition {
        application: "shop".into(),
        pipeline: Some("applications/shop/pipelines/deploy".into()),
        revision: 1,
        display_name: "deploy".into(),
        stages: stages.iter().map(|(id, kind, depends_on)| stage(id, kind, depends_on)).collect(),
        ..Definition::default()
    }
}

/// The same with messages about its start and its end.
pub(crate) fn told(definition: Definition) -> Definition {
    let when = [Occasion::PipelineStarting, Occasion::PipelineComplete].into();
    let channel = Channel::Slack { address: "#deploys".to_owned() };
    Definition { notifications: vec![Notification { when, message: String::new(), channel }], ..definition }
}

/// The same with a limit.
pub(crate) fn limited(limit: u32, policy: QueuePolicy, stages: &[(&str, &str, &[&str])]) -> Definition {
    Definition { concurrency: Concurrency { limit, policy }, ..pipeline(stages) }
}

fn stage(id: &str, kind: &str, depends_on: &[&str]) -> StageDefinition {
    StageDefinition {
        id: id.into(),
        name: id.into(),
        kind: kind.into(),
        depends_on: depends_on.iter().map(|&id| id.into()).collect(),
        config: json!({"seconds": 30, "failures": 2}),
        ..StageDefinition::default()
    }
}

/// The clock's time, `seconds` after the world began.
pub(crate) fn after(seconds: i64) -> Timestamp {
    Timestamp::from_secs(1_767_225_600 + seconds)
}
