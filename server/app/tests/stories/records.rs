//! What stages find on the server's records.

use std::time::Duration;

use gennaker_core::execution::{ExecutionId, ExecutionStatus};
use gennaker_ports::Records;
use gennaker_proto::v1;
use serde_json::json;

use crate::world::{World, ann, request};

fn id(execution: &v1::Execution) -> ExecutionId {
    execution.name.rsplit('/').next().unwrap().parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn pipelines_are_found_by_what_people_call_them() {
    let world = World::with_shop().await;
    let old = "b83f91d0-8f35-4ac2-a8c6-0d4b8fa3e5ef";
    world.pipeline("deploy", json!({"displayName": "Deploy it"})).await;
    world.pipeline("imported", json!({"displayName": "deploy", "labels": {"spinnaker_id": old}})).await;
    let app = &world.app;
    let found = |name: &'static str| async move { Records::pipeline(app, "shop", name).await.unwrap() };
    assert_eq!(found("Deploy it").await.as_deref(), Some("applications/shop/pipelines/deploy"));
    assert_eq!(found("deploy").await.as_deref(), Some("applications/shop/pipelines/deploy"), "the id goes before");
    assert_eq!(found(old).await.as_deref(), Some("applications/shop/pipelines/imported"));
    assert_eq!(found("none").await, None);
    assert_eq!(Records::pipeline(app, "other", "deploy").await.unwrap(), None);
    let shop = Records::application(app, "shop").await.unwrap().unwrap();
    assert_eq!((shop["name"].as_str(), shop["email"].as_str()), (Some("shop"), Some("a@b")));
    assert_eq!(Records::application(app, "none").await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn the_newest_execution_of_a_kind_is_found() {
    let world = World::with_shop().await;
    world
        .pipeline(
            "p",
            json!({"stages": [{"id": "w", "wait": {"duration": "60s"}}], "concurrency": {"maxConcurrent": 0}}),
        )
        .await;
    let name = "applications/shop/pipelines/p";
    assert!(world.app.latest_execution(name, &[]).await.unwrap().is_none());
    let first = world.start("p").await;
    world.follow(&first.name).await;
    let second = world.start("p").await;
    let newest =
        |statuses: &'static [ExecutionStatus]| async { world.app.latest_execution(name, statuses).await.unwrap() };
    assert_eq!(newest(&[]).await.map(|execution| execution.id()), Some(id(&second)));
    assert_eq!(newest(&[ExecutionStatus::Succeeded]).await.map(|execution| execution.id()), Some(id(&first)));
    assert!(newest(&[ExecutionStatus::Canceled]).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_end_of_an_execution_is_awaited_with_patience() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "w", "wait": {"duration": "60s"}}]})).await;
    let execution = world.start("p").await;
    let end = |application: &'static str, patience| {
        world.app.end_of(application, id(&execution), Duration::from_secs(patience))
    };
    let began = tokio::time::Instant::now();
    assert_eq!(end("shop", 10).await.unwrap(), Some(ExecutionStatus::Running));
    assert_eq!(began.elapsed().as_secs(), 10);
    assert_eq!(end("shop", 600).await.unwrap(), Some(ExecutionStatus::Succeeded));
    assert_eq!(began.elapsed().as_secs(), 60, "as soon as it ends");
    assert_eq!(end("shop", 600).await.unwrap(), Some(ExecutionStatus::Succeeded), "at once, as it has ended");
    assert_eq!(end("other", 600).await.unwrap(), None, "it is of another application");
    assert_eq!(began.elapsed().as_secs(), 60);
    let gone = json!({"name": "applications/shop", "force": true});
    world.app.delete_application(ann(), request(gone)).await.unwrap();
    assert_eq!(
        end("shop", 1).await.unwrap(),
        Some(ExecutionStatus::Succeeded),
        "executions stay until they are pruned"
    );
}
