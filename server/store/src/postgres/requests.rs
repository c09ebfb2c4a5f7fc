//! Writes that a client may repeat.

use gennaker_core::Timestamp;
use gennaker_core::resource::{Resource, ResourceKind};
use gennaker_ports::StoreError;
use gennaker_ports::store::{Expect, Once, RequestKey, ResourceWrite};
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, query};

use super::columns::{self, text};
use super::error::Error;
use super::resources::{self, Deletion};

/// Writes a resource once, within a transaction that has the lock of the resources.
pub(super) async fn write(
    transaction: &mut PgConnection,
    write: &ResourceWrite,
    expect: Expect,
    request: &RequestKey,
) -> Result<Once<Resource>, Error> {
    let Some(earlier) = earlier(transaction, request).await? else {
        let resource = resources::write(transaction, write, expect).await?;
        let revision = Some(resource.revision);
        keep(transaction, request, resource.kind, &resource.name, revision, resource.updated).await?;
        return Ok(Once::Done(resource));
    };
    let Some(revision) = earlier.revision.filter(|_| earlier.same) else { return Ok(Once::Reused) };
    let written = resources::revision(transaction, earlier.kind, &earlier.name, revision).await?;
    let lost = || StoreError::Damaged(format!("revision {revision} of {} is lost", earlier.name));
    Ok(Once::Done(written.ok_or_else(lost)?))
}

/// Deletes a resource once, within a transaction that has the lock of the resources.
pub(super) async fn delete(
    transaction: &mut PgConnection,
    deletion: &Deletion<'_>,
    request: &RequestKey,
) -> Result<Once<()>, Error> {
    match earlier(transaction, request).await? {
        Some(earlier) if earlier.same && earlier.revision.is_none() => Ok(Once::Done(())),
        Some(_) => Ok(Once::Reused),
        None => {
            resources::delete(transaction, deletion).await?;
            keep(transaction, request, deletion.kind, deletion.name, None, deletion.time).await?;
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

async fn earlier(transaction: &mut PgConnection, request: &RequestKey) -> Result<Option<Earlier>, sqlx::Error> {
    let sql = "SELECT kind, name, revision, digest = $1 FROM requests WHERE id = $2";
    let row = query(sql).bind(text(&request.digest)).bind(text(&request.id)).fetch_optional(transaction).await?;
    let kind = |word: &str| ResourceKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    let earlier = |row: PgRow| {
        Ok(Earlier {
            kind: columns::word(&row, 0, kind)?,
            name: row.try_get(1)?,
            revision: row.try_get(2)?,
            same: row.try_get(3)?,
        })
    };
    row.map(earlier).transpose()
}

async fn keep(
    transaction: &mut PgConnection,
    request: &RequestKey,
    kind: ResourceKind,
    name: &str,
    revision: Option<i64>,
    time: Timestamp,
) -> Result<(), sqlx::Error> {
    let sql = "INSERT INTO requests (id, digest, kind, name, revision, time) VALUES ($1, $2, $3, $4, $5, $6)";
    query(sql)
        .bind(text(&request.id))
        .bind(text(&request.digest))
        .bind(kind.as_str())
        .bind(text(name))
        .bind(revision)
        .bind(time.as_micros())
        .execute(transaction)
        .await?;
    Ok(())
}
