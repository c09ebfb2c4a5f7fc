//! Artifacts: what a trigger or a person brings, what a pipeline expects, and what becomes of them.

use gennaker_client::v1::ExecutionStatus;
use gennaker_client::v1::resolved_artifact::Source;
use gennaker_client::v1::trigger_event::Decision;
use gennaker_client::{Code, v1};
use gennaker_proto::values;
use gennaker_tests::World;
use serde_json::{Value, json};

/// A pipeline that needs an image of the shop, and says what it got.
fn pipeline(extra: &Value) -> Value {
    let mut expected =
        json!({"id": "image", "match": {"type": "docker/image", "name": "hub/shop", "version": "[0-9]+"}});
    let (Value::Object(fields), Value::Object(extra)) = (&mut expected, extra) else { panic!("both are objects") };
    fields.extend(extra.clone());
    json!({
        "displayName": "Needs an image",
        "expectedArtifacts": [expected],
        "stages": [{"id": "say", "evaluateVariables": {"variables": [
            {"name": "reference", "value": "${ #triggerResolvedArtifact('hub/shop').reference }"},
        ]}}],
    })
}

fn image(version: &str) -> Value {
    json!({"type": "docker/image", "name": "hub/shop", "version": version, "reference": format!("hub/shop:{version}")})
}

/// Starts with some artifacts and follows to the end: where the image came from, and what the stage said.
async fn run(world: &World, pipeline: &str, artifacts: &[Value]) -> (Source, Value) {
    let request = json!({"pipeline": pipeline, "artifacts": artifacts});
    let started = world.call::<v1::StartExecutionRequest>(request).await.unwrap_or_else(|error| panic!("{error}"));
    let view = world.end(&started.execution.unwrap_or_default().name).await;
    assert_eq!(view.status(), ExecutionStatus::Succeeded, "{:?}", view.execution().failure);
    let outputs = view.stage("say").unwrap().outputs.as_ref().map(values::object).unwrap();
    (view.execution().resolved_artifacts[0].source(), outputs["reference"].clone())
}

#[tokio::test]
async fn an_artifact_is_the_received_one_or_that_of_before_or_the_default() {
    let mut world = World::new().await;
    let default = json!({"usePrior": true, "defaultArtifact": image("0")});
    let name = world.save("needs", &pipeline(&default)).await;
    assert_eq!(run(&world, &name, &[]).await, (Source::Default, json!("hub/shop:0")));
    let other = json!({"type": "git/repo", "name": "hub/shop", "version": "1"});
    assert_eq!(run(&world, &name, &[other, image("7")]).await, (Source::Received, json!("hub/shop:7")));
    world.crash().await;
    assert_eq!(run(&world, &name, &[image("latest")]).await, (Source::Prior, json!("hub/shop:7")));
}

#[tokio::test]
async fn a_start_without_the_artifact_is_refused_and_names_it() {
    let world = World::new().await;
    let name = world.save("needs", &pipeline(&json!({}))).await;
    for artifacts in [json!([]), json!([image("latest")]), json!([image("1"), image("2")])] {
        let request = json!({"pipeline": name, "artifacts": artifacts});
        let refused = world.call::<v1::StartExecutionRequest>(request).await.unwrap_err();
        assert_eq!(refused.code(), Some(Code::InvalidArgument), "{refused}");
        assert!(refused.to_string().contains("image"), "{refused}");
    }
}

#[tokio::test]
async fn a_trigger_fires_only_for_the_artifact_that_it_waits_for() {
    let world = World::new().await;
    let pipeline = world.save("needs", &pipeline(&json!({}))).await;
    let trigger = json!({"pipeline": pipeline, "expectedArtifacts": ["image"], "webhook": {}});
    let request = json!({"parent": gennaker_tests::APPLICATION, "triggerId": "pushed", "trigger": trigger});
    let trigger = world.call::<v1::CreateTriggerRequest>(request).await.unwrap().trigger.unwrap_or_default();
    let Some(v1::trigger::Source::Webhook(webhook)) = &trigger.source else { panic!("it is no webhook: {trigger:?}") };
    for version in ["latest", "8"] {
        let status = world.server.post(&webhook.path, &json!({"artifacts": [image(version)]})).await;
        assert!((200..300).contains(&status), "{status}");
    }
    let request = v1::ListTriggerEventsRequest { parent: trigger.name, ..Default::default() };
    let events = world.server.client.list(request).await.unwrap();
    let decisions: Vec<_> = events.iter().map(v1::TriggerEvent::decision).collect();
    assert_eq!(decisions, [Decision::Fired, Decision::Filtered], "newest first: {events:?}");
    let view = world.end(&events[0].execution).await;
    assert_eq!(view.execution().resolved_artifacts[0].artifact.clone().unwrap_or_default().version, "8");
}
