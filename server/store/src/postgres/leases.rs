//! Who is alive, and who owns which shard.
//!
//! A lease holds as long as its owner is alive, so that a renewal is a single row. Whether somebody is alive may be judged
//! differently by two replicas at the same moment; the epochs, which every commit checks under a lock, are what keeps them
//! apart.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_core::Timestamp;
use gennaker_ports::store::{Claim, Lease, Shard, Tenure};
use sqlx::postgres::PgConnection;
use sqlx::{Row, query};
use tokio::time::Instant;

use super::clock::Reading;
use super::columns::{self, text};
use super::error::Error;

/// Everybody else, and all leases, as a claim finds them.
#[derive(Debug, Default)]
struct Registry {
    others: BTreeMap<String, Timestamp>,
    holdings: BTreeMap<Shard, Holding>,
}

#[derive(Debug)]
struct Holding {
    owner: Option<String>,
    epoch: u64,
}

/// Renews and takes leases. Also tells the database's time.
pub(super) async fn lease(connection: &mut PgConnection, claim: &Claim) -> Result<(Tenure, Reading), Error> {
    let (mut registry, reading) = announce(connection, claim).await?;
    bury(connection, &registry, claim.now).await?;
    let held = registry.holdings.values().filter(|holding| holding.is_of(&claim.owner)).count();
    let wanted = claim.limit.saturating_sub(held);
    let free: BTreeMap<_, _> = claim.shards.iter().filter_map(|&shard| registry.free(shard, claim)).collect();
    if wanted > 0 && !free.is_empty() {
        enter(connection, free.keys().filter(|shard| !registry.holdings.contains_key(shard))).await?;
        for Lease { shard, epoch } in take(connection, &claim.owner, &free, wanted).await? {
            registry.holdings.insert(shard, Holding { owner: Some(claim.owner.clone()), epoch });
        }
    }
    Ok((registry.tenure(claim), reading))
}

impl Holding {
    fn is_of(&self, owner: &str) -> bool {
        self.owner.as_deref() == Some(owner)
    }
}

impl Registry {
    /// Until when somebody else holds it; `None` where nobody does or the claimant itself.
    fn foreign(&self, holding: &Holding, claim: &Claim) -> Option<Timestamp> {
        let owner = holding.owner.as_ref().filter(|owner| **owner != claim.owner)?;
        self.others.get(owner).copied().filter(|until| *until > claim.now)
    }

    /// The shard and its epoch, if it can be taken.
    fn free(&self, shard: Shard, claim: &Claim) -> Option<(Shard, u64)> {
        let Some(holding) = self.holdings.get(&shard) else { return Some((shard, 0)) };
        let is_held = holding.is_of(&claim.owner) || self.foreign(holding, claim).is_some();
        (!is_held).then_some((shard, holding.epoch))
    }

    fn tenure(&self, claim: &Claim) -> Tenure {
        let held = self.holdings.iter().filter(|(_, holding)| holding.is_of(&claim.owner));
        let others = self.others.values().filter(|until| **until > claim.now);
        Tenure {
            leases: held.map(|(&shard, holding)| Lease { shard, epoch: holding.epoch }).collect(),
            replicas: others.count() + 1,
            next_expiry: self.holdings.values().filter_map(|holding| self.foreign(holding, claim)).min(),
        }
    }
}

/// Says that the claimant is alive, and looks who else is, and who holds what.
async fn announce(connection: &mut PgConnection, claim: &Claim) -> Result<(Registry, Reading), Error> {
    let sql = "WITH alive AS (INSERT INTO replicas (owner, until) VALUES ($1, $2)
            ON CONFLICT (owner) DO UPDATE SET until = excluded.until)
        SELECT time, shard, epoch, owner, until
        FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS time) clock
        LEFT JOIN (leases FULL JOIN replicas USING (owner)) ON true";
    let asked = Instant::now();
    let rows = query(sql).bind(text(&claim.owner)).bind(claim.until.as_micros()).fetch_all(connection).await?;
    let first = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let reading = Reading::answered(asked, columns::time(first, 0)?);
    let mut registry = Registry::default();
    for row in &rows {
        let owner: Option<String> = row.try_get(3)?;
        if let (Some(owner), Some(until)) = (&owner, columns::optional_time(row, 4)?)
            && *owner != claim.owner
        {
            registry.others.insert(owner.clone(), until);
        }
        if row.try_get::<Option<i64>, _>(1)?.is_some() {
            let epoch = columns::count(row, 2)?;
            registry.holdings.insert(columns::shard(row, 1)?, Holding { owner, epoch });
        }
    }
    Ok((registry, reading))
}

