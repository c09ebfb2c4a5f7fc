//! The statuses of executions, stages and tasks.

use gennaker_core::execution::{Execution, ExecutionStatus, Stage, StageStatus, TaskStatus};
use gennaker_proto::v1;

/// Where an execution stands.
pub(crate) fn execution(status: ExecutionStatus) -> v1::ExecutionStatus {
    match status {
        ExecutionStatus::Queued => v1::ExecutionStatus::Queued,
        ExecutionStatus::Running => v1::ExecutionStatus::Running,
        ExecutionStatus::Paused => v1::ExecutionStatus::Paused,
        ExecutionStatus::Succeeded => v1::ExecutionStatus::Succeeded,
        ExecutionStatus::Terminal => v1::ExecutionStatus::Terminal,
        ExecutionStatus::Canceled => v1::ExecutionStatus::Canceled,
    }
}

/// Where a stage stands: the API also tells a stage that waits for its window, and one whose execution is paused.
pub(crate) fn stage(execution: &Execution, stage: &Stage) -> v1::StageStatus {
    match stage.status {
        StageStatus::NotStarted => v1::StageStatus::NotStarted,
        StageStatus::Running if execution.status == ExecutionStatus::Paused => v1::StageStatus::Paused,
        StageStatus::Running if stage.hold.is_some() => v1::StageStatus::Waiting,
        StageStatus::Running => v1::StageStatus::Running,
        StageStatus::Succeeded => v1::StageStatus::Succeeded,
        StageStatus::FailedContinue => v1::StageStatus::FailedContinue,
        StageStatus::Terminal => v1::StageStatus::Terminal,
        StageStatus::Canceled => v1::StageStatus::Canceled,
        StageStatus::Stopped => v1::StageStatus::Stopped,
        StageStatus::Skipped => v1::StageStatus::Skipped,
    }
}

/// Where a task stands.
pub(crate) fn task(status: TaskStatus) -> v1::TaskStatus {
    match status {
        TaskStatus::NotStarted => v1::TaskStatus::NotStarted,
        TaskStatus::Running => v1::TaskStatus::Running,
        TaskStatus::Succeeded => v1::TaskStatus::Succeeded,
        TaskStatus::Failed => v1::TaskStatus::Failed,
        TaskStatus::Canceled => v1::TaskStatus::Canceled,
        TaskStatus::Skipped => v1::TaskStatus::Skipped,
    }
}
