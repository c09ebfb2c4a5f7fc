//! What has ended is kept for a while, and no longer: databases stop growing.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use gennaker_client::{Client, Code, ExecutionView, v1};
use gennaker_parts::SteppedClock;
use gennaker_tests::{Replicas, Setup, World, call, eventually, executions, pipeline, read_until_ended, soon};
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How many executions are kept.
const KEPT: usize = 20;
/// How many are started in a round.
const STARTS: usize = 300;
/// How many at once.
const AT_ONCE: usize = 50;
const ROUNDS: usize = 6;

const SETTINGS: [&str; 3] = ["retention.max_per_pipeline=20", "retention.interval=1s", "retention.requests=60s"];

/// A pipeline whose executions end at once.
fn quick() -> Value {
    let mut quick = pipeline(json!([{"id": "rest", "wait": {"duration": "0s"}}]));
    quick["concurrency"] = json!({"maxConcurrent": 0});
    quick
}

/// The first execution, and the resume token of a stream on which it was seen.
async fn first(client: &Client, pipeline: &str) -> (String, String) {
    let subject = v1::WatchSubject { name: pipeline.to_owned(), after_sequence: None };
    let request = v1::WatchExecutionsRequest { subjects: vec![subject], ..Default::default() };
    let mut stream = soon("a watch", client.executions().watch_executions(request)).await.unwrap().into_inner();
    let started = call::<v1::StartExecutionRequest>(client, json!({ "pipeline": pipeline })).await.unwrap();
    let started = started.execution.unwrap_or_default().name;
    loop {
        let message = soon("a message", stream.message()).await.unwrap().unwrap();
        if message.execution == started {
            return (started, message.resume_token);
        }
    }
}

/// Starts and ends executions under a steady load; gives the size of the database after each round.
async fn sizes(
    clients: &[Client],
    pipeline: &str,
    mut age: impl AsyncFnMut(),
    mut size: impl AsyncFnMut() -> u64,
) -> Vec<u64> {
    let mut sizes = Vec::new();
    for _ in 0..ROUNDS {
        for _ in 0..STARTS / AT_ONCE {
            let start = |number: usize| {
                call::<v1::StartExecutionRequest>(&clients[number % clients.len()], json!({ "pipeline": pipeline }))
            };
            let started = join_all((0..AT_ONCE).map(start)).await;
            assert!(started.iter().all(Result::is_ok), "{:?}", started.iter().find(|answer| answer.is_err()));
        }
        age().await;
        eventually("what is too much is removed", Duration::from_secs(20), async || {
            let left = executions(&clients[0], &format!("pipeline={pipeline}")).await.unwrap();
            (left.len() <= KEPT).then_some(())
        })
        .await;
        sizes.push(size().await);
    }
    println!("bytes after each round of {STARTS} executions: {sizes:?}");
    sizes
}

/// From the third round on the database is as large as it gets: without retention it would be twice as large at the end.
fn assert_stays(sizes: &[u64]) {
    let (before, last) = (sizes[..3].iter().max().unwrap(), sizes[sizes.len() - 1]);
    assert!(last * 4 <= before * 5, "it grows: {sizes:?}");
}

type Watch = JoinHandle<Result<BTreeMap<String, ExecutionView>, String>>;

/// Opens a stream over all executions that begin from now on, at the last of the servers.
async fn watch(clients: &[Client], pipeline: &str) -> Watch {
    let (opened, is_open) = oneshot::channel();
    let mut opened = Some(opened);
    let (clients, pipeline) = (clients.to_vec(), pipeline.to_owned());
    let watch = tokio::spawn(async move {
        let is_settled = |views: &BTreeMap<String, ExecutionView>| {
            opened.take().map(|opened| opened.send(()));
            views.len() >= ROUNDS * STARTS && views.values().all(ExecutionView::is_ended)
        };
        read_until_ended(&clients, clients.len() - 1, &pipeline, is_settled).await
    });
    soon("a stream", is_open).await.unwrap();
    watch
}

