//! A throw-away PostgreSQL server.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Executor};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tokio::time::{Instant, sleep};

mod cluster;
mod process;

pub use process::Stop;

use process::Process;

/// How long a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a server is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether what it acknowledged survives a power failure. Tests don't care and are faster without; measurements care.
    pub durable: bool,
    /// Whether it takes only encrypted connections, with a certificate for `localhost` and `127.0.0.1`.
    pub tls: bool,
    /// Further lines of `postgresql.conf`, such as `("max_connections", "20")`.
    pub settings: Vec<(&'static str, String)>,
    /// Where its directory is made, so that its data are on that disk; in the system's temporary directory by default.
    pub directory: Option<PathBuf>,
    /// Variables of its environment, such as [`crate::SlowDisk::environment`].
    pub environment: Vec<(&'static str, OsString)>,
}

/// A PostgreSQL server in a temporary directory, on a loopback port. It ends when this is dropped, and also when this
/// process ends in whatever way.
#[derive(Debug)]
pub struct Postgres {
    options: Options,
    port: u16,
    process: Option<Process>,
    databases: AtomicU32,
    dir: TempDir,
}

impl Postgres {
    /// Makes a new cluster and starts its server.
    ///
    /// # Errors
    /// Where PostgreSQL isn't installed, or doesn't start; what it logged is in the error.
    pub async fn start(options: Options) -> Result<Self> {
        let dir = cluster::create(&options)?;
        let port = free_port()?;
        let mut server = Self { options, port, process: None, databases: AtomicU32::new(0), dir };
        server.begin().await?;
        Ok(server)
    }

    /// The server that all tests of this process share: not durable, without TLS. Give each test a database of its own.
    ///
    /// # Panics
    /// Where it can't be started.
    pub async fn shared() -> &'static Self {
        static SHARED: OnceCell<Postgres> = OnceCell::const_new();
        SHARED.get_or_init(async || Self::start(Options::default()).await.expect("PostgreSQL starts")).await
    }

    /// Starts the server again that was stopped, on the same port, with the same data.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub async fn begin(&mut self) -> Result<()> {
        let process = self.process.insert(Process::start(self.dir.path(), self.port, &self.options.environment)?);
        let deadline = Instant::now() + PATIENCE;
        while !process.is_ready() {
            if process.has_ended() || Instant::now() > deadline {
                bail!("PostgreSQL does not start: {}", process.log());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Stops the server; its data stay.
    ///
    /// # Errors
    /// Where it doesn't stop in time.
    pub async fn stop(&mut self, how: Stop) -> Result<()> {
        let Some(mut process) = self.process.take() else { return Ok(()) };
        process.stop(how)?;
        let deadline = Instant::now() + PATIENCE;
        while !process.has_ended() {
            if Instant::now() > deadline {
                bail!("PostgreSQL does not stop: {}", process.log());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Stops the server, cutting all connections, and starts it again.
    ///
    /// # Errors
    /// As [`Postgres::start`] and [`Postgres::stop`].
    pub async fn restart(&mut self) -> Result<()> {
        self.stop(Stop::Fast).await?;
        self.begin().await
    }

    /// Where a database is. The user may do everything.
    pub fn url(&self, database: &str) -> String {
        let url = format!("postgres://{}@127.0.0.1:{}/{database}", cluster::USER, self.port);
        match self.root_certificate() {
            Some(root) => format!("{url}?sslmode=verify-full&sslrootcert={}", root.display()),
            None => format!("{url}?sslmode=disable"),
        }
    }

    /// A new, empty database; its URL.
    ///
    /// # Errors
    /// Where the server doesn't answer.
    pub async fn database(&self) -> Result<String> {
        self.database_like("template0").await
    }

    /// A new database with the content of another one, to which nobody may be connected; its URL.
    ///
    /// # Errors
    /// Where the server doesn't answer, or somebody is connected to the template.
    pub async fn database_like(&self, template: &str) -> Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.create_database(&name, template).await?;
        Ok(self.url(&name))
    }

    /// Makes a database of a name, with the content of another one.
    ///
    /// # Errors
    /// As [`Postgres::database_like`].
    pub async fn create_database(&self, name: &str, template: &str) -> Result<()> {
        let mut connection = PgConnection::connect(&self.url("postgres")).await.context("cannot connect")?;
        connection.execute(AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE {template}"))).await?;
        Ok(connection.close().await?)
    }

    /// Its port on `127.0.0.1`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that vouches for the server's own, where it has TLS.
    pub fn root_certificate(&self) -> Option<PathBuf> {
        self.options.tls.then(|| self.dir.path().join(cluster::ROOT_CERTIFICATE))
    }

    /// The directory of its data.
    pub fn data(&self) -> PathBuf {
        cluster::data(self.dir.path())
    }

    /// Where the programs that belong to it are, such as `pg_dump`.
    ///
    /// # Errors
    /// Where PostgreSQL isn't installed.
    pub fn programs() -> Result<&'static Path> {
        cluster::programs()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
