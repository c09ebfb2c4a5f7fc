//! Durable storage: [`gennaker_ports::Store`] on an embedded SQLite database, and on PostgreSQL.
//!
//! The boundary is the trait: callers see no SQL, no connections and no error codes of a database. This is the only crate
//! that has SQL. It must not decide anything about executions; it keeps what the engine decided, and refuses what another
//! owner has overtaken.

mod fault;
mod postgres;
mod prefix;
mod sqlite;

pub use postgres::{OpenError as PostgresOpenError, Options as PostgresOptions, PostgresStore};
pub use sqlite::{BackupError, Migrated, OpenError, Options, SqliteStore, Synchronous, backup, migrate};
