//! Several replicas on one database: each does everything, and they come and go without anybody's notice.

use std::time::{Duration, Instant};

use futures::future::join_all;
use gennaker_client::v1::ExecutionStatus;
use gennaker_client::{Client, Code, v1};
use gennaker_tests::{
    Replicas, Setup, Starts, call, eventually, pipeline, read_to_end, read_until_ended, settle, soon,
};
use serde_json::{Value, json};

/// A pipeline without a limit, whose executions belong to the replica that was asked to start them.
fn unlimited(stages: Value) -> Value {
    let mut pipeline = pipeline(stages);
    pipeline["concurrency"] = json!({"maxConcurrent": 0});
    pipeline
}

async fn execution(client: &Client, name: &str) -> v1::Execution {
    let got = call::<v1::GetExecutionRequest>(client, json!({ "name": name })).await.unwrap();
    got.execution.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_replica_serves_any_call_and_any_watch() {
    let replicas = Replicas::start(3).await;
    let stages = json!([
        {"id": "judge", "manualJudgment": {}},
        {"id": "rest", "dependsOn": ["judge"], "wait": {"duration": "3600s"}},
    ]);
    let name = replicas.save("judged", &unlimited(stages)).await;
    let clients = replicas.clients();
    for owner in 0..clients.len() {
        let [here, there, elsewhere] = [0, 1, 2].map(|distance| &clients[(owner + distance) % clients.len()]);
        let begin = json!({"pipeline": name, "requestId": format!("once-{owner}")});
        let begun = call::<v1::StartExecutionRequest>(here, begin.clone()).await.unwrap();
        let begun = begun.execution.unwrap_or_default().name;
        let again = call::<v1::StartExecutionRequest>(there, begin).await.unwrap();
        assert_eq!(again.execution.unwrap_or_default().name, begun, "a repeat elsewhere is the same call");
        let other = json!({"pipeline": name, "requestId": format!("once-{owner}"), "reason": "another request"});
        let refused = call::<v1::StartExecutionRequest>(elsewhere, other).await.unwrap_err();
        assert_eq!(refused.code(), Some(Code::InvalidArgument), "{refused}");

        let watches: Vec<_> = (0..clients.len())
            .map(|first| {
                let (clients, begun) = (clients.clone(), begun.clone());
                tokio::spawn(async move { read_to_end(&clients, first, &begun).await })
            })
            .collect();
        call::<v1::PauseExecutionRequest>(there, json!({ "name": begun })).await.unwrap();
        assert_eq!(execution(elsewhere, &begun).await.status(), ExecutionStatus::Paused);
        call::<v1::ResumeExecutionRequest>(elsewhere, json!({ "name": begun })).await.unwrap();
        let decision = json!({"name": begun, "stage": "judge", "decision": "DECISION_CONTINUE"});
        call::<v1::SubmitJudgmentRequest>(there, decision.clone()).await.unwrap();
        let late = call::<v1::SubmitJudgmentRequest>(here, decision).await.unwrap_err();
        assert_eq!(late.code(), Some(Code::FailedPrecondition), "{late}");
        let skip = json!({"name": begun, "stage": "rest", "reason": "long enough"});
        call::<v1::SkipStageRequest>(elsewhere, skip).await.unwrap();
        for watched in soon("all watches", join_all(watches)).await {
            assert_eq!(watched.unwrap().unwrap().status(), ExecutionStatus::Succeeded);
        }
    }
    let ended = settle(&clients[1]).await;
    assert_eq!(ended.len(), 3, "{ended:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_hands_over_at_once_and_no_call_fails() {
    // A takeover that waited for a lease would not be over within the story.
    let mut replicas = Replicas::start_as(3, Setup::with(&["engine.lease=60s"])).await;
    let parent = replicas.furnish().await;
    let clients = replicas.clients();
    let mut load = Starts::on(&clients, &parent);
    let watched = parent.clone();
    let shared = tokio::spawn(async move {
        let all_ended = |views: &std::collections::BTreeMap<_, gennaker_client::ExecutionView>| {
            views.len() >= 100 && views.values().take(100).all(gennaker_client::ExecutionView::is_ended)
        };
        read_until_ended(&clients, 1, &watched, all_ended).await
    });
    load.more(30).await;
    for member in &mut replicas.members {
        let begun = Instant::now();
        let (status, logs) = member.stop().await;
        println!("stopped after {:?}", begun.elapsed());
        assert!(status.success(), "{status}: {logs:#?}");
        load.more(30).await;
        member.restart().await;
        load.more(30).await;
    }
    let started = load.stop().await;
    println!("a stop of each: {started}");
    assert!(started.failed.is_empty() && started.unknown.is_empty(), "{started:#?}");
    assert!(started.slowest < Duration::from_secs(5), "{:?}", started.slowest);
    soon("the shared watch", shared).await.unwrap().unwrap();
    replicas.audit(&started).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_crash_others_take_over_within_the_lease() {
    const LEASE: Duration = Duration::from_secs(10);
    let mut replicas = Replicas::start_as(2, Setup::with(&["engine.lease=10s"])).await;
    let name = replicas.save("waits", &unlimited(json!([{"id": "wait", "wait": {"duration": "0.5s"}}]))).await;
    let mut owned = Vec::new();
    for _ in 0..20 {
        owned.push(replicas.members[0].start(&name).await);
    }
    let begun = Instant::now();
    replicas.members[0].kill().await;
    let rest = [replicas.members[1].client.clone()];
    for ended in join_all(owned.iter().map(|execution| read_to_end(&rest, 0, execution))).await {
        assert_eq!(ended.unwrap().status(), ExecutionStatus::Succeeded);
    }
    let took = begun.elapsed();
    println!("taken over after {took:?}");
    assert!(took < LEASE + Duration::from_secs(2), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shards_are_shared_fairly_whoever_comes_and_goes() {
    async fn shares(replicas: &Replicas, expected: &[f64]) {
        eventually(&format!("shares of {expected:?}"), Duration::from_secs(10), async || {
            let mut shares = Vec::new();
            for member in replicas.members.iter().filter(|member| member.is_running()) {
                shares.push(member.server().metric("gennaker_shards_owned").await);
            }
            shares.sort_by(f64::total_cmp);
            (shares == expected).then_some(())
        })
        .await;
    }
    let mut replicas = Replicas::start(1).await;
    shares(&replicas, &[64.0]).await;
    replicas.add().await;
    shares(&replicas, &[32.0, 32.0]).await;
    replicas.add().await;
    shares(&replicas, &[20.0, 22.0, 22.0]).await;
    let (status, _) = replicas.members[0].stop().await;
    assert!(status.success());
    shares(&replicas, &[32.0, 32.0]).await;
    replicas.members[1].kill().await;
    shares(&replicas, &[64.0]).await;
    let name = replicas.save("quick", &unlimited(json!([{"id": "a", "wait": {"duration": "0s"}}]))).await;
    let last = &replicas.members[2];
    let started = last.start(&name).await;
    assert_eq!(
        read_to_end(std::slice::from_ref(&last.client), 0, &started).await.unwrap().status(),
        ExecutionStatus::Succeeded
    );
}
