//! Several stores on one database.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use gennaker_core::execution::ExecutionStatus;
use gennaker_ports::Store;
use gennaker_ports::store::{Claim, Cursor, ExecutionRow, Lease, Pruning, Step, StepError, StoreError};
use gennaker_store::{PostgresOptions, PostgresStore};
use sqlx::{Executor, query};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::fixture::{
    WAITING, applied, at, claim, commit, connect, count, database, id, lease, open, options, sent, soon, step,
    try_commit, wait_for,
};

const SHARDS: u32 = 64;

#[tokio::test]
async fn a_takeover_waits_for_the_commit_in_flight_and_fences_later_ones() {
    let url = database().await;
    let (ann, bob) = (open(&url).await, open(&url).await);
    let ours = ann.lease(&claim("ann", [0], 0)).await.unwrap().leases[0];
    commit(&ann, step(ours, 1, 0)).await.unwrap();

    // Somebody holds the execution's row, so that the commit stops after it has passed the fence.
    let mut brake = connect(&url).await;
    brake.execute("BEGIN").await.unwrap();
    query("SELECT 1 FROM executions WHERE id = $1 FOR UPDATE")
        .bind(id(1).to_string())
        .execute(&mut brake)
        .await
        .unwrap();
    let mut watch = connect(&url).await;
    let committing = tokio::spawn(async move { (commit(&ann, step(ours, 1, 1)).await, ann) });
    wait_for(&mut watch, WAITING, 1).await;

    let taking = tokio::spawn(async move { (bob.lease(&claim("bob", [0], 20)).await.unwrap().leases, bob) });
    wait_for(&mut watch, WAITING, 2).await;
    assert!(!committing.is_finished() && !taking.is_finished());
    brake.execute("ROLLBACK").await.unwrap();

    let (committed, ann) = soon(committing).await.unwrap();
    committed.unwrap();
    let (taken, bob) = soon(taking).await.unwrap();
    assert_eq!(taken, [Lease { shard: 0, epoch: 2 }]);
    assert_eq!(bob.execution(id(1)).await.unwrap().unwrap().sequence, 2, "what was committed before is seen");
    let late = commit(&ann, step(ours, 1, 2)).await;
    assert_eq!(late, Err(StepError::Fenced { shard: 0, epoch: 1, current: 2 }));
    commit(&bob, step(taken[0], 1, 2)).await.unwrap();
}

#[tokio::test]
async fn a_commit_that_waits_for_a_takeover_is_fenced() {
    let url = database().await;
    let ann = open(&url).await;
    let ours = lease(&ann, "ann", 0).await;
    let mut thief = connect(&url).await;
    thief.execute("BEGIN; UPDATE leases SET owner = 'bob', epoch = epoch + 1").await.unwrap();
    let committing = tokio::spawn(async move { (commit(&ann, step(ours, 1, 0)).await, ann) });
    wait_for(&mut connect(&url).await, WAITING, 1).await;
    thief.execute("COMMIT").await.unwrap();
    let (answer, ann) = soon(committing).await.unwrap();
    assert_eq!(answer, Err(StepError::Fenced { shard: 0, epoch: 1, current: 2 }));
    assert_eq!(ann.execution(id(1)).await.unwrap(), None);
}

#[tokio::test]
async fn shards_are_shared_without_a_deadlock_and_none_twice() {
    let url = database().await;
    let stores = join_all((0..3).map(|_| open(&url))).await;
    let fair = SHARDS as usize / 3 + 1;
    for round in 0..10 {
        let now = round * 100;
        let claims = stores.iter().enumerate().map(|(n, store)| async move {
            let claim = Claim { limit: fair, ..claim(&format!("{round}-{n}"), 0..SHARDS, now) };
            soon(store.lease(&claim)).await.unwrap().leases
        });
        let tenures = join_all(claims).await;
        let taken: Vec<_> = tenures.iter().flatten().map(|lease| lease.shard).collect();
        assert_eq!(taken.iter().collect::<BTreeSet<_>>().len(), taken.len(), "{tenures:?}");
        assert!(tenures.iter().all(|leases| leases.len() <= fair));
    }
}

#[tokio::test]
async fn replicas_commit_at_the_same_time_and_each_lane_is_in_order() {
    const COMMITS: u64 = 40;
    let url = database().await;
    let stores = join_all((0..4).map(|_| open(&url))).await;
    let reader = open(&url).await;
    let mut tasks = JoinSet::new();
    for (shard, store) in (0..).zip(stores) {
        tasks.spawn(async move {
            let lease = lease(&store, &format!("replica {shard}"), shard).await;
            for after in 0..COMMITS {
                commit(&store, step(lease, shard, after)).await.unwrap();
            }
        });
    }
    let lanes: Vec<_> = (0..4).collect();
    let (mut cursor, mut seen) = (Cursor::default(), vec![0; 4]);
    let deadline = Instant::now() + Duration::from_secs(60);
    while seen.iter().sum::<u64>() < 4 * COMMITS {
        assert!(Instant::now() < deadline, "only {seen:?} were seen");
        for step in reader.events_since(&cursor, &lanes, 7).await.unwrap() {
            let last = &mut seen[step.lane as usize];
            assert_eq!(step.events[0].sequence, *last + 1, "a commit became visible after a later one");
            *last += 1;
            assert!(cursor.advance(step.lane, step.position));
        }
    }
    soon(tasks.join_all()).await;
    assert!(!reader.cursor().await.unwrap().is_behind(&cursor));
}

