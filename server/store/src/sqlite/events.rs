//! The log of committed steps.

use gennaker_core::execution::{EventRecord, ExecutionId};
use gennaker_ports::store::{CommittedStep, Cursor, Lane, Position};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::columns;
use super::error::Error;

/// Reads whole steps and stops at the limit; the first of them may begin before what was asked for.
pub(super) fn of_execution(
    connection: &Connection,
    id: ExecutionId,
    after: u64,
    limit: usize,
) -> Result<Vec<EventRecord>, Error> {
    let sql = "SELECT events FROM events WHERE execution = $1 AND first_sequence >= coalesce(
            (SELECT max(first_sequence) FROM events WHERE execution = $1 AND first_sequence <= $2), 0)
        ORDER BY first_sequence";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![id.to_string(), columns::number(after.saturating_add(1))])?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let step: Vec<EventRecord> = columns::json(row, 0)?;
        let wanted = step.into_iter().filter(|event| event.sequence > after);
        found.extend(wanted.take(limit - found.len()));
    }
    Ok(found)
}

/// The only lane there is: one writer commits everything, in the order of the positions.
pub(super) const LANE: Lane = 0;

pub(super) fn since(connection: &Connection, after: Position, limit: usize) -> Result<Vec<CommittedStep>, Error> {
    let sql = "SELECT position, execution, application, pipeline, events FROM events
        WHERE position > $1 ORDER BY position LIMIT $2";
    let step = |row: &Row<'_>| {
        Ok(CommittedStep {
            lane: LANE,
            position: Position(row.get(0)?),
            execution: columns::execution(row, 1)?,
            application: row.get(2)?,
            pipeline: row.get(3)?,
            events: columns::json::<Vec<EventRecord>>(row, 4)?.into(),
        })
    };
    let values = params![after.0, columns::number(limit)];
    Ok(connection.prepare_cached(sql)?.query_map(values, step)?.collect::<Result<_, _>>()?)
}

/// The last position given, also where its row was pruned.
pub(super) fn position(connection: &Connection) -> Result<Position, Error> {
    let mut statement = connection.prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = 'events'")?;
    Ok(Position(statement.query_row([], |row| row.get(0)).optional()?.unwrap_or(0)))
}

/// The end of the log.
pub(super) fn cursor(connection: &Connection) -> Result<Cursor, Error> {
    let end = position(connection)?;
    Ok(Some((LANE, end)).filter(|_| end > Position::default()).into_iter().collect())
}

/// Puts a step into the log; its events are `events`.
pub(super) fn append(transaction: &Transaction<'_>, step: &CommittedStep, events: &str) -> rusqlite::Result<Position> {
    let sequence = |event: Option<&EventRecord>| columns::number(event.map_or(0, |event| event.sequence));
    let sql = "INSERT INTO events (execution, first_sequence, last_sequence, application, pipeline, events)
        VALUES ($1, $2, $3, $4, $5, $6)";
    transaction.prepare_cached(sql)?.execute(params![
        step.execution.to_string(),
        sequence(step.events.first()),
        sequence(step.events.last()),
        step.application,
        step.pipeline,
        events,
    ])?;
    Ok(Position(transaction.last_insert_rowid()))
}

/// Removes the events of executions, listed as JSON. Returns the last position among them.
pub(super) fn remove(transaction: &Transaction<'_>, executions: &str) -> rusqlite::Result<Option<Position>> {
    let sql = "DELETE FROM events WHERE execution IN (SELECT value FROM json_each($1)) RETURNING position";
    let mut statement = transaction.prepare_cached(sql)?;
    let mut positions = statement.query_map([executions], |row| row.get(0).map(Position))?;
    positions.try_fold(None, |last, position| Ok(last.max(Some(position?))))
}
