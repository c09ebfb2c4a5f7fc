//! Steps of executions.

use gennaker_core::execution::{ExecutionStatus, Rejection};
use gennaker_ports::Store;
use gennaker_ports::store::{Claim, Cursor, ExecutionRow, Lease, Position, Step, StepError, StoreError};

use crate::fixture::{applied, at, claim, command, commit, create, events, id, lease, log, row, sent, step};

pub(crate) async fn a_step_leaves_row_events_and_results(store: &dyn Store) {
    let lease = lease(store, 0).await;
    let mut first = step(lease, row(1), 3);
    first.applied = vec![applied("start", 1)];
    let committed = commit(store, first.clone()).await.unwrap();
    assert_eq!((committed.execution, &committed.events), (id(1), &first.events));
    assert_eq!((committed.application.as_str(), &committed.pipeline), ("shop", &row(1).pipeline));
    assert!(committed.position > Position::default());
    assert_eq!(store.execution(id(1)).await.unwrap(), first.row);
    assert_eq!(store.events(id(1), 0, 9).await.unwrap(), *first.events);
    assert_eq!(store.command(&command("start")).await.unwrap(), Some(Some(applied("start", 1).1)));

    let ended = ExecutionRow {
        status: ExecutionStatus::Succeeded,
        ended: Some(at(20)),
        started: Some(at(2)),
        wake_at: Some(at(30)),
        outstanding: true,
        ..first.row.unwrap()
    };
    let second = step(lease, ended, 2);
    let later = commit(store, second.clone()).await.unwrap();
    assert!(later.position > committed.position);
    assert_eq!(store.execution(id(1)).await.unwrap(), second.row);
    assert_eq!(store.events(id(1), 3, 9).await.unwrap(), *second.events);
}

pub(crate) async fn a_stale_sequence_is_refused(store: &dyn Store) {
    let lease = lease(store, 0).await;
    commit(store, step(lease, row(1), 3)).await.unwrap();
    for expected in [0, 2, 4] {
        let stale = commit(store, step(lease, ExecutionRow { sequence: expected, ..row(1) }, 2)).await;
        assert_eq!(stale, Err(StepError::Conflict { expected, current: 3 }));
    }
    let missing = commit(store, step(lease, ExecutionRow { sequence: 1, ..row(2) }, 1)).await;
    assert_eq!(missing, Err(StepError::Conflict { expected: 1, current: 0 }));
    assert_eq!(store.events(id(1), 0, 9).await.unwrap().len(), 3);
    assert_eq!(store.execution(id(1)).await.unwrap().unwrap().sequence, 3);
}

pub(crate) async fn an_existing_execution_is_not_created_again(store: &dyn Store) {
    create(store, [row(1)]).await;
    let lease = lease(store, 0).await;
    let again = commit(store, step(lease, row(1), 5)).await;
    assert_eq!(again, Err(StepError::Conflict { expected: 0, current: 1 }));
    let refused = Step { row: None, applied: vec![applied("start", 1)], ..step(lease, row(1), 0) };
    assert_eq!(commit(store, refused).await, Err(StepError::Conflict { expected: 0, current: 1 }));
}

pub(crate) async fn a_deposed_owner_is_refused(store: &dyn Store) {
    let takes = async |owner: &str, now: i64| {
        let claim = Claim { now: at(now), until: at(now + 10), ..claim(owner, &[0], 1) };
        store.lease(&claim).await.unwrap().leases[0]
    };
    let deposed = takes("ann", 0).await;
    commit(store, step(deposed, row(1), 1)).await.unwrap();
    let owner = takes("bob", 10).await;
    let next = ExecutionRow { sequence: 1, ..row(1) };
    let late = commit(store, step(deposed, next.clone(), 1)).await;
    assert_eq!(late, Err(StepError::Fenced { shard: 0, epoch: deposed.epoch, current: owner.epoch }));
    let ahead = Lease { shard: 0, epoch: owner.epoch + 1 };
    assert!(matches!(commit(store, step(ahead, next.clone(), 1)).await, Err(StepError::Fenced { .. })));
    commit(store, step(owner, next, 1)).await.unwrap();
}

pub(crate) async fn a_lease_of_another_shard_is_no_lease(store: &dyn Store) {
    lease(store, 0).await;
    let other = ExecutionRow { shard: 1, ..row(1) };
    let fenced = commit(store, step(Lease { shard: 1, epoch: 1 }, other, 1)).await;
    assert_eq!(fenced, Err(StepError::Fenced { shard: 1, epoch: 1, current: 0 }));
}

pub(crate) async fn a_command_is_applied_once(store: &dyn Store) {
    let lease = lease(store, 0).await;
    commit(store, Step { applied: vec![applied("c", 1)], ..step(lease, row(1), 1) }).await.unwrap();
    let row = ExecutionRow { sequence: 1, ..row(1) };
    let again = Step { applied: vec![applied("d", 1), applied("c", 1)], ..step(lease, row.clone(), 1) };
    assert_eq!(commit(store, again).await, Err(StepError::Duplicate(command("c"))));
    assert_eq!(store.command(&command("d")).await.unwrap(), None);
    let twice = Step { applied: vec![applied("d", 1), applied("d", 1)], ..step(lease, row, 1) };
    assert_eq!(commit(store, twice).await, Err(StepError::Duplicate(command("d"))));
    assert_eq!(store.execution(id(1)).await.unwrap().unwrap().sequence, 1);
}

