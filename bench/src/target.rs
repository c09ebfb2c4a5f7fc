//! What is measured: a way to run the server that people run it in.

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// A database with its durability, and the number of replicas on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Target {
    /// One server on the embedded database; what it acknowledged survives a power failure
    #[default]
    Sqlite,
    /// The same; what it acknowledged survives a crash of the server, but not of the machine
    SqliteNormal,
    /// One replica on PostgreSQL
    Postgres,
    /// Three replicas on one PostgreSQL, clients spread over them
    #[value(name = "postgres-3")]
    #[serde(rename = "postgres-3")]
    Postgres3,
}

/// The database of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite(Synchronous),
    Postgres,
}

/// SQLite's setting of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Synchronous {
    Full,
    Normal,
}

impl Target {
    pub(crate) const fn database(self) -> Database {
        match self {
            Self::Sqlite => Database::Sqlite(Synchronous::Full),
            Self::SqliteNormal => Database::Sqlite(Synchronous::Normal),
            Self::Postgres | Self::Postgres3 => Database::Postgres,
        }
    }

    pub(crate) const fn replicas(self) -> usize {
        match self {
            Self::Sqlite | Self::SqliteNormal | Self::Postgres => 1,
            Self::Postgres3 => 3,
        }
    }

    /// The key of a figure of this target. Those of the default one have no suffix.
    pub(crate) fn key(self, figure: &str) -> String {
        match self {
            Self::Sqlite => figure.to_owned(),
            Self::SqliteNormal => format!("{figure}@sqlite-normal"),
            Self::Postgres => format!("{figure}@postgres"),
            Self::Postgres3 => format!("{figure}@postgres-3"),
        }
    }
}

impl Synchronous {
    /// As the server's setting and SQLite's pragma spell it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Normal => "normal",
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite FULL",
            Self::SqliteNormal => "SQLite NORMAL",
            Self::Postgres => "PostgreSQL",
            Self::Postgres3 => "PostgreSQL, 3 replicas",
        })
    }
}
