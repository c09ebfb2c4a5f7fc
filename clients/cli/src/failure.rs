//! Why a command did not do what it was asked.

use std::io;

use gennaker_client::Error;

use crate::exit::Exit;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line is wrong in a way that its parser doesn't see.
    #[error("{0}")]
    Usage(String),
    /// A file is wrong.
    #[error("{0}")]
    Data(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The server refused, or did not answer.
    #[error(transparent)]
    Api(#[from] Error),
    /// A file can't be read.
    #[error("can't read {path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// A file can't be written.
    #[error("can't write {path}: {error}")]
    Unwritable {
        /// Which.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// The output can't be written.
    #[error("can't write the output: {0}")]
    Output(#[from] io::Error),
}

impl Failure {
    /// The code to end with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::Data(_) => Exit::Data,
            Self::NotFound(_) => Exit::NotFound,
            Self::Api(error) => Exit::from(error),
            Self::File { .. } | Self::Unwritable { .. } => Exit::Io,
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Success,
            Self::Output(_) => Exit::Io,
        }
    }

    /// Whether it is worth a word. Nobody reads the output any more when the pipe is closed.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
