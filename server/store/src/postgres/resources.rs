//! Definitions and their revisions.

use gennaker_core::Timestamp;
use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::store::{Expect, Known, Page, ResourceWrite};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, query};

use super::columns::{self, text};
use super::error::Error;
use crate::prefix::end_of;

/// Keeps writers apart, within their transactions: "resource" in ASCII. Definitions are written at the pace of people, and
/// what one write looks at (the head of a name, what is below it, an earlier request) must not change meanwhile.
const LOCK: i64 = 0x7265_736F_7572_6365;

pub(super) async fn get(
    connection: &mut PgConnection,
    kind: ResourceKind,
    name: &str,
) -> Result<Option<Resource>, Error> {
    let sql = "SELECT name, revision, body, created, updated, actor, message FROM resources
        WHERE kind = $1 AND name = $2 AND NOT deleted";
    let row = query(sql).bind(kind.as_str()).bind(text(name)).fetch_optional(connection).await?;
    Ok(row.map(|row| resource(kind, &row)).transpose()?)
}

/// Whether all of these have the revisions that were read before.
pub(super) async fn are_current(connection: &mut PgConnection, known: &[Known]) -> Result<bool, Error> {
    let sql = "SELECT count(*) FROM unnest($1::text[], $2::text[], $3::bigint[]) AS known (kind, name, revision)
        JOIN resources USING (kind, name, revision) WHERE NOT deleted";
    let kinds: Vec<&str> = known.iter().map(|known| known.kind.as_str()).collect();
    let names: Vec<_> = known.iter().map(|known| text(&known.name)).collect();
    let revisions: Vec<i64> = known.iter().map(|known| known.revision).collect();
    let row = query(sql).bind(kinds).bind(names).bind(revisions).fetch_one(connection).await?;
    Ok(usize::try_from(row.try_get::<i64, _>(0)?) == Ok(known.len()))
}

pub(super) async fn list(
    connection: &mut PgConnection,
    kind: ResourceKind,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<Resource>, Error> {
    let sql = "SELECT name, revision, body, created, updated, actor, message FROM resources
        WHERE kind = $1 AND name >= $2 AND name < $3 AND name > $4 AND NOT deleted ORDER BY name LIMIT $5";
    let rows = query(sql)
        .bind(kind.as_str())
        .bind(text(prefix))
        .bind(text(&end_of(prefix)))
        .bind(text(after.unwrap_or_default()))
        .bind(columns::number(limit).saturating_add(1))
        .fetch_all(connection)
        .await?;
    let mut items = rows.iter().map(|row| resource(kind, row)).collect::<Result<Vec<_>, _>>()?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| last.name.clone());
    Ok(Page { items, next })
}

/// Waits until no other transaction writes resources, and keeps them out until this one ends.
pub(super) async fn lock(transaction: &mut PgConnection) -> Result<(), Error> {
    query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(transaction).await?;
    Ok(())
}

/// Writes a resource within a transaction that has the lock.
pub(super) async fn write(
    transaction: &mut PgConnection,
    write: &ResourceWrite,
    expect: Expect,
) -> Result<Resource, Error> {
    let head = head(transaction, write.kind, &write.name).await?;
    expect.check(&write.name, head.as_ref().and_then(Head::current))?;
    let resource = Resource {
        kind: write.kind,
        name: write.name.clone(),
        revision: head.as_ref().map_or(1, |head| head.revision + 1),
        body: write.body.clone(),
        created: head.filter(|head| !head.deleted).map_or(write.time, |head| head.created),
        updated: write.time,
        actor: write.actor.clone(),
        message: write.message.clone(),
    };
    insert(transaction, &resource).await?;
    Ok(resource)
}

/// What is to be deleted, by whom and when.
pub(super) struct Deletion<'a> {
    pub(super) kind: ResourceKind,
    pub(super) name: &'a str,
    pub(super) expect: Expect,
    pub(super) actor: &'a str,
    pub(super) time: Timestamp,
}

