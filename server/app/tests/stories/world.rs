//! A whole server without transport, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use gennaker_app::{App, AppError, Caller, Encoded, Options, Ports, Stream};
use gennaker_core::execution::{Execution, ExecutionId, ExecutionStatus};
use gennaker_core::strategy::TrafficGuard;
use gennaker_ports::testing::clock::RuntimeClock;
use gennaker_ports::testing::cloud::MemoryCloud;
use gennaker_ports::testing::egress::ScriptedEgress;
use gennaker_ports::testing::notifier::RecordingNotifier;
use gennaker_ports::testing::store::MemoryStore;
use gennaker_ports::{
    Access, Authorizer, Cloud, Clouds, Denied, Launch, LaunchError, Launcher, Principal, Records, RecordsUnavailable,
    SecretError, Secrets, Target, TrafficGuards, TrafficGuardsUnavailable,
};
use gennaker_proto::{json, v1};
use gennaker_stages::{Context, CustomKinds, Kinds, Runner};
use prost::{Message, Name};
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_stream::StreamExt;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A running server.
pub struct World {
    pub app: App,
    pub cloud: MemoryCloud,
    pub rights: Arc<Rights>,
    pub secrets: Arc<TestSecrets>,
    pub egress: ScriptedEgress,
    pub notifier: RecordingNotifier,
    _engine: JoinHandle<()>,
    _stop: DropGuard,
}

/// What is denied; everything else is allowed. Notes what was asked.
#[derive(Default)]
pub struct Rights {
    pub denied: Mutex<Vec<(Option<Access>, Option<Target>)>>,
    /// Who may only read.
    pub readers: Mutex<Vec<String>>,
    pub asked: Mutex<Vec<(Access, Target)>>,
}

impl Rights {
    pub fn deny(&self, access: Option<Access>, target: Option<Target>) {
        self.denied.lock().unwrap().push((access, target));
    }
}

#[async_trait]
impl Authorizer for Rights {
    async fn authorize(&self, principal: &Principal, access: Access, target: &Target) -> Result<(), Denied> {
        self.asked.lock().unwrap().push((access, target.clone()));
        let denies = |(a, t): &(Option<Access>, Option<Target>)| {
            a.is_none_or(|a| a == access) && t.as_ref().is_none_or(|t| t == target)
        };
        let only_reads = access != Access::Read && self.readers.lock().unwrap().contains(&principal.name);
        if only_reads || self.denied.lock().unwrap().iter().any(denies) {
            return Err(Denied { principal: principal.name.clone(), access, target: target.clone() });
        }
        Ok(())
    }
}

/// Secrets that a test sets.
#[derive(Default)]
pub struct TestSecrets(pub Mutex<BTreeMap<String, Vec<u8>>>);

#[async_trait]
impl Secrets for TestSecrets {
    async fn secret(&self, reference: &str) -> Result<Vec<u8>, SecretError> {
        let missing = || SecretError::Unreadable { reference: reference.to_owned(), problem: "not set".to_owned() };
        self.0.lock().unwrap().get(reference).cloned().ok_or_else(missing)
    }
}

#[derive(Default)]
struct Late(OnceLock<App>);

#[async_trait]
impl Launcher for Late {
    async fn launch(&self, launch: Launch) -> Result<ExecutionId, LaunchError> {
        self.0.get().expect("the world is made").launch(launch).await
    }
}

#[async_trait]
impl Records for Late {
    async fn pipeline(&self, application: &str, name: &str) -> Result<Option<String>, RecordsUnavailable> {
        self.0.get().expect("the world is made").pipeline(application, name).await
    }

    async fn application(&self, application: &str) -> Result<Option<Value>, RecordsUnavailable> {
        self.0.get().expect("the world is made").application(application).await
    }

    async fn latest_execution(
        &self,
        pipeline: &str,
        statuses: &[ExecutionStatus],
    ) -> Result<Option<Arc<Execution>>, RecordsUnavailable> {
        self.0.get().expect("the world is made").latest_execution(pipeline, statuses).await
    }

