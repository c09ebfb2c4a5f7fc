//! The rows of executions.

use gennaker_core::Timestamp;
use gennaker_core::execution::{ExecutionId, ExecutionStatus};
use gennaker_ports::store::{ExecutionFilter, ExecutionRow, Shard};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params, params_from_iter};

use super::columns;
use super::error::Error;

const COLUMNS: &str =
    "id, shard, application, pipeline, status, created, started, ended, sequence, wake_at, outstanding, header";

/// The condition of the indexes `executions_unfinished` and `executions_active`, letter by letter.
const UNFINISHED: &str = "status IN ('QUEUED', 'RUNNING', 'PAUSED')";

/// That an execution has ended.
pub(super) const ENDED: &str = "ended IS NOT NULL AND status NOT IN ('QUEUED', 'RUNNING', 'PAUSED')";

pub(super) fn get(connection: &Connection, id: ExecutionId) -> Result<Option<ExecutionRow>, Error> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM executions WHERE id = $1"))?;
    Ok(statement.query_row([id.to_string()], execution).optional()?)
}

/// The sequence of an execution; 0 where there is none.
pub(super) fn sequence(transaction: &Transaction<'_>, id: ExecutionId) -> rusqlite::Result<u64> {
    let mut statement = transaction.prepare_cached("SELECT sequence FROM executions WHERE id = $1")?;
    Ok(statement.query_row([id.to_string()], |row| columns::count(row, 0)).optional()?.unwrap_or(0))
}

/// Writes a row; its header is `header`.
pub(super) fn put(transaction: &Transaction<'_>, row: &ExecutionRow, header: &str) -> rusqlite::Result<()> {
    // What an execution is never changes; how it stands does.
    let sql = "INSERT INTO executions (id, shard, application, pipeline, status, created, started, ended, sequence,
            wake_at, outstanding, header)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (id) DO UPDATE SET status = excluded.status, started = excluded.started, ended = excluded.ended,
            sequence = excluded.sequence, wake_at = excluded.wake_at, outstanding = excluded.outstanding,
            header = excluded.header";
    transaction.prepare_cached(sql)?.execute(params![
        row.id.to_string(),
        row.shard,
        row.application,
        row.pipeline,
        row.status.as_str(),
        row.created.as_micros(),
        row.started.map(Timestamp::as_micros),
        row.ended.map(Timestamp::as_micros),
        columns::number(row.sequence),
        row.wake_at.map(Timestamp::as_micros),
        row.outstanding,
        header,
    ])?;
    Ok(())
}

pub(super) fn list(
    connection: &Connection,
    filter: ExecutionFilter,
    before: Option<ExecutionId>,
    limit: usize,
) -> Result<Vec<ExecutionRow>, Error> {
    let (sql, values) = listing(filter, before, limit)?;
    let mut statement = connection.prepare_cached(&sql)?;
    Ok(statement.query_map(params_from_iter(values), execution)?.collect::<Result<_, _>>()?)
}

/// The statement for a filter. Each condition stands in it only where it is asked for, so that the indexes serve.
fn listing(
    filter: ExecutionFilter,
    before: Option<ExecutionId>,
    limit: usize,
) -> rusqlite::Result<(String, Vec<Value>)> {
    let unfinished = !filter.statuses.is_empty() && !filter.statuses.iter().any(|status| status.is_final());
    let index = if filter.pipeline.is_some() { "executions_unfinished" } else { "executions_active" };
    let statuses: Vec<_> = filter.statuses.into_iter().map(ExecutionStatus::as_str).collect();
    let statuses = if statuses.is_empty() { None } else { Some(columns::to_json(&statuses)?) };
    let conditions = [
        ("application =", filter.application.map(Value::from)),
        ("pipeline =", filter.pipeline.map(Value::from)),
        ("id <", before.map(|id| id.to_string().into())),
        ("created >=", filter.created_from.map(|time| time.as_micros().into())),
        ("created <", filter.created_before.map(|time| time.as_micros().into())),
        ("status IN (SELECT value FROM json_each", statuses.map(Value::from)),
    ];
    let mut sql = format!("SELECT {COLUMNS} FROM executions");
    if unfinished {
        // Without statistics SQLite can't know that these are few, and would walk through all that have ended.
        sql += &format!(" INDEXED BY {index} WHERE {UNFINISHED}");
    } else {
        sql += " WHERE true";
    }
    let mut values = Vec::new();
    for (condition, value) in conditions {
        let Some(value) = value else { continue };
        values.push(value);
        let parameter = values.len();
        let closing = if condition.contains('(') { format!("(${parameter}))") } else { format!(" ${parameter}") };
        sql += &format!(" AND {condition}{closing}");
    }
    values.push(columns::number(limit).into());
    sql += &format!(" ORDER BY id DESC LIMIT ${}", values.len());
    Ok((sql, values))
}

const DUE: &str = "SELECT id FROM executions INDEXED BY executions_due
    WHERE wake_at <= $1 AND shard IN (SELECT value FROM json_each($2)) ORDER BY wake_at, id LIMIT $3";

pub(super) fn due(
    connection: &Connection,
    shards: &[Shard],
    now: Timestamp,
    limit: usize,
) -> Result<Vec<ExecutionId>, Error> {
    let values = params![now.as_micros(), columns::shards(shards)?, columns::number(limit)];
    let mut statement = connection.prepare_cached(DUE)?;
    Ok(statement.query_map(values, |row| columns::execution(row, 0))?.collect::<Result<_, _>>()?)
}

