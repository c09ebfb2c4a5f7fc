//! Looking for damage.

use rusqlite::{Connection, ErrorCode};

use super::error::Error;

/// What is wrong with the pages of the file, its indexes, and the references between its tables.
pub(super) fn verify(connection: &Connection) -> Result<Vec<String>, Error> {
    let transaction = connection.unchecked_transaction()?;
    let mut problems = integrity(&transaction)?;
    if problems.is_empty() {
        problems = orphans(&transaction)?;
    }
    Ok(problems)
}

/// A check that meets damage it can't go around gives what the database says of it as its last line.
fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut problems = Vec::new();
    for line in connection.prepare("PRAGMA integrity_check(100)")?.query_map([], |row| row.get::<_, String>(0))? {
        match line {
            Ok(line) if line == "ok" => {}
            Ok(line) => problems.push(line),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                problems.push(error.to_string());
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(problems)
}

/// Revisions of nothing.
fn orphans(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("SELECT \"table\", rowid FROM pragma_foreign_key_check LIMIT 100")?;
    let orphans = statement.query_map([], |row| {
        Ok(format!("table {}: row {} refers to nothing", row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
    })?;
    orphans.collect()
}