#[tokio::test]
async fn a_command_is_applied_once_though_it_is_sent_all_the_time() {
    let url = database().await;
    let (owner, sender) = (Arc::new(open(&url).await), Arc::new(open(&url).await));
    let ours = lease(&*owner, "ann", 0).await;
    commit(&*owner, step(ours, 1, 0)).await.unwrap();
    let mut sending = JoinSet::new();
    for _ in 0..3 {
        let sender = Arc::clone(&sender);
        sending.spawn(async move {
            for n in 0..60 {
                sender.send(vec![sent(&format!("c{}", n % 20), 1, 0)]).await.unwrap();
            }
        });
    }
    let (mut sequence, mut done) = (1, BTreeSet::new());
    while !sending.is_empty() || done.len() < 20 {
        for command in owner.inbox(&[0], 100).await.unwrap() {
            assert!(done.insert(command.id.clone()), "{:?} came twice", command.id);
            let step = Step { applied: vec![applied(&command.id.0, 1)], ..step(ours, 1, sequence) };
            commit(&*owner, step).await.unwrap();
            sequence += 1;
        }
        while sending.try_join_next().is_some() {}
    }
    assert_eq!(owner.inbox(&[0], 100).await.unwrap(), []);
}

#[tokio::test]
async fn a_command_left_behind_by_a_race_is_dropped() {
    let url = database().await;
    let store = open(&url).await;
    let ours = lease(&store, "ann", 0).await;
    commit(&store, Step { applied: vec![applied("c", 1)], ..step(ours, 1, 0) }).await.unwrap();
    let mut connection = connect(&url).await;
    let sql = "INSERT INTO inbox (id, execution, shard, digest, message) VALUES ('c', $1, 0, '', '{}')";
    query(sql).bind(id(1).to_string()).execute(&mut connection).await.unwrap();
    assert_eq!(store.inbox(&[0], 9).await.unwrap(), []);
    assert_eq!(count(&mut connection, "SELECT count(*) FROM inbox").await, 0);
}

#[tokio::test]
async fn what_is_written_now_is_not_pruned() {
    let url = database().await;
    let store = open(&url).await;
    let ours = lease(&store, "ann", 0).await;
    for n in 1..=2 {
        let mut ended = step(ours, n, 0);
        ended.row = ended.row.map(|row| ExecutionRow { status: ExecutionStatus::Succeeded, ended: Some(at(1)), ..row });
        commit(&store, ended).await.unwrap();
    }
    let mut writer = connect(&url).await;
    writer.execute("BEGIN").await.unwrap();
    query("SELECT 1 FROM executions WHERE id = $1 FOR UPDATE")
        .bind(id(1).to_string())
        .execute(&mut writer)
        .await
        .unwrap();
    assert_eq!(soon(store.prune(&Pruning::Ended { before: at(9) }, 9)).await, Ok(1));
    writer.execute("ROLLBACK").await.unwrap();
    assert!(store.execution(id(1)).await.unwrap().is_some());

    // A step that builds on an execution that was pruned meanwhile does not bring half of it back.
    assert_eq!(store.prune(&Pruning::Ended { before: at(9) }, 9).await, Ok(1));
    let orphan = commit(&store, step(ours, 1, 1)).await;
    assert_eq!(orphan, Err(StepError::Conflict { expected: 1, current: 0 }));
}

#[tokio::test]
async fn a_lock_is_not_waited_for_without_end() {
    let url = database().await;
    open(&url).await;
    let options = PostgresOptions { lock_timeout: Duration::from_millis(100), ..options(&url) };
    let store = PostgresStore::open(&options).await.unwrap();
    let ours = lease(&store, "ann", 0).await;
    let mut other = connect(&url).await;
    other.execute("BEGIN; SELECT * FROM leases FOR UPDATE").await.unwrap();
    let refused = soon(try_commit(&store, step(ours, 1, 0))).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    other.execute("ROLLBACK").await.unwrap();
    commit(&store, step(ours, 1, 0)).await.unwrap();
}

#[tokio::test]
async fn a_renewal_is_one_transaction() {
    let url = database().await;
    open(&url).await;
    let mut watch = connect(&url).await;
    let few = transactions(&url, 2, &mut watch).await;
    let many = transactions(&url, 102, &mut watch).await;
    // The database counts with a delay, and looks after itself meanwhile.
    assert!((80..120).contains(&(many - few)), "{few} with 2 renewals, {many} with 102");
}

/// The transactions of a store from its opening to its end, in which it renews its leases so many times.
async fn transactions(url: &str, renewals: i64, watch: &mut sqlx::PgConnection) -> i64 {
    let others = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let committed = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()";
    wait_for(watch, others, 0).await;
    watch.execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    let before = count(watch, committed).await;
    let store = open(url).await;
    for n in 0..renewals {
        store.lease(&claim("ann", 0..SHARDS, n)).await.unwrap();
    }
    drop(store);
    // A connection that ends says how many transactions it had.
    let mut asked = 0;
    while count(watch, others).await > 0 {
        asked += 1;
        sleep(Duration::from_millis(3)).await;
    }
    watch.execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    let after = count(watch, committed).await;
    after - before - asked
}
