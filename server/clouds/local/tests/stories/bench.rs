//! What the stories share: a cloud in a directory of its own, a client, and waiting for changes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gennaker_cloud_local::{LocalCloud, Options};
use gennaker_core::Timestamp;
use gennaker_core::cloud::{
    Capacity, Health, HealthCheck, HealthProbe, Image, Listener, ListenerProtocol, LoadBalancer, Location, ResourceId,
    ServerGroup, ServerGroupSpec, Workload,
};
use gennaker_ports::{Cloud, CloudError, SystemClock};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Longer than anything here takes, even on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn here() -> Location {
    Location::new("local", "local")
}

pub(crate) fn id(name: &str) -> ResourceId {
    ResourceId::new(here(), name)
}

/// A cloud's directory. Whatever was started for it is dead when it is dropped.
pub(crate) struct Home {
    dir: tempfile::TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn journal(&self) -> String {
        fs::read_to_string(self.path().join("local/journal.jsonl")).unwrap_or_default()
    }

    /// All processes of this cloud, with the instance that each belongs to.
    pub(crate) fn processes(&self) -> Vec<(i32, String)> {
        let journal = self.journal();
        let Some(identity) = journal.split("\"identity\":\"").nth(1).and_then(|rest| rest.split('"').next()) else {
            return Vec::new();
        };
        let mark = format!("GENNAKER_CLOUD={identity}");
        let pids =
            fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let instance = |pid: &i32| {
            let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
            let mut entries = environment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
            entries.clone().find(|entry| *entry == mark)?;
            Some(entries.find_map(|entry| entry.strip_prefix("INSTANCE=").map(str::to_owned)).unwrap_or_default())
        };
        pids.filter_map(|pid| instance(&pid).map(|instance| (pid, instance))).collect()
    }

    /// The instances that have a process.
    pub(crate) fn running_instances(&self) -> BTreeSet<String> {
        self.processes().into_iter().map(|(_, instance)| instance).collect()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for (pid, _) in self.processes() {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::Signal::SIGKILL);
        }
    }
}

/// A running cloud.
pub(crate) struct Bench {
    pub(crate) cloud: LocalCloud,
    pub(crate) home: Home,
    shutdown: CancellationToken,
    service: JoinHandle<()>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(adjust: impl FnOnce(&mut Options)) -> Self {
        let bench = Self::start(Home::new(), adjust).await;
        for version in ["1", "2"] {
            bench.register(version).await.unwrap();
        }
        bench
    }

    pub(crate) async fn start(home: Home, adjust: impl FnOnce(&mut Options)) -> Self {
        let mut options = options(home.path());
        adjust(&mut options);
        let (cloud, service) = LocalCloud::start(options, Arc::new(SystemClock)).await.unwrap();
        let shutdown = CancellationToken::new();
        let service = tokio::spawn(service.run(shutdown.clone()));
        Self { cloud, home, shutdown, service }
    }

    /// Ends the server. What it has started goes on.
    pub(crate) async fn stop(self) -> Home {
        self.shutdown.cancel();
        self.service.await.unwrap();
        self.home
    }

    /// Ends the server and starts another one in the same directory.
    pub(crate) async fn restart(self, meanwhile: impl FnOnce(&Home)) -> Self {
        let home = self.stop().await;
        meanwhile(&home);
        Self::start(home, |_| {}).await
    }

    /// Registers the sample program as `hello:VERSION`.
    pub(crate) async fn register(&self, version: &str) -> Result<Image, CloudError> {
        let source = self.home.path().join(format!("source-{version}"));
        fs::create_dir_all(&source).unwrap();
        let command = [env!("CARGO_BIN_EXE_gennaker-sample"), version];
        fs::write(source.join("image.json"), serde_json::json!({ "command": command }).to_string()).unwrap();
        self.cloud.register_image(&image(version), source.to_str().unwrap()).await
    }

    /// A load balancer with one listener; gives the listener's address.
    pub(crate) async fn balancer(&self, name: &str, protocol: ListenerProtocol, firewalls: &[&str]) -> SocketAddr {
        let balancer = LoadBalancer {
            id: id(name),
            application: None,
            listeners: vec![Listener { protocol, port: 0, address: None }],
            firewalls: firewalls.iter().map(|name| (*name).to_owned()).collect(),
            server_groups: vec![],
        };
        let balancer = self.cloud.upsert_load_balancer(&balancer).await.unwrap();
        balancer.listeners[0].address.as_ref().unwrap().parse().unwrap()
    }

    /// Creates a server group and waits until all its instances are up.
    pub(crate) async fn deploy(&self, spec: &ServerGroupSpec) -> ServerGroup {
        self.cloud.create_server_group(&format!("create {}", spec.id), spec).await.unwrap();
        self.until_group(&spec.id.name, |group| group.counts().up == spec.capacity.desired).await
    }

    /// Waits until a server group is as wanted.
    pub(crate) async fn until_group(&self, name: &str, wanted: impl Fn(&ServerGroup) -> bool) -> ServerGroup {
        let id = id(name);
        self.until(async |cloud| cloud.server_group(&id).await.ok().filter(|group| wanted(group))).await
    }

    /// Waits until a server group is no more.
    pub(crate) async fn until_gone(&self, name: &str) {
        let id = id(name);
        self.until(async |cloud| {
            matches!(cloud.server_group(&id).await, Err(CloudError::NotFound { .. })).then_some(())
        })
        .await;
    }

