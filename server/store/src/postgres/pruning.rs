//! Removing what is no longer to be kept. The space that this frees is used again after the next vacuum.

use gennaker_core::Timestamp;
use gennaker_ports::store::Pruning;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row, query};

use super::columns::{self, text};
use super::error::Error;

/// Removes the executions that `old` selects, with their events, and notes how far the log was pruned. Rows that somebody
/// else has locked are in use and stay; what `old` asks of the others is asked again once they are locked, so that none goes
/// that has come back to life meanwhile.
macro_rules! remove {
    ($old:literal) => {
        concat!(
            "WITH old AS MATERIALIZED (",
            $old,
            " FOR UPDATE SKIP LOCKED),
            gone AS (DELETE FROM executions WHERE id = ANY(ARRAY(SELECT id FROM old)) RETURNING id),
            log AS (DELETE FROM events WHERE execution = ANY(ARRAY(SELECT id FROM old)) RETURNING shard, position),
            noted AS (INSERT INTO pruned (lane, position)
                SELECT shard, max(position) FROM log GROUP BY shard ORDER BY shard
                ON CONFLICT (lane) DO UPDATE SET position = greatest(pruned.position, excluded.position))
            SELECT count(*) FROM gone"
        )
    };
}

const ENDED: &str = remove!(
    "SELECT id FROM executions WHERE ended < $1 AND status NOT IN ('QUEUED', 'RUNNING', 'PAUSED')
        AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.execution = executions.id)
    ORDER BY ended, id LIMIT $2"
);

const SURPLUS: &str = remove!(
    "SELECT id FROM executions WHERE pipeline = $1 AND status NOT IN ('QUEUED', 'RUNNING', 'PAUSED') AND ended IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM inbox WHERE inbox.execution = executions.id)
        AND id <= (SELECT id FROM executions
            WHERE pipeline = $1 AND status NOT IN ('QUEUED', 'RUNNING', 'PAUSED') AND ended IS NOT NULL
            ORDER BY id DESC LIMIT 1 OFFSET $2)
    ORDER BY id LIMIT $3"
);

const COMMANDS: &str = "DELETE FROM applied WHERE id = ANY(ARRAY(
        SELECT id FROM applied WHERE time < $1 ORDER BY time LIMIT $2))";

const REQUESTS: &str = "DELETE FROM requests WHERE id = ANY(ARRAY(
        SELECT id FROM requests WHERE time < $1 ORDER BY time LIMIT $2))";

const TRIGGER_EVENTS: &str = "DELETE FROM trigger_events WHERE id = ANY(ARRAY(
        SELECT id FROM trigger_events WHERE time < $1 AND decision <> 'PENDING' ORDER BY time LIMIT $2))";

pub(super) async fn prune(connection: &mut PgConnection, what: &Pruning, limit: usize) -> Result<usize, Error> {
    let limit = columns::number(limit);
    let removed = match what {
        Pruning::Ended { before } => {
            let row = query(ENDED).bind(before.as_micros()).bind(limit).fetch_one(connection).await?;
            columns::count(&row, 0)?
        }
        Pruning::Surplus { pipeline, keep } => {
            let statement = query(SURPLUS).bind(text(pipeline)).bind(columns::number(*keep)).bind(limit);
            columns::count(&statement.fetch_one(connection).await?, 0)?
        }
        Pruning::Requests { before } => requests(connection, *before, limit).await?,
        Pruning::TriggerEvents { before } => old(connection, TRIGGER_EVENTS, *before, limit).await?,
    };
    Ok(usize::try_from(removed).unwrap_or(usize::MAX))
}

async fn requests(connection: &mut PgConnection, before: Timestamp, limit: i64) -> Result<u64, Error> {
    let mut transaction = connection.begin().await?;
    let commands = old(&mut transaction, COMMANDS, before, limit).await?;
    let rest = limit - columns::number(commands);
    let requests = old(&mut transaction, REQUESTS, before, rest).await?;
    transaction.commit().await?;
    Ok(commands + requests)
}

async fn old(
    connection: &mut PgConnection,
    sql: &'static str,
    before: Timestamp,
    limit: i64,
) -> Result<u64, sqlx::Error> {
    Ok(query(sql).bind(before.as_micros()).bind(limit).execute(connection).await?.rows_affected())
}

/// The pipelines of executions that ended lately. They are found by the time (`OFFSET 0` keeps that apart), and only then
/// sorted: in the order of pipelines all executions would be walked through.
pub(super) async fn ended_since(
    connection: &mut PgConnection,
    time: Timestamp,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, Error> {
    let sql = "SELECT DISTINCT pipeline FROM (SELECT pipeline FROM executions
            WHERE ended >= $1 AND status NOT IN ('QUEUED', 'RUNNING', 'PAUSED') OFFSET 0) lately
        WHERE pipeline > $2 ORDER BY pipeline LIMIT $3";
    let rows = query(sql)
        .bind(time.as_micros())
        .bind(text(after.unwrap_or_default()))
        .bind(columns::number(limit))
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}
