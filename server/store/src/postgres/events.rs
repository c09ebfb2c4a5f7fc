//! The log of committed steps.

use gennaker_core::execution::{EventRecord, ExecutionId};
use gennaker_ports::store::{CommittedStep, Cursor, Lane, Position};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, query};

use super::columns;
use super::error::Error;

/// Reads whole steps, of which the first may begin before what was asked for. Each has an event at least, so that so many
/// steps are enough.
pub(super) async fn of_execution(
    connection: &mut PgConnection,
    id: ExecutionId,
    after: u64,
    limit: usize,
) -> Result<Vec<EventRecord>, Error> {
    let sql = "SELECT events FROM events WHERE execution = $1 AND first_sequence >= coalesce(
            (SELECT max(first_sequence) FROM events WHERE execution = $1 AND first_sequence <= $2), 0)
        ORDER BY first_sequence LIMIT $3";
    let rows = query(sql)
        .bind(id.to_string())
        .bind(columns::number(after.saturating_add(1)))
        .bind(columns::number(limit).saturating_add(1))
        .fetch_all(connection)
        .await?;
    let mut found = Vec::new();
    for row in &rows {
        let step: Vec<EventRecord> = columns::json(row, 0)?;
        found.extend(step.into_iter().filter(|event| event.sequence > after).take(limit - found.len()));
        if found.len() == limit {
            break;
        }
    }
    Ok(found)
}

/// Finds the positions in the index of each lane first, so that only the rows of the answer are read.
pub(super) async fn since(
    connection: &mut PgConnection,
    after: &Cursor,
    lanes: &[Lane],
    limit: usize,
) -> Result<Vec<CommittedStep>, Error> {
    let sql = "SELECT shard, position, execution, application, pipeline, events FROM (
            SELECT next.shard, next.position FROM unnest($1::bigint[], $2::bigint[]) AS lane (shard, after)
            CROSS JOIN LATERAL (SELECT events.shard, events.position FROM events
                WHERE events.shard = lane.shard AND events.position > lane.after ORDER BY events.position LIMIT $3) next
            ORDER BY next.position LIMIT $3) page
        JOIN events USING (shard, position) ORDER BY position";
    let positions: Vec<_> = lanes.iter().map(|&lane| after.get(lane).0).collect();
    let rows = query(sql)
        .bind(columns::numbers(lanes))
        .bind(positions)
        .bind(columns::number(limit))
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(step).collect::<Result<_, _>>()?)
}

fn step(row: &PgRow) -> Result<CommittedStep, sqlx::Error> {
    Ok(CommittedStep {
        lane: columns::shard(row, 0)?,
        position: Position(row.try_get(1)?),
        execution: columns::execution(row, 2)?,
        application: row.try_get(3)?,
        pipeline: row.try_get(4)?,
        events: columns::json::<Vec<EventRecord>>(row, 5)?.into(),
    })
}

/// The end of each lane, also where its last rows were pruned. Jumps from lane to lane in the index.
pub(super) async fn cursor(connection: &mut PgConnection) -> Result<Cursor, Error> {
    let sql = "WITH RECURSIVE lanes AS (
            SELECT min(shard) AS shard FROM events
            UNION ALL SELECT (SELECT min(shard) FROM events WHERE shard > lanes.shard) FROM lanes
            WHERE shard IS NOT NULL)
        SELECT lane, max(position) FROM (
            SELECT shard AS lane, (SELECT max(position) FROM events WHERE events.shard = lanes.shard) AS position
            FROM lanes WHERE shard IS NOT NULL
            UNION ALL SELECT lane, position FROM pruned) ends
        GROUP BY lane";
    lanes(&query(sql).fetch_all(connection).await?)
}

/// How far the log was pruned.
pub(super) async fn pruned(connection: &mut PgConnection) -> Result<Cursor, Error> {
    lanes(&query("SELECT lane, position FROM pruned").fetch_all(connection).await?)
}

fn lanes(rows: &[PgRow]) -> Result<Cursor, Error> {
    let lane = |row: &PgRow| Ok((columns::shard(row, 0)?, Position(row.try_get(1)?)));
    Ok(rows.iter().map(lane).collect::<Result<_, sqlx::Error>>()?)
}
