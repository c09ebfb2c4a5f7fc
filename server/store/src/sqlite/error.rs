//! What can go wrong, told apart by SQLite's codes, never by its texts.

use std::io;
use std::path::PathBuf;

use gennaker_ports::StoreError;
use rusqlite::ErrorCode;

/// Why the database could not be opened. Nothing was changed, unless the schema was being brought up to date: what was
/// finished of that stays.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data directory cannot be made or written to.
    #[error("cannot use the data directory {}: {reason}; it must be a directory that the server may write to", path.display())]
    NotWritable {
        /// The directory or the file in it.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Another server uses the data directory.
    #[error(
        "the data directory {} is in use by another server{}; stop it, or choose another directory",
        path.display(),
        holder.map_or_else(String::new, |pid| format!(" (process {pid})"))
    )]
    InUse {
        /// The directory.
        path: PathBuf,
        /// The other server's process id, if it is known.
        holder: Option<u32>,
    },
    /// The file is not a database, or a damaged one.
    #[error("the database {} is damaged: {detail}; restore it from a backup, or move it away to begin anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// The file is another program's database.
    #[error("{} is a database of another program; choose another data directory", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of the server has been here.
    #[error(
        "the database {} has schema version {found}, and this server knows versions up to {known}; use a newer server",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// The schema's version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The schema is an older one, and the database was opened to be read only.
    #[error(
        "the database {} has schema version {found}, and this server reads version {known}; start the server or migrate",
        path.display()
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// The schema's version.
        found: i64,
        /// The version that this program reads.
        known: i64,
    },
    /// The disk is full.
    #[error("there is no space left for {}; free some", path.display())]
    Full {
        /// The directory or file.
        path: PathBuf,
    },
    /// The system failed otherwise.
    #[error("cannot open {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The database failed otherwise.
    #[error("cannot open {}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database says.
        source: rusqlite::Error,
    },
}

impl OpenError {
    /// What an error of SQLite means while the database is being opened.
    pub(super) fn from_sqlite(path: PathBuf, source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, detail: source.to_string() }
            }
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
                Self::NotWritable { path, reason: source.to_string() }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse { path, holder: None },
            _ => Self::Database { path, source },
        }
    }
}

/// Why a job failed.
#[derive(Debug)]
pub(super) enum Error {
    /// It was refused.
    Refused(StoreError),
    /// SQLite failed.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(error) => error,
            Error::Sqlite(error) => explain(&error),
        }
    }
}

fn explain(error: &rusqlite::Error) -> StoreError {
    let remedy = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "the disk, or the database's limit, is full; free some space or raise the limit",
        Some(ErrorCode::SystemIoFailure) => "the disk failed; look at the system's log",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
            "another program has locked the database; end it"
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            "the database file cannot be written; check the data directory and its permissions"
        }
        Some(ErrorCode::OutOfMemory) => "the server is out of memory",
        Some(ErrorCode::OperationInterrupted | ErrorCode::OperationAborted) => "the work was interrupted",
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            return StoreError::Damaged(format!("{error}; stop the server and restore the database from a backup"));
        }
        _ => return StoreError::Damaged(error.to_string()),
    };
    StoreError::Unavailable(format!("{remedy} ({error})"))
}
