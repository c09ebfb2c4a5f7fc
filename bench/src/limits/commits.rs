//! Single-row commits: the yardstick of everything that is measured on a database.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use sqlx::postgres::PgConnection;
use sqlx::{Connection as _, Executor};
use tokio::task::JoinSet;

use crate::latencies::Latencies;
use crate::series::Series;
use crate::target::Synchronous;

/// How long one of many SQLite connections waits for another one's commit.
const BUSY: Duration = Duration::from_secs(10);

/// A database that does what the server's does for durability.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A file with a write-ahead log in a directory.
    Sqlite(PathBuf, Synchronous),
    /// A database at a URL.
    Postgres(String),
}

impl Place {
    /// Commits rows one by one for a time, by some clients at once that have a connection each.
    pub(crate) async fn single_commits(&self, clients: usize, period: Duration) -> anyhow::Result<Latencies> {
        self.prepare().await?;
        let mut committers = JoinSet::new();
        let begun = Instant::now();
        for _ in 0..clients {
            match self.clone() {
                Self::Sqlite(directory, synchronous) => {
                    committers.spawn_blocking(move || commit_to_sqlite(&directory, synchronous, period));
                }
                Self::Postgres(url) => {
                    committers.spawn(async move { commit_to_postgres(&url, period).await });
                }
            }
        }
        let mut all = Latencies::new();
        while let Some(latencies) = committers.join_next().await {
            all.add(&latencies??);
        }
        all.over(begun.elapsed());
        Ok(all)
    }

    async fn prepare(&self) -> anyhow::Result<()> {
        match self {
            Self::Sqlite(directory, synchronous) => {
                let table = "CREATE TABLE IF NOT EXISTS bench_rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT";
                open_sqlite(directory, *synchronous)?.execute_batch(table)?;
            }
            Self::Postgres(url) => {
                let table = "CREATE TABLE IF NOT EXISTS bench_rows (id BIGSERIAL PRIMARY KEY, body TEXT NOT NULL)";
                PgConnection::connect(url).await?.execute(table).await?;
            }
        }
        Ok(())
    }
}

/// What is in a row: about as much as in a small step of an execution.
fn body() -> String {
    "x".repeat(200)
}

fn open_sqlite(directory: &Path, synchronous: Synchronous) -> anyhow::Result<Connection> {
    let connection = Connection::open(directory.join("commits.sqlite"))?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", synchronous.as_str())?;
    Ok(connection)
}

fn commit_to_sqlite(directory: &Path, synchronous: Synchronous, period: Duration) -> anyhow::Result<Latencies> {
    let connection = open_sqlite(directory, synchronous)?;
    let mut insert = connection.prepare("INSERT INTO bench_rows (body) VALUES (?1)")?;
    let (body, mut series) = (body(), Series::over(period));
    while let Some(begun) = series.next() {
        insert.execute([&body])?;
        series.record(begun);
    }
    Ok(series.end())
}

async fn commit_to_postgres(url: &str, period: Duration) -> anyhow::Result<Latencies> {
    let mut connection = PgConnection::connect(url).await?;
    let (body, mut series) = (body(), Series::over(period));
    while let Some(begun) = series.next() {
        let insert = sqlx::query("INSERT INTO bench_rows (body) VALUES ($1)").bind(&body);
        insert.execute(&mut connection).await?;
        series.record(begun);
    }
    connection.close().await?;
    Ok(series.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_commit_leaves_a_row() {
        let directory = tempfile::tempdir().unwrap();
        for clients in [1, 4] {
            let place = Place::Sqlite(directory.path().to_owned(), Synchronous::Normal);
            let before = rows(directory.path());
            let latencies = place.single_commits(clients, Duration::from_millis(20)).await.unwrap();
            assert_eq!(rows(directory.path()) - before, latencies.count());
            assert!(latencies.per_second() > 0.0);
        }
    }

    fn rows(directory: &Path) -> u64 {
        let connection = open_sqlite(directory, Synchronous::Normal).unwrap();
        let rows = connection.query_row("SELECT count(*) FROM bench_rows", [], |row| row.get::<_, i64>(0));
        rows.unwrap_or_default().try_into().unwrap()
    }
}
