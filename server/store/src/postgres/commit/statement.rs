//! The statement that writes steps if they fit.

use std::collections::{BTreeMap, VecDeque};

use gennaker_ports::store::{Lane, Position, Step};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, query};

use super::super::columns;
use super::super::error::Error;
use super::basis::Basis;
use super::parameters::Parameters;

/// Counts force every row to be locked and looked at; subqueries that stand alone are evaluated before what depends on them,
/// so nothing is written before everything was checked.
const SQL: &str = "WITH
fence AS MATERIALIZED (
    SELECT shard, epoch FROM leases WHERE shard = ANY($1) ORDER BY shard FOR NO KEY UPDATE),
owned AS MATERIALIZED (
    SELECT count(*) = 0 AS yes FROM unnest($1::bigint[], $2::bigint[]) AS expected (shard, epoch)
    LEFT JOIN fence ON fence.shard = expected.shard WHERE coalesce(fence.epoch, 0) <> expected.epoch),
held AS MATERIALIZED (
    SELECT id, sequence FROM executions WHERE id = ANY($3) AND (SELECT yes FROM owned)
    ORDER BY id FOR NO KEY UPDATE),
known AS MATERIALIZED (
    SELECT count(*) = 0 AS yes FROM unnest($3::text[], $4::bigint[]) AS expected (id, sequence)
    LEFT JOIN held ON held.id = expected.id WHERE coalesce(held.sequence, 0) <> expected.sequence),
fit AS MATERIALIZED (
    SELECT (SELECT yes FROM owned) AND (SELECT yes FROM known)
        AND NOT EXISTS (SELECT 1 FROM executions WHERE id = ANY($5))
        AND NOT EXISTS (SELECT 1 FROM applied WHERE id = ANY($6)) AS yes),
written AS MATERIALIZED (
    SELECT * FROM unnest($7::text[], $8::bigint[], $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[],
        $14::bigint[], $15::bigint[], $16::bigint[], $17::boolean[], $18::text[], $19::boolean[])
        AS written (id, shard, application, pipeline, status, created, started, ended, sequence, wake_at, outstanding,
            header, is_new)
    WHERE (SELECT yes FROM fit)),
created AS (
    INSERT INTO executions (id, shard, application, pipeline, status, created, started, ended, sequence, wake_at,
        outstanding, header)
    SELECT id, shard, application, pipeline, status, created, started, ended, sequence, wake_at, outstanding, header
    FROM written WHERE is_new),
updated AS (
    UPDATE executions SET status = written.status, started = written.started, ended = written.ended,
        sequence = written.sequence, wake_at = written.wake_at, outstanding = written.outstanding,
        header = written.header
    FROM written WHERE executions.id = written.id AND NOT written.is_new),
logged AS (
    INSERT INTO events (shard, execution, first_sequence, last_sequence, application, pipeline, events)
    SELECT shard, execution, first_sequence, last_sequence, application, pipeline, events
    FROM unnest($20::bigint[], $21::text[], $22::bigint[], $23::bigint[], $24::text[], $25::text[], $26::text[])
        WITH ORDINALITY AS step (shard, execution, first_sequence, last_sequence, application, pipeline, events, n)
    WHERE (SELECT yes FROM fit) ORDER BY n RETURNING position),
settled AS (
    INSERT INTO applied (id, execution, sequence, rejection, digest, time)
    SELECT id, execution, sequence, rejection, digest, time
    FROM unnest($27::text[], $28::text[], $29::bigint[], $30::text[], $31::text[], $32::bigint[])
        AS settled (id, execution, sequence, rejection, digest, time)
    WHERE (SELECT yes FROM fit)),
taken AS (
    DELETE FROM inbox WHERE id = ANY($27) AND (SELECT yes FROM fit)),
sent AS (
    INSERT INTO inbox (id, execution, shard, digest, message)
    SELECT id, execution, shard, digest, message
    FROM unnest($33::text[], $34::text[], $35::bigint[], $36::text[], $37::text[])
        WITH ORDINALITY AS sent (id, execution, shard, digest, message, n)
    WHERE (SELECT yes FROM fit) AND NOT EXISTS (SELECT 1 FROM applied WHERE applied.id = sent.id)
    ORDER BY n ON CONFLICT (id) DO NOTHING)
SELECT (SELECT yes FROM fit),
    (SELECT array_agg(position ORDER BY position) FROM logged),
    (SELECT array_agg(coalesce(greatest(
            (SELECT max(position) FROM events WHERE events.shard = lane.shard),
            (SELECT position FROM pruned WHERE pruned.lane = lane.shard)), 0) ORDER BY n)
        FROM unnest($38::bigint[]) WITH ORDINALITY AS lane (shard, n))";

/// Where steps that were written are in the log.
#[derive(Debug)]
pub(super) struct Written {
    positions: VecDeque<Position>,
    ends: BTreeMap<Lane, Position>,
}

impl Written {
    /// The position of the next of the accepted steps, in their order.
    pub(super) fn position(&mut self, step: &Step) -> Position {
        let lane = step.lease.shard;
        if !step.events.is_empty() {
            let position = self.positions.pop_front().expect("each step with events has a position");
            self.ends.insert(lane, position);
        }
        self.ends.get(&lane).copied().expect("the end of each lane of a step without events is known")
    }
}

/// Writes steps that can be accepted on a basis, all of them, if that is what there is. Otherwise nothing is written, and
/// `None` returned.
pub(super) async fn write(
    connection: &mut PgConnection,
    basis: &Basis,
    steps: &[&Step],
) -> Result<Option<Written>, Error> {
    let parameters = Parameters::of(basis, steps)?;
    let lanes = parameters.lanes.clone();
    let row = fetch(connection, parameters).await?;
    if !row.try_get(0)? {
        return Ok(None);
    }
    let positions: Option<Vec<i64>> = row.try_get(1)?;
    let ends: Option<Vec<i64>> = row.try_get(2)?;
    Ok(Some(Written {
        positions: positions.unwrap_or_default().into_iter().map(Position).collect(),
        ends: lanes.into_iter().zip(ends.unwrap_or_default().into_iter().map(Position)).collect(),
    }))
}

async fn fetch(connection: &mut PgConnection, parameters: Parameters) -> Result<PgRow, sqlx::Error> {
    let Parameters { shards, epochs, existing, sequences, absent, unapplied, rows, log, settled, sent, lanes } =
        parameters;
    let statement = query(SQL).bind(shards).bind(epochs).bind(existing).bind(sequences).bind(absent).bind(unapplied);
    let statement = statement
        .bind(rows.ids)
        .bind(rows.shards)
        .bind(rows.applications)
        .bind(rows.pipelines)
        .bind(rows.statuses)
        .bind(rows.created)
        .bind(rows.started)
        .bind(rows.ended)
        .bind(rows.sequences)
        .bind(rows.wake_at)
        .bind(rows.outstanding)
        .bind(rows.headers)
        .bind(rows.is_new);
    let statement = statement
        .bind(log.shards)
        .bind(log.executions)
        .bind(log.first)
        .bind(log.last)
        .bind(log.applications)
        .bind(log.pipelines)
        .bind(log.events);
    let statement = statement
        .bind(settled.ids)
        .bind(settled.executions)
        .bind(settled.sequences)
        .bind(settled.rejections)
        .bind(settled.digests)
        .bind(settled.times);
    let statement =
        statement.bind(sent.ids).bind(sent.executions).bind(sent.shards).bind(sent.digests).bind(sent.messages);
    statement.bind(columns::numbers(&lanes)).fetch_one(connection).await
}
