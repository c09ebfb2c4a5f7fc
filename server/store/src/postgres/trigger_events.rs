//! The ledger of triggers.

use gennaker_core::execution::ExecutionId;
use gennaker_ports::StoreError;
use gennaker_ports::store::{StoredTriggerEvent, TriggerDecision};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, query};

use super::columns::{self, text};
use super::error::Error;
use crate::prefix::end_of;

/// After every id.
const LAST: &str = "\u{10FFFF}";

pub(super) async fn record(
    connection: &mut PgConnection,
    event: &StoredTriggerEvent,
) -> Result<Option<StoredTriggerEvent>, Error> {
    // What was in the way may be pruned before it is read.
    loop {
        if insert(connection, event).await? {
            return Ok(None);
        }
        let earlier = earlier(connection, event).await?;
        if earlier.is_some() {
            return Ok(earlier);
        }
    }
}

/// Tells whether it was put there; nothing is done where there is one of the same id or key.
async fn insert(connection: &mut PgConnection, event: &StoredTriggerEvent) -> Result<bool, sqlx::Error> {
    let sql = "INSERT INTO trigger_events
        (id, trigger, time, actor, dedupe_key, decision, reason, execution, payload)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";
    let done = query(sql)
        .bind(text(&event.id))
        .bind(text(&event.trigger))
        .bind(event.time.as_micros())
        .bind(text(&event.actor))
        .bind(event.dedupe_key.as_deref().map(text))
        .bind(event.decision.as_str())
        .bind(text(&event.reason))
        .bind(event.execution.map(|id| id.to_string()))
        .bind(columns::to_json(&event.payload)?)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

async fn earlier(
    connection: &mut PgConnection,
    event: &StoredTriggerEvent,
) -> Result<Option<StoredTriggerEvent>, sqlx::Error> {
    let sql = "SELECT id, trigger, time, actor, dedupe_key, decision, reason, execution, payload FROM trigger_events
        WHERE id = $1 OR (trigger = $2 AND dedupe_key = $3) ORDER BY id = $1 DESC LIMIT 1";
    let row = query(sql)
        .bind(text(&event.id))
        .bind(text(&event.trigger))
        .bind(event.dedupe_key.as_deref().map(text))
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(trigger_event).transpose()
}

pub(super) async fn decide(
    connection: &mut PgConnection,
    id: &str,
    decision: TriggerDecision,
    reason: &str,
    execution: Option<ExecutionId>,
) -> Result<(), Error> {
    let sql = "UPDATE trigger_events SET decision = $1, reason = $2, execution = $3 WHERE id = $4";
    let done = query(sql)
        .bind(decision.as_str())
        .bind(text(reason))
        .bind(execution.map(|id| id.to_string()))
        .bind(text(id))
        .execute(connection)
        .await?;
    match done.rows_affected() {
        0 => Err(StoreError::NotFound(format!("trigger event {id}")).into()),
        _ => Ok(()),
    }
}

pub(super) async fn list(
    connection: &mut PgConnection,
    trigger: &str,
    before: Option<&str>,
    limit: usize,
) -> Result<Vec<StoredTriggerEvent>, Error> {
    let sql = "SELECT id, trigger, time, actor, dedupe_key, decision, reason, execution, payload FROM trigger_events
        WHERE trigger = $1 AND id < $2 ORDER BY id DESC LIMIT $3";
    let rows = query(sql)
        .bind(text(trigger))
        .bind(text(before.unwrap_or(LAST)))
        .bind(columns::number(limit))
        .fetch_all(connection)
        .await?;
    all(&rows)
}

pub(super) async fn pending(
    connection: &mut PgConnection,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<StoredTriggerEvent>, Error> {
    let sql = "SELECT id, trigger, time, actor, dedupe_key, decision, reason, execution, payload FROM trigger_events
        WHERE decision = 'PENDING' AND id > $1 ORDER BY id LIMIT $2";
    let rows =
        query(sql).bind(text(after.unwrap_or_default())).bind(columns::number(limit)).fetch_all(connection).await?;
    all(&rows)
}

/// Finds the ids in an index first, so that only the rows of the page are read.
pub(super) async fn below(
    connection: &mut PgConnection,
    prefix: &str,
    before: Option<&str>,
    limit: usize,
) -> Result<Vec<StoredTriggerEvent>, Error> {
    let sql = "SELECT id, trigger, time, actor, dedupe_key, decision, reason, execution, payload FROM trigger_events
        WHERE id IN (SELECT id FROM trigger_events
            WHERE trigger >= $1 AND trigger < $2 AND id < $3 ORDER BY id DESC LIMIT $4)
        ORDER BY id DESC";
    let rows = query(sql)
        .bind(text(prefix))
        .bind(text(&end_of(prefix)))
        .bind(text(before.unwrap_or(LAST)))
        .bind(columns::number(limit))
        .fetch_all(connection)
        .await?;
    all(&rows)
}

fn all(rows: &[PgRow]) -> Result<Vec<StoredTriggerEvent>, Error> {
    Ok(rows.iter().map(trigger_event).collect::<Result<_, _>>()?)
}

fn trigger_event(row: &PgRow) -> Result<StoredTriggerEvent, sqlx::Error> {
    let decision = |word: &str| TriggerDecision::ALL.into_iter().find(|decision| decision.as_str() == word);
    Ok(StoredTriggerEvent {
        id: row.try_get(0)?,
        trigger: row.try_get(1)?,
        time: columns::time(row, 2)?,
        actor: row.try_get(3)?,
        dedupe_key: row.try_get(4)?,
        decision: columns::word(row, 5, decision)?,
        reason: row.try_get(6)?,
        execution: columns::optional_execution(row, 7)?,
        payload: columns::json(row, 8)?,
    })
}
