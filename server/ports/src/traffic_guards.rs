//! The traffic guards that people have set on their applications.

use async_trait::async_trait;
use gennaker_core::execution::Failure;
use gennaker_core::strategy::TrafficGuard;

/// The guards can't be read now, so nothing that they could forbid may be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the traffic guards of application {application} can't be read: {reason}")]
pub struct TrafficGuardsUnavailable {
    /// The application's id.
    pub application: String,
    /// Why.
    pub reason: String,
}

impl From<TrafficGuardsUnavailable> for Failure {
    fn from(error: TrafficGuardsUnavailable) -> Self {
        Self::retryable(error.to_string())
    }
}

/// Tells the traffic guards of applications.
#[async_trait]
pub trait TrafficGuards: Send + Sync + 'static {
    /// The guards of an application, by its id, that are not disabled; none for an application that is not there.
    ///
    /// # Errors
    /// Where they can't be read.
    async fn guards(&self, application: &str) -> Result<Vec<TrafficGuard>, TrafficGuardsUnavailable>;
}
