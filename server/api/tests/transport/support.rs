//! A whole server in this process, on storage and clouds in memory.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use gennaker_api::{MetricsPage, Options, Server};
use gennaker_app::App;
use gennaker_core::execution::{ErrandOutcome, Failure, Plan, Scope, StageKinds, SyntheticStage, TaskOutcome};
use gennaker_engine::{ErrandRun, TaskRun, TaskRunner};
use gennaker_ports::authorizer::AllowAll;
use gennaker_ports::testing::cloud::MemoryCloud;
use gennaker_ports::testing::store::MemoryStore;
use gennaker_ports::{Cloud, Clouds, SystemClock, SystemSecrets};
use http_body_util::{BodyExt, Full};
use hyper::{Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};

/// Kinds that do nothing: the transport does not care.
struct Nothing;

impl StageKinds for Nothing {
    fn plan(&self, _: &Scope<'_>) -> Result<Plan, Failure> {
        Ok(Plan::default())
    }

    fn plan_after(&self, _: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Ok(Vec::new())
    }

    fn plan_on_failure(&self, _: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Ok(Vec::new())
    }
}

#[async_trait]
impl TaskRunner for Nothing {
    async fn run(&self, run: TaskRun) -> TaskOutcome {
        TaskOutcome::Failed(Failure::permanent(format!("there is no task {}", run.task)))
    }

    async fn run_errand(&self, run: ErrandRun) -> ErrandOutcome {
        ErrandOutcome::Failed { message: format!("there is no errand {}", run.key), retryable: false }
    }
}

/// A server that runs. It ends when it is dropped.
pub(crate) struct TestServer {
    pub(crate) address: SocketAddr,
    pub(crate) stop: CancellationToken,
    served: JoinSet<()>,
    _engine: JoinSet<()>,
}

/// A test must not hang.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

impl TestServer {
    pub(crate) async fn start() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self::with_limits(options, gennaker_app::Limits::default()).await
    }

    pub(crate) async fn with_limits(options: Options, limits: gennaker_app::Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let mut engine = JoinSet::new();
        let server =
            Server::new(app(&mut engine, &stop, limits), options, MetricsPage::new(|| "a_metric 1\n".to_owned()));
        let mut served = JoinSet::new();
        served.spawn(server.run(listener, stop.clone()));
        Self { address, stop, served, _engine: engine }
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) async fn stopped(mut self) {
        self.stop.cancel();
        tokio::time::timeout(PATIENCE, self.served.join_next()).await.expect("the server ends").unwrap().unwrap();
    }

    pub(crate) async fn channel(&self) -> Channel {
        self.endpoint().connect().await.unwrap()
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::from_shared(format!("http://{}", self.address)).unwrap().timeout(PATIENCE)
    }

    /// A request over HTTP/1.1: the status, the headers and the body of the answer.
    pub(crate) async fn http(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let client = Client::builder(TokioExecutor::new()).build_http();
        let answer = client.request(request.body(Full::new(body.into())).unwrap());
        let response = tokio::time::timeout(PATIENCE, answer).await.expect("the server answers").unwrap();
        let (parts, body) = response.into_parts();
        Answer { status: parts.status, headers: parts.headers, body: body.collect().await.unwrap().to_bytes() }
    }
}

fn app(tasks: &mut JoinSet<()>, stop: &CancellationToken, limits: gennaker_app::Limits) -> App {
    let store = Arc::new(MemoryStore::new());
    let ports = gennaker_engine::Ports {
        store: store.clone(),
        kinds: Arc::new(Nothing),
        tasks: Arc::new(Nothing),
        clock: Arc::new(SystemClock),
    };
    let (service, engine) = gennaker_engine::new(gennaker_engine::Options::default(), ports);
    let stop = stop.clone();
    tasks.spawn(async move { service.run(stop).await.unwrap() });
    let cloud: Arc<dyn Cloud> = Arc::new(MemoryCloud::new());
    let ports = gennaker_app::Ports {
        store,
        clouds: Clouds::new(vec![cloud]),
        clock: Arc::new(SystemClock),
        authorizer: Arc::new(AllowAll),
        secrets: Arc::new(SystemSecrets),
        engine,
        kinds: Arc::new(Nothing),
        custom: Arc::default(),
    };
    App::new(gennaker_app::Options { limits, ..Default::default() }, ports)
}

/// An answer over HTTP.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.text()))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
