//! Where executions, stages and tasks stand.

use serde::{Deserialize, Serialize};

/// Where an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExecutionStatus {
    /// Waits for its pipeline's concurrency limit.
    Queued,
    /// Runs.
    Running,
    /// Was paused by somebody; starts nothing new.
    Paused,
    /// Ended well.
    Succeeded,
    /// Ended because a stage failed.
    Terminal,
    /// Was canceled.
    Canceled,
}

impl ExecutionStatus {
    /// All statuses.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Paused, Self::Succeeded, Self::Terminal, Self::Canceled];

    /// Whether it has ended.
    pub const fn is_final(self) -> bool {
        match self {
            Self::Succeeded | Self::Terminal | Self::Canceled => true,
            Self::Queued | Self::Running | Self::Paused => false,
        }
    }

    /// The word that stands for it in storage and filters.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "QUEUED",
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Succeeded => "SUCCEEDED",
            Self::Terminal => "TERMINAL",
            Self::Canceled => "CANCELED",
        }
    }

    /// The status that a word stands for.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// Where a stage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StageStatus {
    /// Has not begun.
    NotStarted,
    /// Has begun and not ended.
    Running,
    /// Ended well.
    Succeeded,
    /// Failed, and the pipeline goes on.
    FailedContinue,
    /// Failed, and ends the execution.
    Terminal,
    /// Was canceled.
    Canceled,
    /// Failed, and ends its branch.
    Stopped,
    /// Was left out.
    Skipped,
}

impl StageStatus {
    /// Whether it has ended.
    pub const fn is_final(self) -> bool {
        match self {
            Self::NotStarted | Self::Running => false,
            Self::Succeeded
            | Self::FailedContinue
            | Self::Terminal
            | Self::Canceled
            | Self::Stopped
            | Self::Skipped => true,
        }
    }

    /// Whether stages that depend on it may start.
    pub const fn lets_pass(self) -> bool {
        match self {
            Self::Succeeded | Self::FailedContinue | Self::Skipped => true,
            Self::NotStarted | Self::Running | Self::Terminal | Self::Canceled | Self::Stopped => false,
        }
    }

    /// Whether it ended and keeps those that depend on it from ever starting.
    pub const fn halts(self) -> bool {
        self.is_final() && !self.lets_pass()
    }

    /// The word that stands for it in preconditions.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "NOT_STARTED",
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::FailedContinue => "FAILED_CONTINUE",
            Self::Terminal => "TERMINAL",
            Self::Canceled => "CANCELED",
            Self::Stopped => "STOPPED",
            Self::Skipped => "SKIPPED",
        }
    }
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    /// Has not begun.
    NotStarted,
    /// Runs, or waits.
    Running,
    /// Ended well.
    Succeeded,
    /// Failed.
    Failed,
    /// Was canceled.
    Canceled,
    /// Was left out.
    Skipped,
}

impl TaskStatus {
    /// Whether it has ended.
    pub const fn is_final(self) -> bool {
        match self {
            Self::NotStarted | Self::Running => false,
            Self::Succeeded | Self::Failed | Self::Canceled | Self::Skipped => true,
        }
    }
}
