//! Definitions and their revisions.

use gennaker_core::Timestamp;
use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::store::{Expect, Known, Page, ResourceWrite};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::columns;
use super::error::Error;
use crate::prefix::end_of;

pub(super) fn get(connection: &Connection, kind: ResourceKind, name: &str) -> Result<Option<Resource>, Error> {
    let sql = "SELECT name, revision, body, created, updated, actor, message FROM resources
        WHERE kind = $1 AND name = $2 AND deleted = 0";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![kind.as_str(), name], |row| resource(kind, row)).optional()?)
}

/// Whether all of these have the revisions that were read before.
pub(super) fn are_current(connection: &Connection, known: &[Known]) -> Result<bool, Error> {
    let sql = "SELECT revision FROM resources WHERE kind = $1 AND name = $2 AND deleted = 0";
    let mut statement = connection.prepare_cached(sql)?;
    for Known { kind, name, revision } in known {
        let current = statement.query_row(params![kind.as_str(), name], |row| row.get::<_, i64>(0)).optional()?;
        if current != Some(*revision) {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn list(
    connection: &Connection,
    kind: ResourceKind,
    prefix: &str,
    after: Option<&str>,
    limit: usize,
) -> Result<Page<Resource>, Error> {
    let sql = "SELECT name, revision, body, created, updated, actor, message FROM resources
        WHERE kind = $1 AND name >= $2 AND name < $3 AND deleted = 0 ORDER BY name LIMIT $4";
    // The first name after another one is that name with the lowest character behind it.
    let first = after.filter(|after| *after >= prefix).map_or_else(|| prefix.to_owned(), |after| format!("{after}\0"));
    let mut statement = connection.prepare_cached(sql)?;
    let values = params![kind.as_str(), first, end_of(prefix), columns::number(limit).saturating_add(1)];
    let mut items = statement.query_map(values, |row| resource(kind, row))?.collect::<Result<Vec<_>, _>>()?;
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|last| last.name.clone());
    Ok(Page { items, next })
}

/// Writes a resource within a transaction.
pub(super) fn write(transaction: &Transaction<'_>, write: ResourceWrite, expect: Expect) -> Result<Resource, Error> {
    let head = head(transaction, write.kind, &write.name)?;
    expect.check(&write.name, head.as_ref().and_then(Head::current))?;
    let resource = Resource {
        kind: write.kind,
        name: write.name,
        revision: head.as_ref().map_or(1, |head| head.revision + 1),
        body: write.body,
        created: head.filter(|head| !head.deleted).map_or(write.time, |head| head.created),
        updated: write.time,
        actor: write.actor,
        message: write.message,
    };
    insert(transaction, &resource)?;
    Ok(resource)
}

/// What is to be deleted, by whom and when.
pub(super) struct Deletion {
    pub(super) kind: ResourceKind,
    pub(super) name: String,
    pub(super) expect: Expect,
    pub(super) actor: String,
    pub(super) time: Timestamp,
}

/// Deletes a resource, and what is below it, within a transaction.
pub(super) fn delete(transaction: &Transaction<'_>, deletion: &Deletion) -> Result<(), Error> {
    let Deletion { kind, name, expect, actor, time } = deletion;
    expect.check(name, head(transaction, *kind, name)?.as_ref().and_then(Head::current))?;
    let sql = "UPDATE resources SET deleted = 1, updated = $1, actor = $2
        WHERE kind = $3 AND name = $4 AND deleted = 0";
    transaction.prepare_cached(sql)?.execute(params![time.as_micros(), actor, kind.as_str(), name])?;
    let below = format!("{name}/");
    let sql = "UPDATE resources SET deleted = 1, updated = $1, actor = $2
        WHERE kind = $3 AND name >= $4 AND name < $5 AND deleted = 0";
    let mut statement = transaction.prepare_cached(sql)?;
    for kind in ResourceKind::ALL {
        statement.execute(params![time.as_micros(), actor, kind.as_str(), below, end_of(&below)])?;
    }
    Ok(())
}

pub(super) fn revisions(
    connection: &Connection,
    kind: ResourceKind,
    name: &str,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Resource>, Error> {
    let sql = "SELECT name, revision, body, created, updated, actor, message FROM revisions
        WHERE kind = $1 AND name = $2 AND revision < $3 ORDER BY revision DESC LIMIT $4";
    let mut statement = connection.prepare_cached(sql)?;
    let values = params![kind.as_str(), name, before.unwrap_or(i64::MAX), columns::number(limit)];
    Ok(statement.query_map(values, |row| resource(kind, row))?.collect::<Result<_, _>>()?)
}

pub(super) fn revision(
    connection: &Connection,
    kind: ResourceKind,
    name: &str,
    revision: i64,
) -> Result<Option<Resource>, Error> {
    let sql = "SELECT name, revision, body, created, updated, actor, message FROM revisions
        WHERE kind = $1 AND name = $2 AND revision = $3";
    let mut statement = connection.prepare_cached(sql)?;
    Ok(statement.query_row(params![kind.as_str(), name, revision], |row| resource(kind, row)).optional()?)
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

fn head(transaction: &Transaction<'_>, kind: ResourceKind, name: &str) -> rusqlite::Result<Option<Head>> {
    let sql = "SELECT revision, created, deleted FROM resources WHERE kind = $1 AND name = $2";
    let head =
        |row: &Row<'_>| Ok(Head { revision: row.get(0)?, created: columns::time(row, 1)?, deleted: row.get(2)? });
    transaction.prepare_cached(sql)?.query_row(params![kind.as_str(), name], head).optional()
}

fn insert(transaction: &Transaction<'_>, resource: &Resource) -> rusqlite::Result<()> {
    let body = columns::to_json(&resource.body)?;
    let values = params![
        resource.kind.as_str(),
        resource.name,
        resource.revision,
        body,
        resource.created.as_micros(),
        resource.updated.as_micros(),
        resource.actor,
        resource.message,
    ];
    let head = "INSERT INTO resources (kind, name, revision, body, created, updated, actor, message)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (kind, name) DO UPDATE SET revision = excluded.revision, body = excluded.body,
            created = excluded.created, updated = excluded.updated, actor = excluded.actor,
            message = excluded.message, deleted = 0";
    let revision = "INSERT INTO revisions (kind, name, revision, body, created, updated, actor, message)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    transaction.prepare_cached(head)?.execute(values)?;
    transaction.prepare_cached(revision)?.execute(values)?;
    Ok(())
}

fn resource(kind: ResourceKind, row: &Row<'_>) -> rusqlite::Result<Resource> {
    Ok(Resource {
        kind,
        name: row.get(0)?,
        revision: row.get(1)?,
        body: columns::json(row, 2)?,
        created: columns::time(row, 3)?,
        updated: columns::time(row, 4)?,
        actor: row.get(5)?,
        message: row.get(6)?,
    })
}
