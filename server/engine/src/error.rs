//! Why the engine did not do what it was asked.

use gennaker_core::execution::{CommandId, ExecutionId, Rejection};
use gennaker_ports::StoreError;

/// Why a call failed. Nothing was changed, except after [`EngineError::Unavailable`], where the caller can't know: it
/// repeats the call with the same request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// There is no such execution.
    #[error("execution {0} not found")]
    NotFound(ExecutionId),
    /// The execution's state, or the limit of its pipeline, does not allow it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The request id was used before for something else.
    #[error("request id {0:?} was used before with a different request; choose a new one")]
    RequestReused(CommandId),
    /// Too much is waiting.
    #[error("{0}; try again a little later")]
    Busy(&'static str),
    /// Too many streams are open.
    #[error("{limit} watches are open already; close some or raise the limit")]
    TooManyWatches {
        /// The limit.
        limit: usize,
    },
    /// What is asked for is no longer kept.
    #[error("what happened after the given place is no longer kept; begin anew")]
    Compacted,
    /// The store can't be reached, or the engine stops.
    #[error("{0}")]
    Unavailable(String),
    /// What is stored can't be read.
    #[error("{0}")]
    Damaged(String),
}

impl From<StoreError> for EngineError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged(_) => Self::Damaged(error.to_string()),
            StoreError::Unavailable(_) | StoreError::NotFound(_) | StoreError::Exists(_) | StoreError::Stale { .. } => {
                Self::Unavailable(error.to_string())
            }
        }
    }
}

/// Why a watch ended before its execution did.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WatchError {
    /// The store can't be read now.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Some of what happened was removed before it could be passed on.
    #[error("what happened after the last message is no longer kept; begin anew")]
    Compacted,
    /// The engine stops.
    #[error("the server is stopping; watch again after the last sequence received")]
    Stopping,
}
