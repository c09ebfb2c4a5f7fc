//! Artifacts: what a start needs, what triggers wait for, and what comes along from a parent.

use bytes::Bytes;
use gennaker_app::Delivery;
use gennaker_proto::v1;
use gennaker_proto::v1::resolved_artifact::Source;
use gennaker_proto::v1::trigger_event::Decision;
use serde_json::{Value, json};

use crate::world::{World, ann, reason, request, violations};

const NAME: &str = "applications/shop/pipelines/p";
const TRIGGER: &str = "applications/shop/triggers/t";

fn image(version: &str) -> Value {
    json!({"type": "docker/image", "name": "app", "version": version, "reference": format!("app:{version}")})
}

/// A pipeline that needs an image with a number as its version.
fn pipeline(more: &Value) -> Value {
    let mut expected =
        json!({"id": "img", "displayName": "Image", "match": {"type": "docker/image", "version": "[0-9]+"}});
    expected.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({
        "stages": [{"id": "w", "wait": {"duration": "1s"}}],
        "expectedArtifacts": [expected],
        "concurrency": {"maxConcurrent": 0},
    })
}

async fn start(world: &World, artifacts: Value) -> Result<v1::Execution, gennaker_app::AppError> {
    let body = json!({"pipeline": NAME, "artifacts": artifacts});
    Ok(world.app.start_execution(ann(), request(body)).await?.execution.unwrap())
}

/// What each expected artifact was bound to: its id, the version, and where that comes from.
fn bound(execution: &v1::Execution) -> Vec<(&str, &str, Source)> {
    let of = |resolved: &'_ v1::ResolvedArtifact| resolved.artifact.as_ref().unwrap().version.clone().leak() as &str;
    execution.resolved_artifacts.iter().map(|r| (r.expected.as_str(), of(r), r.source())).collect()
}

