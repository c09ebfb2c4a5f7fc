//! Who owns which shard.

use gennaker_ports::Store;
use gennaker_ports::store::{Lease, StepError};

use crate::fixture::{at, commit, row, step};

async fn lease(store: &dyn Store, owner: &str, shards: &[u32], now: i64, until: i64) -> Vec<(u32, u64)> {
    let leases = store.lease(owner, shards, at(now), at(until)).await.unwrap();
    leases.into_iter().map(|lease| (lease.shard, lease.epoch)).collect()
}

pub(crate) async fn a_shard_has_one_owner(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[1, 0], 0, 10).await, [(1, 1), (0, 1)], "in the order asked for");
    assert_eq!(lease(store, "bob", &[0, 1, 2], 5, 15).await, [(2, 1)]);
    assert_eq!(lease(store, "ann", &[0, 1, 2], 5, 15).await, [(0, 1), (1, 1)]);
}

pub(crate) async fn renewing_keeps_the_epoch(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[0], 0, 10).await, [(0, 1)]);
    assert_eq!(lease(store, "ann", &[0], 5, 20).await, [(0, 1)]);
    assert_eq!(lease(store, "bob", &[0], 15, 25).await, [], "the renewal counts");
    assert_eq!(lease(store, "ann", &[0], 30, 40).await, [(0, 1)], "nobody came in between");
}

pub(crate) async fn an_expired_lease_can_be_taken(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[0], 0, 10).await, [(0, 1)]);
    assert_eq!(lease(store, "bob", &[0], 9, 20).await, []);
    assert_eq!(lease(store, "bob", &[0], 10, 20).await, [(0, 2)], "it ends with its last moment");
    assert_eq!(lease(store, "ann", &[0], 12, 22).await, []);
    assert_eq!(lease(store, "ann", &[0], 20, 30).await, [(0, 3)]);
}

pub(crate) async fn releasing_fences_and_frees(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[0, 1], 0, 10).await.len(), 2);
    assert_eq!(lease(store, "bob", &[2], 0, 10).await.len(), 1);
    store.release("ann").await.unwrap();
    let late = commit(store, step(Lease { shard: 0, epoch: 1 }, row(1), 1)).await;
    assert!(matches!(late, Err(StepError::Fenced { shard: 0, epoch: 1, current: 2.. })), "{late:?}");
    let taken = lease(store, "bob", &[0, 1, 2], 1, 10).await;
    assert!(taken[0].1 > 1 && taken[1].1 > 1, "{taken:?}");
    assert_eq!(taken[2], (2, 1));
    store.release("ann").await.unwrap();
    let (shard, epoch) = taken[0];
    commit(store, step(Lease { shard, epoch }, row(1), 1)).await.unwrap();
}

pub(crate) async fn shards_are_apart(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[u32::MAX], 0, 10).await, [(u32::MAX, 1)]);
    assert_eq!(lease(store, "ann", &[], 0, 10).await, []);
    assert_eq!(lease(store, "bob", &[0], 0, 10).await, [(0, 1)]);
}
