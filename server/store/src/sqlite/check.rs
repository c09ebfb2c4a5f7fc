//! Looking for damage.

use rusqlite::{Connection, ErrorCode, Row};

use super::error::Error;

/// Executions whose steps leave a gap or overlap.
const GAPS: &str = "SELECT execution, previous, first_sequence FROM (
        SELECT execution, first_sequence, lag(last_sequence, 1, 0) OVER (PARTITION BY execution ORDER BY first_sequence)
            AS previous FROM events)
    WHERE first_sequence <> previous + 1 LIMIT 100";

/// Executions whose row says another sequence than their last step.
const ENDS: &str = "SELECT id, sequence, last FROM (
        SELECT id, sequence, coalesce((SELECT last_sequence FROM events WHERE execution = id
            ORDER BY first_sequence DESC LIMIT 1), 0) AS last FROM executions)
    WHERE sequence <> last LIMIT 100";

pub(super) fn check(connection: &Connection) -> Result<Vec<String>, Error> {
    let transaction = connection.unchecked_transaction()?;
    let mut problems = collect(&transaction, "PRAGMA integrity_check(100)", |row| row.get(0))?;
    problems.retain(|line| line != "ok");
    problems.extend(collect(&transaction, GAPS, |row| {
        let (execution, previous, first) = sequences(row)?;
        Ok(format!("execution {execution}: event {previous} is followed by event {first}"))
    })?);
    problems.extend(collect(&transaction, ENDS, |row| {
        let (execution, sequence, last) = sequences(row)?;
        Ok(format!("execution {execution}: its row is at event {sequence}, its last event is {last}"))
    })?);
    Ok(problems)
}

/// An execution and two of its sequences.
fn sequences(row: &Row<'_>) -> rusqlite::Result<(String, i64, i64)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// The lines that a statement gives. One that meets damage gives what the database says of it as its last line.
fn collect(
    connection: &Connection,
    sql: &str,
    line: impl FnMut(&Row<'_>) -> rusqlite::Result<String>,
) -> rusqlite::Result<Vec<String>> {
    let mut lines = Vec::new();
    for line in connection.prepare(sql)?.query_map([], line)? {
        match line {
            Ok(line) => lines.push(line),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                lines.push(error.to_string());
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(lines)
}
