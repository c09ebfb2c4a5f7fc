//! When to stop: SIGTERM or SIGINT. A second one stops at once.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// The signals that stop the program.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes the signals over from the system.
    pub(crate) fn listen() -> Result<Self, Failure> {
        let take = |kind| signal(kind).map_err(|error| Failure::internal(format!("can't listen to signals: {error}")));
        Ok(Self { terminate: take(SignalKind::terminate())?, interrupt: take(SignalKind::interrupt())? })
    }

    /// Runs a program that ends in order when the token is cancelled, which the first signal does. The second ends it at once.
    pub(crate) async fn stop<T>(
        mut self,
        stop: CancellationToken,
        program: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let mut program = std::pin::pin!(program);
        loop {
            tokio::select! {
                ended = &mut program => return ended,
                name = self.next() => {
                    if stop.is_cancelled() {
                        return Err(Failure::unavailable(format!("stopped at once by a second {name}")));
                    }
                    tracing::info!(signal = name, "shutting down");
                    stop.cancel();
                }
            }
        }
    }

    /// Waits for the next one; its name.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
