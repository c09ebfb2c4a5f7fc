//! What is stored may be much: nothing that is done often looks at all of it.

use gennaker_core::execution::ExecutionStatus;
use gennaker_ports::Store;
use gennaker_ports::store::{Cursor, ExecutionFilter, Pruning, Step};
use sqlx::{Executor, PgConnection, query};

use crate::fixture::{applied, at, commit, connect, count, database, header, id, lease, open, sent, step, wait_for};

const TABLES: &str = "('executions', 'events', 'applied', 'inbox')";

/// Many executions that have ended, some that have not, and their logs, as if they had always been there.
async fn fill(connection: &mut PgConnection) {
    let executions =
        "INSERT INTO executions (id, shard, application, pipeline, status, created, started, ended, sequence, wake_at,
            outstanding, header)
        SELECT lpad(n::text, 26, '0'), n % 64, 'shop' || n % 20, 'p' || n % 100,
            CASE WHEN n % 100 = 0 THEN 'RUNNING' ELSE 'SUCCEEDED' END, n, n, CASE WHEN n % 100 > 0 THEN n END, 5,
            CASE WHEN n % 100 = 0 THEN n END, n % 100 = 0, $1
        FROM generate_series(1, 20000) AS n";
    let header = serde_json::to_string(&header()).unwrap();
    query(executions).bind(header).execute(&mut *connection).await.unwrap();
    for sql in [
        "INSERT INTO events (shard, execution, first_sequence, last_sequence, application, pipeline, events)
        SELECT n % 64, lpad(n::text, 26, '0'), k, k, 'shop', 'p', '[]'
        FROM generate_series(1, 20000) AS n, generate_series(1, 5) AS k",
        "INSERT INTO applied (id, execution, sequence, digest, time)
        SELECT 'old' || n, lpad(n::text, 26, '0'), 1, '', n FROM generate_series(1, 40000) AS n",
    ] {
        connection.execute(sql).await.unwrap();
    }
}

/// What a replica does all the time.
async fn work(store: &dyn Store) {
    let ours = lease(store, "ann", 0).await;
    let shards = [0];
    for n in 1..=5 {
        commit(store, Step { sent: vec![sent(&format!("s{n}"), n, 0)], ..step(ours, n, 0) }).await.unwrap();
        let settled = vec![applied(&format!("s{n}"), n)];
        let committed = commit(store, Step { applied: settled, ..step(ours, n, 1) }).await.unwrap();
        let before: Cursor = [(0, gennaker_ports::store::Position(committed.position.0 - 1))].into_iter().collect();
        store.events_since(&before, &shards, 100).await.unwrap();
        store.events(id(n), 1, 10).await.unwrap();
        store.inbox(&shards, 10).await.unwrap();
        store.command(&applied("s1", n).0).await.unwrap();
        store.due(&shards, at(0), 10).await.unwrap();
        store.next_due(&shards).await.unwrap();
        store.unfinished("p1").await.unwrap();
    }
    let filter = |application: Option<&str>, pipeline: Option<&str>, statuses: &[ExecutionStatus]| ExecutionFilter {
        application: application.map(str::to_owned),
        pipeline: pipeline.map(str::to_owned),
        statuses: statuses.to_vec(),
        ..ExecutionFilter::default()
    };
    for filter in [
        filter(None, None, &[]),
        filter(Some("shop1"), None, &[]),
        filter(None, Some("p1"), &[]),
        filter(Some("shop1"), None, &[ExecutionStatus::Succeeded]),
        filter(None, Some("p0"), &[ExecutionStatus::Running]),
        filter(None, None, &[ExecutionStatus::Running, ExecutionStatus::Queued]),
    ] {
        store.executions(&filter, Some(id(0)), 20).await.unwrap();
    }
    store.to_recover(&shards, None, 20).await.unwrap();
    store.prune(&Pruning::Ended { before: at(0) }, 20).await.unwrap();
    store.prune(&Pruning::Surplus { pipeline: "p1".to_owned(), keep: 20 }, 20).await.unwrap();
    store.prune(&Pruning::Requests { before: at(0) }, 20).await.unwrap();
    store.ended_since(at(-1), None, 20).await.unwrap();
    store.cursor().await.unwrap();
}

#[tokio::test]
async fn nothing_that_is_done_often_looks_at_everything() {
    let url = database().await;
    let mut connection = connect(&url).await;
    drop(open(&url).await);
    fill(&mut connection).await;
    connection.execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    let scans = format!("SELECT sum(seq_scan)::bigint FROM pg_stat_user_tables WHERE relname IN {TABLES}");
    let rows = format!(
        "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables WHERE relname IN {TABLES}"
    );
    let before = (count(&mut connection, &scans).await, count(&mut connection, &rows).await);
    let store = open(&url).await;
    work(&store).await;
    drop(store);
    // What a connection has read is known when it has ended.
    let others = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    wait_for(&mut connection, others, 0).await;
    let after = (count(&mut connection, &scans).await, count(&mut connection, &rows).await);
    assert_eq!(after.0, before.0, "a whole table was read");
    assert!(after.1 - before.1 < 3000, "{} rows were read", after.1 - before.1);
}
