//! Several servers on one PostgreSQL database.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::time::Duration;

use futures::future::join_all;
use gennaker_client::{Backoff, Client, Options, v1};
use gennaker_parts::{Postgres, Relay};
use nix::sys::signal::{Signal, kill};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{APPLICATION, Server, Setup, call, free_address};

/// The lease of replicas whose story doesn't need the default one.
pub const LEASE: Duration = Duration::from_secs(3);

/// Servers that share a database, each with a client of its own, a directory of its own, and a network of its own between it
/// and the database.
#[derive(Debug)]
pub struct Replicas {
    /// The servers.
    pub members: Vec<Replica>,
    /// Where the database is, not disturbed by any network.
    pub database: String,
    port: u16,
    setup: Setup,
    directory: TempDir,
}

/// One of them.
#[derive(Debug)]
pub struct Replica {
    /// A client of it that tries once, and not for long.
    pub client: Client,
    /// The network between it and the database.
    pub relay: Relay,
    /// How it is started.
    pub setup: Setup,
    listen: String,
    data: PathBuf,
    server: Option<Server>,
}

impl Replicas {
    /// So many servers on a fresh database, and the application of the stories.
    pub async fn start(number: usize) -> Self {
        Self::start_as(number, Setup::default()).await
    }

    /// The same, set up in some way. Where the settings don't say it, leases are short and idle streams not silent for long.
    pub async fn start_as(number: usize, setup: Setup) -> Self {
        let postgres = Postgres::shared().await;
        Self::on(postgres, number, setup).await
    }

    /// The same, on a PostgreSQL server of the story's own.
    ///
    /// # Panics
    /// Where a server does not start.
    pub async fn on(postgres: &Postgres, number: usize, mut setup: Setup) -> Self {
        let lease = format!("engine.lease={}s", LEASE.as_secs());
        let usual = [lease.as_str(), "engine.poll=1s", "limits.heartbeat_interval=1s"].map(str::to_owned);
        setup.settings.splice(0..0, usual);
        let mut replicas = Self {
            members: Vec::new(),
            database: postgres.database().await.expect("PostgreSQL makes databases"),
            port: postgres.port(),
            setup,
            directory: tempfile::tempdir().expect("temporary directories can be made"),
        };
        // All at once: they have to agree who makes the tables.
        let starting: Vec<_> = (0..number).map(|member| replicas.begin(member, replicas.setup.clone())).collect();
        replicas.members = join_all(starting).await;
        let application = json!({"applicationId": "hello", "application": {"email": "hello@example.com"}});
        call::<v1::CreateApplicationRequest>(&replicas.members[0].client, application).await.expect("it can be made");
        replicas
    }

    /// One more server.
    pub async fn add(&mut self) {
        let added = self.begin(self.members.len(), self.setup.clone()).await;
        self.members.push(added);
    }

    /// One more server, whose setup is changed before it starts.
    pub async fn add_as(&mut self, change: impl FnOnce(&mut Setup)) {
        let mut setup = self.setup.clone();
        change(&mut setup);
        let added = self.begin(self.members.len(), setup).await;
        self.members.push(added);
    }

    /// Starts a server and its network.
    async fn begin(&self, member: usize, mut setup: Setup) -> Replica {
        let relay = Relay::to(self.port).await.expect("there are free ports");
        let through = self.database.replacen(&self.port.to_string(), &relay.port().to_string(), 1);
        setup.environment.push(("GENNAKER_STORE", through.into()));
        let (listen, data) = (free_address(), self.directory.path().join(format!("replica-{member}")));
        let server = Server::start_as(&data, &listen, &setup).await;
        let options = Options {
            timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(1),
            attempts: 1,
            backoff: Backoff { first: Duration::from_millis(20), longest: Duration::from_millis(500) },
            ..Options::default()
        };
        let client = Client::connect_with(&server.address, options).expect("the address is one");
        Replica { client, relay, setup, listen, data, server: Some(server) }
    }

    /// The clients of all.
    #[must_use]
    pub fn clients(&self) -> Vec<Client> {
        self.members.iter().map(|member| member.client.clone()).collect()
    }

    /// Saves a pipeline under an id; gives its name.
    ///
    /// # Panics
    /// Where it is refused, or no replica runs.
    pub async fn save(&self, id: &str, pipeline: &Value) -> String {
        let request = json!({"parent": APPLICATION, "pipelineId": id, "pipeline": pipeline});
        let running = self.members.iter().find(|member| member.is_running()).expect("a replica runs");
        let made = call::<v1::CreatePipelineRequest>(&running.client, request).await;
        made.unwrap_or_else(|error| panic!("{error}")).pipeline.unwrap_or_default().name
    }
}

impl Replica {
    /// The process.
    ///
    /// # Panics
    /// Where it does not run.
    #[must_use]
    pub fn server(&self) -> &Server {
        self.server.as_ref().expect("the replica runs")
    }

    /// Whether it was started and not stopped or killed since.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.server.is_some()
    }

    /// Starts a pipeline here, so that this replica owns the execution where the pipeline has no limit; gives its name.
    ///
    /// # Panics
    /// Where it is refused.
    pub async fn start(&self, pipeline: &str) -> String {
        let started = call::<v1::StartExecutionRequest>(&self.client, json!({ "pipeline": pipeline })).await;
        started.unwrap_or_else(|error| panic!("{error}")).execution.unwrap_or_default().name
    }

    /// Kills it, as a crash would.
    pub async fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.kill().await;
        }
    }

    /// Asks it to stop, and gives how it ended and all that it logged.
    ///
    /// # Panics
    /// Where it does not run.
    pub async fn stop(&mut self) -> (ExitStatus, Vec<String>) {
        self.server.take().expect("the replica runs").stop().await
    }

    /// Starts it again, at the same address.
    pub async fn restart(&mut self) {
        self.kill().await;
        self.server = Some(Server::start_as(&self.data, &self.listen, &self.setup).await);
    }

    /// Stops the process without its knowledge: it does nothing until it is woken, and then does not know that time has passed.
    pub fn freeze(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        kill(self.server().pid(), signal).expect("the replica runs");
    }
}
