//! Opening the database: is it there, can it be used, is its schema current.

use std::str::FromStr;
use std::time::Duration;

use gennaker_core::Timestamp;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection, Row, query};
use tokio::time::{Instant, timeout};

use super::clock::Reading;
use super::error::{self, OpenError};
use super::migrate;
use super::options::Options;
use crate::Migrated;

/// The oldest PostgreSQL that is tested, as it numbers itself.
const OLDEST: u32 = 150_000;

/// What a store is made of, once the database was found to be usable.
pub(super) struct Opened {
    /// How to connect.
    pub(super) connect: PgConnectOptions,
    /// The database in messages.
    pub(super) address: String,
    /// The database's time.
    pub(super) reading: Reading,
    /// A name for the store that no other has.
    pub(super) origin: String,
}

/// What may be done with the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// It is brought up to date.
    Migrate,
    /// Nothing is written.
    ReadOnly,
}

pub(super) async fn open(options: &Options, access: Access) -> Result<Opened, OpenError> {
    let connect = connect_options(options, access)?;
    let address = address(&connect);
    let mut connection = connection(options, &connect, &address).await?;
    let (reading, origin) = inspect(&mut connection, &address).await?;
    match access {
        Access::Migrate => {
            let migrated = migrate::migrate(&mut connection, &address).await?;
            if migrated.from != migrated.to {
                tracing::info!(from = migrated.from, to = migrated.to, "the database's schema was brought up to date");
            }
        }
        Access::ReadOnly => migrate::check(&mut connection, &address).await?,
    }
    // A farewell that does not arrive changes nothing.
    let _ = connection.close().await;
    Ok(Opened { connect, address, reading, origin })
}

pub(super) async fn migrate(options: &Options) -> Result<Migrated, OpenError> {
    let connect = connect_options(options, Access::Migrate)?;
    let address = address(&connect);
    let mut connection = connection(options, &connect, &address).await?;
    inspect(&mut connection, &address).await?;
    let migrated = migrate::migrate(&mut connection, &address).await?;
    let _ = connection.close().await;
    Ok(migrated)
}

fn connect_options(options: &Options, access: Access) -> Result<PgConnectOptions, OpenError> {
    let connect = PgConnectOptions::from_str(&options.url)
        .map_err(|error| OpenError::Url { reason: error.to_string() })?
        .statement_cache_capacity(200)
        // Slow operations are logged by the pool, with a name and without a page of SQL.
        .disable_statement_logging();
    let connect = match connect.get_application_name() {
        Some(_) => connect,
        None => connect.application_name("gennaker"),
    };
    let milliseconds = |duration: Duration| duration.as_millis().to_string();
    let connect = connect.options([
        ("statement_timeout", milliseconds(options.statement_timeout)),
        ("lock_timeout", milliseconds(options.lock_timeout)),
        ("idle_in_transaction_session_timeout", milliseconds(options.idle_in_transaction_timeout)),
        // Compiling a statement takes longer than any of ours runs.
        ("jit", "off".to_owned()),
        // Every statement has an index to walk. What is planned while a table is small must not read all of it when it is
        // large.
        ("enable_seqscan", "off".to_owned()),
        // The plan is the same whatever the parameters are, and planning a commit takes longer than making one.
        ("plan_cache_mode", "force_generic_plan".to_owned()),
    ]);
    Ok(match access {
        Access::Migrate => connect,
        Access::ReadOnly => connect.options([("default_transaction_read_only", "on")]),
    })
}

/// The database in messages: its host, port and name, without a password.
fn address(connect: &PgConnectOptions) -> String {
    let host = connect.get_socket().map_or_else(|| connect.get_host().to_owned(), |path| path.display().to_string());
    let database = connect.get_database().unwrap_or(connect.get_username());
    format!("{host}:{}/{database}", connect.get_port())
}

async fn connection(options: &Options, connect: &PgConnectOptions, address: &str) -> Result<PgConnection, OpenError> {
    let connected = timeout(options.acquire_timeout, connect.connect()).await;
    connected.unwrap_or_else(|_| Err(error::timed_out())).map_err(|error| OpenError::from_sqlx(address, error))
}

/// Whether the server and the database are of a kind that can be used; the database's time, and a name it makes up.
async fn inspect(connection: &mut PgConnection, address: &str) -> Result<(Reading, String), OpenError> {
    let unsuitable = |reason| OpenError::Unsuitable { address: address.to_owned(), reason };
    if connection.server_version_num().is_some_and(|version| version < OLDEST) {
        return Err(unsuitable(format!("is of an old PostgreSQL; use version {} or newer", OLDEST / 10_000)));
    }
    let asked = Instant::now();
    let sql = "SELECT current_setting('server_encoding'), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
        gen_random_uuid()::text";
    let row = query(sql).fetch_one(connection).await;
    let (encoding, time, origin) = row
        .and_then(|row| Ok((row.try_get::<String, _>(0)?, row.try_get(1)?, row.try_get(2)?)))
        .map_err(|error| OpenError::from_sqlx(address, error))?;
    if encoding != "UTF8" {
        return Err(unsuitable(format!("is encoded in {encoding}; create one with ENCODING 'UTF8'")));
    }
    Ok((Reading::answered(asked, Timestamp::from_micros(time)), origin))
}
