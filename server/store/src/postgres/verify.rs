//! Looking for damage: what PostgreSQL can be asked. Whether the rows make sense is for others to tell.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Row, query, raw_sql};

use super::error::Error;

/// What this program reads and writes.
const TABLES: [(&str, &str); 11] = [
    ("resources", "kind, name, revision, body, created, updated, actor, message, deleted"),
    ("revisions", "kind, name, revision, body, created, updated, actor, message"),
    ("requests", "id, digest, kind, name, revision, time"),
    ("trigger_events", "id, trigger, time, actor, dedupe_key, decision, reason, execution, payload"),
    ("replicas", "owner, until"),
    ("leases", "shard, owner, epoch"),
    (
        "executions",
        "id, shard, application, pipeline, status, created, started, ended, sequence, wake_at, outstanding, header",
    ),
    ("events", "shard, position, execution, first_sequence, last_sequence, application, pipeline, events"),
    ("pruned", "lane, position"),
    ("inbox", "arrival, id, execution, shard, digest, message"),
    ("applied", "id, execution, sequence, rejection, digest, time"),
];

/// The indexes of our tables, and whether each is valid: one that was built halfway is not.
const INDEXES: &str = "SELECT indexrelid::bigint, indexrelid::regclass::text, indisvalid FROM pg_index
    JOIN pg_class ON pg_class.oid = indrelid
    WHERE relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('executions'))
        AND relname = ANY($1) ORDER BY 2";

pub(super) async fn verify(connection: &mut PgConnection) -> Result<Vec<String>, Error> {
    let mut problems = Vec::new();
    for (table, columns) in TABLES {
        let sql = AssertSqlSafe(format!("SELECT {columns} FROM {table} LIMIT 0"));
        problems.extend(complaint(raw_sql(sql).execute(&mut *connection).await.map(drop))?);
    }
    let tables: Vec<_> = TABLES.iter().map(|(table, _)| *table).collect();
    let is_checkable = has_amcheck(connection).await?;
    for row in query(INDEXES).bind(tables).fetch_all(&mut *connection).await? {
        let (index, name): (i64, String) = (row.try_get(0)?, row.try_get(1)?);
        if !row.try_get::<bool, _>(2)? {
            problems.push(format!("index {name} is not valid; run REINDEX INDEX {name}"));
        } else if is_checkable {
            problems.extend(complaint(check(connection, index).await)?.map(|found| format!("index {name}: {found}")));
        }
    }
    Ok(problems)
}

/// Whether the extension is there that knows what a sound index looks like.
async fn has_amcheck(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'amcheck')
        AND has_function_privilege('bt_index_check(regclass, boolean)', 'EXECUTE')";
    // The function is looked up only where the extension is.
    let there = query("SELECT to_regprocedure('bt_index_check(regclass, boolean)') IS NOT NULL");
    if !there.fetch_one(&mut *connection).await?.try_get::<bool, _>(0)? {
        return Ok(false);
    }
    query(sql).fetch_one(connection).await?.try_get(0)
}

/// Compares an index with its table, for as long as that takes.
async fn check(connection: &mut PgConnection, index: i64) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    query("SET LOCAL statement_timeout = 0").execute(&mut *transaction).await?;
    query("SELECT bt_index_check($1::oid::regclass, true)").bind(index).execute(&mut *transaction).await?;
    transaction.rollback().await
}

/// What the database says of damage, or of what is missing. Other failures are failures.
fn complaint(result: Result<(), sqlx::Error>) -> Result<Option<String>, sqlx::Error> {
    match result {
        Ok(()) => Ok(None),
        Err(sqlx::Error::Database(error)) if is_damage(error.code().as_deref().unwrap_or_default()) => {
            Ok(Some(error.message().to_owned()))
        }
        Err(error) => Err(error),
    }
}

/// Undefined table or column, damaged data or index.
fn is_damage(code: &str) -> bool {
    matches!(code, "42P01" | "42703" | "XX001" | "XX002")
}
