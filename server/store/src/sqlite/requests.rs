//! Writes that a client may repeat.

use gennaker_core::Timestamp;
use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::StoreError;
use gennaker_ports::store::{Expect, Once, RequestKey, ResourceWrite};
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::columns;
use super::error::Error;
use super::resources::{self, Deletion};

pub(super) fn write(
    transaction: &Transaction<'_>,
    write: ResourceWrite,
    expect: Expect,
    request: &RequestKey,
) -> Result<Once<Resource>, Error> {
    let Some(earlier) = earlier(transaction, request)? else {
        let resource = resources::write(transaction, write, expect)?;
        let revision = Some(resource.revision);
        keep(transaction, request, resource.kind, &resource.name, revision, resource.updated)?;
        return Ok(Once::Done(resource));
    };
    let Some(revision) = earlier.revision.filter(|_| earlier.same) else { return Ok(Once::Reused) };
    let written = resources::revision(transaction, earlier.kind, &earlier.name, revision)?;
    let lost = || StoreError::Damaged(format!("revision {revision} of {} is lost", earlier.name));
    Ok(Once::Done(written.ok_or_else(lost)?))
}

pub(super) fn delete(
    transaction: &Transaction<'_>,
    deletion: &Deletion,
    request: &RequestKey,
) -> Result<Once<()>, Error> {
    match earlier(transaction, request)? {
        Some(earlier) if earlier.same && earlier.revision.is_none() => Ok(Once::Done(())),
        Some(_) => Ok(Once::Reused),
        None => {
            resources::delete(transaction, deletion)?;
            keep(transaction, request, deletion.kind, &deletion.name, None, deletion.time)?;
            Ok(Once::Done(()))
        }
    }
}

/// What an earlier request with the same id did.
struct Earlier {
    kind: ResourceKind,
    name: String,
    /// What it wrote; `None` for a deletion.
    revision: Option<i64>,
    /// Whether it asked for the same.
    same: bool,
}

fn earlier(transaction: &Transaction<'_>, request: &RequestKey) -> rusqlite::Result<Option<Earlier>> {
    let sql = "SELECT kind, name, revision, digest = $1 FROM requests WHERE id = $2";
    let kind = |word: &str| ResourceKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    let earlier = |row: &Row<'_>| {
        Ok(Earlier { kind: columns::word(row, 0, kind)?, name: row.get(1)?, revision: row.get(2)?, same: row.get(3)? })
    };
    transaction.prepare_cached(sql)?.query_row([&request.digest, &request.id], earlier).optional()
}

fn keep(
    transaction: &Transaction<'_>,
    request: &RequestKey,
    kind: ResourceKind,
    name: &str,
    revision: Option<i64>,
    time: Timestamp,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO requests (id, digest, kind, name, revision, time) VALUES ($1, $2, $3, $4, $5, $6)";
    let values = params![request.id, request.digest, kind.as_str(), name, revision, time.as_micros()];
    transaction.prepare_cached(sql)?.execute(values)?;
    Ok(())
}
