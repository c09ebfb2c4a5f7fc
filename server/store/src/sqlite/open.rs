//! Opening the database: is it ours, is it sound, is its schema current.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};
use rusqlite_migration::{M, Migrations};

use super::checkpoint::Wal;
use super::data_dir::DataDir;
use super::error::OpenError;
use super::leases;
use super::options::{Options, Synchronous};

/// Marks the file as ours: "GNKR".
const APPLICATION_ID: i32 = 0x474E_4B52;

/// The schema's versions in order; what was released is never changed.
const MIGRATIONS: &[M<'static>] = &[
    M::up(include_str!("../../../../migrations/sqlite/0001_initial.sql")),
    M::up(include_str!("../../../../migrations/sqlite/0002_retention.sql")),
    M::up(include_str!("../../../../migrations/sqlite/0003_active.sql")),
];

/// What bringing a schema up to date did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The version before; 0 for a new database.
    pub from: i64,
    /// The version now.
    pub to: i64,
}

/// The connections of a store.
pub(super) struct Connections {
    pub(super) writer: Connection,
    pub(super) checkpointer: Connection,
    pub(super) readers: Vec<Connection>,
}

/// Brings the schema up to date without opening the store.
///
/// # Errors
/// See [`OpenError`].
pub fn migrate(options: &Options) -> Result<Migrated, OpenError> {
    let data_dir = DataDir::lock(&options.data_dir)?;
    let (_, migrated) = prepare(&data_dir.database(), options)?;
    Ok(migrated)
}

pub(super) fn open(options: &Options) -> Result<(DataDir, Connections), OpenError> {
    let data_dir = DataDir::lock(&options.data_dir)?;
    let path = data_dir.database();
    let (writer, migrated) = prepare(&path, options)?;
    if migrated.from != migrated.to {
        tracing::info!(from = migrated.from, to = migrated.to, "the database's schema was brought up to date");
    }
    Wal::watch(&writer);
    let readers = (0..options.readers.max(1)).map(|_| reader(&path)).collect::<Result<_, _>>();
    let failed = |source| OpenError::from_sqlite(path.clone(), source);
    leases::release_all(&writer).map_err(failed)?;
    let connections =
        Connections { writer, checkpointer: checkpointer(&path).map_err(failed)?, readers: readers.map_err(failed)? };
    Ok((data_dir, connections))
}

/// A connection to a database that a server may be using; it writes nothing.
pub(super) fn open_read_only(path: &Path) -> Result<Connection, OpenError> {
    let failed = |source| OpenError::from_sqlite(path.to_owned(), source);
    let connection = reader(path).map_err(failed)?;
    // A server that is just starting, or the last one to leave, locks the database for a moment.
    connection.busy_timeout(Duration::from_secs(10)).map_err(failed)?;
    if !is_ours(&connection).map_err(failed)? {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    let (found, known) = versions(&connection, path)?;
    if found < known {
        return Err(OpenError::Older { path: path.to_owned(), found, known });
    }
    Ok(connection)
}

/// The schema's version, and the newest that this program knows.
fn versions(connection: &Connection, path: &Path) -> Result<(i64, i64), OpenError> {
    let failed = |source| OpenError::from_sqlite(path.to_owned(), source);
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(failed)?;
    let known = i64::try_from(MIGRATIONS.len()).expect("there are few migrations");
    if found > known {
        return Err(OpenError::Newer { path: path.to_owned(), found, known });
    }
    Ok((found, known))
}

/// A connection that may write, to a database that is sound and current.
fn prepare(path: &Path, options: &Options) -> Result<(Connection, Migrated), OpenError> {
    let failed = |source| OpenError::from_sqlite(path.to_owned(), source);
    let mut connection = writer(path, options).map_err(failed)?;
    claim(&connection, path)?;
    let (from, to) = versions(&connection, path)?;
    verify(&connection, path, options)?;
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection).map_err(|error| match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => failed(err),
        other => OpenError::Damaged { path: path.to_owned(), detail: other.to_string() },
    })?;
    connection.pragma_update(None, "foreign_keys", true).map_err(failed)?;
    Ok((connection, Migrated { from, to }))
}

/// Keeps statements from being planned for the values of their parameters: they would be prepared again for each new value of
/// a LIMIT. Their indexes are fixed, so the plans are the same.
fn plan_once(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map(|_| ())
}

fn writer(path: &Path, options: &Options) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    plan_once(&connection)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(
        None,
        "synchronous",
        match options.synchronous {
            Synchronous::Full => "FULL",
            Synchronous::Normal => "NORMAL",
        },
    )?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -8192)?;
    // The log's file is kept at this size and written over from its beginning: cheaper than growing it anew.
    connection.pragma_update_and_check(None, "journal_size_limit", 32 << 20, |_| Ok(()))?;
    if let Some(max) = options.max_bytes {
        let page: u64 = connection.query_row("PRAGMA page_size", [], |row| row.get::<_, u32>(0))?.into();
        let pages = i64::try_from((max / page).max(1)).unwrap_or(i64::MAX);
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn checkpointer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    Ok(connection)
}

/// No memory map: through one, a failing disk would end the process instead of failing the read.
fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    plan_once(&connection)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -4096)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Whether it is marked.
fn is_ours(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("PRAGMA application_id", [], |row| Ok(row.get::<_, i32>(0)? == APPLICATION_ID))
}

/// Marks an empty database as ours, and refuses one that another program made.
fn claim(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    let failed = |source| OpenError::from_sqlite(path.to_owned(), source);
    if is_ours(connection).map_err(failed)? {
        return Ok(());
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    if tables > 0 {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)
}

/// Looks for damage, where the file is small enough for that.
fn verify(connection: &Connection, path: &Path, options: &Options) -> Result<(), OpenError> {
    let size = fs::metadata(path).map_err(|source| OpenError::Io { path: path.to_owned(), source })?.len();
    if size > options.verify_up_to {
        return Ok(());
    }
    let found = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    match found {
        Ok(answer) if answer == "ok" => Ok(()),
        Ok(detail) => Err(OpenError::Damaged { path: path.to_owned(), detail }),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
            Err(OpenError::Damaged { path: path.to_owned(), detail: error.to_string() })
        }
        Err(error) => Err(OpenError::from_sqlite(path.to_owned(), error)),
    }
}

/// An empty database in memory.
#[cfg(test)]
pub(super) fn empty() -> Connection {
    let mut connection = Connection::open_in_memory().expect("memory can be had");
    plan_once(&connection).expect("the setting exists");
    Migrations::from_slice(MIGRATIONS).to_latest(&mut connection).expect("the migrations work");
    connection
}
