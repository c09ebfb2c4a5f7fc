//! The ledger of triggers.

use gennaker_core::execution::ExecutionId;
use gennaker_ports::StoreError;
use gennaker_ports::store::{StoredTriggerEvent, TriggerDecision};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::columns;
use super::error::Error;
use crate::prefix::end_of;

/// After every id.
const LAST: &str = "\u{10FFFF}";

pub(super) fn record(
    transaction: &Transaction<'_>,
    event: &StoredTriggerEvent,
) -> Result<Option<StoredTriggerEvent>, Error> {
    let sql = "SELECT id, trigger, time, actor, dedupe_key, decision, reason, execution, payload FROM trigger_events
        WHERE id = $1 OR (trigger = $2 AND dedupe_key = $3) ORDER BY id = $1 DESC LIMIT 1";
    let values = params![event.id, event.trigger, event.dedupe_key];
    let earlier = transaction.prepare_cached(sql)?.query_row(values, trigger_event).optional()?;
    if earlier.is_some() {
        return Ok(earlier);
    }
    let sql = "INSERT INTO trigger_events
        (id, trigger, time, actor, dedupe_key, decision, reason, execution, payload)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    transaction.prepare_cached(sql)?.execute(params![
        event.id,
        event.trigger,
        event.time.as_micros(),
        event.actor,
        event.dedupe_key,
        event.decision.as_str(),
        event.reason,
        event.execution.map(|id| id.to_string()),
        columns::to_json(&event.payload)?,
    ])?;
    Ok(None)
}

pub(super) fn decide(
    transaction: &Transaction<'_>,
    id: &str,
    decision: TriggerDecision,
    reason: &str,
    execution: Option<ExecutionId>,
) -> Result<(), Error> {
    let sql = "UPDATE trigger_events SET decision = $1, reason = $2, execution = $3 WHERE id = $4";
    let values = params![decision.as_str(), reason, execution.map(|id| id.to_string()), id];
    match transaction.prepare_cached(sql)?.execute(values)? {
        0 => Err(StoreError::NotFound(format!("trigger event {id}")).into()),
        _ => Ok(()),
    }
}

pub(super) fn list(
    connection: &Connection,
    trigger: &str,
    before: Option<&str>,
    limit: usize,
) -> Result<Vec<StoredTriggerEvent>, Error> {
    let sql = "SELECT id, trigger, time, actor, dedupe_key, decision, reason, execution, payload FROM trigger_events
        WHERE trigger = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    let values = params![trigger, before.unwrap_or(LAST), columns::number(limit)];
    Ok(connection.prepare_cached(sql)?.query_map(values, trigger_event)?.collect::<Result<_, _>>()?)
}

pub(super) fn pending(
    connection: &Connection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<StoredTriggerEvent>, Error> {
    let sql = "SELECT id, trigger, time, actor, dedupe_key, decision, reason, execution, payload FROM trigger_events
        WHERE decision = 'PENDING' AND id > $1 ORDER BY id LIMIT $2";
    let values = params![after.unwrap_or_default(), columns::number(limit)];
    Ok(connection.prepare_cached(sql)?.query_map(values, trigger_event)?.collect::<Result<_, _>>()?)
}

/// Finds the ids in an index first, so that only the rows of the page are read.
pub(super) fn below(
    connection: &Connection,
    prefix: &str,
    before: Option<&str>,
    limit: usize,
) -> Result<Vec<StoredTriggerEvent>, Error> {
    let sql = "SELECT id, trigger, time, actor, dedupe_key, decision, reason, execution, payload FROM trigger_events
        WHERE id IN (SELECT id FROM trigger_events INDEXED BY trigger_events_by_trigger
            WHERE trigger >= $1 AND trigger < $2 AND id < $3 ORDER BY id DESC LIMIT $4)
        ORDER BY id DESC";
    let end = end_of(prefix);
    let values = params![prefix, end, before.unwrap_or(LAST), columns::number(limit)];
    Ok(connection.prepare_cached(sql)?.query_map(values, trigger_event)?.collect::<Result<_, _>>()?)
}

fn trigger_event(row: &Row<'_>) -> rusqlite::Result<StoredTriggerEvent> {
    let decision = |word: &str| TriggerDecision::ALL.into_iter().find(|decision| decision.as_str() == word);
    Ok(StoredTriggerEvent {
        id: row.get(0)?,
        trigger: row.get(1)?,
        time: columns::time(row, 2)?,
        actor: row.get(3)?,
        dedupe_key: row.get(4)?,
        decision: columns::word(row, 5, decision)?,
        reason: row.get(6)?,
        execution: columns::optional_execution(row, 7)?,
        payload: columns::json(row, 8)?,
    })
}
