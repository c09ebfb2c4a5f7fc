//! Who owns which shard.

use gennaker_core::Timestamp;
use gennaker_ports::store::{Lease, Shard};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::columns;
use super::error::Error;

pub(super) fn lease(
    transaction: &Transaction<'_>,
    owner: &str,
    shards: &[Shard],
    now: Timestamp,
    until: Timestamp,
) -> Result<Vec<Lease>, Error> {
    let mut leases = Vec::new();
    for &shard in shards {
        if let Some(epoch) = next_epoch(transaction, owner, shard, now)? {
            let sql = "INSERT INTO leases (shard, owner, epoch, expires) VALUES ($1, $2, $3, $4)
                ON CONFLICT (shard) DO UPDATE
                SET owner = excluded.owner, epoch = excluded.epoch, expires = excluded.expires";
            let values = params![shard, owner, columns::number(epoch), until.as_micros()];
            transaction.prepare_cached(sql)?.execute(values)?;
            leases.push(Lease { shard, epoch });
        }
    }
    Ok(leases)
}

/// The epoch in which the owner may have the shard; `None` while somebody else has it.
fn next_epoch(
    transaction: &Transaction<'_>,
    owner: &str,
    shard: Shard,
    now: Timestamp,
) -> rusqlite::Result<Option<u64>> {
    let sql = "SELECT epoch, owner, expires FROM leases WHERE shard = $1";
    let held = transaction.prepare_cached(sql)?.query_row([shard], |row| {
        Ok((columns::count(row, 0)?, row.get::<_, Option<String>>(1)?, columns::time(row, 2)?))
    });
    Ok(match held.optional()? {
        None => Some(1),
        Some((epoch, None, _)) => Some(epoch + 1),
        Some((epoch, Some(holder), _)) if holder == owner => Some(epoch),
        Some((_, Some(_), expires)) if expires > now => None,
        Some((epoch, Some(_), _)) => Some(epoch + 1),
    })
}

/// Raises the epochs, so that a commit that is still under way is refused.
pub(super) fn release(transaction: &Transaction<'_>, owner: &str) -> Result<(), Error> {
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
