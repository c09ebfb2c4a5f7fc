//! Large things: wide and long pipelines, long logs, a long history.

use std::time::{Duration, Instant};

use gennaker_client::v1::ExecutionStatus;
use gennaker_client::{Client, Update, v1};
use gennaker_tests::{APPLICATION, Replicas, Setup, World, call, executions, pipeline, read_to_end};
use prost::Message as _;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

/// The greatest answer that any client has to take: what one of gRPC takes by default.
const GREATEST: usize = 4 << 20;

/// Settings under which nothing is removed.
const KEEP_ALL: [&str; 2] = ["retention.max_per_pipeline=0", "retention.max_age=0s"];

/// Stages in chains of a length, each stage after the one before.
fn chains(stages: usize, length: usize) -> Value {
    let stage = |n: usize| {
        let before: Vec<String> = (!n.is_multiple_of(length)).then(|| format!("s{}", n - 1)).into_iter().collect();
        json!({"id": format!("s{n}"), "dependsOn": before, "wait": {"duration": "0s"}})
    };
    (0..stages).map(stage).collect()
}

async fn get(client: &Client, name: &str) -> v1::Execution {
    let got = call::<v1::GetExecutionRequest>(client, json!({ "name": name })).await.unwrap();
    assert!(got.encoded_len() < GREATEST, "{}", got.encoded_len());
    got.execution.unwrap_or_default()
}

#[tokio::test]
async fn two_hundred_children() {
    let world = World::new().await;
    let mut child = pipeline(json!([{"id": "rest", "wait": {"duration": "0s"}}]));
    child["concurrency"] = json!({"maxConcurrent": 0});
    world.save("child", &child).await;
    let run = json!({"pipeline": format!("{APPLICATION}/pipelines/child")});
    let fan: Value = (0..200).map(|n| json!({"id": format!("run{n}"), "runPipeline": run})).collect();
    let ended = world.run("parent", fan).await;
    assert_eq!(ended.status(), ExecutionStatus::Succeeded);
    let children = executions(&world.server.client, "pipeline=child status=SUCCEEDED").await.unwrap();
    assert_eq!(children.len(), 200);
    let named: std::collections::BTreeSet<_> =
        ended.execution().stages.iter().map(|stage| stage.child_execution.clone()).collect();
    assert_eq!(named.len(), 200, "each stage has a child of its own");
    get(&world.server.client, &ended.execution().name).await;
}

#[tokio::test]
async fn a_thousand_stages() {
    let world = World::new().await;
    let begun = Instant::now();
    let ended = world.run("long", chains(1000, 200)).await;
    println!("a thousand stages in {:?}, {} events", begun.elapsed(), ended.execution().sequence);
    assert_eq!((ended.status(), ended.execution().stages.len()), (ExecutionStatus::Succeeded, 1000));
    get(&world.server.client, &ended.execution().name).await;
}

#[tokio::test]
async fn ten_thousand_events_are_read_from_anywhere() {
    let world = World::with(&["limits.max_stages_per_pipeline=2000"]).await;
    let ended = world.run("long", chains(2000, 100)).await;
    let (name, last) = (&ended.execution().name, ended.execution().sequence);
    assert!(last >= 10_000, "{last}");
    let client = &world.server.client;
    let read = async |after: u64| {
        let begun = Instant::now();
        let mut follow = client.follow(name, Some(after));
        let mut seen = after;
        while let Some(update) = follow.next().await.unwrap() {
            assert!(matches!(update, Update::Event(event) if event.sequence == seen + 1), "after {seen}");
            seen += 1;
        }
        assert_eq!(seen, last);
        begun.elapsed()
    };
    let (whole, end) = (read(0).await, read(last - 10).await);
    println!("{last} events in {whole:?}, the last ten in {end:?}");
    assert!(end < whole, "{end:?}");
    get(client, name).await;
}

/// How long a page takes at best, and the page.
async fn page(client: &Client, filter: &str, token: &str) -> (Duration, v1::ListExecutionsResponse) {
    let request = v1::ListExecutionsRequest {
        parent: APPLICATION.to_owned(),
        filter: filter.to_owned(),
        page_token: token.to_owned(),
        ..Default::default()
    };
    let mut best = Duration::MAX;
    let mut last = v1::ListExecutionsResponse::default();
    for _ in 0..15 {
        let begun = Instant::now();
        last = client.call(request.clone()).await.unwrap();
        best = best.min(begun.elapsed());
    }
    assert!(last.encoded_len() < GREATEST, "{}", last.encoded_len());
    (best, last)
}

