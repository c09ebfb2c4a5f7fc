//! Durable storage: [`gennaker_ports::Store`] on an embedded SQLite database.
//!
//! The boundary is the trait: callers see no SQL, no connections and no error codes of a database. This is the only crate
//! that has SQL. It must not decide anything about executions; it keeps what the engine decided, and refuses what another
//! owner has overtaken.

mod sqlite;

pub use sqlite::{Migrated, OpenError, Options, SqliteStore, Synchronous, migrate};
