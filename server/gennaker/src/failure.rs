//! How the program fails: one line, and an exit code by the sort of failure (those of sysexits.h).

use std::fmt;
use std::process::ExitCode;

/// Why the program ends without having done its work.
#[derive(Debug)]
pub(crate) struct Failure {
    kind: FailureKind,
    message: String,
}

/// The sorts of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// A flag, a setting or an argument is wrong.
    Usage,
    /// Data is not what this program wrote.
    Data,
    /// There is no database.
    NoInput,
    /// Something that is needed is in use or does not answer.
    Unavailable,
    /// The port to listen on is in use.
    PortInUse,
    /// The program itself is wrong.
    Internal,
    /// A file or directory can't be made or written.
    CantCreate,
}

impl FailureKind {
    /// The exit code.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Usage => 64,
            Self::Data => 65,
            Self::NoInput => 66,
            Self::Unavailable | Self::PortInUse => 69,
            Self::Internal => 70,
            Self::CantCreate => 73,
        }
    }
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Usage, message)
    }

    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Unavailable, message)
    }

    pub(crate) fn cant_create(message: impl Into<String>) -> Self {
        Self::new(FailureKind::CantCreate, message)
    }

    /// Whether another port would do.
    pub(crate) fn is_port_in_use(&self) -> bool {
        self.kind == FailureKind::PortInUse
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(FailureKind::Internal, message)
    }

    /// Says it on the standard error.
    #[expect(clippy::print_stderr, reason = "this is how the program fails")]
    pub(crate) fn report(&self) -> ExitCode {
        eprintln!("gennaker: {self}");
        ExitCode::from(self.kind.code())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self::usage(error.to_string())
    }
}
