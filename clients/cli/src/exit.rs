//! The codes that commands end with: the result of an execution, or one of `sysexits.h`.

use gennaker_client::v1::ExecutionStatus;
use gennaker_client::{Code, Error};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All went well; a followed execution ended in `SUCCEEDED`.
    Success = 0,
    /// The followed execution ended in `TERMINAL`.
    Terminal = 1,
    /// The followed execution ended in `CANCELED`.
    Canceled = 2,
    /// The command line is wrong.
    Usage = 64,
    /// A file or a request is wrong.
    Data = 65,
    /// There is no such thing.
    NotFound = 66,
    /// The server can't be reached.
    Unreachable = 69,
    /// The server or this program is broken.
    Internal = 70,
    /// A file or the output can't be read or written.
    Io = 74,
    /// It may work later, or after another look: a conflict or a limit.
    TryAgain = 75,
    /// The server doesn't allow it.
    Denied = 77,
    /// Somebody stopped the command.
    Interrupted = 130,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<ExecutionStatus> for Exit {
    fn from(status: ExecutionStatus) -> Self {
        match status {
            ExecutionStatus::Terminal => Self::Terminal,
            ExecutionStatus::Canceled => Self::Canceled,
            ExecutionStatus::Unspecified
            | ExecutionStatus::Queued
            | ExecutionStatus::Running
            | ExecutionStatus::Paused
            | ExecutionStatus::Succeeded => Self::Success,
        }
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        if error.is_unreachable() {
            return Self::Unreachable;
        }
        match error.code() {
            None => Self::Usage,
            Some(Code::InvalidArgument | Code::AlreadyExists | Code::FailedPrecondition | Code::OutOfRange) => {
                Self::Data
            }
            Some(Code::NotFound) => Self::NotFound,
            Some(Code::Aborted | Code::ResourceExhausted) => Self::TryAgain,
            Some(Code::PermissionDenied | Code::Unauthenticated) => Self::Denied,
            Some(Code::Unavailable | Code::DeadlineExceeded) => Self::Unreachable,
            Some(
                Code::Ok | Code::Cancelled | Code::Unknown | Code::Unimplemented | Code::Internal | Code::DataLoss,
            ) => Self::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_client::Status;

    #[test]
    fn results_and_errors_have_their_codes() {
        assert_eq!(Exit::from(ExecutionStatus::Succeeded) as u8, 0);
        assert_eq!(Exit::from(ExecutionStatus::Terminal) as u8, 1);
        assert_eq!(Exit::from(ExecutionStatus::Canceled) as u8, 2);
        let of = |status: Status| Exit::from(&Error::from(status)) as u8;
        assert_eq!(of(Status::unavailable("connection refused")), 69);
        assert_eq!(of(Status::cancelled("Timeout expired")), 69);
        assert_eq!(of(Status::invalid_argument("x")), 65);
        assert_eq!(of(Status::not_found("x")), 66);
        assert_eq!(of(Status::aborted("x")), 75);
        assert_eq!(of(Status::permission_denied("x")), 77);
        assert_eq!(of(Status::internal("x")), 70);
    }
}
