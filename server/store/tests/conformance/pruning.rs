//! Removing what is no longer to be kept.

use gennaker_core::execution::{ExecutionId, ExecutionStatus};
use gennaker_core::resource::ResourceKind;
use gennaker_ports::Store;
use gennaker_ports::store::{
    Applied, Cursor, ExecutionFilter, ExecutionRow, Expect, Once, Pruning, RequestKey, Step, StoredTriggerEvent,
    TriggerDecision,
};

use crate::fixture::{PIPELINE, applied, at, command, commit, create, id, lease, log, row, sent, step};

/// The `n`th execution, as it ended in the `n`th second.
fn ended(n: u32) -> ExecutionRow {
    ExecutionRow { status: ExecutionStatus::Succeeded, ended: Some(at(n.into())), ..row(n) }
}

fn before(n: i64) -> Pruning {
    Pruning::Ended { before: at(n) }
}

fn surplus(pipeline: &str, keep: usize) -> Pruning {
    Pruning::Surplus { pipeline: pipeline.to_owned(), keep }
}

/// The executions that are left, newest first.
async fn left(store: &dyn Store) -> Vec<ExecutionId> {
    let rows = store.executions(&ExecutionFilter::default(), None, 1000).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

pub(crate) async fn ended_executions_go_by_age(store: &dyn Store) {
    create(store, (1..=5).map(ended)).await;
    assert_eq!(store.prune(&before(1), 9).await, Ok(0));
    assert_eq!(store.prune(&before(4), 9).await, Ok(3), "the fourth ended at that time, not before");
    assert_eq!(left(store).await, [id(5), id(4)]);
    assert_eq!(store.prune(&before(4), 9).await, Ok(0));
}

pub(crate) async fn surplus_executions_go_by_pipeline(store: &dyn Store) {
    let other = |n| ExecutionRow { pipeline: Some("other".to_owned()), ..ended(n) };
    let none = |n| ExecutionRow { pipeline: None, ..ended(n) };
    create(store, [ended(1), other(2), ended(3), none(4), row(5), ended(6), other(7)]).await;
    assert_eq!(store.prune(&surplus(PIPELINE, 3), 9).await, Ok(0));
    assert_eq!(store.prune(&surplus("unknown", 0), 9).await, Ok(0));
    assert_eq!(store.prune(&surplus(PIPELINE, 2), 9).await, Ok(1), "what runs does not count");
    assert_eq!(left(store).await, [7, 6, 5, 4, 3, 2].map(id));
    assert_eq!(store.prune(&surplus(PIPELINE, 0), 9).await, Ok(2));
    assert_eq!(left(store).await, [7, 5, 4, 2].map(id));
}

pub(crate) async fn what_has_not_ended_stays(store: &dyn Store) {
    use ExecutionStatus::{Paused, Queued, Running};
    for (n, status) in [(1, Queued), (2, Running), (3, Paused)] {
        create(store, [ExecutionRow { status, ..row(n) }]).await;
        create(store, [ExecutionRow { status, ..ended(10 + n) }]).await;
    }
    assert_eq!(store.prune(&before(1000), 99).await, Ok(0));
    assert_eq!(store.prune(&surplus(PIPELINE, 0), 99).await, Ok(0));
}

pub(crate) async fn what_commands_wait_for_stays(store: &dyn Store) {
    create(store, (1..=4).map(ended)).await;
    store.send(vec![sent("retry", 1, 0), sent("again", 3, 0)]).await.unwrap();
    assert_eq!(store.prune(&before(3), 1).await, Ok(1), "the limit is for what goes");
    assert_eq!(left(store).await, [4, 3, 1].map(id));
    assert_eq!(store.prune(&surplus(PIPELINE, 1), 9).await, Ok(0), "one is kept, commands wait for the others");
    let lease = lease(store, 0).await;
    let settled = ExecutionRow { sequence: 1, ..ended(1) };
    commit(store, Step { applied: vec![applied("retry", 1)], ..step(lease, settled, 1) }).await.unwrap();
    assert_eq!(store.prune(&surplus(PIPELINE, 1), 9).await, Ok(1));
    assert_eq!(left(store).await, [4, 3].map(id));
}

pub(crate) async fn pruning_is_bounded(store: &dyn Store) {
    create(store, (1..=7).map(ended)).await;
    assert_eq!(store.prune(&before(7), 0).await, Ok(0));
    assert_eq!(store.prune(&before(7), 2).await, Ok(2));
    assert_eq!(left(store).await, [7, 6, 5, 4, 3].map(id), "the oldest go first");
    assert_eq!(store.prune(&surplus(PIPELINE, 1), 3).await, Ok(3));
    assert_eq!(left(store).await, [7, 6].map(id));
    assert_eq!(store.prune(&before(7), 2).await, Ok(1));
}

pub(crate) async fn what_is_pruned_is_gone_and_the_rest_is_whole(store: &dyn Store) {
    let lease = lease(store, 0).await;
    let grow = |n: u32, sequence| step(lease, ExecutionRow { sequence, ..ended(n) }, 2);
    let steps = vec![grow(1, 0), grow(2, 0), grow(1, 2), grow(2, 2), grow(3, 0)];
    let steps: Vec<_> = store.commit(steps).await.unwrap().into_iter().map(Result::unwrap).collect();
    let end = store.cursor().await.unwrap();
    assert_eq!(store.pruned().await, Ok(Cursor::default()));
    assert_eq!(store.prune(&before(2), 9).await, Ok(1));

    assert_eq!(store.execution(id(1)).await, Ok(None));
    assert_eq!(store.events(id(1), 0, 9).await.unwrap(), []);
    assert_eq!(store.events(id(2), 0, 9).await.unwrap().len(), 4);
    assert_eq!(log(store, &[0]).await, [steps[1].clone(), steps[3].clone(), steps[4].clone()]);
    let pruned = store.pruned().await.unwrap();
    assert_eq!(pruned.get(store.lane(0)), steps[2].position);
    assert_eq!(store.events_since(&pruned, &[store.lane(0)], 9).await.unwrap(), steps[3..]);
    assert_eq!(store.cursor().await.unwrap(), end);
    commit(store, grow(2, 4)).await.unwrap();
}

pub(crate) async fn no_position_is_used_twice(store: &dyn Store) {
    create(store, (1..=3).map(ended)).await;
    let end = store.cursor().await.unwrap();
    assert_eq!(store.prune(&before(9), 9).await, Ok(3));
    assert_eq!(store.pruned().await.unwrap(), end);
    assert_eq!(store.cursor().await.unwrap(), end, "the log ends where it did");
    let next = commit(store, step(lease(store, 0).await, row(4), 1)).await.unwrap();
    assert!(next.position > end.get(next.lane), "{next:?}");
    assert_eq!(log(store, &[0]).await, [next]);
    assert_eq!(store.pruned().await.unwrap(), end);
}

pub(crate) async fn results_of_commands_go_by_age(store: &dyn Store) {
    let lease = lease(store, 0).await;
    let timed = |name, n: u32, time| {
        let (id, outcome) = applied(name, n);
        (id, Applied { time: at(time), ..outcome })
    };
    let results = vec![timed("new", 1, 9), timed("old", 1, 3), timed("older", 1, 2)];
    commit(store, Step { applied: results, ..step(lease, row(1), 1) }).await.unwrap();
    let pruning = Pruning::Requests { before: at(9) };
    assert_eq!(store.prune(&pruning, 1).await, Ok(1));
    assert_eq!(store.prune(&pruning, 5).await, Ok(1));
    for (name, known) in [("new", true), ("old", false), ("older", false)] {
        assert_eq!(store.command(&command(name)).await.unwrap().is_some(), known, "{name}");
    }
    store.send(vec![sent("old", 1, 0)]).await.unwrap();
    assert_eq!(store.inbox(&[0], 9).await.unwrap(), [sent("old", 1, 0)]);
}

pub(crate) async fn requests_go_by_age(store: &dyn Store) {
    let key = |n: i64| RequestKey { id: format!("request {n}"), digest: "d".to_owned() };
    let write = |n: i64| crate::resources::write(ResourceKind::Pipeline, &format!("a/{n}"), n);
    for n in 1..=4 {
        store.write_resource_once(&write(n), Expect::Absent, &key(n)).await.unwrap();
    }
    let (kind, actor) = (ResourceKind::Pipeline, "ann");
    store.delete_resource_once(kind, "a/1", Expect::Present, actor, at(5), &key(5)).await.unwrap();
    let pruning = Pruning::Requests { before: at(4) };
    assert_eq!(store.prune(&pruning, 2).await, Ok(2));
    assert_eq!(store.prune(&pruning, 2).await, Ok(1));
    let anew = store.write_resource_once(&write(1), Expect::Absent, &key(1)).await.unwrap();
    assert!(matches!(anew, Once::Done(resource) if resource.revision > 1), "it was forgotten, and done again");
    let kept = store.write_resource_once(&write(4), Expect::Absent, &key(4)).await.unwrap();
    assert!(matches!(kept, Once::Done(resource) if resource.revision == 1));
    let kept = store.delete_resource_once(kind, "a/1", Expect::Present, actor, at(6), &key(5)).await.unwrap();
    assert_eq!(kept, Once::Done(()));
    assert!(store.resource(kind, "a/1").await.unwrap().is_some(), "nothing was done");
}

pub(crate) async fn settled_trigger_events_go_by_age(store: &dyn Store) {
    let event = |n: u32, decision| StoredTriggerEvent {
        decision,
        ..crate::trigger_events::event(n, "hook", Some(&n.to_string()))
    };
    let decisions = [TriggerDecision::Fired, TriggerDecision::Pending, TriggerDecision::Failed, TriggerDecision::Fired];
    for (n, decision) in (1..).zip(decisions) {
        store.record_trigger_event(&event(n, decision)).await.unwrap();
    }
    let time = event(4, TriggerDecision::Fired).time;
    let pruning = Pruning::TriggerEvents { before: time };
    assert_eq!(store.prune(&pruning, 1).await, Ok(1));
    assert_eq!(store.prune(&pruning, 9).await, Ok(1));
    let left = store.trigger_events("hook", None, 9).await.unwrap();
    assert_eq!(left, [event(4, TriggerDecision::Fired), event(2, TriggerDecision::Pending)]);
    let anew = StoredTriggerEvent { dedupe_key: Some("1".to_owned()), ..event(7, TriggerDecision::Fired) };
    assert_eq!(store.record_trigger_event(&anew).await, Ok(None));
}

pub(crate) async fn pipelines_that_ended_lately_are_paged(store: &dyn Store) {
    let of = |pipeline: &str, n| ExecutionRow { pipeline: Some(pipeline.to_owned()), ..ended(n) };
    let none = ExecutionRow { pipeline: None, ..ended(7) };
    let running = ExecutionRow { ended: None, status: ExecutionStatus::Running, ..of("running", 9) };
    create(store, [of("a", 1), of("b", 5), of("B", 6), of("c", 8), of("b", 3), none, running]).await;
    let lately = async |time, after, limit| store.ended_since(at(time), after, limit).await.unwrap();
    assert_eq!(lately(0, None, 9).await, ["B", "a", "b", "c"]);
    assert_eq!(lately(0, None, 2).await, ["B", "a"]);
    assert_eq!(lately(0, Some("a"), 2).await, ["b", "c"]);
    assert_eq!(lately(5, None, 9).await, ["B", "b", "c"], "from that time on, inclusive");
    assert_eq!(lately(9, None, 9).await, Vec::<String>::new());
}