    async fn end_of(
        &self,
        application: &str,
        execution: ExecutionId,
        patience: Duration,
    ) -> Result<Option<ExecutionStatus>, RecordsUnavailable> {
        self.0.get().expect("the world is made").end_of(application, execution, patience).await
    }
}

#[async_trait]
impl TrafficGuards for Late {
    async fn guards(&self, application: &str) -> Result<Vec<TrafficGuard>, TrafficGuardsUnavailable> {
        self.0.get().expect("the world is made").guards(application).await
    }
}

impl World {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(configure: impl FnOnce(&mut Options)) -> Self {
        Self::on(Arc::new(MemoryStore::new()), Vec::new(), configure)
    }

    /// A server with kinds of stages of its operator's.
    pub fn with_kinds(custom: CustomKinds) -> Self {
        Self::made(Arc::new(MemoryStore::new()), Vec::new(), custom, |_| {})
    }

    /// A server on a store that may have been used before, with more providers than its cloud.
    pub fn on(store: Arc<MemoryStore>, more: Vec<Arc<dyn Cloud>>, configure: impl FnOnce(&mut Options)) -> Self {
        Self::made(store, more, CustomKinds::default(), configure)
    }

    fn made(
        store: Arc<MemoryStore>,
        more: Vec<Arc<dyn Cloud>>,
        custom: CustomKinds,
        configure: impl FnOnce(&mut Options),
    ) -> Self {
        let cloud = MemoryCloud::new();
        let providers = [Arc::new(cloud.clone()) as Arc<dyn Cloud>].into_iter().chain(more).collect();
        let (clouds, clock) = (Clouds::new(providers), Arc::new(RuntimeClock::default()));
        let (late, custom) = (Arc::new(Late::default()), Arc::new(custom));
        let (egress, notifier) = (ScriptedEgress::new(), RecordingNotifier::new());
        let (rights, secrets) = (Arc::new(Rights::default()), Arc::new(TestSecrets::default()));
        let context = Context {
            clouds: clouds.clone(),
            launcher: late.clone(),
            guards: late.clone(),
            egress: Arc::new(egress.clone()),
            secrets: secrets.clone(),
            operator_secrets: secrets.clone(),
            notifier: Arc::new(notifier.clone()),
            records: late.clone(),
            url_functions: false,
        };
        let kinds = Kinds::new(custom.clone());
        let runner = Runner::new(kinds.clone(), context);
        let kinds = Arc::new(kinds);
        let ports = gennaker_engine::Ports {
            store: store.clone(),
            kinds: kinds.clone(),
            tasks: Arc::new(runner),
            clock: clock.clone(),
        };
        let mut options = Options::default();
        configure(&mut options);
        let max_queued = options.limits.max_queued_executions as usize;
        let engine_options = gennaker_engine::Options { max_queued, ..gennaker_engine::Options::default() };
        let (service, engine) = gennaker_engine::new(engine_options, ports);
        let ports = Ports {
            store: store.clone(),
            clouds,
            clock,
            authorizer: rights.clone(),
            secrets: secrets.clone(),
            engine,
            kinds,
            custom,
        };
        let app = App::new(options, ports);
        late.0.set(app.clone()).ok().expect("it is set once");
        let stop = CancellationToken::new();
        let run = service.run(stop.clone());
        let engine = tokio::spawn(async move { run.await.expect("the engine runs") });
        Self { app, cloud, rights, secrets, egress, notifier, _engine: engine, _stop: stop.drop_guard() }
    }

    /// With the application `shop`.
    pub async fn with_shop() -> Self {
        let world = Self::new();
        world.shop().await;
        world
    }

    pub async fn shop(&self) {
        let request = request(serde_json::json!({"applicationId": "shop", "application": {"email": "a@b"}}));
        self.app.create_application(ann(), request).await.unwrap();
    }

