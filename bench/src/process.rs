//! The server as a process: starting it, what the system knows about it, and stopping it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::iter::Sum;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use gennaker_client::{Client, v1};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::{Child, Command};

use crate::http::Http;
use crate::metrics::Metrics;

/// How long a start may take.
const START: Duration = Duration::from_secs(30);
/// How long a stop may take.
const STOP: Duration = Duration::from_secs(30);
/// How often a starting server is asked whether it is there.
const ASK: Duration = Duration::from_micros(500);

/// The unit of times in `/proc`, on every architecture.
const TICKS_PER_SECOND: u64 = 100;

/// How a server is started.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    pub(crate) binary: PathBuf,
    /// Settings, `KEY=VALUE`.
    pub(crate) settings: Vec<String>,
    /// Variables of its environment.
    pub(crate) environment: Vec<(&'static str, OsString)>,
}

/// A running server. It is killed where it is dropped instead of being stopped.
pub(crate) struct Server {
    child: Child,
    pid: u32,
    address: SocketAddr,
    log: PathBuf,
    /// From the start of the process to the first answer that says that the server works.
    pub(crate) ready_after: Duration,
}

/// The memory of a process that is in the machine's memory, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// All of it.
    pub(crate) resident: u64,
    /// What is not the program's own file or another one.
    pub(crate) anonymous: u64,
}

impl Sum for Memory {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self { resident: 0, anonymous: 0 }, |sum, one| Self {
            resident: sum.resident + one.resident,
            anonymous: sum.anonymous + one.anonymous,
        })
    }
}

impl Server {
    /// Starts a server on a free port of this machine, with its data in a directory, and waits until it works.
    pub(crate) async fn start(launch: &Launch, data: &Path) -> anyhow::Result<Self> {
        let address = free_address()?;
        let log = data.join("server.log");
        let begun = Instant::now();
        let child = Command::new(&launch.binary)
            .args(["serve", "--listen", &address.to_string(), "--data-dir"])
            .arg(data)
            .args(launch.settings.iter().flat_map(|setting| ["--set", setting]))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .envs(launch.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("can't start {}", launch.binary.display()))?;
        let pid = child.id().context("the server has ended already")?;
        let mut server = Self { child, pid, address, log, ready_after: Duration::ZERO };
        server.wait_until_ready(begun).await?;
        server.ready_after = begun.elapsed();
        Ok(server)
    }

    async fn wait_until_ready(&mut self, begun: Instant) -> anyhow::Result<()> {
        while begun.elapsed() < START {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status} instead of starting:\n{}", self.log_end());
            }
            if tokio::net::TcpStream::connect(self.address).await.is_ok() && self.is_healthy().await {
                return Ok(());
            }
            tokio::time::sleep(ASK).await;
        }
        bail!("the server was not ready within {START:?}:\n{}", self.log_end())
    }

    async fn is_healthy(&self) -> bool {
        let Ok(client) = self.client() else { return false };
        let health = client.system().get_health(v1::GetHealthRequest {}).await;
        health.is_ok_and(|health| health.into_inner().status() == v1::HealthStatus::Ok)
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A client with a connection of its own.
    pub(crate) fn client(&self) -> anyhow::Result<Client> {
        Ok(Client::connect(&self.url())?)
    }

    /// What it tells about itself.
    pub(crate) async fn metrics(&self, http: &Http) -> anyhow::Result<Metrics> {
        http.get(&format!("{}/metrics", self.url())).await.map(Metrics)
    }

    /// The memory that it takes now.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        let status = self.read_proc("status")?;
        let kilobytes = |key: &str| {
            let line =
                status.lines().find_map(|line| line.strip_prefix(key)).context("/proc/PID/status has no memory")?;
            let number = line.trim_matches([':', ' ', '\t']).trim_end_matches(" kB");
            Ok::<u64, anyhow::Error>(number.parse::<u64>().context("/proc/PID/status has no number")? * 1024)
        };
        Ok(Memory { resident: kilobytes("VmRSS")?, anonymous: kilobytes("RssAnon")? })
    }

    /// The CPU time that it has used so far, in steps of 10 ms.
    pub(crate) fn cpu_time(&self) -> anyhow::Result<Duration> {
        let stat = self.read_proc("stat")?;
        // The program's name stands in parentheses and may hold anything; user and system time are 12th and 13th after it.
        let (_, fields) = stat.rsplit_once(')').context("/proc/PID/stat is not as expected")?;
        let times = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
        let ticks: u64 = times.sum::<Result<_, _>>().context("/proc/PID/stat is not as expected")?;
        Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
    }

    fn read_proc(&self, file: &str) -> anyhow::Result<String> {
        let path = format!("/proc/{}/{file}", self.pid);
        fs::read_to_string(&path).with_context(|| format!("can't read {path}; figures of processes need Linux"))
    }

    /// Stops it in order. A server that does not stop is an error.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.pid).context("a process id is too large")?);
        kill(pid, Signal::SIGTERM).context("can't stop the server")?;
        match tokio::time::timeout(STOP, self.child.wait()).await {
            Ok(status) if status.as_ref().is_ok_and(std::process::ExitStatus::success) => Ok(()),
            Ok(status) => bail!("the server ended with {}:\n{}", status?, self.log_end()),
            Err(_) => bail!("the server did not stop within {STOP:?}:\n{}", self.log_end()),
        }
    }

    /// The last lines of its log.
    fn log_end(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }
}

/// A port that nobody uses now. Another program could take it before the server does; then the start fails.
fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("there is no free port")?;
    Ok(listener.local_addr()?)
}
