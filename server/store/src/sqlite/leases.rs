//! Who owns which shard. One process has the database, so this only has to hold what a restart needs, the epochs; but it
//! answers as if there could be others.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use gennaker_core::Timestamp;
use gennaker_ports::store::{Claim, Lease, Shard, Tenure};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};

use super::columns;
use super::error::Error;

/// Until when each replica counts as alive. In memory, since none outlives the process.
#[derive(Debug, Default)]
pub(super) struct Replicas(Mutex<BTreeMap<String, Timestamp>>);

impl Replicas {
    /// Notes a sign of life. Returns how many are alive.
    pub(super) fn note(&self, claim: &Claim) -> usize {
        let mut replicas = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        replicas.retain(|_, until| *until > claim.now);
        replicas.insert(claim.owner.clone(), claim.until);
        replicas.len()
    }

    pub(super) fn remove(&self, owner: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(owner);
    }
}

/// What the owner has after its claim, but for the number of replicas.
pub(super) fn lease(transaction: &Transaction<'_>, claim: &Claim) -> Result<Tenure, Error> {
    let renew = "UPDATE leases SET expires = $1 WHERE owner = $2";
    let held = transaction.prepare_cached(renew)?.execute(params![claim.until.as_micros(), claim.owner])?;
    take(transaction, claim, claim.limit.saturating_sub(held))?;
    let mut own = transaction.prepare_cached("SELECT shard, epoch FROM leases WHERE owner = $1 ORDER BY shard")?;
    let lease = |row: &Row<'_>| Ok(Lease { shard: row.get(0)?, epoch: columns::count(row, 1)? });
    let leases = own.query_map([&claim.owner], lease)?.collect::<Result<_, _>>()?;
    let foreign = "SELECT min(expires) FROM leases WHERE owner <> $1 AND expires > $2";
    let next_expiry = transaction
        .prepare_cached(foreign)?
        .query_row(params![claim.owner, claim.now.as_micros()], |row| columns::optional_time(row, 0))?;
    Ok(Tenure { leases, replicas: 0, next_expiry })
}

/// Takes shards that nobody holds.
fn take(transaction: &Transaction<'_>, claim: &Claim, wanted: usize) -> rusqlite::Result<()> {
    let mut take = transaction.prepare_cached(
        "INSERT INTO leases (shard, owner, epoch, expires) VALUES ($1, $2, 1, $3) ON CONFLICT (shard) DO UPDATE
            SET owner = excluded.owner, epoch = epoch + 1, expires = excluded.expires
            WHERE owner IS NULL OR (owner <> excluded.owner AND expires <= $4)",
    )?;
    let mut taken = 0;
    for shard in &claim.shards {
        if taken == wanted {
            break;
        }
        taken += take.execute(params![shard, claim.owner, claim.until.as_micros(), claim.now.as_micros()])?;
    }
    Ok(())
}

/// Raises the epochs, so that a commit that is still under way is refused.
pub(super) fn release(transaction: &Transaction<'_>, owner: &str, shards: &[Shard]) -> Result<(), Error> {
    let sql = "UPDATE leases SET owner = NULL, epoch = epoch + 1
        WHERE owner = $1 AND shard IN (SELECT value FROM json_each($2))";
    transaction.prepare_cached(sql)?.execute(params![owner, columns::shards(shards)?])?;
    Ok(())
}

/// The same for all shards of an owner.
pub(super) fn leave(transaction: &Transaction<'_>, owner: &str) -> Result<(), Error> {
    let sql = "UPDATE leases SET owner = NULL, epoch = epoch + 1 WHERE owner = $1";
    transaction.prepare_cached(sql)?.execute([owner])?;
    Ok(())
}

/// Frees what a server that was killed still holds. The lock of the data directory proves that it is dead, so nobody has to
/// wait until its leases expire.
pub(super) fn release_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("UPDATE leases SET owner = NULL, epoch = epoch + 1 WHERE owner IS NOT NULL", []).map(|_| ())
}

/// The epoch of a shard; 0 where nobody has ever held it.
pub(super) fn epoch(transaction: &Transaction<'_>, shard: Shard) -> rusqlite::Result<u64> {
    let mut statement = transaction.prepare_cached("SELECT epoch FROM leases WHERE shard = $1")?;
    Ok(statement.query_row([shard], |row| columns::count(row, 0)).optional()?.unwrap_or(0))
}