#[tokio::test(start_paused = true)]
async fn a_start_needs_what_its_pipeline_expects() {
    let world = World::with_shop().await;
    world.pipeline("p", pipeline(&json!({"defaultArtifact": image("0")}))).await;
    let received = start(&world, json!([image("7"), image("x")])).await.unwrap();
    assert_eq!(bound(&received), [("img", "7", Source::Received)]);
    assert_eq!(received.artifacts.len(), 2, "what was brought is there, whether it was bound or not");
    assert_eq!(bound(&start(&world, json!([])).await.unwrap()), [("img", "0", Source::Default)]);
    let several = start(&world, json!([image("7"), image("8")])).await.unwrap_err();
    assert_eq!(
        violations(several),
        ["artifacts: the expected artifact \"Image\" (docker/image [0-9]+) matches several: \
          docker/image app 7 (app:7), docker/image app 8 (app:8)"]
    );
    assert_eq!(bound(&start(&world, json!([image("7"), image("7")])).await.unwrap()).len(), 1);
    let listed = world.app.list_executions(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap();
    assert!(listed.executions.iter().all(|execution| execution.artifacts.is_empty()), "lists are short");
    assert_eq!(world.follow(&received.name).await.resolved_artifacts, received.resolved_artifacts);
}

#[tokio::test(start_paused = true)]
async fn the_artifact_of_the_execution_before_can_do() {
    let world = World::with_shop().await;
    world.pipeline("p", pipeline(&json!({"usePrior": true}))).await;
    let first = start(&world, json!([])).await.unwrap_err();
    assert_eq!(
        violations(first),
        ["artifacts: the expected artifact \"Image\" (docker/image [0-9]+) is missing: no artifact was received; \
          it has no default"]
    );
    tokio::time::advance(std::time::Duration::from_millis(2)).await;
    start(&world, json!([image("3")])).await.unwrap();
    tokio::time::advance(std::time::Duration::from_millis(2)).await;
    let second = start(&world, json!([image("x")])).await.unwrap();
    assert_eq!(bound(&second), [("img", "3", Source::Prior)]);
    tokio::time::advance(std::time::Duration::from_millis(2)).await;
    let third = start(&world, json!([])).await.unwrap();
    assert_eq!(bound(&third), [("img", "3", Source::Prior)], "it is passed on");
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_start_is_told_at_once() {
    let world = World::with_shop().await;
    let mut definition = pipeline(&json!({}));
    definition["parameters"] = json!([{"name": "env", "required": true}]);
    world.pipeline("p", definition).await;
    let fields = violations(start(&world, json!([])).await.unwrap_err());
    let fields: Vec<&str> = fields.iter().map(|text| text.split(':').next().unwrap()).collect();
    assert_eq!(fields, ["parameters.env", "artifacts"]);
    let body = json!({"pipeline": NAME, "artifacts": vec![image("1"); 101]});
    assert_eq!(reason(world.app.start_execution(ann(), request(body)).await), "INVALID_ARGUMENT");
}

async fn webhook(world: &World, waits_for: Value) -> String {
    let trigger = json!({"pipeline": NAME, "webhook": {}, "expectedArtifacts": waits_for});
    let body = json!({"parent": "applications/shop", "triggerId": "t", "trigger": trigger});
    let trigger = world.app.create_trigger(ann(), request(body)).await.unwrap().trigger.unwrap();
    match trigger.source.unwrap() {
        v1::trigger::Source::Webhook(webhook) => webhook.path.trim_start_matches("/webhooks/").to_owned(),
        v1::trigger::Source::Manual(_) | v1::trigger::Source::Spinnaker(_) => panic!("it is a webhook"),
    }
}

fn delivery(path: &str, body: &Value) -> Delivery {
    let (path, body) = (path.to_owned(), Bytes::from(body.to_string()));
    Delivery { path, headers: Vec::new(), body, sender: "10.0.0.1".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn a_trigger_fires_for_the_artifacts_that_it_waits_for() {
    let world = World::with_shop().await;
    world.pipeline("p", pipeline(&json!({"defaultArtifact": image("0")}))).await;
    let path = webhook(&world, json!(["img"])).await;
    let deliver = |body: Value| world.app.receive_webhook(delivery(&path, &body));
    let event = deliver(json!({"artifacts": [image("5")]})).await.unwrap();
    assert_eq!(event.decision(), Decision::Fired);
    assert_eq!(bound(&world.execution(&event.execution).await), [("img", "5", Source::Received)]);
    let other = deliver(json!({"artifacts": [image("x")]})).await.unwrap();
    assert_eq!(
        (other.decision(), other.reason.as_str()),
        (
            Decision::Filtered,
            "it brought docker/image app x (app:x); the trigger waits for one of: Image (docker/image [0-9]+)"
        )
    );
    let none = deliver(json!({"artifacts": {"of": "the sender"}})).await.unwrap();
    assert_eq!(none.decision(), Decision::Filtered);
    let odd = deliver(json!({"artifacts": [{"type": 7}]})).await.unwrap_err();
    assert_eq!(violations(odd), ["artifacts[0].type: must be a text"]);

    let fire = json!({"name": TRIGGER, "artifacts": [image("9")]});
    let fired = world.app.fire_trigger(ann(), request(fire)).await.unwrap();
    assert_eq!(bound(&world.execution(&fired.execution).await), [("img", "9", Source::Received)]);
    let by_hand = world.app.fire_trigger(ann(), request(json!({ "name": TRIGGER }))).await.unwrap();
    assert_eq!(by_hand.event.unwrap().decision(), Decision::Fired, "by hand it fires past what it waits for");
}

#[tokio::test(start_paused = true)]
async fn a_trigger_that_brings_too_little_says_why_it_failed() {
    let world = World::with_shop().await;
    world.pipeline("p", pipeline(&json!({}))).await;
    let path = webhook(&world, json!([])).await;
    let event = world.app.receive_webhook(delivery(&path, &json!({"artifacts": [image("x")]}))).await.unwrap();
    assert_eq!(event.decision(), Decision::Failed);
    assert!(event.reason.contains("is not the artifact that was received"), "{}", event.reason);
    let trigger = json!({"pipeline": NAME, "manual": {}, "expectedArtifacts": ["img", "gone"]});
    let body = json!({"parent": "applications/shop", "triggerId": "u", "trigger": trigger});
    assert_eq!(
        violations(world.app.create_trigger(ann(), request(body)).await.unwrap_err()),
        ["trigger.expected_artifacts[1]: \"gone\" is no expected artifact of the pipeline; it has: img"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_hands_its_artifacts_on_to_those_that_it_runs() {
    let world = World::with_shop().await;
    world.pipeline("child", pipeline(&json!({}))).await;
    let run = json!({"id": "run", "runPipeline": {"pipeline": "applications/shop/pipelines/child"}});
    world.pipeline("p", json!({"stages": [run]})).await;
    let parent = start(&world, json!([image("4")])).await.unwrap();
    let ended = world.follow(&parent.name).await;
    assert_eq!(ended.status(), v1::ExecutionStatus::Succeeded);
    let child = world.execution(&ended.stages[0].child_execution).await;
    assert_eq!(bound(&child), [("img", "4", Source::Received)]);
    let without = world.follow(&start(&world, json!([])).await.unwrap().name).await;
    assert_eq!(without.status(), v1::ExecutionStatus::Terminal);
    assert!(without.failure.unwrap().message.contains("the expected artifact \"Image\""));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_run_here_is_kept_and_not_started() {
    let world = World::with_shop().await;
    let bake = json!({"id": "bake", "spinnaker": {"type": "bake", "context": {"package": "x"}}});
    let pipeline = json!({"stages": [bake, {"id": "w", "wait": {"duration": "1s"}}]});
    let body = json!({"parent": "applications/shop", "pipeline": pipeline});
    let found = world.app.validate_pipeline(ann(), request(body)).await.unwrap();
    assert_eq!(found.violations, []);
    assert_eq!(found.warnings[0].field, "stages[0].spinnaker");
    world.pipeline("p", pipeline).await;
    let refused = start(&world, json!([])).await.unwrap_err();
    assert_eq!(refused.reason(), "UNSUPPORTED_STAGE");
    assert_eq!(
        refused.to_string(),
        "stage bake is of Spinnaker's type \"bake\", which can't run here; replace or remove it"
    );
    let create = |id: &str, source: Value| {
        let mut trigger = json!({ "pipeline": NAME });
        trigger.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        let body = json!({"parent": "applications/shop", "triggerId": id, "trigger": trigger});
        world.app.create_trigger(ann(), request(body))
    };
    create("t", json!({"manual": {}})).await.unwrap();
    let fired = world.app.fire_trigger(ann(), request(json!({ "name": TRIGGER }))).await.unwrap().event.unwrap();
    assert_eq!(fired.decision(), Decision::Failed);
    create("cron", json!({"spinnaker": {"type": "cron", "context": {}}})).await.unwrap();
    let cron = json!({"name": "applications/shop/triggers/cron"});
    assert_eq!(reason(world.app.fire_trigger(ann(), request(cron)).await), "UNSUPPORTED_TRIGGER");
}