/// The stream has brought all, or said that it can't because some were removed before it got to them.
async fn assert_told(watch: Watch) {
    if let Err(said) = soon("the end of the stream", watch).await.unwrap() {
        assert!(said.contains("OutOfRange"), "{said}");
    }
}

/// Whoever asks for what is gone is told so.
async fn assert_gone(client: &Client, pipeline: &str, (execution, token): (String, String)) {
    let got = call::<v1::GetExecutionRequest>(client, json!({ "name": execution })).await.unwrap_err();
    assert_eq!(got.code(), Some(Code::NotFound), "{got}");
    let followed = soon("an answer", client.follow(&execution, Some(1)).next()).await.unwrap_err();
    assert_eq!(followed.code(), Some(Code::NotFound), "{followed}");
    let subject = v1::WatchSubject { name: pipeline.to_owned(), after_sequence: None };
    let request = v1::WatchExecutionsRequest { subjects: vec![subject], resume_token: token };
    let mut executions = client.executions();
    let resumed = async { executions.watch_executions(request).await?.into_inner().message().await };
    let resumed = soon("an answer", resumed).await.unwrap_err();
    assert_eq!(resumed.code(), Code::OutOfRange, "{resumed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_database_stops_growing() {
    let clock = SteppedClock::new().unwrap();
    let world = World::set_up(Setup { environment: clock.environment(), ..Setup::with(&SETTINGS) }).await;
    let pipeline = world.save("quick", &quick()).await;
    let clients = [world.server.client.clone()];
    let gone = first(&clients[0], &pipeline).await;
    let watch = watch(&clients, &pipeline).await;
    let mut hours = 0;
    // Requests are known for a minute at least; the clock makes it pass.
    let age = async || {
        hours += 1;
        clock.step(hours * 3600).unwrap();
    };
    let data = world.directory.path().join("data");
    let mut removed = 0.0;
    let size = async || {
        removed += STARTS as f64;
        eventually("old requests are removed", Duration::from_secs(20), async || {
            let count = world.server.metric("gennaker_pruned_total{what=\"requests\"}").await;
            (count >= removed).then_some(())
        })
        .await;
        let bytes = |file: &str| std::fs::metadata(data.join(file)).map_or(0, |file| file.len());
        let log = bytes("gennaker.db-wal");
        assert!(log < 32 << 20, "the write-ahead log has {log} bytes");
        bytes("gennaker.db")
    };
    assert_stays(&sizes(&clients, &pipeline, age, size).await);
    assert_told(watch).await;
    assert_gone(&clients[0], &pipeline, gone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_stops_growing() {
    let replicas = Replicas::start_as(2, Setup::with(&SETTINGS)).await;
    let pipeline = replicas.save("quick", &quick()).await;
    let clients = replicas.clients();
    let gone = first(&clients[0], &pipeline).await;
    let watch = watch(&clients, &pipeline).await;
    let mut connection = PgConnection::connect(&replicas.database).await.unwrap();
    let mut other = PgConnection::connect(&replicas.database).await.unwrap();
    // Requests are known for a minute at least; here it passes at once.
    let age = async || {
        connection.execute("UPDATE applied SET time = time - 3600000000").await.unwrap();
    };
    let size = async || {
        eventually("old requests are removed", Duration::from_secs(20), async || {
            let left = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM applied").fetch_one(&mut other).await;
            (left.unwrap() < 100).then_some(())
        })
        .await;
        // What autovacuum does every minute.
        other.execute("VACUUM").await.unwrap();
        let tables = "SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relkind = 'r' \
                      AND relnamespace = 'public'::regnamespace";
        sqlx::query_scalar::<_, i64>(tables).fetch_one(&mut other).await.unwrap().unsigned_abs()
    };
    assert_stays(&sizes(&clients, &pipeline, age, size).await);
    assert_told(watch).await;
    assert_gone(&clients[0], &pipeline, gone).await;
}