const NEXT_DUE: &str = "SELECT wake_at FROM executions INDEXED BY executions_due
    WHERE wake_at IS NOT NULL AND shard IN (SELECT value FROM json_each($1)) ORDER BY wake_at LIMIT 1";

pub(super) fn next_due(connection: &Connection, shards: &[Shard]) -> Result<Option<Timestamp>, Error> {
    let mut statement = connection.prepare_cached(NEXT_DUE)?;
    Ok(statement.query_row([columns::shards(shards)?], |row| columns::time(row, 0)).optional()?)
}

fn recovery() -> String {
    format!(
        "SELECT {COLUMNS} FROM executions INDEXED BY executions_to_recover
        WHERE (outstanding = 1 OR status = 'QUEUED') AND id > $1 AND shard IN (SELECT value FROM json_each($2))
        ORDER BY id LIMIT $3"
    )
}

pub(super) fn to_recover(
    connection: &Connection,
    shards: &[Shard],
    after: Option<ExecutionId>,
    limit: usize,
) -> Result<Vec<ExecutionRow>, Error> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    let values = params![after, columns::shards(shards)?, columns::number(limit)];
    let mut statement = connection.prepare_cached(&recovery())?;
    Ok(statement.query_map(values, execution)?.collect::<Result<_, _>>()?)
}

fn unfinished_of_pipeline() -> String {
    format!(
        "SELECT id, status FROM executions INDEXED BY executions_unfinished
        WHERE pipeline = $1 AND {UNFINISHED} ORDER BY id"
    )
}

pub(super) fn unfinished(
    connection: &Connection,
    pipeline: &str,
) -> Result<Vec<(ExecutionId, ExecutionStatus)>, Error> {
    let mut statement = connection.prepare_cached(&unfinished_of_pipeline())?;
    let found = statement.query_map([pipeline], |row| {
        Ok((columns::execution(row, 0)?, columns::word(row, 1, ExecutionStatus::parse)?))
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

fn execution(row: &Row<'_>) -> rusqlite::Result<ExecutionRow> {
    Ok(ExecutionRow {
        id: columns::execution(row, 0)?,
        shard: row.get(1)?,
        application: row.get(2)?,
        pipeline: row.get(3)?,
        status: columns::word(row, 4, ExecutionStatus::parse)?,
        created: columns::time(row, 5)?,
        started: columns::optional_time(row, 6)?,
        ended: columns::optional_time(row, 7)?,
        sequence: columns::count(row, 8)?,
        wake_at: columns::optional_time(row, 9)?,
        outstanding: row.get(10)?,
        header: columns::json(row, 11)?,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use rusqlite::StatementStatus;

    use super::*;
    use crate::sqlite::open;

    pub(crate) fn plan(sql: &str, parameters: usize) -> String {
        let connection = open::empty();
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let values = params_from_iter(vec![Value::Null; parameters]);
        let lines = statement.query_map(values, |row| row.get::<_, String>("detail")).unwrap();
        lines.map(|line| line.unwrap() + "\n").collect()
    }

    pub(crate) fn assert_walks(index: &str, sql: &str, parameters: usize) {
        let plan = plan(sql, parameters);
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{sql}\n{plan}");
    }

    #[test]
    fn hot_statements_walk_an_index_in_order() {
        assert_walks("executions_due", DUE, 3);
        assert_walks("executions_due", NEXT_DUE, 1);
        assert_walks("executions_to_recover", &recovery(), 3);
        assert_walks("executions_unfinished", &unfinished_of_pipeline(), 1);
    }

    #[test]
    fn a_statement_is_prepared_once_for_all_values() {
        let connection = open::empty();
        let mut statement = connection.prepare(DUE).unwrap();
        for n in 1..10 {
            statement.query_map(params![n, "[1]", n], |row| row.get::<_, String>(0)).unwrap().for_each(drop);
        }
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }

    #[test]
    fn lists_walk_an_index_in_order() {
        let of_application = ExecutionFilter { application: Some("a".to_owned()), ..ExecutionFilter::default() };
        let of_pipeline = ExecutionFilter { pipeline: Some("p".to_owned()), ..ExecutionFilter::default() };
        let failed = ExecutionFilter { statuses: vec![ExecutionStatus::Terminal], ..of_application.clone() };
        let running = ExecutionFilter { statuses: vec![ExecutionStatus::Running], ..of_pipeline.clone() };
        let all_running = ExecutionFilter { pipeline: None, ..running.clone() };
        let running_of_application = ExecutionFilter { statuses: running.statuses.clone(), ..of_application.clone() };
        for (index, filter) in [
            ("(id<?)", ExecutionFilter::default()),
            ("executions_by_application", of_application),
            ("executions_by_application", failed),
            ("executions_by_pipeline", of_pipeline),
            ("executions_unfinished", running),
            ("executions_active", all_running),
            ("executions_active", running_of_application),
        ] {
            let id = ExecutionId::from_parts(Timestamp::EPOCH, 0);
            let (sql, values) = listing(filter, Some(id), 10).unwrap();
            assert_walks(index, &sql, values.len());
        }
    }
}
