//! Starting a pipeline from within the server.

use async_trait::async_trait;
use gennaker_core::artifact::Artifact;
use gennaker_core::execution::{Cause, CommandId, ExecutionId};

/// A pipeline to start.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// The pipeline's resource name.
    pub pipeline: String,
    /// The parameters given, by name.
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// The artifacts that it gets.
    pub artifacts: Vec<Artifact>,
    /// Why it is started.
    pub cause: Cause,
    /// Repeating a launch with the same id gives the same execution.
    pub request: CommandId,
}

/// Why a pipeline did not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LaunchError {
    /// It cannot be started so: it is missing, disabled, or its parameters are wrong.
    #[error("{0}")]
    Refused(String),
    /// Its concurrency limit is reached and its policy is to skip.
    #[error("{0}")]
    LimitReached(String),
    /// It may work a little later.
    #[error("{0}")]
    Unavailable(String),
}

/// Starts pipelines: loads the definition, checks the parameters, and hands it to the engine.
#[async_trait]
pub trait Launcher: Send + Sync + 'static {
    /// Starts the pipeline, or finds the execution that the same request started before.
    ///
    /// # Errors
    /// See [`LaunchError`]; nothing was started.
    async fn launch(&self, launch: Launch) -> Result<ExecutionId, LaunchError>;
}
