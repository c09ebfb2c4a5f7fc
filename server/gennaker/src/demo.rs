//! `gennaker demo`: a server of its own, and a story that shows what it does: a red/black deploy of a real program under
//! load, followed live.
//!
//! The story talks to the server like everybody else, through `gennaker-client`.

mod load;
mod screen;
mod setup;
mod story;
mod summary;
mod world;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use gennaker_api::MetricsPage;
use gennaker_cli::{Terminal, Tone};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::arguments::Demo;
use crate::config::Config;
use crate::failure::Failure;
use crate::shutdown::Signals;
use crate::telemetry;
use crate::wiring::Node;
use screen::Screen;

/// Runs the demo. It fails where a request failed or a deploy did not succeed.
pub(crate) async fn demo(options: &Demo, no_color: bool) -> Result<ExitCode, Failure> {
    let signals = Signals::listen()?;
    let home = Home::make(options.data_dir.clone())?;
    let config = config(options, &home);
    let instruments = telemetry::install(&config.telemetry)?;
    let (node, moved) = open(config, instruments.page()).await?;
    let server = format!("http://{}", node.address());
    let has_ui = node.has_ui();
    let screen = Screen::new(Terminal::stdio(no_color), &server);
    greet(&screen, &server, &home, moved);
    let stop = CancellationToken::new();
    let story = async {
        let told = tell(options, &screen, &server, has_ui, &stop).await;
        if options.exit || told.is_err() {
            stop.cancel();
        }
        told
    };
    let program = async {
        let serve = async {
            tokio::select! {
                ended = node.run(stop.clone()) => ended,
                never = instruments.upkeep() => match never {},
            }
        };
        let (served, told) = tokio::join!(serve, story);
        served.and(told)
    };
    let good = signals.stop(stop.clone(), program).await?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Tells the story until its end, or until somebody has seen enough. Gives whether it went well; a demo that was to go to
/// its end and did not has shown nothing.
async fn tell(
    options: &Demo,
    screen: &Screen,
    server: &str,
    has_ui: bool,
    stop: &CancellationToken,
) -> Result<bool, Failure> {
    let told = tokio::select! {
        told = story::tell(server, screen) => told,
        () = stop.cancelled() => return Ok(!options.exit),
    };
    let good = told.map_err(|error| Failure::internal(format!("the demo failed: {error}")))?;
    if !good {
        screen.verdict(false, "something went wrong; what was shown above says what");
    }
    if !options.exit {
        explore(screen, server, has_ui);
    }
    Ok(good)
}

/// Where the demo keeps its data: a directory that goes away with it, unless another was named.
enum Home {
    Temporary(TempDir),
    Named(PathBuf),
}

impl Home {
    fn make(named: Option<PathBuf>) -> Result<Self, Failure> {
        match named {
            Some(path) => Ok(Self::Named(path)),
            None => tempfile::Builder::new().prefix("gennaker-demo-").tempdir().map(Self::Temporary).map_err(|error| {
                Failure::cant_create(format!("can't make a temporary directory for the demo: {error}; try --data-dir"))
            }),
        }
    }

    fn path(&self) -> PathBuf {
        match self {
            Self::Temporary(dir) => dir.path().to_owned(),
            Self::Named(path) => path.clone(),
        }
    }
}

fn config(options: &Demo, home: &Home) -> Config {
    let mut config = Config { listen: options.listen, data_dir: home.path(), ..Config::default() };
    config.local.stop_on_shutdown = true;
    config.ui.dir = options.ui_dir.clone().unwrap_or_default();
    config.telemetry.log_level = "error".to_owned();
    config
}

/// The server, on another port where the first is in use. Gives the address that was in use.
async fn open(config: Config, metrics: MetricsPage) -> Result<(Node, Option<SocketAddr>), Failure> {
    let wanted = config.listen;
    match Node::open(&config, metrics.clone()).await {
        Err(failure) if failure.is_port_in_use() => {
            let free = Config { listen: SocketAddr::from((loopback(wanted.ip()), 0)), ..config };
            Ok((Node::open(&free, metrics).await?, Some(wanted)))
        }
        opened => Ok((opened?, None)),
    }
}

fn loopback(ip: IpAddr) -> IpAddr {
    if ip.is_loopback() { ip } else { Ipv4Addr::LOCALHOST.into() }
}

fn greet(screen: &Screen, server: &str, home: &Home, moved: Option<SocketAddr>) {
    screen.line(&screen.paint(Tone::Strong, "Gennaker demo"));
    screen.line("");
    screen.fact("server", server);
    if let Some(address) = moved {
        screen.fact("", &screen.paint(Tone::Waiting, &format!("(another program uses {address})")));
    }
    let fate = match home {
        Home::Temporary(_) => " (removed at the end)",
        Home::Named(_) => "",
    };
    screen.fact("data", &format!("{}{fate}", home.path().display()));
}

/// What to try now.
fn explore(screen: &Screen, server: &str, has_ui: bool) {
    let program = screen.program();
    let address = server.trim_start_matches("http://");
    screen.heading("Now explore", "");
    if has_ui {
        screen.fact("web UI", &format!("{server}/"));
    }
    for (what, command) in [
        ("clusters", format!("{program} clusters hello")),
        ("executions", format!("{program} list executions hello")),
        ("go back", format!("{program} run hello/red-black --param version=v1 --follow")),
        ("pipeline", format!("{program} get pipeline hello/red-black -o yaml")),
        ("API", format!("grpcurl -plaintext {address} list")),
        ("metrics", format!("curl -s {server}/metrics")),
    ] {
        screen.fact(what, &command);
    }
    screen.line("");
    screen.line(&screen.paint(Tone::Muted, "  Serving until Ctrl-C, which ends everything that the demo started."));
}
