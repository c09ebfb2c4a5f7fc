//! Copying a database that is in use.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use super::data_dir;
use super::error::OpenError;
use super::open;

/// Why there is no backup. Nothing was left behind.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Something has the name of the copy.
    #[error("{} exists; a backup overwrites nothing, so choose another name", path.display())]
    Exists {
        /// The copy.
        path: PathBuf,
    },
    /// The copy cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The copy.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Copies a database, also one that a server is using, into a file that must not exist: everything that was committed at one
/// moment, in a single file, on the disk when this returns. Takes the path of the database or of the data directory that it
/// is in. Returns the copy's size in bytes. The server is not held up, but its log grows for as long as this takes.
///
/// # Errors
/// See [`BackupError`].
pub fn backup(from: &Path, to: &Path) -> Result<u64, BackupError> {
    let database = data_dir::database_at(from);
    let failed = |source| BackupError::Write { path: to.to_owned(), source };
    if fs::symlink_metadata(to).is_ok() {
        return Err(BackupError::Exists { path: to.to_owned() });
    }
    let partial = Partial::beside(to).map_err(failed)?;
    copy(&database, &partial.0).map_err(|error| match error {
        OpenError::Io { source, .. } => failed(source),
        OpenError::Full { .. } => failed(ErrorKind::StorageFull.into()),
        other => BackupError::Open(other),
    })?;
    let size = partial.keep_as(to).map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => BackupError::Exists { path: to.to_owned() },
        _ => failed(source),
    })?;
    Ok(size)
}

fn copy(database: &Path, to: &Path) -> Result<(), OpenError> {
    let connection = open::open_read_only(database)?;
    let name = to.to_str().ok_or_else(|| io::Error::new(ErrorKind::InvalidFilename, "its name is not Unicode"));
    let name = name.map_err(|source| OpenError::Io { path: to.to_owned(), source })?;
    connection.execute("VACUUM INTO $1", [name]).map(|_| ()).map_err(|error| match error.sqlite_error_code() {
        // What is read has been opened; so it is the copy that cannot be.
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::SystemIoFailure) => {
            OpenError::Io { path: to.to_owned(), source: io::Error::other(error) }
        }
        _ => OpenError::from_sqlite(database.to_owned(), error),
    })
}

/// A copy that is not complete; removed unless it is kept.
struct Partial(PathBuf);

impl Partial {
    fn beside(to: &Path) -> io::Result<Self> {
        let mut name = to.file_name().ok_or(ErrorKind::InvalidFilename)?.to_owned();
        name.push(format!(".{}.partial", std::process::id()));
        let path = to.with_file_name(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            _ => Ok(Self(path)),
        }
    }

    /// Gives the copy its name, once it is on the disk.
    fn keep_as(self, to: &Path) -> io::Result<u64> {
        let file = File::open(&self.0)?;
        file.sync_all()?;
        // Unlike a renaming, this fails where the name is taken.
        fs::hard_link(&self.0, to)?;
        let parent = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent)?.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Where it can't be removed there is nobody to tell who could.
        let _ = fs::remove_file(&self.0);
    }
}
