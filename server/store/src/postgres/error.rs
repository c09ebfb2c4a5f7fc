//! What can go wrong, told apart by SQLSTATE, never by a text.

use std::error::Error as _;
use std::io;

use gennaker_ports::StoreError;
use sqlx::error::DatabaseError;

/// Why the database could not be opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The URL can't be used.
    #[error("the database's URL cannot be used: {reason}")]
    Url {
        /// What is wrong with it.
        reason: String,
    },
    /// Nobody answers, or not yet. Trying again may help.
    #[error("cannot reach the database at {address}: {reason}")]
    Unreachable {
        /// Its host, port and name.
        address: String,
        /// What the system says.
        reason: String,
    },
    /// The database lets us not in, or not do what we have to.
    #[error("the database at {address} refuses: {reason}; check the user, the password and the privileges")]
    Refused {
        /// Its host, port and name.
        address: String,
        /// What it says.
        reason: String,
    },
    /// The database is not who we want to speak to, or will not speak to us in secret.
    #[error("no secure connection to the database at {address}: {reason}; check sslmode and sslrootcert")]
    Untrusted {
        /// Its host, port and name.
        address: String,
        /// What is wrong.
        reason: String,
    },
    /// The server or the database is of a kind that can't be used.
    #[error("the database at {address} {reason}")]
    Unsuitable {
        /// Its host, port and name.
        address: String,
        /// What is wrong with it, and what would be right.
        reason: String,
    },
    /// Another program has its tables there.
    #[error(
        "the database at {address} has tables of another program; use a database of its own, or a schema (search_path)"
    )]
    Foreign {
        /// Its host, port and name.
        address: String,
    },
    /// A newer version of the server has been here, and changed what this one needs.
    #[error(
        "the database at {address} has schema version {found}, which needs a server that knows version {needed}; this one \
         knows versions up to {known}; use a newer server"
    )]
    Newer {
        /// Its host, port and name.
        address: String,
        /// The schema's version.
        found: i32,
        /// The version that a program must know to use it.
        needed: i32,
        /// The newest version that this program knows.
        known: i32,
    },
    /// The schema is older than this program needs, and may not be changed now.
    #[error("the database at {address} has schema version {found}, not {known}; run `gennaker migrate` first")]
    Older {
        /// Its host, port and name.
        address: String,
        /// The schema's version; 0 for an empty database.
        found: i32,
        /// The version that this program knows.
        known: i32,
    },
    /// The database failed otherwise.
    #[error("cannot open the database at {address}: {source}")]
    Database {
        /// Its host, port and name.
        address: String,
        /// What it says.
        source: Box<sqlx::Error>,
    },
}

impl OpenError {
    /// What an error means while the database is being opened.
    pub(super) fn from_sqlx(address: &str, source: sqlx::Error) -> Self {
        let address = address.to_owned();
        // Of what is opened for a connection over the network, only certificates are files.
        let lacks_certificate = is_missing_file(&source) && !address.starts_with('/');
        if is_untrusted(&source) || lacks_certificate {
            return Self::Untrusted { address, reason: full(&source) };
        }
        if is_disconnect(&source) {
            return Self::Unreachable { address, reason: full(&source) };
        }
        match &source {
            sqlx::Error::Configuration(reason) => Self::Url { reason: reason.to_string() },
            sqlx::Error::Database(error) => match code(&**error).as_str() {
                // Starting up, shutting down, too many connections, out of some resource.
                "57P03" | "57P01" | "57P02" | "53300" => {
                    Self::Unreachable { address, reason: error.message().to_owned() }
                }
                "3D000" => Self::Unsuitable { address, reason: "does not exist; create it".to_owned() },
                "25006" => Self::Unsuitable { address, reason: "is read-only; use the primary".to_owned() },
                "42P07" => Self::Foreign { address },
                "42501" => Self::Refused { address, reason: error.message().to_owned() },
                code if code.starts_with("28") => Self::Refused { address, reason: error.message().to_owned() },
                _ => Self::Database { address, source: Box::new(source) },
            },
            _ => Self::Database { address, source: Box::new(source) },
        }
    }
}

