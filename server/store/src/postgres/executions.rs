//! The rows of executions.

use gennaker_core::Timestamp;
use gennaker_core::execution::{ExecutionId, ExecutionStatus};
use gennaker_ports::store::{ExecutionFilter, ExecutionRow, Shard};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Postgres, QueryBuilder, Row, query};

use super::columns::{self, text};
use super::error::Error;

pub(super) async fn get(connection: &mut PgConnection, id: ExecutionId) -> Result<Option<ExecutionRow>, Error> {
    let sql =
        "SELECT id, shard, application, pipeline, status, created, started, ended, sequence, wake_at, outstanding,
        header FROM executions WHERE id = $1";
    let row = query(sql).bind(id.to_string()).fetch_optional(connection).await?;
    Ok(row.as_ref().map(execution).transpose()?)
}

pub(super) async fn list(
    connection: &mut PgConnection,
    filter: &ExecutionFilter,
    before: Option<ExecutionId>,
    limit: usize,
) -> Result<Vec<ExecutionRow>, Error> {
    let rows = listing(filter, before, limit).build().fetch_all(connection).await?;
    Ok(rows.iter().map(execution).collect::<Result<_, _>>()?)
}

/// The statement for a filter. Each condition stands in it only where it is asked for, so that the indexes serve.
fn listing(filter: &ExecutionFilter, before: Option<ExecutionId>, limit: usize) -> QueryBuilder<Postgres> {
    let mut sql = QueryBuilder::new(
        "SELECT id, shard, application, pipeline, status, created, started, ended, sequence, wake_at, outstanding, header
        FROM executions WHERE true",
    );
    if let Some(application) = &filter.application {
        sql.push(" AND application = ").push_bind(text(application).into_owned());
    }
    if let Some(pipeline) = &filter.pipeline {
        sql.push(" AND pipeline = ").push_bind(text(pipeline).into_owned());
    }
    if let Some(id) = before {
        sql.push(" AND id < ").push_bind(id.to_string());
    }
    if let Some(time) = filter.created_from {
        sql.push(" AND created >= ").push_bind(time.as_micros());
    }
    if let Some(time) = filter.created_before {
        sql.push(" AND created < ").push_bind(time.as_micros());
    }
    if !filter.statuses.is_empty() {
        if !filter.statuses.iter().any(|status| status.is_final()) {
            // Tells the planner that the index of those that have not ended has them all.
            sql.push(" AND status IN ('QUEUED', 'RUNNING', 'PAUSED')");
        }
        let statuses: Vec<_> = filter.statuses.iter().map(|status| status.as_str()).collect();
        sql.push(" AND status = ANY(").push_bind(statuses).push(")");
    }
    sql.push(" ORDER BY id DESC LIMIT ").push_bind(columns::number(limit));
    sql
}

pub(super) async fn due(
    connection: &mut PgConnection,
    shards: &[Shard],
    now: Timestamp,
    limit: usize,
) -> Result<Vec<ExecutionId>, Error> {
    let sql = "SELECT id FROM executions WHERE wake_at <= $1 AND shard = ANY($2) ORDER BY wake_at, id LIMIT $3";
    let rows = query(sql)
        .bind(now.as_micros())
        .bind(columns::numbers(shards))
        .bind(columns::number(limit))
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| columns::execution(row, 0)).collect::<Result<_, _>>()?)
}

pub(super) async fn next_due(connection: &mut PgConnection, shards: &[Shard]) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT wake_at FROM executions WHERE wake_at IS NOT NULL AND shard = ANY($1) ORDER BY wake_at LIMIT 1";
    let row = query(sql).bind(columns::numbers(shards)).fetch_optional(connection).await?;
    Ok(row.map(|row| columns::time(&row, 0)).transpose()?)
}

pub(super) async fn to_recover(
    connection: &mut PgConnection,
    shards: &[Shard],
    after: Option<ExecutionId>,
    limit: usize,
) -> Result<Vec<ExecutionRow>, Error> {
    let sql =
        "SELECT id, shard, application, pipeline, status, created, started, ended, sequence, wake_at, outstanding,
        header FROM executions
        WHERE (outstanding OR status = 'QUEUED') AND id > $1 AND shard = ANY($2) ORDER BY id LIMIT $3";
    let rows = query(sql)
        .bind(after.map_or_else(String::new, |id| id.to_string()))
        .bind(columns::numbers(shards))
        .bind(columns::number(limit))
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(execution).collect::<Result<_, _>>()?)
}

pub(super) async fn unfinished(
    connection: &mut PgConnection,
    pipeline: &str,
) -> Result<Vec<(ExecutionId, ExecutionStatus)>, Error> {
    let sql = "SELECT id, status FROM executions
        WHERE pipeline = $1 AND status IN ('QUEUED', 'RUNNING', 'PAUSED') ORDER BY id";
    let rows = query(sql).bind(text(pipeline)).fetch_all(connection).await?;
    let found =
        rows.iter().map(|row| Ok((columns::execution(row, 0)?, columns::word(row, 1, ExecutionStatus::parse)?)));
    Ok(found.collect::<Result<_, sqlx::Error>>()?)
}

fn execution(row: &PgRow) -> Result<ExecutionRow, sqlx::Error> {
    Ok(ExecutionRow {
        id: columns::execution(row, 0)?,
        shard: columns::shard(row, 1)?,
        application: row.try_get(2)?,
        pipeline: row.try_get(3)?,
        status: columns::word(row, 4, ExecutionStatus::parse)?,
        created: columns::time(row, 5)?,
        started: columns::optional_time(row, 6)?,
        ended: columns::optional_time(row, 7)?,
        sequence: columns::count(row, 8)?,
        wake_at: columns::optional_time(row, 9)?,
        outstanding: row.try_get(10)?,
        header: columns::json(row, 11)?,
    })
}
