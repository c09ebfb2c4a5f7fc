//! A team that comes from Spinnaker: its pipelines are looked at, imported, run and given back.

use std::path::{Path, PathBuf};

use gennaker_tests::{World, gennaker};
use serde_json::Value;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/spinnaker/promote.json")
}

#[tokio::test]
async fn a_pipeline_is_checked_imported_run_and_exported() {
    let world = World::new().await;
    let server = Some(world.server.address.as_str());
    let file = example();
    let import = ["import", "spinnaker", file.to_str().unwrap(), "--application", "hello"];

    let checked = gennaker(server, &[&import[..], &["--check"]].concat()).await.good();
    assert!(checked.contains("hello/promote-from-spinnaker would be saved"), "{checked}");
    assert!(
        checked.contains("notifications[1]") && checked.contains("triggers[1]"),
        "what is left out is named: {checked}"
    );
    assert!(gennaker(server, &["get", "pipeline", "hello/promote-from-spinnaker"]).await.code == 66);

    let imported = gennaker(server, &import).await.good();
    assert!(imported.contains("hello/promote-from-spinnaker saved"), "{imported}");
    let run = ["run", "hello/promote-from-spinnaker", "--param", "environment=staging", "--follow"];
    let ran = gennaker(server, &run).await;
    assert_eq!(ran.code, 0, "{ran:?}");

    let again = gennaker(server, &import).await.good();
    assert!(again.contains("hello/promote-from-spinnaker saved"), "the same one: {again}");
    let listed = gennaker(server, &["list", "pipelines", "hello"]).await.good();
    assert_eq!(listed.matches("promote-from-spinnaker").count(), 1, "{listed}");

    let exported = world.directory.path().join("back.json");
    let path = exported.to_str().unwrap();
    gennaker(server, &["export", "spinnaker", "hello/promote-from-spinnaker", "--file", path]).await.good();
    let read = |path: &Path| serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap();
    let (before, after) = (read(&file), read(&exported));
    let types = |pipeline: &Value| {
        let stages = pipeline["stages"].as_array().unwrap().clone();
        stages.iter().map(|stage| (stage["name"].clone(), stage["type"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(types(&before), types(&after));
    assert_eq!((&after["id"], &after["name"]), (&before["id"], &before["name"]));
    assert_eq!(after["stages"][2]["waitTime"], before["stages"][2]["waitTime"]);
}

#[tokio::test]
async fn what_is_no_pipeline_is_reported_and_nothing_is_saved() {
    let world = World::new().await;
    let server = Some(world.server.address.as_str());
    let file = world.directory.path().join("broken.json");
    std::fs::write(&file, "{\"name\": \"Broken\", \"stages\": [{\"refId\": ").unwrap();
    let import = ["import", "spinnaker", file.to_str().unwrap(), "--application", "hello"];
    let refused = gennaker(server, &import).await;
    assert_eq!(refused.code, 65, "{refused:?}");
    assert!(refused.stdout.contains("broken.json") && refused.stdout.contains("error"), "{refused:?}");
    assert!(!gennaker(server, &["list", "pipelines", "hello"]).await.good().contains("Broken"));
}

#[tokio::test]
async fn too_much_at_once_is_refused_with_what_to_do() {
    let world = World::with(&["limits.max_message_bytes=16KiB"]).await;
    let server = Some(world.server.address.as_str());
    let file = world.directory.path().join("large.json");
    std::fs::write(&file, format!("{{\"name\": \"{}\"}}", "x".repeat(20_000))).unwrap();
    let refused = gennaker(server, &["import", "spinnaker", file.to_str().unwrap(), "--application", "hello"]).await;
    assert_eq!(refused.code, 65, "{refused:?}");
    assert!(
        refused.stderr.contains("limits.max_message_bytes") && !refused.stderr.contains("try again"),
        "{refused:?}"
    );
}
