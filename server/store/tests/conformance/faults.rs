//! The faults that the store in memory has on demand.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt;
use gennaker_ports::testing::store::{Aftermath, MemoryStore};
use gennaker_ports::{Store, StoreError};

use crate::fixture::{id, lease, row, step};

#[tokio::test]
async fn a_failed_commit_keeps_nothing() {
    let store = MemoryStore::new();
    let lease = lease(&store, 0).await;
    store.fail_next_commits(2);
    for _ in 0..2 {
        let failed = store.commit(vec![step(lease, row(1), 1)]).await;
        assert!(matches!(failed, Err(StoreError::Unavailable(_))), "{failed:?}");
        assert_eq!(store.execution(id(1)).await.unwrap(), None);
    }
    assert!(store.commit(vec![step(lease, row(1), 1)]).await.unwrap()[0].is_ok());
}

#[tokio::test]
async fn the_hook_sees_what_was_kept_and_decides_what_is_told() {
    let store = MemoryStore::new();
    let lease = lease(&store, 0).await;
    let seen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&seen);
    store.after_commit(move |answers| {
        count.fetch_add(answers.len(), Ordering::Relaxed);
        Aftermath::Fail
    });
    let lost = store.commit(vec![step(lease, row(1), 1), step(lease, row(2), 1)]).await;
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
    assert_eq!(seen.load(Ordering::Relaxed), 2);
    assert!(store.execution(id(2)).await.unwrap().is_some(), "it was kept");

    store.after_commit(|_| Aftermath::Hang);
    assert_eq!(store.commit(vec![step(lease, row(3), 1)]).now_or_never(), None);
    assert!(store.execution(id(3)).await.unwrap().is_some(), "it was kept");

    store.clear_after_commit();
    assert!(store.commit(vec![step(lease, row(4), 1)]).await.unwrap()[0].is_ok());
}
