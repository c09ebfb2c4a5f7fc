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
    let node = Node::open(&config, instruments.page()).await?;
    if config.insecure && !config.listen.ip().is_loopback() {
        tracing::warn!(address = %node.address(), "everybody who can reach this address can do everything");
    }
    let took = begin.elapsed();
    tracing::info!(address = %node.address(), data_dir = %config.data_dir.display(), ?took, "ready");
    let stop = CancellationToken::new();
    let program = async {
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
