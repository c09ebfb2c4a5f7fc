//! Deploys on the local cloud, under load.

use gennaker_client::v1::ExecutionStatus;
use gennaker_tests::{Load, World, deploy};
use serde_json::json;

fn groups(rows: &[(&str, bool, u32)]) -> Vec<(String, bool, u32)> {
    rows.iter().map(|(id, disabled, up)| ((*id).to_owned(), *disabled, *up)).collect()
}

#[tokio::test]
async fn red_black_moves_the_traffic_without_a_failed_request() {
    let world = World::new().await;
    let address = world.furnish().await;
    let first = world.run("first", json!([deploy("deploy", "hello:v1", 2, &json!({"redBlack": {}}))])).await;
    assert_eq!(first.status(), ExecutionStatus::Succeeded, "{:#?}", first.execution());
    assert_eq!(world.server_groups().await, groups(&[("hello-v000", false, 2)]));

    let load = Load::on(&address);
    let second = world.run("second", json!([deploy("deploy", "hello:v2", 2, &json!({"redBlack": {}}))])).await;
    assert_eq!(second.status(), ExecutionStatus::Succeeded, "{:#?}", second.execution());
    let report = load.stop().await;
    assert_eq!(report.failures, Vec::<String>::new());
    assert!(report.by_version.contains_key("v1") && report.by_version.contains_key("v2"), "{report:?}");
    assert_eq!(world.server_groups().await, groups(&[("hello-v000", true, 0), ("hello-v001", false, 2)]));
}

#[tokio::test]
async fn a_version_that_never_gets_healthy_is_rolled_back_and_nobody_notices() {
    let world = World::new().await;
    let address = world.furnish().await;
    let strategy = json!({"redBlack": {"rollbackOnFailure": true, "destroyFailed": true}});
    world.run("first", json!([deploy("deploy", "hello:v1", 2, &strategy)])).await;

    let load = Load::on(&address);
    let bad = world.run("second", json!([deploy("deploy", "hello:bad", 2, &strategy)])).await;
    let report = load.stop().await;
    assert_eq!(bad.status(), ExecutionStatus::Terminal);
    assert_eq!(report.failures, Vec::<String>::new());
    assert_eq!(report.by_version.keys().collect::<Vec<_>>(), ["v1"]);
    assert_eq!(world.server_groups().await, groups(&[("hello-v000", false, 2)]));
}

#[tokio::test]
async fn highlander_leaves_only_the_newest() {
    let world = World::new().await;
    let address = world.furnish().await;
    for (id, image) in [("first", "hello:v1"), ("second", "hello:v1")] {
        world.run(id, json!([deploy("deploy", image, 1, &json!({}))])).await;
    }
    assert_eq!(world.server_groups().await.len(), 2);
    let load = Load::on(&address);
    let third = world.run("third", json!([deploy("deploy", "hello:v2", 2, &json!({"highlander": {}}))])).await;
    let report = load.stop().await;
    assert_eq!(third.status(), ExecutionStatus::Succeeded, "{:#?}", third.execution());
    assert_eq!(report.failures, Vec::<String>::new());
    assert_eq!(world.server_groups().await, groups(&[("hello-v002", false, 2)]));
}

#[tokio::test]
async fn the_image_of_one_cluster_is_found_and_deployed_to_another() {
    let world = World::new().await;
    world.furnish().await;
    world.run("first", json!([deploy("deploy", "hello:v2", 1, &json!({}))])).await;
    let find = json!({
        "id": "find", "findImage": {"target": {"cluster": "hello", "account": "local", "regions": ["local"]}},
    });
    let mut copy = deploy("copy", "", 1, &json!({}));
    copy["dependsOn"] = json!(["find"]);
    copy["deploy"]["clusters"][0]["stack"] = json!("copy");
    let ended = world.run("second", json!([find, copy])).await;
    assert_eq!(ended.status(), ExecutionStatus::Succeeded, "{:#?}", ended.execution());
    assert_eq!(world.server_groups().await, groups(&[("hello-copy-v000", false, 1), ("hello-v000", false, 1)]));
}
