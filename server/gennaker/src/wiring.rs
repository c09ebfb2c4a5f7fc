//! Which adapter stands behind which port: the only place that names concrete ones.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use gennaker_api::{MetricsPage, Server};
use gennaker_app::App;
use gennaker_core::execution::StageKinds;
use gennaker_ports::authorizer::AllowAll;
use gennaker_ports::{Clock, Cloud, Clouds};
use gennaker_stages::{Kinds, Runner};
use gennaker_ui::Assets;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::failure::Failure;
use crate::late::Late;
use crate::outside::Outside;
use crate::storage::{self, Storage};
use crate::{open, options};

/// How often trigger events are looked for that some server noted and did not decide.
const RECOVERY: Duration = Duration::from_secs(60);

/// How long the engine may take to end what it does and to hand its work over. It waits only for the store, and one that has
/// fallen silent can keep it waiting for long.
const FAREWELL: Duration = Duration::from_secs(15);

/// A server that listens and has everything it needs, but does not run yet.
pub(crate) struct Node {
    listener: TcpListener,
    address: SocketAddr,
    name: String,
    has_ui: bool,
    storage: Storage,
    api: Server,
    app: App,
    engine: gennaker_engine::Service,
    local: Option<gennaker_cloud_local::Service>,
}

impl Node {
    /// Opens everything. Nothing is left behind where a part fails.
    pub(crate) async fn open(config: &Config, metrics: MetricsPage) -> Result<Self, Failure> {
        let transport = open::api(config)?;
        let has_ui = transport.ui.as_ref().is_some_and(Assets::is_built);
        let listener = open::listener(config).await?;
        let address = listener.local_addr().map_err(|error| Failure::internal(error.to_string()))?;
        let storage = storage::open(config).await?;
        let (clouds, local) = clouds(config, storage.clock.clone()).await?;
        let outside = Outside::open(config, storage.clock.clone())?;
        let late = Arc::new(Late::default());
        let kinds = Kinds::new(outside.custom_kinds.clone());
        let context = gennaker_stages::Context {
            clouds: clouds.clone(),
            launcher: late.clone(),
            guards: late.clone(),
            records: late.clone(),
            egress: outside.egress,
            secrets: outside.secrets,
            operator_secrets: outside.operator_secrets.clone(),
            notifier: outside.notifier,
            url_functions: config.expressions.url_functions,
        };
        let runner = Runner::new(kinds.clone(), context);
        let kinds: Arc<dyn StageKinds> = Arc::new(kinds);
        let engine = options::engine(config);
        let name = engine.owner.clone();
        let (engine, handle) = gennaker_engine::new(engine, engine_ports(&storage, kinds.clone(), runner));
        let ports = gennaker_app::Ports {
            store: storage.store.clone(),
            clouds,
            clock: storage.clock.clone(),
            authorizer: Arc::new(AllowAll),
            secrets: outside.operator_secrets,
            engine: handle,
            kinds,
            custom: outside.custom_kinds,
        };
        let app = App::new(options::app(config), ports);
        late.bind(app.clone());
        let api = Server::new(app.clone(), transport, metrics);
        Ok(Self { listener, address, name, has_ui, storage, api, app, engine, local })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its name among the servers that share a database.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has a web UI to show.
    pub(crate) fn has_ui(&self) -> bool {
        self.has_ui
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
            let overdue = async {
                engine_stop.cancelled().await;
                tokio::time::sleep(FAREWELL).await;
            };
            let ended = tokio::select! {
                ended = engine.join_next() => Some(ended.expect("the engine was spawned")),
                () = overdue => None,
            };
            shutdown.cancel(); // Nothing works without it.
            local_stop.cancel();
            ended
        };
        let recovery = shutdown.run_until_cancelled(recover(&self.app, &self.storage));
        let ((), ended, _) = tokio::join!(api, engine, recovery);
        local.join_all().await;
        match ended {
            Some(Ok(Ok(()))) => Ok(()),
            Some(Ok(Err(error))) => Err(Failure::unavailable(format!("the engine ended: {error}"))),
            Some(Err(panic)) => Err(Failure::internal(format!("the engine ended: {panic}"))),
            None => Err(Failure::unavailable(
                "the store does not answer, so nothing was handed over; what was under way goes on when the leases end",
            )),
        }
    }
}

/// Decides, again and again, the trigger events that a server noted, but did not decide before it ended. What another one
/// may be deciding just now is left alone.
async fn recover(app: &App, storage: &Storage) -> Infallible {
    let mut leave = if storage.is_shared { RECOVERY } else { Duration::ZERO };
    let mut ticks = tokio::time::interval(RECOVERY);
    loop {
        ticks.tick().await;
        match app.recover_pending_triggers(storage.clock.now() - leave).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "decided trigger events that an earlier server left"),
            Err(error) => tracing::error!(%error, "can't decide the trigger events that an earlier server left"),
        }
        leave = RECOVERY;
    }
}

fn engine_ports(storage: &Storage, kinds: Arc<dyn StageKinds>, runner: Runner) -> gennaker_engine::Ports {
    let (store, clock) = (storage.store.clone(), storage.clock.clone());
    gennaker_engine::Ports { store, kinds, tasks: Arc::new(runner), clock }
}

async fn clouds(
    config: &Config,
    clock: Arc<dyn Clock>,
) -> Result<(Clouds, Option<gennaker_cloud_local::Service>), Failure> {
    if !config.has_local_cloud() {
        return Ok((Clouds::default(), None));
    }
    if !config.store.url.is_embedded() {
        tracing::warn!(
            account = config.local.account,
            "local.enabled is set: other servers on this database can't reach the processes of this machine, so stages that \
             need them fail there; use it with a single server only"
        );
    }
    let (cloud, service) = open::local(config, clock).await?;
    let provider: Arc<dyn Cloud> = Arc::new(cloud);
    Ok((Clouds::new(vec![provider]), Some(service)))
}
