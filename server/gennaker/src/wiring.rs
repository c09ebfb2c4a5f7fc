//! Which adapter stands behind which port: the only place that names concrete ones.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use gennaker_api::{MetricsPage, Server};
use gennaker_app::App;
use gennaker_core::execution::{ExecutionId, StageKinds};
use gennaker_core::strategy::TrafficGuard;
use gennaker_ports::authorizer::AllowAll;
use gennaker_ports::{
    Cloud, Clouds, Launch, LaunchError, Launcher, Store, SystemClock, SystemSecrets, TrafficGuards,
    TrafficGuardsUnavailable,
};
use gennaker_stages::Registry;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::failure::Failure;
use crate::{open, options};

/// A server that listens and has everything it needs, but does not run yet.
pub(crate) struct Node {
    listener: TcpListener,
    address: SocketAddr,
    api: Server,
    app: App,
    engine: gennaker_engine::Service,
    local: Option<gennaker_cloud_local::Service>,
}

impl Node {
    /// Opens everything. Nothing is left behind where a part fails.
    pub(crate) async fn open(config: &Config, metrics: MetricsPage) -> Result<Self, Failure> {
        let listener = open::listener(config).await?;
        let address = listener.local_addr().map_err(|error| Failure::internal(error.to_string()))?;
        let store: Arc<dyn Store> = Arc::new(open::store(config).await?);
        let (clouds, local) = clouds(config).await?;
        let late = Arc::new(Late::default());
        let kinds = Registry::new(gennaker_stages::Context {
            clouds: clouds.clone(),
            launcher: late.clone(),
            guards: late.clone(),
        });
        let (engine, handle) = gennaker_engine::new(options::engine(config), engine_ports(store.clone(), kinds));
        let ports = gennaker_app::Ports {
            store,
            clouds,
            clock: Arc::new(SystemClock),
            authorizer: Arc::new(AllowAll),
            secrets: Arc::new(SystemSecrets),
            engine: handle,
        };
        let app = App::new(options::app(config), ports);
        late.bind(app.clone());
        let api = Server::new(app.clone(), options::api(config), metrics);
        Ok(Self { listener, address, api, app, engine, local })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Runs until the shutdown. Then clients are let go first, the engine ends what it can, and the clouds come last: each
    /// is needed by those before it.
    pub(crate) async fn run(self, shutdown: CancellationToken) -> Result<(), Failure> {
        let (engine_stop, local_stop) = (CancellationToken::new(), CancellationToken::new());
        let mut engine = JoinSet::new();
        engine.spawn(self.engine.run(engine_stop.clone()));
        let mut local = JoinSet::new();
        if let Some(service) = self.local {
            local.spawn(service.run(local_stop.clone()));
        }
        let api = async {
            self.api.run(self.listener, shutdown.clone()).await;
            engine_stop.cancel();
        };
        let engine = async {
            let ended = engine.join_next().await.expect("the engine was spawned");
            shutdown.cancel(); // Nothing works without it.
            local_stop.cancel();
            ended
        };
        let ((), ended, ()) = tokio::join!(api, engine, recover(&self.app));
        local.join_all().await;
        match ended {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Failure::unavailable(format!("the engine ended: {error}"))),
            Err(panic) => Err(Failure::internal(format!("the engine ended: {panic}"))),
        }
    }
}

/// Decides the trigger events that a server noted before it ended, but did not decide.
async fn recover(app: &App) {
    match app.recover_pending_triggers().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "decided trigger events that an earlier server left"),
        Err(error) => tracing::error!(%error, "can't decide the trigger events that an earlier server left"),
    }
}

fn engine_ports(store: Arc<dyn Store>, kinds: Registry) -> gennaker_engine::Ports {
    let kinds = Arc::new(kinds);
    let planning: Arc<dyn StageKinds> = kinds.clone();
    gennaker_engine::Ports { store, kinds: planning, tasks: kinds, clock: Arc::new(SystemClock) }
}

async fn clouds(config: &Config) -> Result<(Clouds, Option<gennaker_cloud_local::Service>), Failure> {
    if !config.local.enabled {
        return Ok((Clouds::default(), None));
    }
    let (cloud, service) = open::local(config).await?;
    let provider: Arc<dyn Cloud> = Arc::new(cloud);
    Ok((Clouds::new(vec![provider]), Some(service)))
}

/// The use cases, for the stage kinds: these are made first, because the engine needs them and the use cases need the engine.
#[derive(Default)]
struct Late(OnceLock<App>);

impl Late {
    fn bind(&self, app: App) {
        assert!(self.0.set(app).is_ok(), "the use cases are bound once");
    }

    fn app(&self) -> &App {
        self.0.get().expect("the engine runs only after the use cases were bound")
    }
}

#[async_trait]
impl Launcher for Late {
    async fn launch(&self, launch: Launch) -> Result<ExecutionId, LaunchError> {
        self.app().launch(launch).await
    }
}

#[async_trait]
impl TrafficGuards for Late {
    async fn guards(&self, application: &str) -> Result<Vec<TrafficGuard>, TrafficGuardsUnavailable> {
        self.app().guards(application).await
    }
}
