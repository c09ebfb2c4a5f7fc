//! Rows of executions.

use gennaker_core::execution::{ExecutionId, ExecutionStatus};
use gennaker_ports::Store;
use gennaker_ports::store::{ExecutionFilter, ExecutionRow};

use crate::fixture::{PIPELINE, at, create, id, row};

async fn list(store: &dyn Store, filter: ExecutionFilter) -> Vec<ExecutionId> {
    let rows = store.executions(&filter, None, 100).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

fn ids<const N: usize>(numbers: [u32; N]) -> [ExecutionId; N] {
    numbers.map(id)
}

pub(crate) async fn rows_come_back_as_they_were(store: &dyn Store) {
    let bare = ExecutionRow { pipeline: None, started: None, ..row(2) };
    let full = ExecutionRow { ended: Some(at(3)), wake_at: Some(at(4)), outstanding: true, ..row(3) };
    for (n, status) in ExecutionStatus::ALL.into_iter().enumerate() {
        let n = u32::try_from(n).unwrap();
        create(store, [ExecutionRow { id: id(10 + n), status, ..full.clone() }]).await;
        assert_eq!(store.execution(id(10 + n)).await.unwrap().unwrap().status, status);
    }
    create(store, [bare.clone(), full.clone()]).await;
    for row in [bare, full] {
        assert_eq!(store.execution(row.id).await.unwrap(), Some(ExecutionRow { sequence: 1, ..row }));
    }
    assert_eq!(store.execution(id(99)).await.unwrap(), None);
}

pub(crate) async fn lists_are_newest_first(store: &dyn Store) {
    create(store, [2, 5, 1, 4, 3].map(row)).await;
    let all = ExecutionFilter::default();
    let page = store.executions(&all, None, 2).await.unwrap();
    assert_eq!(page.iter().map(|row| row.id).collect::<Vec<_>>(), ids([5, 4]));
    let page = store.executions(&all, Some(page[1].id), 2).await.unwrap();
    assert_eq!(page.iter().map(|row| row.id).collect::<Vec<_>>(), ids([3, 2]));
    assert_eq!(store.executions(&all, Some(id(1)), 2).await.unwrap(), []);
    assert_eq!(store.executions(&all, None, 0).await.unwrap(), []);
}

pub(crate) async fn lists_are_filtered(store: &dyn Store) {
    use ExecutionStatus::{Canceled, Paused, Queued, Running, Succeeded};
    let other = |n| ExecutionRow { application: "bank".to_owned(), pipeline: None, ..row(n) };
    create(
        store,
        [
            ExecutionRow { status: Succeeded, ..row(1) },
            ExecutionRow { status: Queued, ..row(2) },
            row(3),
            ExecutionRow { status: Canceled, ..other(4) },
            ExecutionRow { status: Paused, ..other(5) },
        ],
    )
    .await;
    let any = ExecutionFilter::default;
    let application = |name: &str| ExecutionFilter { application: Some(name.to_owned()), ..any() };
    let pipeline = ExecutionFilter { pipeline: Some(PIPELINE.to_owned()), ..any() };
    let statuses = |statuses: &[ExecutionStatus]| ExecutionFilter { statuses: statuses.to_vec(), ..any() };
    assert_eq!(list(store, application("shop")).await, ids([3, 2, 1]));
    assert_eq!(list(store, application("bank")).await, ids([5, 4]));
    assert_eq!(list(store, pipeline.clone()).await, ids([3, 2, 1]));
    assert_eq!(list(store, statuses(&[Running])).await, ids([3]));
    assert_eq!(list(store, statuses(&[Queued, Running, Paused])).await, ids([5, 3, 2]));
    assert_eq!(list(store, statuses(&[Succeeded, Queued])).await, ids([2, 1]));
    let both = ExecutionFilter { statuses: vec![Canceled, Queued], ..application("bank") };
    assert_eq!(list(store, both).await, ids([4]));
    let all_unfinished = statuses(&[Queued, Running, Paused]);
    let page = store.executions(&all_unfinished, Some(id(5)), 1).await.unwrap();
    assert_eq!(page.iter().map(|row| row.id).collect::<Vec<_>>(), ids([3]), "of all applications, page by page");
    let unfinished = ExecutionFilter { statuses: vec![Queued, Paused], ..application("bank") };
    assert_eq!(list(store, unfinished).await, ids([5]));
    let unfinished = ExecutionFilter { statuses: vec![Queued, Running], ..pipeline };
    assert_eq!(list(store, unfinished).await, ids([3, 2]));
    let between = ExecutionFilter { created_from: Some(at(2)), created_before: Some(at(4)), ..any() };
    assert_eq!(list(store, between.clone()).await, ids([3, 2]));
    let page = store.executions(&between, Some(id(3)), 9).await.unwrap();
    assert_eq!(page.iter().map(|row| row.id).collect::<Vec<_>>(), ids([2]));
}

pub(crate) async fn filters_are_literal(store: &dyn Store) {
    let of = |n, name: &str| ExecutionRow { application: name.to_owned(), pipeline: Some(name.to_owned()), ..row(n) };
    create(store, [of(1, "a_b"), of(2, "axb"), of(3, "a%"), of(4, "A_B"), of(5, "a_bc")]).await;
    for (name, n) in [("a_b", 1), ("a%", 3), ("A_B", 4)] {
        let application = ExecutionFilter { application: Some(name.to_owned()), ..ExecutionFilter::default() };
        assert_eq!(list(store, application).await, ids([n]));
        let pipeline = ExecutionFilter { pipeline: Some(name.to_owned()), ..ExecutionFilter::default() };
        assert_eq!(list(store, pipeline).await, ids([n]));
        assert_eq!(store.unfinished(name).await.unwrap(), [(id(n), ExecutionStatus::Running)]);
    }
}

pub(crate) async fn due_ones_are_earliest_first(store: &dyn Store) {
    let due = |n, shard, second| ExecutionRow { shard, wake_at: Some(at(second)), ..row(n) };
    create(store, [due(1, 0, 30), due(2, 0, 10), due(3, 1, 20), due(4, 0, 10), row(5), due(6, 2, 5)]).await;
    assert_eq!(store.due(&[0, 1], at(29), 9).await.unwrap(), ids([2, 4, 3]));
    assert_eq!(store.due(&[0, 1], at(30), 9).await.unwrap(), ids([2, 4, 3, 1]), "due at its very time");
    assert_eq!(store.due(&[0, 1], at(30), 2).await.unwrap(), ids([2, 4]));
    assert_eq!(store.due(&[0, 1], at(9), 9).await.unwrap(), []);
    assert_eq!(store.due(&[], at(99), 9).await.unwrap(), []);
}

pub(crate) async fn the_next_due_time_is_of_owned_shards(store: &dyn Store) {
    assert_eq!(store.next_due(&[0]).await.unwrap(), None);
    let due = |n, shard, second| ExecutionRow { shard, wake_at: Some(at(second)), ..row(n) };
    create(store, [due(1, 0, 30), due(2, 1, 10), due(3, 0, 20), ExecutionRow { shard: 2, ..row(4) }]).await;
    assert_eq!(store.next_due(&[0]).await.unwrap(), Some(at(20)));
    assert_eq!(store.next_due(&[0, 1]).await.unwrap(), Some(at(10)));
    assert_eq!(store.next_due(&[2, 3]).await.unwrap(), None);
}

pub(crate) async fn what_runs_or_waits_is_recovered(store: &dyn Store) {
    let queued = |n| ExecutionRow { status: ExecutionStatus::Queued, ..row(n) };
    let busy = |n, shard| ExecutionRow { shard, outstanding: true, ..row(n) };
    let ended = ExecutionRow { status: ExecutionStatus::Canceled, ..busy(5, 0) };
    create(store, [busy(4, 0), row(1), queued(2), busy(3, 1), ended, busy(6, 2)]).await;
    let recover = async |after, limit| {
        let rows = store.to_recover(&[0, 1], after, limit).await.unwrap();
        rows.into_iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(recover(None, 9).await, ids([2, 3, 4, 5]));
    assert_eq!(recover(None, 2).await, ids([2, 3]));
    assert_eq!(recover(Some(id(3)), 9).await, ids([4, 5]));
    assert!(store.to_recover(&[3], None, 9).await.unwrap().is_empty());
    create(store, [ExecutionRow { sequence: 1, outstanding: false, ..busy(4, 0) }]).await;
    assert_eq!(recover(None, 9).await, ids([2, 3, 5]), "what has settled is not recovered");
}

pub(crate) async fn unfinished_ones_of_a_pipeline_are_oldest_first(store: &dyn Store) {
    let with = |n, status| ExecutionRow { status, ..row(n) };
    let statuses = ExecutionStatus::ALL;
    create(store, (1..=6).rev().map(|n| with(n, statuses[n as usize - 1]))).await;
    create(store, [ExecutionRow { pipeline: Some(format!("{PIPELINE}2")), ..row(7) }]).await;
    create(store, [ExecutionRow { pipeline: None, ..row(8) }]).await;
    let unfinished = store.unfinished(PIPELINE).await.unwrap();
    let expected = [ExecutionStatus::Queued, ExecutionStatus::Running, ExecutionStatus::Paused];
    assert_eq!(unfinished, [(id(1), expected[0]), (id(2), expected[1]), (id(3), expected[2])]);
    create(store, [ExecutionRow { sequence: 1, status: ExecutionStatus::Terminal, ..row(2) }]).await;
    assert_eq!(store.unfinished(PIPELINE).await.unwrap().len(), 2);
}

pub(crate) async fn a_sound_store_has_nothing_to_tell(store: &dyn Store) {
    create(store, [row(1)]).await;
    assert_eq!(store.verify().await, Ok(Vec::new()));
}

pub(crate) async fn a_store_answers(store: &dyn Store) {
    store.ping().await.unwrap();
}