/// Forgets those whose time is over. One that comes back just now, or that others remove, is left alone.
async fn bury(connection: &mut PgConnection, registry: &Registry, now: Timestamp) -> Result<(), Error> {
    let dead: Vec<_> = registry.others.iter().filter(|(_, until)| **until <= now).map(|(owner, _)| owner).collect();
    if dead.is_empty() {
        return Ok(());
    }
    let sql = "DELETE FROM replicas USING (
            SELECT owner FROM replicas WHERE owner = ANY($1) AND until <= $2 FOR UPDATE SKIP LOCKED) dead
        WHERE replicas.owner = dead.owner";
    query(sql).bind(dead).bind(now.as_micros()).execute(connection).await?;
    Ok(())
}

/// Makes rows for shards that nobody ever held.
async fn enter(connection: &mut PgConnection, shards: impl Iterator<Item = &Shard>) -> Result<(), Error> {
    let shards: Vec<i64> = shards.map(|&shard| shard.into()).collect();
    if !shards.is_empty() {
        let sql = "INSERT INTO leases (shard, epoch) SELECT shard, 0 FROM unnest($1::bigint[]) AS new (shard)
            ORDER BY shard ON CONFLICT (shard) DO NOTHING";
        query(sql).bind(shards).execute(connection).await?;
    }
    Ok(())
}

/// Takes so many of the shards, except those that others have taken meanwhile: their epochs have grown. Waits for a commit of
/// the former owner that has begun. Rows are locked in the order of shards, here and wherever several are.
async fn take(
    connection: &mut PgConnection,
    owner: &str,
    free: &BTreeMap<Shard, u64>,
    wanted: usize,
) -> Result<Vec<Lease>, Error> {
    let sql = "UPDATE leases SET owner = $1, epoch = leases.epoch + 1 FROM (
            SELECT leases.shard FROM leases JOIN unnest($2::bigint[], $3::bigint[]) AS free (shard, epoch)
                ON leases.shard = free.shard AND leases.epoch = free.epoch
            ORDER BY leases.shard LIMIT $4 FOR NO KEY UPDATE OF leases) taken
        WHERE leases.shard = taken.shard RETURNING leases.shard, leases.epoch";
    let (shards, epochs): (Vec<i64>, Vec<_>) =
        free.iter().map(|(&shard, &epoch)| (i64::from(shard), columns::number(epoch))).unzip();
    let rows = query(sql)
        .bind(text(owner))
        .bind(shards)
        .bind(epochs)
        .bind(columns::number(wanted))
        .fetch_all(connection)
        .await?;
    let leases = rows.iter().map(|row| Ok(Lease { shard: columns::shard(row, 0)?, epoch: columns::count(row, 1)? }));
    Ok(leases.collect::<Result<_, sqlx::Error>>()?)
}

/// Raises the epochs, so that a commit that is still under way is refused. Tells whether there was anything to give up.
pub(super) async fn release(connection: &mut PgConnection, owner: &str, shards: &[Shard]) -> Result<bool, Error> {
    let sql = "UPDATE leases SET owner = NULL, epoch = leases.epoch + 1 FROM (
            SELECT shard FROM leases WHERE owner = $1 AND shard = ANY($2) ORDER BY shard FOR NO KEY UPDATE) held
        WHERE leases.shard = held.shard";
    let done = query(sql).bind(text(owner)).bind(columns::numbers(shards)).execute(connection).await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn leave(connection: &mut PgConnection, owner: &str) -> Result<(), Error> {
    let sql = "WITH gone AS (DELETE FROM replicas WHERE owner = $1)
        UPDATE leases SET owner = NULL, epoch = leases.epoch + 1 FROM (
            SELECT shard FROM leases WHERE owner = $1 ORDER BY shard FOR NO KEY UPDATE) held
        WHERE leases.shard = held.shard";
    query(sql).bind(text(owner)).execute(connection).await?;
    Ok(())
}

/// The epochs of shards; those that nobody has ever held are missing.
pub(super) async fn epochs(
    connection: &mut PgConnection,
    shards: BTreeSet<Shard>,
) -> Result<Vec<(Shard, u64)>, sqlx::Error> {
    let shards: Vec<i64> = shards.into_iter().map(i64::from).collect();
    let rows =
        query("SELECT shard, epoch FROM leases WHERE shard = ANY($1)").bind(shards).fetch_all(connection).await?;
    rows.iter().map(|row| Ok((columns::shard(row, 0)?, columns::count(row, 1)?))).collect()
}

/// Waits for the locks that commits hold until they end.
pub(super) async fn settle(connection: &mut PgConnection, shards: &[Shard]) -> Result<(), Error> {
    let sql = "SELECT shard FROM leases WHERE shard = ANY($1) ORDER BY shard FOR NO KEY UPDATE";
    let shards: Vec<i64> = shards.iter().map(|shard| i64::from(*shard)).collect();
    query(sql).bind(shards).fetch_all(connection).await?;
    Ok(())
}
