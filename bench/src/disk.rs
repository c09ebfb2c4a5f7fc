//! What the disk gives to a program that does nothing but write durably.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::latencies::Latencies;

/// Appends blocks to a file and waits for each until the disk has it, for a time.
pub(crate) fn synced_appends(directory: &Path, period: Duration) -> anyhow::Result<Latencies> {
    let path = directory.join("appends");
    let mut file = File::create(&path)?;
    let block = [0x5a; 4096];
    let latencies = repeat(period, || {
        file.write_all(&block)?;
        Ok(file.sync_data()?)
    })?;
    std::fs::remove_file(path)?;
    Ok(latencies)
}

/// A SQLite database that does what the server's does for durability: a write-ahead log, and `synchronous=FULL`.
pub(crate) struct Database(Connection);

impl Database {
    /// Makes one with a table.
    pub(crate) fn create(directory: &Path) -> anyhow::Result<Self> {
        let connection = Connection::open(directory.join("commits.sqlite"))?;
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection
            .execute_batch("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT")?;
        Ok(Self(connection))
    }

    /// Commits rows one by one, for a time.
    pub(crate) fn single_commits(&self, period: Duration) -> anyhow::Result<Latencies> {
        let body = "x".repeat(200);
        let mut insert = self.0.prepare("INSERT INTO rows (body) VALUES (?1)")?;
        repeat(period, || {
            insert.execute([&body])?;
            Ok(())
        })
    }
}

fn repeat(period: Duration, mut once: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::new();
    let begun = Instant::now();
    while begun.elapsed() < period {
        let one = Instant::now();
        once()?;
        latencies.record(one.elapsed());
    }
    latencies.over(begun.elapsed());
    Ok(latencies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_measured_and_leave_rows() {
        let directory = tempfile::tempdir().unwrap();
        assert!(synced_appends(directory.path(), Duration::from_millis(20)).unwrap().count() > 0);
        let database = Database::create(directory.path()).unwrap();
        let latencies = database.single_commits(Duration::from_millis(20)).unwrap();
        let rows: i64 = database.0.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap();
        assert_eq!(u64::try_from(rows), Ok(latencies.count()));
        assert!(latencies.per_second() > 0.0);
    }
}