/// Why a job failed.
#[derive(Debug)]
pub(super) enum Error {
    /// It was refused.
    Refused(StoreError),
    /// No connection was to be had; nothing was asked.
    Unconnected(sqlx::Error),
    /// The database failed, or the connection to it.
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
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
            Error::Unconnected(error) | Error::Database(error) => explain(&error),
        }
    }
}

/// What is known of a job that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Doing it again would end the same way.
    Final,
    /// The database undid it; it may be done again.
    Undone,
    /// The connection was lost on the way: it was done, or not.
    Unknown,
}

impl Error {
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::Refused(_) | Self::Unconnected(_) => Outcome::Final,
            Self::Database(error) if is_disconnect(error) => Outcome::Unknown,
            Self::Database(sqlx::Error::Database(error)) => match code(&**error).as_str() {
                // Serialization failure, deadlock.
                "40001" | "40P01" => Outcome::Undone,
                _ => Outcome::Final,
            },
            Self::Database(_) => Outcome::Final,
        }
    }

    /// Whether a row that must be the only one of its key was there already.
    pub(super) fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}

/// Whether TLS failed: rustls says so by invalid data.
fn is_untrusted(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == io::ErrorKind::InvalidData,
        _ => false,
    }
}

fn is_missing_file(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == io::ErrorKind::NotFound)
}

/// Whether the connection is lost, or was never made.
pub(super) fn is_disconnect(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed => true,
        // A connection that is cut in the middle of a message leaves nonsense behind.
        sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(error) => {
            let code = code(&**error);
            // The server ends, or has ended, or doesn't take connections yet; connection failures.
            matches!(code.as_str(), "57P01" | "57P02" | "57P03" | "57P05" | "25P03") || code.starts_with("08")
        }
        _ => false,
    }
}

/// Whether the database takes no writes on the connection.
pub(super) fn is_read_only(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if code(&**error) == "25006")
}

fn code(error: &dyn DatabaseError) -> String {
    error.code().map_or_else(String::new, |code| code.into_owned())
}

fn explain(error: &sqlx::Error) -> StoreError {
    let unavailable = |remedy: &str| StoreError::Unavailable(format!("{remedy} ({})", full(error)));
    match error {
        sqlx::Error::PoolTimedOut => StoreError::Unavailable(
            "no connection to the database was to be had in time; look at the database, or allow more connections"
                .to_owned(),
        ),
        sqlx::Error::PoolClosed => StoreError::Unavailable("the store was closed".to_owned()),
        error if is_untrusted(error) => {
            unavailable("no secure connection to the database; check sslmode and sslrootcert")
        }
        error if is_disconnect(error) => unavailable("the database does not answer; look after it"),
        sqlx::Error::Database(failure) => match remedy(&code(&**failure)) {
            Some(remedy) => unavailable(remedy),
            None => StoreError::Damaged(full(error)),
        },
        _ => StoreError::Damaged(full(error)),
    }
}

/// What helps; `None` where nothing does but looking at the data.
fn remedy(code: &str) -> Option<&'static str> {
    Some(match code {
        "53100" => "the database's disk is full; free some space",
        "53200" => "the database is out of memory",
        "53300" => "the database has no connection left; allow more there, or fewer here",
        "58000" | "58030" => "the database's disk failed; look at its log",
        "25006" => "the database is read-only; use the primary",
        "40001" | "40P01" => "others changed the same at the same time; try again",
        "55P03" => "a lock was not to be had in time; try again",
        "57014" => "the database took too long; try again",
        "42501" => "the database's user lacks a privilege",
        "3D000" | "42P01" | "42703" => "the database lacks what this server needs; run `gennaker migrate`",
        code if code.starts_with("28") => "the database refuses the user; check its password",
        code if code.starts_with("53") => "the database is short of something; look at its log",
        _ => return None,
    })
}

/// An error with its causes, which sqlx leaves out in places.
fn full(error: &sqlx::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

/// A failure to connect within a time.
pub(super) fn timed_out() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, "it does not answer"))
}