/// Deletes a resource, and what is below it, within a transaction that has the lock.
pub(super) async fn delete(transaction: &mut PgConnection, deletion: &Deletion<'_>) -> Result<(), Error> {
    let Deletion { kind, name, expect, actor, time } = *deletion;
    expect.check(name, head(transaction, kind, name).await?.as_ref().and_then(Head::current))?;
    let below = format!("{name}/");
    let kinds: Vec<_> = ResourceKind::ALL.into_iter().map(ResourceKind::as_str).collect();
    let sql = "UPDATE resources SET deleted = true, updated = $1, actor = $2 WHERE NOT deleted
        AND (kind = $3 AND name = $4 OR kind = ANY($5) AND name >= $6 AND name < $7)";
    query(sql)
        .bind(time.as_micros())
        .bind(text(actor))
        .bind(kind.as_str())
        .bind(text(name))
        .bind(kinds)
        .bind(text(&below))
        .bind(text(&end_of(&below)))
        .execute(transaction)
        .await?;
    Ok(())
}

pub(super) async fn revisions(
    connection: &mut PgConnection,
    kind: ResourceKind,
    name: &str,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Resource>, Error> {
    let sql = "SELECT name, revision, body, created, updated, actor, message FROM revisions
        WHERE kind = $1 AND name = $2 AND revision < $3 ORDER BY revision DESC LIMIT $4";
    let rows = query(sql)
        .bind(kind.as_str())
        .bind(text(name))
        .bind(before.unwrap_or(i64::MAX))
        .bind(columns::number(limit))
        .fetch_all(connection)
        .await?;
    Ok(rows.iter().map(|row| resource(kind, row)).collect::<Result<_, _>>()?)
}

pub(super) async fn revision(
    connection: &mut PgConnection,
    kind: ResourceKind,
    name: &str,
    revision: i64,
) -> Result<Option<Resource>, Error> {
    let sql = "SELECT name, revision, body, created, updated, actor, message FROM revisions
        WHERE kind = $1 AND name = $2 AND revision = $3";
    let row = query(sql).bind(kind.as_str()).bind(text(name)).bind(revision).fetch_optional(connection).await?;
    Ok(row.map(|row| resource(kind, &row)).transpose()?)
}

/// The newest revision of a name, also of a deleted one.
struct Head {
    revision: i64,
    created: Timestamp,
    deleted: bool,
}

impl Head {
    /// The revision, unless it is deleted.
    fn current(&self) -> Option<i64> {
        (!self.deleted).then_some(self.revision)
    }
}

async fn head(transaction: &mut PgConnection, kind: ResourceKind, name: &str) -> Result<Option<Head>, sqlx::Error> {
    let sql = "SELECT revision, created, deleted FROM resources WHERE kind = $1 AND name = $2";
    let row = query(sql).bind(kind.as_str()).bind(text(name)).fetch_optional(transaction).await?;
    let head =
        |row: PgRow| Ok(Head { revision: row.try_get(0)?, created: columns::time(&row, 1)?, deleted: row.try_get(2)? });
    row.map(head).transpose()
}

async fn insert(transaction: &mut PgConnection, resource: &Resource) -> Result<(), sqlx::Error> {
    let head = "INSERT INTO resources (kind, name, revision, body, created, updated, actor, message)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (kind, name) DO UPDATE SET revision = excluded.revision, body = excluded.body,
            created = excluded.created, updated = excluded.updated, actor = excluded.actor,
            message = excluded.message, deleted = false";
    let revision = "INSERT INTO revisions (kind, name, revision, body, created, updated, actor, message)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let body = columns::to_json(&resource.body)?;
    for sql in [head, revision] {
        query(sql)
            .bind(resource.kind.as_str())
            .bind(text(&resource.name))
            .bind(resource.revision)
            .bind(&body)
            .bind(resource.created.as_micros())
            .bind(resource.updated.as_micros())
            .bind(text(&resource.actor))
            .bind(text(&resource.message))
            .execute(&mut *transaction)
            .await?;
    }
    Ok(())
}

fn resource(kind: ResourceKind, row: &PgRow) -> Result<Resource, sqlx::Error> {
    Ok(Resource {
        kind,
        name: row.try_get(0)?,
        revision: row.try_get(1)?,
        body: columns::json(row, 2)?,
        created: columns::time(row, 3)?,
        updated: columns::time(row, 4)?,
        actor: row.try_get(5)?,
        message: row.try_get(6)?,
    })
}
