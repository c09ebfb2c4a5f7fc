//! Who owns which shard.

use gennaker_ports::Store;
use gennaker_ports::store::{Claim, Lease, StepError, Tenure};

use crate::fixture::{at, claim, commit, row, step};

/// Claims with the lease times in seconds.
async fn tenure(store: &dyn Store, owner: &str, shards: &[u32], limit: usize, now: i64, until: i64) -> Tenure {
    store.lease(&Claim { now: at(now), until: at(until), ..claim(owner, shards, limit) }).await.unwrap()
}

/// Claims without a limit; returns the leases' shards and epochs.
async fn lease(store: &dyn Store, owner: &str, shards: &[u32], now: i64, until: i64) -> Vec<(u32, u64)> {
    leases(&tenure(store, owner, shards, usize::MAX, now, until).await)
}

fn leases(tenure: &Tenure) -> Vec<(u32, u64)> {
    tenure.leases.iter().map(|lease| (lease.shard, lease.epoch)).collect()
}

pub(crate) async fn a_shard_has_one_owner(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[1, 0], 0, 10).await, [(0, 1), (1, 1)], "sorted");
    assert_eq!(lease(store, "bob", &[0, 1, 2], 5, 15).await, [(2, 1)]);
    assert_eq!(lease(store, "ann", &[0, 1, 2], 5, 15).await, [(0, 1), (1, 1)]);
}

pub(crate) async fn renewing_keeps_the_epoch(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[0], 0, 10).await, [(0, 1)]);
    assert_eq!(lease(store, "ann", &[0], 5, 20).await, [(0, 1)]);
    assert_eq!(lease(store, "bob", &[0], 15, 25).await, [], "the renewal counts");
    assert_eq!(lease(store, "ann", &[0], 30, 40).await, [(0, 1)], "nobody came in between");
    assert_eq!(lease(store, "ann", &[], 30, 50).await, [(0, 1)], "whether it is asked for or not");
}

pub(crate) async fn an_expired_lease_can_be_taken(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[0], 0, 10).await, [(0, 1)]);
    assert_eq!(lease(store, "bob", &[0], 9, 20).await, []);
    assert_eq!(lease(store, "bob", &[0], 10, 20).await, [(0, 2)], "it ends with its last moment");
    assert_eq!(lease(store, "ann", &[0], 12, 22).await, []);
    assert_eq!(lease(store, "ann", &[0], 20, 30).await, [(0, 3)]);
}

pub(crate) async fn shards_are_apart(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[u32::MAX], 0, 10).await, [(u32::MAX, 1)]);
    assert_eq!(lease(store, "cat", &[], 0, 10).await, []);
    assert_eq!(lease(store, "bob", &[0], 0, 10).await, [(0, 1)]);
}

pub(crate) async fn a_claim_stops_at_its_limit(store: &dyn Store) {
    let all: Vec<_> = (0..8).collect();
    assert_eq!(tenure(store, "ann", &all, 3, 0, 10).await.leases.len(), 3);
    assert_eq!(tenure(store, "ann", &all, 4, 0, 10).await.leases.len(), 4, "those that it has count");
    assert_eq!(tenure(store, "bob", &all, 0, 0, 10).await.leases, []);
    assert_eq!(tenure(store, "bob", &all, 100, 0, 10).await.leases.len(), 4, "the rest");
    assert_eq!(tenure(store, "cat", &all, 5, 5, 15).await.leases, []);
    assert_eq!(tenure(store, "cat", &all, 5, 10, 20).await.leases.len(), 5, "of those that expired");
}

pub(crate) async fn leases_beyond_the_limit_are_renewed(store: &dyn Store) {
    let taken = tenure(store, "ann", &[0, 1, 2, 3], 4, 0, 10).await;
    let renewed = tenure(store, "ann", &[0, 1, 2, 3], 1, 5, 20).await;
    assert_eq!(renewed.leases, taken.leases);
    assert_eq!(lease(store, "bob", &[0, 1, 2, 3], 15, 25).await, []);
}

pub(crate) async fn the_living_are_counted(store: &dyn Store) {
    assert_eq!(tenure(store, "ann", &[0], 9, 0, 10).await.replicas, 1);
    assert_eq!(tenure(store, "bob", &[0], 9, 0, 10).await.replicas, 2, "with or without leases");
    assert_eq!(tenure(store, "cat", &[0], 0, 5, 15).await.replicas, 3);
    assert_eq!(tenure(store, "cat", &[0], 0, 10, 20).await.replicas, 1, "the others' time is over");
    assert_eq!(tenure(store, "ann", &[0], 9, 10, 20).await.replicas, 2, "one came back");
    store.leave("cat").await.unwrap();
    store.leave("nobody").await.unwrap();
    assert_eq!(tenure(store, "ann", &[0], 9, 11, 20).await.replicas, 1);
}

pub(crate) async fn the_next_expiry_is_that_of_others(store: &dyn Store) {
    assert_eq!(tenure(store, "ann", &[0, 1, 2], 2, 0, 10).await.next_expiry, None, "its own don't count");
    assert_eq!(tenure(store, "bob", &[2], 1, 0, 12).await.next_expiry, Some(at(10)));
    assert_eq!(tenure(store, "cat", &[3], 1, 0, 14).await.next_expiry, Some(at(10)));
    tenure(store, "ann", &[0], 1, 5, 30).await;
    assert_eq!(tenure(store, "cat", &[3], 1, 5, 14).await.next_expiry, Some(at(12)));
    assert_eq!(tenure(store, "cat", &[3], 1, 12, 24).await.next_expiry, Some(at(30)), "what is over is not to come");
    store.leave("ann").await.unwrap();
    assert_eq!(tenure(store, "cat", &[3], 1, 12, 24).await.next_expiry, None);
}

pub(crate) async fn releasing_fences_and_frees(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[0, 1, 3], 0, 10).await.len(), 3);
    assert_eq!(lease(store, "bob", &[2], 0, 10).await.len(), 1);
    store.release("ann", &[0, 1, 2, 7]).await.unwrap();
    let late = commit(store, step(Lease { shard: 0, epoch: 1 }, row(1), 1)).await;
    assert!(matches!(late, Err(StepError::Fenced { shard: 0, epoch: 1, current: 2.. })), "{late:?}");
    let taken = lease(store, "bob", &[0, 1, 2, 3], 1, 10).await;
    assert!(taken[0].1 > 1 && taken[1].1 > 1, "{taken:?}");
    assert_eq!(taken[2..], [(2, 1)], "the others are as they were");
    store.release("ann", &[0, 1, 2]).await.unwrap();
    let (shard, epoch) = taken[0];
    commit(store, step(Lease { shard, epoch }, row(1), 1)).await.unwrap();
    assert_eq!(lease(store, "ann", &[], 1, 10).await, [(3, 1)]);
}

pub(crate) async fn leaving_gives_everything_up(store: &dyn Store) {
    assert_eq!(lease(store, "ann", &[0, 1], 0, 10).await.len(), 2);
    assert_eq!(lease(store, "bob", &[2], 0, 10).await.len(), 1);
    store.leave("ann").await.unwrap();
    let late = commit(store, step(Lease { shard: 0, epoch: 1 }, row(1), 1)).await;
    assert!(matches!(late, Err(StepError::Fenced { shard: 0, epoch: 1, current: 2.. })), "{late:?}");
    let taken = lease(store, "bob", &[0, 1, 2], 1, 10).await;
    assert!(taken.len() == 3 && taken[0].1 > 1 && taken[1].1 > 1 && taken[2].1 == 1, "{taken:?}");
}