pub(crate) async fn a_command_is_applied_once_within_a_batch(store: &dyn Store) {
    let lease = lease(store, 0).await;
    let with = |n, name: &str| Step { applied: vec![applied(name, n)], ..step(lease, row(n), 1) };
    let answers = store.commit(vec![with(1, "c"), with(2, "c"), with(3, "d")]).await.unwrap();
    assert!(answers[0].is_ok() && answers[2].is_ok());
    assert_eq!(answers[1], Err(StepError::Duplicate(command("c"))));
    assert_eq!(store.execution(id(2)).await.unwrap(), None);
}

pub(crate) async fn a_refused_step_leaves_nothing_and_spares_the_others(store: &dyn Store) {
    let owned = lease(store, 0).await;
    store.send(vec![sent("waiting", 2, 0)]).await.unwrap();
    let refused = |step: Step| Step { applied: vec![applied("waiting", 2)], sent: vec![sent("never", 3, 0)], ..step };
    let answers = store
        .commit(vec![
            step(owned, row(1), 1),
            refused(step(Lease { epoch: 9, ..owned }, row(2), 1)),
            refused(step(owned, ExecutionRow { sequence: 4, ..row(2) }, 1)),
            step(owned, row(3), 1),
        ])
        .await
        .unwrap();
    assert!(answers[0].is_ok() && answers[3].is_ok());
    assert_eq!(answers[1], Err(StepError::Fenced { shard: 0, epoch: 9, current: owned.epoch }));
    assert_eq!(answers[2], Err(StepError::Conflict { expected: 4, current: 0 }));
    assert_eq!(store.execution(id(2)).await.unwrap(), None);
    assert_eq!(store.command(&command("waiting")).await.unwrap(), Some(None));
    assert_eq!(store.command(&command("never")).await.unwrap(), None);
    assert_eq!(log(store, &[0]).await.len(), 2);
}

pub(crate) async fn steps_of_one_execution_can_share_a_batch(store: &dyn Store) {
    let lease = lease(store, 0).await;
    let after = |sequence| ExecutionRow { sequence, ..row(1) };
    let steps =
        vec![step(lease, after(0), 2), step(lease, after(2), 1), step(lease, after(2), 7), step(lease, after(3), 1)];
    let answers = store.commit(steps).await.unwrap();
    assert_eq!(answers[2], Err(StepError::Conflict { expected: 2, current: 3 }));
    assert!(answers[0].is_ok() && answers[1].is_ok() && answers[3].is_ok());
    assert_eq!(store.events(id(1), 0, 9).await.unwrap(), events(0, 4));
}

pub(crate) async fn a_rejection_needs_no_execution(store: &dyn Store) {
    let lease = lease(store, 0).await;
    create(store, [row(1)]).await;
    let end = store.cursor().await.unwrap();
    let (name, mut outcome) = applied("start", 2);
    outcome.rejection = Some(Rejection::Ended { execution: id(2), status: ExecutionStatus::Canceled });
    let refused = Step { row: None, applied: vec![(name.clone(), outcome.clone())], ..step(lease, row(2), 0) };
    let committed = commit(store, refused).await.unwrap();
    assert_eq!((committed.execution, committed.position), (id(2), end.get(store.lane(0))));
    assert!(committed.events.is_empty());
    assert_eq!(store.command(&name).await.unwrap(), Some(Some(outcome)));
    assert_eq!(store.execution(id(2)).await.unwrap(), None);
    assert_eq!(store.cursor().await.unwrap(), end);
}

pub(crate) async fn a_step_without_events_updates_the_row(store: &dyn Store) {
    create(store, [row(1)]).await;
    let lease = lease(store, 0).await;
    let mut quiet = step(lease, ExecutionRow { sequence: 1, wake_at: Some(at(50)), ..row(1) }, 0);
    quiet.applied = vec![applied("c", 1)];
    quiet.sent = vec![sent("onward", 2, 0)];
    commit(store, quiet.clone()).await.unwrap();
    assert_eq!(store.execution(id(1)).await.unwrap(), quiet.row);
    assert_eq!(store.events(id(1), 0, 9).await.unwrap().len(), 1);
    assert!(store.command(&command("c")).await.unwrap().unwrap().is_some());
    assert_eq!(store.inbox(&[0], 9).await.unwrap(), [sent("onward", 2, 0)]);
}

pub(crate) async fn a_step_that_contradicts_itself_fails_the_call(store: &dyn Store) {
    let lease = lease(store, 0).await;
    let sound = step(lease, row(1), 2);
    let sequence = |sequence| Some(ExecutionRow { sequence, ..row(1) });
    for flawed in [
        Step { events: events(1, 2).into(), ..sound.clone() },
        Step { row: sequence(3), ..sound.clone() },
        Step { row: None, ..sound.clone() },
        Step { row: sequence(0), events: events(0, 0).into(), ..sound.clone() },
        Step { row: None, events: events(0, 0).into(), ..sound.clone() },
        Step { row: Some(ExecutionRow { shard: 1, sequence: 2, ..row(1) }), ..sound.clone() },
    ] {
        let failed = store.commit(vec![sound.clone(), flawed]).await;
        assert!(matches!(failed, Err(StoreError::Damaged(_))), "{failed:?}");
    }
    assert_eq!(store.execution(id(1)).await.unwrap(), None);
    assert_eq!(store.cursor().await.unwrap(), Cursor::default());
}

pub(crate) async fn nothing_is_committed_by_nothing(store: &dyn Store) {
    assert_eq!(store.commit(Vec::new()).await, Ok(Vec::new()));
    assert_eq!(store.cursor().await.unwrap(), Cursor::default());
}
