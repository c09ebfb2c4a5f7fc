//! Identifiers of executions, stages, commands and effects.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::Timestamp;

/// An execution's identifier: a ULID, so that ids sort by creation time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ExecutionId(Ulid);

impl ExecutionId {
    /// An id from its time and 80 random bits (the higher bits of `random` are dropped).
    pub fn from_parts(time: Timestamp, random: u128) -> Self {
        let millis = u64::try_from(time.as_micros() / 1000).unwrap_or(0);
        Self(Ulid::from_parts(millis, random))
    }
}

impl fmt::Display for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for ExecutionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A text that is no execution id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an execution id; an id is a ULID, 26 characters of Crockford base 32")]
pub struct ExecutionIdError(String);

impl FromStr for ExecutionId {
    type Err = ExecutionIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ulid::from_string(text).map(Self).map_err(|_| ExecutionIdError(text.to_owned()))
    }
}

/// A stage's identifier, unique in its execution. Synthetic stages have their parent's id, a slash and a suffix.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StageId(Arc<str>);

impl StageId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of a synthetic child.
    pub(super) fn child(&self, suffix: &str) -> Self {
        Self(format!("{}/{suffix}", self.0).into())
    }
}

impl<T: Into<Arc<str>>> From<T> for StageId {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for StageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A command's identifier; the same id is applied once. Callers choose it (their `request_id`) or the server does.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandId(pub String);

/// What identifies a side effect: the same key always means the same effect, so that repeating it does nothing new.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct EffectKey {
    /// The execution.
    pub execution: ExecutionId,
    /// The stage.
    pub stage: StageId,
    /// How often the stage was started before (retries of the stage).
    pub stage_attempt: u32,
    /// The task's place in the stage.
    pub task: u32,
    /// Which try of the task.
    pub attempt: u32,
}

impl fmt::Display for EffectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}:{}:{}", self.execution, self.stage, self.stage_attempt, self.task, self.attempt)
    }
}
