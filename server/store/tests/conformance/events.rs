//! The log.

use gennaker_core::execution::EventRecord;
use gennaker_ports::Store;
use gennaker_ports::store::{Cursor, ExecutionRow, Signal};
use tokio::sync::broadcast::error::TryRecvError;

use crate::fixture::{commit, create, events, id, lanes, lease, log, row, step};

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

pub(crate) async fn steps_are_read_from_a_cursor(store: &dyn Store) {
    let lane = store.lane(0);
    let all = Cursor::default();
    assert_eq!(store.cursor().await, Ok(Cursor::default()));
    assert!(store.events_since(&all, &[lane], 9).await.unwrap().is_empty());
    let lease = lease(store, 0).await;
    let mut committed = Vec::new();
    for n in [1, 2, 3] {
        committed.push(commit(store, step(lease, row(n), n.into())).await.unwrap());
    }
    let after = |n: usize| Cursor::from_iter([(lane, committed[n].position)]);
    assert_eq!(store.cursor().await.unwrap(), after(2));
    assert_eq!(store.events_since(&all, &[lane], 9).await.unwrap(), committed);
    assert_eq!(store.events_since(&all, &[lane], 2).await.unwrap(), committed[..2]);
    assert_eq!(store.events_since(&after(0), &[lane], 9).await.unwrap(), committed[1..]);
    assert!(store.events_since(&after(2), &[lane], 9).await.unwrap().is_empty());
    assert!(store.events_since(&all, &[], 9).await.unwrap().is_empty());
    assert!(store.events_since(&all, &[lane + 1], 9).await.unwrap().is_empty(), "nothing is in a lane of nobody");
}

pub(crate) async fn positions_grow_over_executions(store: &dyn Store) {
    let lease = lease(store, 0).await;
    let answers = store.commit((1..=20).map(|n| step(lease, row(n), 1)).collect()).await.unwrap();
    let positions: Vec<_> = answers.into_iter().map(|answer| answer.unwrap().position).collect();
    assert!(positions.is_sorted_by(|one, next| one < next), "{positions:?}");
    assert_eq!(store.cursor().await.unwrap().get(store.lane(0)), positions[19]);
    let quiet = commit(store, step(lease, ExecutionRow { sequence: 1, ..row(7) }, 0)).await.unwrap();
    assert_eq!(quiet.position, positions[19], "a step without events has that of the last one before it");
}

pub(crate) async fn a_step_is_in_the_lane_of_its_shard(store: &dyn Store) {
    let in_shard = |n, shard| ExecutionRow { shard, ..row(n) };
    let leases = [lease(store, 0).await, lease(store, 1).await];
    let steps = (1..=9).map(|n| step(leases[n as usize % 2], in_shard(n, n % 2), 1)).collect();
    for (shard, answer) in [1, 0].into_iter().cycle().zip(store.commit(steps).await.unwrap()) {
        assert_eq!(answer.unwrap().lane, store.lane(shard));
    }
    for shard in [0, 1] {
        let steps = log(store, &[shard]).await;
        assert!(steps.iter().all(|step| step.lane == store.lane(shard)), "{steps:?}");
        assert!(steps.is_sorted_by(|one, next| one.position < next.position), "{steps:?}");
        assert_eq!(steps.last().unwrap().position, store.cursor().await.unwrap().get(store.lane(shard)));
    }
}

pub(crate) async fn whoever_follows_a_cursor_misses_nothing(store: &dyn Store) {
    for n in 1..=20 {
        create(store, [ExecutionRow { shard: n % 3, ..row(n) }]).await;
    }
    let lanes = lanes(store, &[0, 1, 2]);
    let end = store.cursor().await.unwrap();
    let (mut cursor, mut seen) = (Cursor::default(), Vec::new());
    while cursor.is_behind(&end) {
        let page = store.events_since(&cursor, &lanes, 3).await.unwrap();
        assert!((1..=3).contains(&page.len()), "{page:?}");
        for step in page {
            assert!(cursor.advance(step.lane, step.position), "{step:?} comes in order and once");
            seen.push(step.execution);
        }
    }
    assert_eq!(cursor, end);
    seen.sort_unstable();
    assert_eq!(seen, (1..=20).map(id).collect::<Vec<_>>());
    assert!(store.events_since(&cursor, &lanes, 3).await.unwrap().is_empty());
}

pub(crate) async fn signals_do_not_end(store: &dyn Store) {
    let mut signals = store.signals();
    create(store, [row(1)]).await;
    match signals.try_recv() {
        Ok(Signal::Inbox(_) | Signal::Committed(_) | Signal::Leases | Signal::Anything) => {}
        Err(error) => assert_ne!(error, TryRecvError::Closed),
    }
}

pub(crate) async fn executions_do_not_see_each_other(store: &dyn Store) {
    grow(store, 1, &[1, 2]).await;
    grow(store, 2, &[5]).await;
    assert_eq!(sequences(&store.events(id(1), 1, 9).await.unwrap()), [2, 3]);
    assert_eq!(sequences(&store.events(id(2), 3, 9).await.unwrap()), [4, 5]);
    assert!(store.events(id(3), 0, 9).await.unwrap().is_empty());
}
