//! Limits of pipelines, while everybody starts at once and everywhere.

use futures::future::join_all;
use gennaker_client::v1::{ExecutionStatus, StartExecutionRequest};
use gennaker_client::{Client, Code, Error, v1};
use gennaker_tests::{Replicas, pipeline, settle};
use serde_json::json;

/// How many start at once.
const STARTS: usize = 500;
/// How many may run at once.
const LIMIT: usize = 5;

/// What came of a rush of starts.
struct Rush {
    answers: Vec<Result<v1::StartExecutionResponse, Error>>,
    executions: Vec<v1::Execution>,
}

/// Starts a pipeline so many times at once, spread over all replicas, and waits for the end of all of them.
async fn rush(replicas: &mut Replicas, policy: &str, starts: usize, crash: bool) -> Rush {
    let mut limited = pipeline(json!([{"id": "work", "wait": {"duration": "0.02s"}}]));
    limited["concurrency"] = json!({"maxConcurrent": LIMIT, "queuePolicy": policy});
    let name = replicas.save("limited", &limited).await;
    let clients: Vec<_> =
        replicas.members.iter().map(|member| Client::connect(&member.server().address).unwrap()).collect();
    let start = |number: usize| {
        let request = StartExecutionRequest { pipeline: name.clone(), ..Default::default() };
        let client = clients[number % clients.len()].clone();
        async move { client.call(request).await }
    };
    let answers = join_all((0..starts).map(start)).await;
    if crash {
        for member in &mut replicas.members {
            member.kill().await;
            member.restart().await;
        }
    }
    let executions = settle(&replicas.members[0].client).await;
    let most = most_at_once(&executions);
    println!("{policy}: {} executions, at most {most} at once", executions.len());
    assert!(most <= LIMIT, "{most} ran at once");
    Rush { answers, executions }
}

fn nanoseconds(time: Option<prost_types::Timestamp>) -> Option<i64> {
    time.map(|time| time.seconds * 1_000_000_000 + i64::from(time.nanos))
}

/// How many ran at a time at most, by the times that they tell.
fn most_at_once(executions: &[v1::Execution]) -> usize {
    let ran = executions.iter().filter_map(|execution| {
        let (start, end) = (nanoseconds(execution.start_time)?, nanoseconds(execution.end_time)?);
        // What ends at a time makes room for what starts then.
        Some([(start, 1), (end, -1)])
    });
    let mut changes: Vec<(i64, i64)> = ran.flatten().collect();
    changes.sort_unstable();
    let mut running = 0;
    let at_once = changes.iter().map(|(_, change)| {
        running += change;
        running
    });
    usize::try_from(at_once.max().unwrap_or_default()).unwrap()
}

fn of_status(rush: &Rush, status: ExecutionStatus) -> usize {
    rush.executions.iter().filter(|execution| execution.status() == status).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_in_order() {
    let mut replicas = Replicas::start(3).await;
    let rush = rush(&mut replicas, "QUEUE_POLICY_WAIT_IN_ORDER", STARTS, false).await;
    assert!(rush.answers.iter().all(Result::is_ok), "{:?}", rush.answers.iter().find(|answer| answer.is_err()));
    assert_eq!(of_status(&rush, ExecutionStatus::Succeeded), STARTS);
    // Ids sort by the times of the calls. Some could run before earlier ones had come from other replicas.
    let all_there = rush.executions.iter().map(|execution| nanoseconds(execution.create_time)).max().flatten();
    let mut waited: Vec<&v1::Execution> =
        rush.executions.iter().filter(|execution| nanoseconds(execution.start_time) > all_there).collect();
    waited.sort_by(|one, other| {
        nanoseconds(one.start_time).cmp(&nanoseconds(other.start_time)).then_with(|| one.name.cmp(&other.name))
    });
    println!("{} waited until all were there", waited.len());
    assert!(waited.is_sorted_by(|earlier, later| earlier.name < later.name), "who came first runs first");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_newest_waits() {
    let mut replicas = Replicas::start(3).await;
    let rush = rush(&mut replicas, "QUEUE_POLICY_NEWEST_ONLY", STARTS, false).await;
    assert!(rush.answers.iter().all(Result::is_ok), "{:?}", rush.answers.iter().find(|answer| answer.is_err()));
    let succeeded = of_status(&rush, ExecutionStatus::Succeeded);
    assert_eq!(succeeded + of_status(&rush, ExecutionStatus::Canceled), STARTS);
    let newest = rush.executions.iter().max_by_key(|execution| nanoseconds(execution.create_time)).unwrap();
    assert_eq!(newest.status(), ExecutionStatus::Succeeded, "{newest:#?}");
    let ran_though_canceled =
        rush.executions.iter().find(|e| e.status() == ExecutionStatus::Canceled && e.start_time.is_some());
    assert!(ran_though_canceled.is_none(), "only what waits is canceled: {ran_though_canceled:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits() {
    let mut replicas = Replicas::start(3).await;
    let rush = rush(&mut replicas, "QUEUE_POLICY_SKIP", STARTS, false).await;
    let refused: Vec<_> = rush.answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    let other = refused.iter().find(|error| error.code() != Some(Code::FailedPrecondition));
    assert!(other.is_none(), "{other:?}");
    assert_eq!(rush.executions.len(), STARTS - refused.len(), "what was refused has left nothing");
    assert_eq!(of_status(&rush, ExecutionStatus::Succeeded), rush.executions.len());
    assert!(rush.executions.len() >= LIMIT, "{}", rush.executions.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_limit_holds_over_crashes_of_its_owners() {
    let mut replicas = Replicas::start(3).await;
    let rush = rush(&mut replicas, "QUEUE_POLICY_WAIT_IN_ORDER", 200, true).await;
    assert_eq!(of_status(&rush, ExecutionStatus::Succeeded), 200);
}
