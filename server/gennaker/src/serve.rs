//! `gennaker serve`: the server, until it is told to stop.

use std::process::ExitCode;
use std::time::Instant;

use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::failure::Failure;
use crate::shutdown::Signals;
use crate::telemetry;
use crate::wiring::Node;

/// Serves until SIGTERM or SIGINT.
pub(crate) async fn serve(config: Config) -> Result<ExitCode, Failure> {
    let begin = Instant::now();
    let signals = Signals::listen()?;
    let instruments = telemetry::install(&config.telemetry)?;
    let stop = CancellationToken::new();
    let program = async {
        // A stop while the database is waited for is a stop too.
        let Some(node) = stop.run_until_cancelled(Node::open(&config, instruments.page())).await else {
            return Ok(());
        };
        let node = node?;
        announce(&config, &node, begin);
        tokio::select! {
            ended = node.run(stop.clone()) => ended,
            never = instruments.upkeep() => match never {},
        }
    };
    signals.stop(stop.clone(), program).await?;
    tracing::info!("stopped");
    instruments.flush();
    Ok(ExitCode::SUCCESS)
}

fn announce(config: &Config, node: &Node, begin: Instant) {
    let (address, name, took) = (node.address(), node.name(), begin.elapsed());
    if config.insecure && !config.listen.ip().is_loopback() {
        tracing::warn!(%address, "everybody who can reach this address can do everything");
    }
    if config.store.url.is_embedded() {
        tracing::info!(%address, data_dir = %config.data_dir.display(), ?took, "ready");
    } else {
        tracing::info!(%address, store = %config.store.url, name, ?took, "ready");
    }
}
