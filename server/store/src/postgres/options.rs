//! How a database is opened.

use std::fmt;
use std::time::Duration;

/// How the store is opened.
#[derive(Clone)]
pub struct Options {
    /// Where the database is: `postgres://user:password@host:port/database`, with `?sslmode=verify-full&sslrootcert=FILE`
    /// for TLS. What is missing comes from the environment that libpq reads, such as `PGPASSWORD`.
    pub url: String,
    /// The most connections of the pool. Up to four more are opened: two are for commits and leases, one hears other replicas,
    /// one tells them.
    pub max_connections: u32,
    /// How long a caller waits for a connection, and for the database to answer at all, before it is told that the store is
    /// unavailable.
    pub acquire_timeout: Duration,
    /// How long a statement may take; the database ends it then.
    pub statement_timeout: Duration,
    /// How long a statement waits for a lock.
    pub lock_timeout: Duration,
    /// How long a transaction may lie idle, for instance because this process is stopped, before the database ends it.
    pub idle_in_transaction_timeout: Duration,
}

impl Options {
    /// The defaults for a database.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            max_connections: 16,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            lock_timeout: Duration::from_secs(10),
            idle_in_transaction_timeout: Duration::from_secs(10),
        }
    }
}

/// Without the URL, which may hold a password.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("max_connections", &self.max_connections).finish_non_exhaustive()
    }
}
