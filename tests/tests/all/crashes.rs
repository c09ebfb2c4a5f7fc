//! What a crash of the server leaves behind.

use std::collections::BTreeMap;

use gennaker_client::v1::{ExecutionStatus, StageStatus};
use gennaker_client::{ExecutionView, Update, v1};
use gennaker_tests::{Load, World, deploy, pipeline, soon};
use serde_json::json;

#[tokio::test]
async fn a_stream_survives_a_crash_without_a_gap_and_the_judgment_is_still_open() {
    let mut world = World::new().await;
    let stages = json!([
        {"id": "judge", "manualJudgment": {"instructions": "Is it good?"}},
        {"id": "rest", "dependsOn": ["judge"], "wait": {"duration": "0.2s"}},
    ]);
    let name = world.save("judged", &pipeline(stages)).await;
    let execution = world.start(&name).await;
    let mut follow = world.server.client.follow(&execution, Some(0));
    let mut view = ExecutionView::default();
    let mut sequences = Vec::new();
    let mut crashed = false;
    let read = async {
        while let Some(update) = follow.next().await.unwrap() {
            if let Update::Event(event) = &update {
                sequences.push(event.sequence);
            }
            view.apply(&update);
            if !crashed && !view.open_judgments().is_empty() {
                crashed = true;
                world.crash().await;
                let request = json!({"name": execution, "stage": "judge", "decision": "DECISION_CONTINUE"});
                world.call::<v1::SubmitJudgmentRequest>(request).await.unwrap();
            }
        }
    };
    soon("the execution", read).await;
    assert_eq!(view.status(), ExecutionStatus::Succeeded);
    assert_eq!(sequences, (1..=sequences.len() as u64).collect::<Vec<_>>(), "every event once and in order");
}

#[tokio::test]
async fn a_deploy_that_is_cut_short_again_and_again_ends_well_and_deploys_once() {
    let mut world = World::new().await;
    let address = world.furnish().await;
    world.run("first", json!([deploy("deploy", "hello:v1", 2, &json!({"redBlack": {}}))])).await;
    let mut second = deploy("deploy", "hello:v2", 2, &json!({"redBlack": {}}));
    second["dependsOn"] = json!(["before"]);
    let after = json!({"id": "after", "dependsOn": ["deploy"], "wait": {"duration": "0.1s"}});
    let before = json!({"id": "before", "wait": {"duration": "0.1s"}});
    let name = world.save("second", &pipeline(json!([before, second, after]))).await;
    let execution = world.start(&name).await;
    for _ in 0..8 {
        world.crash().await;
        let seen = world.until(&execution, |_| true).await;
        if seen.is_ended() {
            break;
        }
        let sequence = seen.execution().sequence;
        world.until(&execution, |view| view.is_ended() || view.execution().sequence > sequence).await;
    }
    let ended = world.end(&execution).await;
    assert_eq!(ended.status(), ExecutionStatus::Succeeded, "{:#?}", ended.execution());
    let groups = world.server_groups().await;
    assert_eq!(
        groups.iter().map(|(id, disabled, _)| (id.as_str(), *disabled)).collect::<BTreeMap<_, _>>(),
        [("hello-v000", true), ("hello-v001", false)].into()
    );
    let load = Load::on(&address);
    world.run("third", json!([{"id": "wait", "wait": {"duration": "0.2s"}}])).await;
    let report = load.stop().await;
    assert_eq!(report.failures, Vec::<String>::new());
    assert_eq!(report.by_version.keys().collect::<Vec<_>>(), ["v2"]);
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let mut world = World::new().await;
    let stages = json!([{"id": "judge", "manualJudgment": {}}]);
    let name = world.save("waiting", &pipeline(stages)).await;
    let mut executions = Vec::new();
    for _ in 0..20 {
        executions.push(world.start(&name).await);
    }
    world.crash().await;
    for execution in executions {
        let request = json!({"name": execution, "reason": "no longer needed"});
        world.call::<v1::CancelExecutionRequest>(request).await.unwrap();
        let ended = world.end(&execution).await;
        assert_eq!(ended.status(), ExecutionStatus::Canceled);
        assert_eq!(ended.stage("judge").unwrap().status(), StageStatus::Canceled);
    }
}

#[tokio::test]
async fn instances_outlive_the_server_and_are_adopted() {
    let mut world = World::new().await;
    let address = world.furnish().await;
    world.run("first", json!([deploy("deploy", "hello:v1", 2, &json!({}))])).await;
    let instances = |world: &World| {
        let client = world.server.client.clone();
        async move {
            let request = v1::ListInstancesRequest {
                parent: "accounts/local/regions/local/serverGroups/hello-v000".to_owned(),
                ..Default::default()
            };
            let mut rows: Vec<_> =
                client.list(request).await.unwrap().into_iter().map(|i| (i.name, i.address)).collect();
            rows.sort();
            rows
        }
    };
    let before = instances(&world).await;
    world.crash().await;
    assert_eq!(instances(&world).await, before, "the same instances at the same addresses");
    let load = Load::on(&address);
    world.run("second", json!([{"id": "wait", "wait": {"duration": "0.2s"}}])).await;
    let report = load.stop().await;
    assert_eq!(report.failures, Vec::<String>::new());
    assert!(report.answered() > 0);
}
