//! A target at work: its servers, and their database.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use futures::future::try_join_all;
use gennaker_client::Client;
use gennaker_parts::Postgres;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};

use crate::http::Http;
use crate::metrics::{Commits, Metrics};
use crate::process::{Launch, Memory, Server};
use crate::target::{Database, Synchronous, Target};

/// Into how many shards the servers divide all executions.
pub(crate) const SHARDS: u32 = 64;
/// How long the replicas may take to share the work.
const BALANCE: Duration = Duration::from_secs(30);
/// How often it is looked whether they have.
const LOOK: Duration = Duration::from_millis(100);

/// Running servers on one database. They are killed where this is dropped instead of being stopped.
pub(crate) struct Deployment {
    launch: Launch,
    /// The directory of each server.
    directories: Vec<PathBuf>,
    servers: Vec<Server>,
    store: Store,
    http: Http,
}

/// Where the servers keep what they know.
pub(crate) enum Store {
    /// In a file.
    Sqlite(PathBuf),
    /// In a database of its own.
    Postgres(PostgresDatabase),
}

/// A database of a PostgreSQL server.
pub(crate) struct PostgresDatabase {
    name: String,
    pub(crate) url: String,
    /// Another database of the same server, from which this one is looked at.
    outside: String,
}

impl Deployment {
    /// Starts the servers, with an empty database, and waits until they answer.
    pub(crate) async fn start(
        mut launch: Launch,
        target: Target,
        postgres: Option<&Postgres>,
        scratch: &Path,
    ) -> anyhow::Result<Self> {
        let directory = || Ok(tempfile::Builder::new().prefix("server-").tempdir_in(scratch)?.keep());
        let directories = (0..target.replicas()).map(|_| directory()).collect::<anyhow::Result<Vec<_>>>()?;
        let store = match target.database() {
            Database::Sqlite(synchronous) => {
                if synchronous != Synchronous::Full {
                    launch.settings.push(format!("store.synchronous={}", synchronous.as_str()));
                }
                Store::Sqlite(directories[0].join("gennaker.db"))
            }
            Database::Postgres => {
                let database = PostgresDatabase::create(postgres.context("a target needs PostgreSQL")?).await?;
                launch.environment.push(("GENNAKER_STORE", database.url.clone().into()));
                launch.settings.push("local.enabled=true".to_owned());
                Store::Postgres(database)
            }
        };
        let mut deployment = Self { launch, directories, servers: Vec::new(), store, http: Http::new() };
        deployment.resume().await?;
        Ok(deployment)
    }

    /// Starts the servers again that were stopped, with what is in the database.
    pub(crate) async fn resume(&mut self) -> anyhow::Result<()> {
        self.servers = try_join_all(self.directories.iter().map(|data| Server::start(&self.launch, data))).await?;
        Ok(())
    }

    /// Stops the servers in order; what they know stays.
    pub(crate) async fn pause(&mut self) -> anyhow::Result<()> {
        try_join_all(self.servers.drain(..).map(Server::stop)).await?;
        Ok(())
    }

    /// Stops the servers in order, and removes all that they wrote.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        self.pause().await?;
        if let Store::Postgres(database) = &self.store {
            database.drop().await?;
        }
        self.directories.iter().try_for_each(std::fs::remove_dir_all).context("can't remove the data of a server")
    }

    /// A client with a connection of its own to one of the servers: they take turns.
    pub(crate) fn client(&self, turn: usize) -> anyhow::Result<Client> {
        self.server(turn).client()
    }

    /// The URL of one of the servers.
    pub(crate) fn url(&self, turn: usize) -> String {
        self.server(turn).url()
    }

    fn server(&self, turn: usize) -> &Server {
        &self.servers[turn % self.servers.len()]
    }

    /// How many servers there are.
    pub(crate) fn replicas(&self) -> usize {
        self.directories.len()
    }

    /// Where the servers keep what they know.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The longest time from the start of a process to the first answer that says that its server works.
    pub(crate) fn ready_after(&self) -> Duration {
        self.servers.iter().map(|server| server.ready_after).max().unwrap_or_default()
    }

    /// The memory of all servers together.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        self.servers.iter().map(Server::memory).sum()
    }

    /// The CPU time that all servers together have used so far.
    pub(crate) fn cpu_time(&self) -> anyhow::Result<Duration> {
        self.servers.iter().map(Server::cpu_time).sum()
    }

    /// What all servers together have committed so far.
    pub(crate) async fn commits(&self) -> anyhow::Result<Commits> {
        Ok(self.metrics().await?.iter().map(Metrics::commits).sum())
    }

    async fn metrics(&self) -> anyhow::Result<Vec<Metrics>> {
        try_join_all(self.servers.iter().map(|server| server.metrics(&self.http))).await
    }

    /// Waits until each replica has its share of the shards.
    pub(crate) async fn balance(&self) -> anyhow::Result<()> {
        if self.replicas() == 1 {
            return Ok(());
        }
        let deadline = Instant::now() + BALANCE;
        loop {
            let owned: Vec<u32> = self.metrics().await?.iter().map(Metrics::shards_owned).collect();
            let fair = SHARDS.div_ceil(u32::try_from(owned.len())?);
            if owned.iter().sum::<u32>() == SHARDS && owned.iter().all(|shards| *shards <= fair) {
                return Ok(());
            }
            if Instant::now() > deadline {
                bail!("the replicas did not share the work within {BALANCE:?}: they own {owned:?} shards");
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl PostgresDatabase {
    async fn create(server: &Postgres) -> anyhow::Result<Self> {
        let url = server.database().await?;
        let path = url.rsplit_once('/').map_or("", |(_, path)| path);
        let name = path.split('?').next().unwrap_or_default().to_owned();
        Ok(Self { name, url, outside: server.url("postgres") })
    }

    async fn drop(&self) -> anyhow::Result<()> {
        let mut outside = PgConnection::connect(&self.outside).await?;
        outside.execute(AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name))).await?;
        Ok(outside.close().await?)
    }

    /// How many transactions have ended in it. PostgreSQL counts those of an idle connection up to ten seconds late.
    pub(crate) async fn transactions(&self) -> anyhow::Result<i64> {
        let mut outside = PgConnection::connect(&self.outside).await?;
        let count = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1";
        let transactions = sqlx::query_scalar(count).bind(&self.name).fetch_one(&mut outside).await?;
        outside.close().await?;
        Ok(transactions)
    }
}
