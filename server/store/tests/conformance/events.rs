//! The log.

use gennaker_core::execution::EventRecord;
use gennaker_ports::Store;
use gennaker_ports::store::{ExecutionRow, Position};

use crate::fixture::{commit, events, id, lease, row, step};

/// Gives the `n`th execution steps of these sizes.
async fn grow(store: &dyn Store, n: u32, sizes: &[u64]) {
    let lease = lease(store, 0).await;
    let mut sequence = 0;
    for &size in sizes {
        commit(store, step(lease, ExecutionRow { sequence, ..row(n) }, size)).await.unwrap();
        sequence += size;
    }
}

fn sequences(events: &[EventRecord]) -> Vec<u64> {
    events.iter().map(|event| event.sequence).collect()
}

pub(crate) async fn events_are_read_from_a_sequence(store: &dyn Store) {
    grow(store, 1, &[3, 1, 4]).await;
    let all = events(0, 8);
    for after in 0..10 {
        for limit in [0, 1, 2, 3, 4, 5, 8, 100] {
            let read = store.events(id(1), after, limit).await.unwrap();
            let expected: Vec<_> = all.iter().filter(|event| event.sequence > after).take(limit).cloned().collect();
            assert_eq!(sequences(&read), sequences(&expected), "after {after}, limit {limit}");
            assert_eq!(read, expected);
        }
    }
    assert!(store.events(id(1), u64::MAX, 9).await.unwrap().is_empty());
}

pub(crate) async fn steps_are_read_from_a_position(store: &dyn Store) {
    assert_eq!(store.position().await.unwrap(), Position::default());
    assert!(store.events_since(Position::default(), 9).await.unwrap().is_empty());
    let lease = lease(store, 0).await;
    let mut committed = Vec::new();
    for n in [1, 2, 3] {
        committed.push(commit(store, step(lease, row(n), n.into())).await.unwrap());
    }
    assert_eq!(store.position().await.unwrap(), committed[2].position);
    assert_eq!(store.events_since(Position::default(), 9).await.unwrap(), committed);
    assert_eq!(store.events_since(Position::default(), 2).await.unwrap(), committed[..2]);
    assert_eq!(store.events_since(committed[0].position, 9).await.unwrap(), committed[1..]);
    assert!(store.events_since(committed[2].position, 9).await.unwrap().is_empty());
}

pub(crate) async fn positions_grow_over_executions(store: &dyn Store) {
    let lease = lease(store, 0).await;
    let answers = store.commit((1..=20).map(|n| step(lease, row(n), 1)).collect()).await.unwrap();
    let positions: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().position).collect();
    assert!(positions.is_sorted_by(|one, next| one < next), "{positions:?}");
    assert_eq!(store.position().await.unwrap(), positions[19]);
}

pub(crate) async fn executions_do_not_see_each_other(store: &dyn Store) {
    grow(store, 1, &[1, 2]).await;
    grow(store, 2, &[5]).await;
    assert_eq!(sequences(&store.events(id(1), 1, 9).await.unwrap()), [2, 3]);
    assert_eq!(sequences(&store.events(id(2), 3, 9).await.unwrap()), [4, 5]);
    assert!(store.events(id(3), 0, 9).await.unwrap().is_empty());
}
