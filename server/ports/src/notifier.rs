//! Sending messages to people and programs.

use async_trait::async_trait;
use gennaker_core::notification::Notice;

/// Why a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct NotifyError {
    /// What went wrong, without secrets.
    pub message: String,
    /// Whether it may work later.
    pub retryable: bool,
}

/// Sends messages.
#[async_trait]
pub trait Notifier: Send + Sync + 'static {
    /// Sends a message. `key` names it: where the channel can tell a repeat by it, a repeat does nothing.
    ///
    /// # Errors
    /// [`NotifyError`] where it was not sent, or may not have been.
    async fn notify(&self, key: &str, notice: &Notice) -> Result<(), NotifyError>;
}
