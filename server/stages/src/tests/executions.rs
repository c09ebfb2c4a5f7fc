//! Stages that look at other executions.

use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::execution::{Execution, ExecutionId, ExecutionStatus, FailurePolicy, StageDefinition, StageStatus};
use serde_json::{Value, json};

use super::story::{Story, World, stage};

fn other(world: &World) -> Execution {
    let wait = stage("wait", "wait", json!({"duration": "10s"}));
    world.start_with(vec![wait], json!({}), |start| start.id = id()).execution
}

fn id() -> ExecutionId {
    ExecutionId::from_parts(Timestamp::from_secs(900_000), 7)
}

fn depends(execution: &str) -> StageDefinition {
    stage("it", "depends_on_execution", json!({ "execution": execution }))
}

/// A stage that has begun to wait for a running execution.
fn waiting(world: &World, definition: StageDefinition) -> Story {
    world.records.put_execution(other(world));
    let mut story = world.start(vec![definition], json!({}));
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Running, "{}", story.tree());
    story
}

fn ended(world: &World, status: ExecutionStatus) {
    let mut execution = other(world);
    execution.status = status;
    world.records.put_execution(execution);
}

#[tokio::test(start_paused = true)]
async fn a_stage_waits_for_an_execution_to_end_well() {
    let world = World::new();
    for name in [id().to_string(), format!("applications/shop/executions/{}", id())] {
        let mut story = waiting(&world, depends(&name));
        ended(&world, ExecutionStatus::Succeeded);
        story.finish();
        assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
        assert_eq!(story.outputs("it"), json!({"status": "SUCCEEDED"}));
    }
}

#[tokio::test(start_paused = true)]
async fn a_stage_is_canceled_with_the_execution_that_it_depends_on() {
    let world = World::new();
    for status in [ExecutionStatus::Terminal, ExecutionStatus::Canceled] {
        let mut story = waiting(&world, depends(&id().to_string()));
        ended(&world, status);
        story.finish();
        assert_eq!(story.stage("it").status, StageStatus::Canceled, "{}", story.tree());
        assert_eq!(story.status(), ExecutionStatus::Canceled, "{}", story.tree());
    }
    let mut ignored = depends(&id().to_string());
    ignored.on_failure = FailurePolicy::Ignore;
    let mut story = waiting(&world, ignored);
    ended(&world, ExecutionStatus::Terminal);
    story.finish();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
}

#[tokio::test(start_paused = true)]
async fn a_stage_waits_two_hours_or_as_it_says() {
    let world = World::new();
    let config = json!({"execution": id().to_string(), "timeout": "90s"});
    for (definition, limit) in [(depends(&id().to_string()), 7200), (stage("it", "depends_on_execution", config), 90)] {
        let mut story = waiting(&world, definition);
        story.finish();
        let it = story.stage("it");
        assert_eq!(it.status, StageStatus::Terminal, "{}", story.tree());
        assert_eq!(it.ended.unwrap().since(it.started.unwrap()), Duration::from_secs(limit));
    }
}

#[tokio::test(start_paused = true)]
async fn executions_that_can_not_be_waited_for_are_named() {
    let world = World::new();
    let failure = |execution: &str| world.run(vec![depends(execution)]).failure();
    let missing = format!("applications/shop/executions/{}", id());
    assert_eq!(failure(&id().to_string()), format!("there is no execution {missing}"));
    let elsewhere = format!("applications/zoo/executions/{}", id());
    world.records.put_execution(other(&world));
    assert_eq!(failure(&elsewhere), format!("there is no execution {elsewhere}"));
    assert!(failure("soon").contains("\"soon\" is not an execution id"), "{}", failure("soon"));
    let itself = ExecutionId::from_parts(Timestamp::from_secs(1_000_000), 99).to_string();
    let mut story = world.start_with(vec![depends(&itself)], json!({}), |start| start.id = itself.parse().unwrap());
    story.finish();
    assert_eq!(story.failure(), "the stage would wait for its own execution");
}

#[tokio::test(start_paused = true)]
async fn records_that_can_not_be_read_are_asked_again() {
    let world = World::new();
    ended(&world, ExecutionStatus::Succeeded);
    world.records.set_down(true);
    let mut story = world.start(vec![depends(&id().to_string())], json!({}));
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Running, "{}", story.tree());
    world.records.set_down(false);
    story.finish();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
}

/// An execution of the pipeline `release` that has made an image and a chart.
fn made(world: &World, number: u64) -> ExecutionId {
    let artifacts = json!([
        {"type": "docker/image", "name": "shop", "version": number.to_string(), "reference": format!("shop:{number}")},
        {"type": "helm/chart", "name": "shop", "reference": "charts/shop"},
    ]);
    let made = json!([{"name": "artifacts", "value": format!("${{ #readJson('{artifacts}') }}")}]);
    let mut story =
        world.start_with(vec![stage("make", "evaluate_variables", json!({ "variables": made }))], json!({}), |start| {
            start.id = ExecutionId::from_parts(Timestamp::from_secs(900_000), number.into())
        });
    story.finish();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    let id = story.execution.id();
    world.records.put_execution(story.execution);
    id
}

fn find(expected: Value) -> StageDefinition {
    let config = json!({"pipeline": "applications/shop/pipelines/release"});
    StageDefinition {
        expected_artifacts: serde_json::from_value(expected).unwrap(),
        ..stage("it", "find_artifact", config)
    }
}

fn expected(name: &str) -> Value {
    json!([{"id": "img", "displayName": "The image", "matches": {"type": "docker/image", "name": name}}])
}

#[test]
fn artifacts_of_the_newest_execution_are_found_and_bound() {
    let world = World::new();
    made(&world, 1);
    let newest = made(&world, 2);
    let story = world.run(vec![find(expected("shop"))]);
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    let outputs = story.outputs("it");
    assert_eq!(outputs["execution"], format!("applications/shop/executions/{newest}"));
    assert_eq!(outputs["artifacts"].as_array().unwrap().len(), 2);
    insta::assert_json_snapshot!(outputs["resolvedExpectedArtifacts"]);
}

#[test]
fn what_is_not_there_is_not_found() {
    let world = World::new();
    assert_eq!(
        world.run(vec![find(json!([]))]).failure(),
        "applications/shop/pipelines/release has no execution that is SUCCEEDED"
    );
    made(&world, 1);
    let failure = world.run(vec![find(expected("zoo"))]).failure();
    assert!(failure.contains("The image") && failure.contains("docker/image shop 1 (shop:1)"), "{failure}");
    let mut terminal = find(json!([]));
    terminal.config["statuses"] = json!(["EXECUTION_STATUS_TERMINAL", "EXECUTION_STATUS_CANCELED"]);
    let mut story = world.start(vec![terminal], json!({}));
    story.finish();
    assert!(story.failure().ends_with("has no execution that is TERMINAL or CANCELED"), "{}", story.failure());
}
