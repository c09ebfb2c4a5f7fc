//! Removing what is no longer to be kept. The pages that this frees are used again, so that the file stays as large as it
//! ever had to be.

use gennaker_core::Timestamp;
use gennaker_ports::store::{Cursor, Position, Pruning};
use rusqlite::{Connection, Row, Transaction, params};

use super::error::Error;
use super::executions::ENDED;
use super::{columns, events};

/// So many records of commands are looked at beyond those that are removed, before the rest is taken to be younger: they
/// are in the order of their times but for a clock that was set back.
const DISORDER: i64 = 10_000;

pub(super) fn prune(transaction: &Transaction<'_>, what: &Pruning, limit: usize) -> Result<usize, Error> {
    let limit = columns::number(limit);
    match what {
        Pruning::Ended { before } => remove(transaction, &ended(transaction, *before, limit)?),
        Pruning::Surplus { pipeline, keep } => {
            remove(transaction, &surplus(transaction, pipeline, columns::number(*keep), limit)?)
        }
        Pruning::Requests { before } => {
            let window = limit.saturating_add(DISORDER);
            let values = params![window, before.as_micros(), limit];
            let commands = transaction.prepare_cached(COMMANDS)?.execute(values)?;
            let left = limit - columns::number(commands);
            Ok(commands + transaction.prepare_cached(REQUESTS)?.execute(params![before.as_micros(), left])?)
        }
        Pruning::TriggerEvents { before } => {
            Ok(transaction.prepare_cached(TRIGGER_EVENTS)?.execute(params![before.as_micros(), limit])?)
        }
    }
}

const COMMANDS: &str = "DELETE FROM applied WHERE arrival IN (
        SELECT arrival FROM (SELECT arrival, time FROM applied ORDER BY arrival LIMIT $1) WHERE time < $2 LIMIT $3)";

const REQUESTS: &str = "DELETE FROM requests WHERE id IN (
        SELECT id FROM requests INDEXED BY requests_by_time WHERE time < $1 ORDER BY time LIMIT $2)";

const TRIGGER_EVENTS: &str = "DELETE FROM trigger_events WHERE id IN (
        SELECT id FROM trigger_events INDEXED BY trigger_events_by_time
        WHERE time < $1 AND decision <> 'PENDING' ORDER BY time LIMIT $2)";

/// What must hold of every execution that is removed.
fn removable() -> String {
    format!("{ENDED} AND id NOT IN (SELECT execution FROM inbox)")
}

fn ended_statement() -> String {
    let removable = removable();
    format!(
        "SELECT id FROM executions INDEXED BY executions_ended
        WHERE ended < $1 AND {removable} ORDER BY ended, id LIMIT $2"
    )
}

fn ended(transaction: &Transaction<'_>, before: Timestamp, limit: i64) -> Result<Vec<String>, Error> {
    let mut statement = transaction.prepare_cached(&ended_statement())?;
    let ids = statement.query_map(params![before.as_micros(), limit], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn surplus_statement() -> String {
    let removable = removable();
    format!(
        "SELECT id FROM executions INDEXED BY executions_by_pipeline
        WHERE pipeline = $1 AND {removable} AND id <= (
            SELECT id FROM executions INDEXED BY executions_by_pipeline
            WHERE pipeline = $1 AND {ENDED} ORDER BY id DESC LIMIT 1 OFFSET $2)
        ORDER BY id LIMIT $3"
    )
}

/// The oldest of the ended executions of a pipeline that are not among the newest.
fn surplus(transaction: &Transaction<'_>, pipeline: &str, keep: i64, limit: i64) -> Result<Vec<String>, Error> {
    let mut statement = transaction.prepare_cached(&surplus_statement())?;
    let ids = statement.query_map(params![pipeline, keep, limit], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Removes executions and their events.
fn remove(transaction: &Transaction<'_>, ids: &[String]) -> Result<usize, Error> {
    if ids.is_empty() {
        return Ok(0);
    }
    let listed = columns::to_json(ids)?;
    if let Some(last) = events::remove(transaction, &listed)? {
        let sql = "INSERT INTO pruned (lane, position) VALUES ($1, $2)
            ON CONFLICT (lane) DO UPDATE SET position = max(position, excluded.position)";
        transaction.prepare_cached(sql)?.execute(params![events::LANE, last.0])?;
    }
    let sql = "DELETE FROM executions WHERE id IN (SELECT value FROM json_each($1))";
    Ok(transaction.prepare_cached(sql)?.execute([listed])?)
}

/// How far the log was pruned.
pub(super) fn pruned(connection: &Connection) -> Result<Cursor, Error> {
    let mut statement = connection.prepare_cached("SELECT lane, position FROM pruned")?;
    let lane = |row: &Row<'_>| Ok((row.get(0)?, Position(row.get(1)?)));
    Ok(statement.query_map([], lane)?.collect::<Result<_, _>>()?)
}

fn ended_since_statement() -> String {
    format!(
        "SELECT DISTINCT pipeline FROM executions INDEXED BY executions_ended
        WHERE ended >= $1 AND pipeline > $2 AND {ENDED} ORDER BY pipeline LIMIT $3"
    )
}

/// The pipelines of executions that ended lately.
pub(super) fn ended_since(
    connection: &Connection,
    time: Timestamp,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, Error> {
    let mut statement = connection.prepare_cached(&ended_since_statement())?;
    let values = params![time.as_micros(), after.unwrap_or_default(), columns::number(limit)];
    Ok(statement.query_map(values, |row| row.get(0))?.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::executions::tests::{assert_walks, plan};

    #[test]
    fn what_is_old_is_found_by_an_index() {
        assert_walks("executions_ended", &ended_statement(), 2);
        assert_walks("executions_by_pipeline", &surplus_statement(), 3);
        assert_walks("requests_by_time", REQUESTS, 2);
        assert_walks("trigger_events_by_time", TRIGGER_EVENTS, 2);
        assert!(plan(&ended_since_statement(), 3).contains("COVERING INDEX executions_ended"));
        assert!(!plan(COMMANDS, 3).contains("TEMP B-TREE"), "the order is that of arrival");
    }
}