    /// Makes a pipeline of `shop`.
    pub async fn pipeline(&self, id: &str, pipeline: Value) -> v1::Pipeline {
        let body = serde_json::json!({"parent": "applications/shop", "pipelineId": id, "pipeline": pipeline});
        self.app.create_pipeline(ann(), request(body)).await.unwrap().pipeline.unwrap()
    }

    /// Starts a pipeline of `shop`.
    pub async fn start(&self, id: &str) -> v1::Execution {
        let body = serde_json::json!({"pipeline": format!("applications/shop/pipelines/{id}")});
        self.app.start_execution(ann(), request(body)).await.unwrap().execution.unwrap()
    }

    pub async fn execution(&self, name: &str) -> v1::Execution {
        let body = serde_json::json!({ "name": name });
        self.app.get_execution(ann(), request(body)).await.unwrap().execution.unwrap()
    }

    /// Follows an execution to its end, doing what the API says a client does, and gives what it has then.
    pub async fn follow(&self, name: &str) -> v1::Execution {
        let body = serde_json::json!({"name": name, "afterSequence": "0"});
        let mut stream = self.app.watch_execution(ann(), request(body)).await.unwrap();
        let mut kept = v1::Execution::default();
        while let Some(message) = stream.next().await {
            if let Some(v1::watch_execution_response::Message::Event(event)) = told(message).message {
                fold(&mut kept, event);
            }
        }
        kept
    }
}

/// What a client does with an event.
pub fn fold(kept: &mut v1::Execution, event: v1::ExecutionEvent) {
    let mut changed = event.changed.unwrap();
    assert_eq!(changed.sequence, event.sequence);
    assert_eq!(kept.sequence + 1, event.sequence, "events are dense");
    let mut stages = std::mem::take(&mut kept.stages);
    for stage in std::mem::take(&mut changed.stages) {
        match stages.iter_mut().find(|known| known.id == stage.id) {
            Some(known) => *known = stage,
            None => stages.push(stage),
        }
    }
    stages.retain(|stage| !event.removed_stages.contains(&stage.id));
    changed.stages = stages;
    let mut errands = std::mem::take(&mut kept.errands);
    for errand in std::mem::take(&mut changed.errands) {
        match errands.iter_mut().find(|known| known.id == errand.id) {
            Some(known) => *known = errand,
            None => errands.push(errand),
        }
    }
    changed.errands = errands;
    *kept = changed;
}

/// The same in an order that does not depend on when a stage came up.
pub fn sorted(mut execution: v1::Execution) -> v1::Execution {
    execution.stages.sort_by(|a, b| a.id.cmp(&b.id));
    execution
}

static ANN: LazyLock<Caller> = LazyLock::new(|| Caller::named("ann"));

/// Somebody.
pub fn ann() -> &'static Caller {
    &ANN
}

/// A request from JSON.
pub fn request<T: Message + Name + Default>(body: Value) -> T {
    json::decode(&body).unwrap()
}

/// The field paths and texts of a refused request.
pub fn violations(error: AppError) -> Vec<String> {
    match error {
        AppError::InvalidArgument { violations } => {
            violations.into_iter().map(|v| format!("{}: {}", v.field, v.description)).collect()
        }
        other => panic!("expected INVALID_ARGUMENT, not {other:?}"),
    }
}

/// The word for an error.
pub fn reason<T: std::fmt::Debug>(result: Result<T, AppError>) -> &'static str {
    result.unwrap_err().reason()
}

/// A message of a stream of executions.
pub fn told<T: Message + Default>(message: Result<Encoded<T>, AppError>) -> T {
    message.expect("the stream is well").decode().unwrap()
}

/// The next message of a stream of executions.
pub async fn next_told<T: Message + Default>(stream: &mut Stream<Encoded<T>>) -> T {
    told(stream.next().await.expect("the stream goes on"))
}

/// The next message of a stream.
pub async fn next<T>(stream: &mut Stream<T>) -> T {
    stream.next().await.expect("the stream goes on").expect("the stream is well")
}
