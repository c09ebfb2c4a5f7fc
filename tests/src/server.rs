//! The server as a process.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use bytes::Bytes;
use gennaker_client::Client;
use http_body_util::{BodyExt as _, Empty, Full};
use hyper_util::client::legacy::Client as HttpClient;
use hyper_util::rt::TokioExecutor;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use crate::soon;

/// The binary under test: the one that was built beside the tests.
///
/// # Panics
/// Where it has not been built.
#[must_use]
pub fn binary() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let target = test.parent().and_then(Path::parent).expect("tests lie in target/<profile>/deps");
    let binary = target.join("gennaker");
    assert!(binary.exists(), "{} is missing: run `cargo build -p gennaker` first", binary.display());
    binary
}

/// How a server is started, besides its data directory and its address.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// The binary; that under test where there is none.
    pub binary: Option<PathBuf>,
    /// Settings such as `limits.max_page_size=2`.
    pub settings: Vec<String>,
    /// A configuration file, for settings that only a file has.
    pub config: Option<PathBuf>,
    /// What is in its environment besides a path.
    pub environment: Vec<(&'static str, OsString)>,
}

impl Setup {
    /// The binary under test with these settings.
    #[must_use]
    pub fn with(settings: &[&str]) -> Self {
        Self { settings: settings.iter().map(|setting| (*setting).to_owned()).collect(), ..Self::default() }
    }

    fn command(&self, data: &Path, listen: &str) -> Command {
        let mut command = Command::new(self.binary.clone().unwrap_or_else(binary));
        command.arg("serve").args(["--listen", listen, "--log-format", "json", "--data-dir"]).arg(data);
        command.args(["--set", "local.stop_on_shutdown=true"]);
        command.args(self.config.iter().flat_map(|path| [OsStr::new("--config"), path.as_os_str()]));
        command.args(self.settings.iter().flat_map(|setting| ["--set", setting]));
        command.env_clear().env("PATH", "/usr/bin:/bin").env("RUST_BACKTRACE", "1");
        command.envs(self.environment.iter().cloned());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }
}

/// A running server. It is killed, not stopped, when it is dropped.
#[derive(Debug)]
pub struct Server {
    /// Its address, `http://127.0.0.1:PORT`.
    pub address: String,
    /// A client of it.
    pub client: Client,
    child: Child,
    logs: JoinHandle<Vec<String>>,
}

impl Server {
    /// Starts a server on a data directory, on any free port.
    pub async fn start(data: &Path) -> Self {
        Self::start_with(data, &free_address(), &[]).await
    }

    /// Starts a server at an address, with settings such as `limits.max_page_size=2`.
    pub async fn start_with(data: &Path, listen: &str, settings: &[&str]) -> Self {
        Self::start_as(data, listen, &Setup::with(settings)).await
    }

    /// Starts a server at an address.
    ///
    /// # Panics
    /// Where it does not become ready.
    pub async fn start_as(data: &Path, listen: &str, setup: &Setup) -> Self {
        let mut child = setup.command(data, listen).spawn().expect("the binary can be run");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let mut seen = Vec::new();
        let ready = async {
            while let Some(line) = lines.next_line().await.expect("logs are text") {
                seen.push(line);
                if let Some(address) = ready(&seen[seen.len() - 1]) {
                    return address;
                }
            }
            panic!("the server ended before it was ready:\n{}", seen.join("\n"));
        };
        let address = format!("http://{}", soon("the start of the server", ready).await);
        let logs = tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                seen.push(line);
            }
            seen
        });
        let client = Client::connect(&address).expect("the address is one");
        Self { address, client, child, logs }
    }

    /// Host and port.
    #[must_use]
    pub fn authority(&self) -> &str {
        self.address.trim_start_matches("http://")
    }

    /// The process.
    ///
    /// # Panics
    /// Where it has ended.
    #[must_use]
    pub fn pid(&self) -> Pid {
        self.running().expect("the server runs")
    }

    /// The process, while it runs.
    #[must_use]
    pub fn running(&self) -> Option<Pid> {
        self.child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw)
    }

    /// The metrics of the server, in the text format of Prometheus.
    ///
    /// # Panics
    /// Where it does not answer.
    pub async fn metrics(&self) -> String {
        let client = HttpClient::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let address = format!("{}/metrics", self.address).parse().expect("an address with a path is one");
        let answer = soon("the metrics", client.get(address)).await.expect("the server answers");
        let body = soon("the metrics", answer.into_body().collect()).await.expect("the answer comes whole");
        String::from_utf8_lossy(&body.to_bytes()).into_owned()
    }

    /// Posts JSON to a path, as senders of webhooks do: the status of the answer.
    ///
    /// # Panics
    /// Where the server does not answer.
    pub async fn post(&self, path: &str, body: &serde_json::Value) -> u16 {
        let client = HttpClient::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
        let request = http::Request::post(format!("{}{path}", self.address)).header("content-type", "application/json");
        let request = request.body(Full::from(body.to_string())).expect("a path is one");
        soon(path, client.request(request)).await.expect("the server answers").status().as_u16()
    }

    /// The value of a metric without labels; 0 where the server has not counted it yet.
    pub async fn metric(&self, name: &str) -> f64 {
        let metrics = self.metrics().await;
        let line = metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.parse().ok()).unwrap_or_default()
    }

    /// Kills it, as a crash would.
    ///
    /// # Panics
    /// Where it has ended.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the server runs");
    }

    /// Asks it to stop, and gives how it ended and all that it logged.
    pub async fn stop(mut self) -> (ExitStatus, Vec<String>) {
        kill(self.pid(), Signal::SIGTERM).expect("the server runs");
        let status = soon("the end of the server", self.child.wait()).await.expect("it can be waited for");
        let logs = soon("the end of its logs", self.logs).await.expect("reading logs does not fail");
        (status, logs)
    }
}

/// An address that no other story uses, and that no outgoing connection is given while the server restarts: a port below
/// those that the system hands out.
///
/// # Panics
/// Where a thousand ports in a row are taken.
#[must_use]
pub fn free_address() -> String {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(std::process::id() % 200).expect("a small remainder") * 100;
    (0..1000)
        .map(|_| format!("127.0.0.1:{}", first + NEXT.fetch_add(1, Ordering::Relaxed) % 2000))
        .find(|address| std::net::TcpListener::bind(address).is_ok())
        .expect("there are free ports")
}

/// The address in the line that says the server is ready.
fn ready(line: &str) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    (line["message"] == "ready").then(|| line["address"].as_str().map(str::to_owned)).flatten()
}
