//! Bringing the schema up to date.

use sqlx::{Connection, PgConnection, Row, query, raw_sql};

use super::error::OpenError;
use crate::Migrated;

/// A step of the schema. What was released is never changed.
struct Migration {
    /// The version that it leads to.
    version: i32,
    /// The version that a program must know to use the schema from then on. While programs of the version before are still
    /// in use, a migration only adds what they don't notice (expand), and does not raise this; one that takes away what they
    /// need (contract) comes later, and does.
    needs: i32,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, needs: 1, sql: include_str!("../../../../migrations/postgres/0001_initial.sql") },
    Migration { version: 2, needs: 1, sql: include_str!("../../../../migrations/postgres/0002_active.sql") },
];

/// The newest version that this program knows.
const KNOWN: i32 = MIGRATIONS[MIGRATIONS.len() - 1].version;

/// Keeps those apart that bring the schema up to date at the same time: "gennaker" in ASCII.
const LOCK: i64 = 0x6765_6E6E_616B_6572;

/// What a program must know of versions: which there is, and which it needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Version {
    found: i32,
    needed: i32,
}

/// Whether this program can use the schema as it is. It may be newer, as long as it only has more.
pub(super) async fn check(connection: &mut PgConnection, address: &str) -> Result<(), OpenError> {
    let version = read(connection).await.map_err(|error| OpenError::from_sqlx(address, error))?;
    reject_newer(version, address)?;
    if version.found < KNOWN {
        return Err(OpenError::Older { address: address.to_owned(), found: version.found, known: KNOWN });
    }
    Ok(())
}

/// Brings the schema up to date, all of it or nothing.
pub(super) async fn migrate(connection: &mut PgConnection, address: &str) -> Result<Migrated, OpenError> {
    let failed = |error| OpenError::from_sqlx(address, error);
    let mut version = read(connection).await.map_err(failed)?;
    reject_newer(version, address)?;
    if version.found < KNOWN {
        let mut transaction = connection.begin().await.map_err(failed)?;
        // Others may do the same just now, and take as long as they need.
        query("SET LOCAL lock_timeout = 0").execute(&mut *transaction).await.map_err(failed)?;
        query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await.map_err(failed)?;
        query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *transaction).await.map_err(failed)?;
        version = read(&mut transaction).await.map_err(failed)?;
        reject_newer(version, address)?;
        apply(&mut transaction, version.found).await.map_err(failed)?;
        transaction.commit().await.map_err(failed)?;
    }
    Ok(Migrated { from: version.found.into(), to: version.found.max(KNOWN).into() })
}

fn reject_newer(version: Version, address: &str) -> Result<(), OpenError> {
    let Version { found, needed } = version;
    if needed <= KNOWN {
        return Ok(());
    }
    Err(OpenError::Newer { address: address.to_owned(), found, needed, known: KNOWN })
}

async fn read(connection: &mut PgConnection) -> Result<Version, sqlx::Error> {
    // It is looked for in the catalog's table: what a session once failed to find by name it does not look for again within a
    // transaction, although another one made it meanwhile.
    let there = "SELECT EXISTS (SELECT FROM pg_class WHERE relname = 'schema_versions' AND pg_table_is_visible(oid))";
    let there = query(there).fetch_one(&mut *connection).await?;
    if !there.try_get(0)? {
        return Ok(Version::default());
    }
    let row = query("SELECT coalesce(max(version), 0), coalesce(max(needs), 0) FROM schema_versions")
        .fetch_one(connection)
        .await?;
    Ok(Version { found: row.try_get(0)?, needed: row.try_get(1)? })
}

async fn apply(transaction: &mut PgConnection, from: i32) -> Result<(), sqlx::Error> {
    if from == 0 {
        raw_sql(VERSIONS).execute(&mut *transaction).await?;
    }
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > from) {
        raw_sql(migration.sql).execute(&mut *transaction).await?;
        query("INSERT INTO schema_versions (version, needs) VALUES ($1, $2)")
            .bind(migration.version)
            .bind(migration.needs)
            .execute(&mut *transaction)
            .await?;
    }
    Ok(())
}

/// The schema's versions: which were reached, and what each needs of the programs that use it.
const VERSIONS: &str = "CREATE TABLE schema_versions (
    version INTEGER NOT NULL PRIMARY KEY,
    needs   INTEGER NOT NULL,
    reached TIMESTAMPTZ NOT NULL DEFAULT now()
)";