/// What pages cost: the first, one deep in the list, and of lists by a filter that few match.
struct Costs(Vec<(&'static str, Duration)>);

impl Costs {
    async fn of(client: &Client) -> Self {
        let mut costs = Vec::new();
        let (first, response) = page(client, "", "").await;
        costs.push(("the first page", first));
        let mut token = response.next_page_token;
        for _ in 0..10 {
            let (took, response) = page(client, "", &token).await;
            costs.push(("a later page", took));
            token = response.next_page_token;
        }
        costs.push(("of a pipeline", page(client, "pipeline=kept", "").await.0));
        let (active, response) = page(client, "active=true", "").await;
        assert_eq!(response.executions.len(), 1);
        costs.push(("those that are active", active));
        Self(costs)
    }

    /// A hundred times as many rows must not show.
    fn assert_like(&self, small: &Self) {
        for ((what, large), (_, small)) in self.0.iter().zip(&small.0) {
            println!("{what}: {small:?} among 1,000, {large:?} among 100,000");
            let usual = (*small).max(Duration::from_millis(2));
            assert!(*large < 5 * usual, "{what} took {large:?} among 100,000 and {small:?} among 1,000");
        }
    }
}

/// All pages bring each execution once.
async fn read_all(client: &Client) {
    let all = executions(client, "").await.unwrap();
    let names: std::collections::BTreeSet<_> = all.iter().map(|execution| &execution.name).collect();
    assert_eq!((all.len(), names.len()), (100_002, 100_002));
    assert!(all.is_sorted_by(|newer, older| newer.name > older.name), "newest first");
}

/// An execution that has ended, to be copied, and one that waits for a judgment.
async fn templates(client: &Client) -> String {
    let mut id = String::new();
    for (pipeline_id, stages) in [
        ("judged", json!([{"id": "judge", "manualJudgment": {}}])),
        ("kept", json!([{"id": "rest", "wait": {"duration": "0s"}}])),
    ] {
        let request = json!({"parent": APPLICATION, "pipelineId": pipeline_id, "pipeline": pipeline(stages)});
        call::<v1::CreatePipelineRequest>(client, request).await.unwrap();
        let start = json!({"pipeline": format!("{APPLICATION}/pipelines/{pipeline_id}")});
        let started = call::<v1::StartExecutionRequest>(client, start).await.unwrap();
        id = started.execution.unwrap_or_default().name;
    }
    read_to_end(std::slice::from_ref(client), 0, &id).await.unwrap();
    id.rsplit('/').next().unwrap_or_default().to_owned()
}

/// A statement that copies an execution's row under other ids, whatever columns it has. It follows a clause that gives numbers.
fn copies(columns: &[String], id: &str, template: &str) -> String {
    let values = columns.iter().map(|column| if column == "id" { id } else { column.as_str() });
    format!(
        "INSERT INTO executions ({}) SELECT {} FROM executions, numbers WHERE executions.id = '{template}'",
        columns.join(", "),
        values.collect::<Vec<_>>().join(", ")
    )
}

#[tokio::test]
async fn a_hundred_thousand_executions_in_the_embedded_store() {
    let world = World::with(&KEEP_ALL).await;
    let template = templates(&world.server.client).await;
    let database = world.directory.path().join("data/gennaker.db");
    let add = |from: u32, to: u32| {
        let connection = rusqlite::Connection::open(&database).unwrap();
        connection.busy_timeout(Duration::from_secs(10)).unwrap();
        let columns = "SELECT name FROM pragma_table_info('executions')";
        let mut columns = connection.prepare(columns).unwrap();
        let columns: Vec<String> = columns.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let numbers =
            format!("WITH RECURSIVE numbers (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM numbers WHERE n < {to})");
        let copy = copies(&columns, "printf('0%025d', n)", &template);
        connection.execute_batch(&format!("{numbers} {copy}")).unwrap();
    };
    add(1, 1000);
    let small = Costs::of(&world.server.client).await;
    add(1001, 100_000);
    Costs::of(&world.server.client).await.assert_like(&small);
    read_all(&world.server.client).await;
}

#[tokio::test]
async fn a_hundred_thousand_executions_in_postgresql() {
    let replicas = Replicas::start_as(1, Setup::with(&KEEP_ALL)).await;
    let server = replicas.members[0].server();
    let template = templates(&server.client).await;
    let mut connection = PgConnection::connect(&replicas.database).await.unwrap();
    let columns = "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'executions'";
    let columns: Vec<String> = sqlx::query_scalar(columns).fetch_all(&mut connection).await.unwrap();
    let mut add = async |from: u32, to: u32| {
        let numbers = format!("WITH numbers (n) AS (SELECT generate_series({from}, {to}))");
        let copy = copies(&columns, "lpad(n::text, 26, '0')", &template);
        connection.execute(AssertSqlSafe(format!("{numbers} {copy}"))).await.unwrap();
        connection.execute("ANALYZE executions").await.unwrap();
    };
    add(1, 1000).await;
    let small = Costs::of(&server.client).await;
    add(1001, 100_000).await;
    Costs::of(&server.client).await.assert_like(&small);
    read_all(&server.client).await;
}
