//! What the server has on record, for stages that look it up.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use gennaker_core::execution::{Execution, ExecutionId, ExecutionStatus, Failure};

/// The records can't be read now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server's records can't be read: {0}")]
pub struct RecordsUnavailable(pub String);

impl From<RecordsUnavailable> for Failure {
    fn from(error: RecordsUnavailable) -> Self {
        Self::retryable(error.to_string())
    }
}

/// Reads what the server has on record.
#[async_trait]
pub trait Records: Send + Sync + 'static {
    /// The resource name of an application's pipeline, by its id or by the name that people call it.
    async fn pipeline(&self, application: &str, name: &str) -> Result<Option<String>, RecordsUnavailable>;

    /// What is known of an application, by its id: `name`, `displayName`, `email`, `description`, `labels`.
    async fn application(&self, application: &str) -> Result<Option<serde_json::Value>, RecordsUnavailable>;

    /// The newest execution of a pipeline, by its resource name, that has one of these statuses.
    async fn latest_execution(
        &self,
        pipeline: &str,
        statuses: &[ExecutionStatus],
    ) -> Result<Option<Arc<Execution>>, RecordsUnavailable>;

    /// How an execution of an application stands: at once where it has ended, else when it has, or when `patience` is over.
    /// `None` where there is no such execution.
    async fn end_of(
        &self,
        application: &str,
        execution: ExecutionId,
        patience: Duration,
    ) -> Result<Option<ExecutionStatus>, RecordsUnavailable>;
}
