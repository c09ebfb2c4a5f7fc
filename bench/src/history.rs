//! Filling a database with executions that have ended, by copies of one: much quicker than running them.
//!
//! Copies are rows of their own in every table that an execution leaves rows in; what they say inside (their events) is that
//! of the original. They are older than it.

use std::path::Path;

use rusqlite::Connection;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor};

use crate::deployment::{SHARDS, Store};

/// The tables, and the column in which each names the execution.
const TABLES: [(&str, &str); 3] = [("executions", "id"), ("events", "execution"), ("applied", "execution")];
/// How many copies are made in one transaction.
const CHUNK: u32 = 20_000;
/// The time from one copy to the next, in microseconds. The oldest one of a million is a day older than the original.
const INTERVAL: u32 = 80_000;

/// Makes the copies of an execution with the numbers `after + 1` to `last`. No server may run on the database.
pub(crate) async fn grow(store: &Store, original: &str, after: u32, last: u32) -> anyhow::Result<()> {
    let chunks = (after..last).step_by(CHUNK as usize).map(|from| (from + 1, last.min(from + CHUNK)));
    let original = original.to_owned();
    match store {
        Store::Sqlite(file) => {
            let (file, chunks) = (file.clone(), chunks.collect::<Vec<_>>());
            tokio::task::spawn_blocking(move || grow_sqlite(&file, &original, &chunks)).await?
        }
        Store::Postgres(database) => grow_postgres(&database.url, &original, chunks).await,
    }
}

fn grow_sqlite(file: &Path, original: &str, chunks: &[(u32, u32)]) -> anyhow::Result<()> {
    let connection = Connection::open(file)?;
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144")?;
    for (table, key) in TABLES {
        let names = "SELECT name FROM pragma_table_info(?1) WHERE NOT (pk = 1 AND type = 'INTEGER')";
        let mut names = connection.prepare(names)?;
        let columns = names.query_map([table], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        for (from, to) in chunks {
            connection.execute_batch(&copies(table, key, &columns, original, *from, *to))?;
        }
    }
    Ok(connection.execute_batch("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")?)
}

async fn grow_postgres(
    url: &str,
    original: &str,
    chunks: impl Iterator<Item = (u32, u32)> + Clone,
) -> anyhow::Result<()> {
    let mut connection = PgConnection::connect(url).await?;
    connection.execute("SET synchronous_commit = off").await?;
    for (table, key) in TABLES {
        let names = "SELECT column_name::text FROM information_schema.columns \
                     WHERE table_schema = current_schema() AND table_name = $1 AND is_identity = 'NO'";
        let columns: Vec<String> = sqlx::query_scalar(names).bind(table).fetch_all(&mut connection).await?;
        for (from, to) in chunks.clone() {
            connection.execute(AssertSqlSafe(copies(table, key, &columns, original, from, to))).await?;
        }
    }
    connection.execute("VACUUM ANALYZE").await?;
    connection.execute("CHECKPOINT").await?;
    Ok(connection.close().await?)
}

/// The statement that copies the rows of one execution in a table, in the SQL of both databases. The columns are those that
/// the database does not number by itself.
fn copies(table: &str, key: &str, columns: &[String], original: &str, from: u32, to: u32) -> String {
    let values: Vec<String> = columns.iter().map(|column| value(column, key)).collect();
    format!(
        "WITH RECURSIVE numbers (n) AS (SELECT CAST({from} AS BIGINT) UNION ALL SELECT n + 1 FROM numbers WHERE n < {to}) \
         INSERT INTO {table} ({}) SELECT {} FROM {table} CROSS JOIN numbers WHERE {key} = '{original}'",
        columns.join(", "),
        values.join(", "),
    )
}

/// What the copy with the number `n` has in a column.
fn value(column: &str, key: &str) -> String {
    match column {
        // A ULID of an earlier time: 26 digits.
        _ if column == key => format!("'01A0000000000000' || CAST({} + n AS TEXT)", 1_000_000_000),
        "id" => "'copy-' || CAST(n AS TEXT)".to_owned(),
        "shard" => format!("n % {SHARDS}"),
        "created" | "started" | "ended" | "time" => format!("{column} - (1080000 - n) * {INTERVAL}"),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn copies_are_rows_of_their_own() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("gennaker.db");
        let connection = Connection::open(&file).unwrap();
        let tables = "CREATE TABLE executions (id TEXT PRIMARY KEY, shard INTEGER, created INTEGER, header TEXT);
            CREATE TABLE events (position INTEGER PRIMARY KEY AUTOINCREMENT, execution TEXT, events TEXT);
            CREATE TABLE applied (id TEXT PRIMARY KEY, execution TEXT, time INTEGER);
            INSERT INTO executions VALUES ('01KA', 7, 200000000000, '{}');
            INSERT INTO events (execution, events) VALUES ('01KA', '[1]'), ('01KA', '[2]');
            INSERT INTO applied VALUES ('request', '01KA', 200000000000)";
        connection.execute_batch(tables).unwrap();
        grow(&Store::Sqlite(file.clone()), "01KA", 0, 20_001).await.unwrap();
        grow(&Store::Sqlite(file), "01KA", 20_001, 20_003).await.unwrap();
        let count = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT count(*) FROM executions"), 20_004);
        assert_eq!(count("SELECT count(*) FROM executions WHERE length(id) = 26 AND id < '01KA'"), 20_003);
        assert_eq!(count("SELECT count(*) FROM events WHERE execution IN (SELECT id FROM executions)"), 40_008);
        assert_eq!(count("SELECT count(*) FROM applied"), 20_004);
        assert_eq!(count("SELECT count(DISTINCT shard) FROM executions"), 64);
        assert_eq!(count("SELECT max(created) - min(created) FROM executions WHERE id < '01K'"), 20_002 * 80_000);
    }
}