    /// Waits until a server group has answered so many requests.
    pub(crate) async fn until_requests(&self, name: &str, count: u64) {
        let waiting = async {
            while self.cloud.traffic().get(&id(name)).is_none_or(|traffic| traffic.requests < count) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap();
    }

    /// Looks after each change until there is something to see.
    pub(crate) async fn until<T>(&self, look: impl AsyncFn(&LocalCloud) -> Option<T>) -> T {
        let mut changes = self.cloud.changes();
        let waiting = async {
            loop {
                changes.borrow_and_update();
                if let Some(seen) = look(&self.cloud).await {
                    return seen;
                }
                changes.changed().await.unwrap();
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(seen) => seen,
            Err(_) => panic!("still not so: {:#?}", self.cloud.server_groups(&Default::default()).await),
        }
    }
}

/// Options for a cloud in this directory that runs jobs, too.
pub(crate) fn options(home: impl Into<PathBuf>) -> Options {
    let mut options = Options::new(home);
    options.supervisor = [env!("CARGO_BIN_EXE_gennaker-sample"), "supervise-job"].map(str::to_owned).to_vec();
    options
}

pub(crate) fn image(version: &str) -> Image {
    Image {
        id: format!("hello:{version}"),
        name: "hello".into(),
        version: version.into(),
        location: here(),
        digest: None,
        created: Timestamp::EPOCH,
        labels: BTreeMap::new(),
    }
}

/// A server group of the sample program behind the load balancer `web`, if there shall be one.
pub(crate) fn spec(name: &str, version: &str, size: u32, balancer: Option<&str>) -> ServerGroupSpec {
    ServerGroupSpec {
        id: id(name),
        image: format!("hello:{version}"),
        capacity: Capacity::pinned(size),
        load_balancers: balancer.map(str::to_owned).into_iter().collect(),
        firewalls: vec![],
        disabled: false,
        workload: Workload {
            health_check: Some(HealthCheck {
                probe: HealthProbe::Http { path: "/health".into() },
                interval: Duration::ZERO,
                timeout: Duration::from_secs(5),
                healthy_threshold: 0,
                unhealthy_threshold: 0,
                startup_grace: Duration::ZERO,
            }),
            ..Workload::default()
        },
        labels: BTreeMap::new(),
    }
}

pub(crate) fn with_env(mut spec: ServerGroupSpec, variables: &[(&str, &str)]) -> ServerGroupSpec {
    spec.workload.env = variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    spec
}

pub(crate) fn names(group: &ServerGroup) -> Vec<String> {
    group.instances.iter().map(|instance| instance.name.clone()).collect()
}

pub(crate) fn all(group: &ServerGroup, health: Health) -> bool {
    group.instances.iter().all(|instance| instance.health == health)
}

/// A client's connection, kept alive.
pub(crate) struct Client {
    sender: SendRequest<Full<Bytes>>,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection.with_upgrades());
        Ok(Self { sender })
    }

    /// Waits until the other side has closed the connection.
    pub(crate) async fn closed(&mut self) {
        while self.sender.ready().await.is_ok() {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, String> {
        self.sender.ready().await.map_err(|error| error.to_string())?;
        self.sender.send_request(request).await.map_err(|error| format!("{error:?}"))
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<(u16, String), String> {
        let request = Request::get(path).header("host", "shop").body(Full::default()).unwrap();
        let response = self.send(request).await?;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.map_err(|error| format!("{error:?}"))?.to_bytes();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }
}

pub(crate) async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    Client::connect(address).await.unwrap().get(path).await.unwrap()
}

/// Clients that send requests, one after another, until told to stop.
pub(crate) struct Load {
    stop: CancellationToken,
    clients: Vec<JoinHandle<Tally>>,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) by_version: BTreeMap<String, u64>,
    pub(crate) failures: Vec<String>,
}

impl Load {
    /// Half of the clients keep their connection, half take a new one for each request.
    pub(crate) fn start(address: SocketAddr, clients: usize) -> Self {
        let stop = CancellationToken::new();
        let clients = (0..clients).map(|n| tokio::spawn(client(address, n % 2 == 0, stop.clone()))).collect();
        Self { stop, clients }
    }

    pub(crate) async fn finish(self) -> Tally {
        self.stop.cancel();
        let mut total = Tally::default();
        for client in self.clients {
            let tally = client.await.unwrap();
            total.failures.extend(tally.failures);
            for (version, count) in tally.by_version {
                *total.by_version.entry(version).or_default() += count;
            }
        }
        total
    }
}

async fn client(address: SocketAddr, keeps: bool, stop: CancellationToken) -> Tally {
    let mut tally = Tally::default();
    let mut kept: Option<Client> = None;
    while !stop.is_cancelled() {
        let answer = async {
            if kept.is_none() || !keeps {
                kept = Some(Client::connect(address).await?);
            }
            kept.as_mut().unwrap().get("/").await
        };
        match answer.await {
            Ok((200, body)) => {
                let about: serde_json::Value = serde_json::from_str(&body).unwrap();
                *tally.by_version.entry(about["version"].as_str().unwrap().to_owned()).or_default() += 1;
            }
            Ok((status, body)) => tally.failures.push(format!("{status} {body}")),
            Err(error) => {
                tally.failures.push(error);
                kept = None;
            }
        }
        tokio::task::yield_now().await;
    }
    tally
}
