//! The loss of connections and of the database.

use std::time::Duration;

use gennaker_core::resource::ResourceKind;
use gennaker_parts::Postgres;
use gennaker_parts::postgres::{Options, Stop};
use gennaker_ports::store::TriggerDecision;
use gennaker_ports::{Store, StoreError};
use gennaker_store::{PostgresOptions, PostgresStore};
use sqlx::{Executor, query};
use tokio::time::{Instant, sleep};

use crate::fixture::{
    PATIENCE, WAITING, claim, commit, connect, count, database, id, lease, open, options, soon, step, try_commit,
    wait_for,
};

const CUT: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

#[tokio::test]
async fn reads_and_renewals_do_not_notice_a_cut() {
    let url = database().await;
    let store = open(&url).await;
    let mut connection = connect(&url).await;
    for n in 0..5 {
        lease(&store, "ann", 0).await;
        assert!(count(&mut connection, CUT).await > 0);
        assert_eq!(store.resource(ResourceKind::Application, "a").await, Ok(None), "after cut {n}");
        assert!(count(&mut connection, CUT).await > 0);
        store.lease(&claim("ann", [0], n)).await.unwrap();
    }
}

#[tokio::test]
async fn a_commit_that_is_cut_happens_once_or_not_at_all() {
    let url = database().await;
    let store = open(&url).await;
    let ours = lease(&store, "ann", 0).await;
    commit(&store, step(ours, 1, 0)).await.unwrap();
    let mut brake = connect(&url).await;
    brake.execute("BEGIN").await.unwrap();
    query("SELECT 1 FROM executions WHERE id = $1 FOR UPDATE")
        .bind(id(1).to_string())
        .execute(&mut brake)
        .await
        .unwrap();
    let mut watch = connect(&url).await;
    let committing = tokio::spawn(async move { (try_commit(&store, step(ours, 1, 1)).await, store) });
    wait_for(&mut watch, WAITING, 1).await;
    let cut = format!("{CUT} AND wait_event_type = 'Lock'");
    assert_eq!(count(&mut watch, &cut).await, 1);
    let (answer, store) = soon(committing).await.unwrap();
    assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    brake.execute("ROLLBACK").await.unwrap();

    let sequence = store.execution(id(1)).await.unwrap().unwrap().sequence;
    assert_eq!(sequence, 1);
    commit(&store, step(ours, 1, sequence)).await.unwrap();
    assert_eq!(store.events(id(1), 0, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_restart_of_the_database_is_survived() {
    for how in [Stop::Fast, Stop::Immediate] {
        let mut server = Postgres::start(Options { durable: true, ..Options::default() }).await.unwrap();
        let url = server.database().await.unwrap();
        let options = PostgresOptions { acquire_timeout: Duration::from_millis(300), ..options(&url) };
        let store = PostgresStore::open(&options).await.unwrap();
        let ours = lease(&store, "ann", 0).await;
        let mut signals = store.signals();
        for after in 0..5 {
            commit(&store, step(ours, 1, after)).await.unwrap();
        }
        server.stop(how).await.unwrap();
        let refused = soon(try_commit(&store, step(ours, 1, 5))).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        assert!(matches!(soon(store.ping()).await, Err(StoreError::Unavailable(_))));

        server.begin().await.unwrap();
        recovered(&store).await;
        assert_eq!(store.execution(id(1)).await.unwrap().unwrap().sequence, 5, "what was acknowledged is there");
        commit(&store, step(ours, 1, 5)).await.unwrap();
        store.ping().await.unwrap();
        soon(signals.recv()).await.unwrap();
    }
}

#[tokio::test]
async fn connections_that_cannot_write_are_not_kept() {
    let url = database().await;
    let store = open(&url).await;
    let ours = lease(&store, "ann", 0).await;
    let mut connection = connect(&url).await;
    let set = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$";
    connection.execute(set).await.unwrap();
    assert!(count(&mut connection, CUT).await > 0);
    for _ in 0..3 {
        let refused = try_commit(&store, step(ours, 1, 0)).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    }
    let reset = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$";
    connection.execute(reset).await.unwrap();
    commit(&store, step(ours, 1, 0)).await.unwrap();
    store.lease(&claim("ann", [0], 1)).await.unwrap();
}

/// Waits until a renewal succeeds, as a server does.
async fn recovered(store: &PostgresStore) {
    let deadline = Instant::now() + PATIENCE;
    while store.lease(&claim("ann", [0], 1)).await.is_err() {
        assert!(Instant::now() < deadline, "it does not come back");
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_pool_that_is_used_up_is_not_waited_for_without_end() {
    let url = database().await;
    let timeout = Duration::from_millis(200);
    let options = PostgresOptions { max_connections: 1, acquire_timeout: timeout, ..options(&url) };
    let store = PostgresStore::open(&options).await.unwrap();
    let ours = lease(&store, "ann", 0).await;
    let mut brake = connect(&url).await;
    brake.execute("BEGIN; LOCK TABLE trigger_events IN EXCLUSIVE MODE").await.unwrap();
    let store = std::sync::Arc::new(store);
    let other = std::sync::Arc::clone(&store);
    let stuck =
        tokio::spawn(async move { other.decide_trigger_event("none", TriggerDecision::Failed, "", None).await });
    wait_for(&mut connect(&url).await, WAITING, 1).await;
    let refused = soon(store.ping()).await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    // Who owns shards keeps them, and goes on.
    soon(store.lease(&claim("ann", [0], 1))).await.unwrap();
    soon(try_commit(&*store, step(ours, 1, 0))).await.unwrap().unwrap();
    brake.execute("ROLLBACK").await.unwrap();
    let unknown = soon(stuck).await.unwrap();
    assert!(matches!(unknown, Err(StoreError::NotFound(_))), "it was done after all: {unknown:?}");
    store.ping().await.unwrap();
}
