//! Pipelines that run pipelines.

use gennaker_client::{ExecutionView, v1};
use gennaker_proto::json as codec;
use gennaker_tests::{APPLICATION, World, pipeline};
use serde_json::{Value, json};

/// A world with the pipeline `child`, which waits for a judgment, and `parent`, which runs it.
async fn family(detached: bool) -> (World, String) {
    let world = World::new().await;
    let mut child = pipeline(json!([{"id": "look", "manualJudgment": {"inputs": ["red", "green"]}}]));
    child["parameters"] = json!([{"name": "version", "required": true}]);
    world.save("child", &child).await;
    let run = json!({
        "pipeline": format!("{APPLICATION}/pipelines/child"), "detached": detached,
        "parameters": {"version": "${ parameters.version }"},
    });
    let mut parent = pipeline(json!([
        {"id": "run", "runPipeline": run},
        {"id": "ask", "dependsOn": ["run"], "manualJudgment": {"instructions": "${ stages.run.outputs.execution }"}},
    ]));
    parent["parameters"] = json!([{"name": "version", "defaultValue": "7"}]);
    let parent = world.save("parent", &parent).await;
    let execution = world.start(&parent).await;
    (world, execution)
}

/// The only execution of `child`, once there is one.
async fn child(world: &World, parent: &str) -> v1::Execution {
    world.until(parent, |view| outputs(view, "run").get("execution").is_some()).await;
    let request = v1::ListExecutionsRequest {
        parent: APPLICATION.to_owned(),
        filter: "pipeline=child".to_owned(),
        ..Default::default()
    };
    let mut children = world.server.client.list(request).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(children.len(), 1, "{children:#?}");
    children.remove(0)
}

async fn judge(world: &World, execution: &str, stage: &str, more: Value) {
    let mut request = json!({"name": execution, "stage": stage, "decision": "DECISION_CONTINUE"});
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.call::<v1::SubmitJudgmentRequest>(request).await.unwrap_or_else(|error| panic!("{error}"));
}

fn outputs(view: &ExecutionView, stage: &str) -> Value {
    let stage = view.stage(stage).cloned().unwrap_or_default();
    codec::encode(&stage)["outputs"].clone()
}

#[tokio::test]
async fn a_child_gets_parameters_and_gives_outputs() {
    let (world, parent) = family(false).await;
    let running = child(&world, &parent).await;
    assert_eq!(running.parameters["version"], "7");
    assert_eq!(running.cause.clone().unwrap_or_default().parent_execution, parent);
    judge(&world, &running.name, "look", json!({"input": "green"})).await;
    let waiting = world.until(&parent, |view| outputs(view, "run").get("status").is_some()).await;
    let outputs = outputs(&waiting, "run");
    assert_eq!((&outputs["status"], &outputs["stages"]["look"]["input"]), (&json!("SUCCEEDED"), &json!("green")));
    judge(&world, &parent, "ask", json!({})).await;
    assert_eq!(world.end(&parent).await.status(), v1::ExecutionStatus::Succeeded);
}

#[tokio::test]
async fn cancelling_the_parent_cancels_the_child() {
    let (world, parent) = family(false).await;
    let running = child(&world, &parent).await;
    world.call::<v1::CancelExecutionRequest>(json!({"name": parent, "reason": "enough"})).await.expect("it runs");
    assert_eq!(world.end(&parent).await.status(), v1::ExecutionStatus::Canceled);
    assert_eq!(world.end(&running.name).await.status(), v1::ExecutionStatus::Canceled);
}

#[tokio::test]
async fn a_detached_child_goes_on_alone() {
    let (world, parent) = family(true).await;
    let running = child(&world, &parent).await;
    world.call::<v1::CancelExecutionRequest>(json!({ "name": parent })).await.expect("it runs");
    assert_eq!(world.end(&parent).await.status(), v1::ExecutionStatus::Canceled);
    judge(&world, &running.name, "look", json!({"input": "red"})).await;
    assert_eq!(world.end(&running.name).await.status(), v1::ExecutionStatus::Succeeded);
}

#[tokio::test]
async fn a_child_that_fails_fails_its_parent() {
    let (world, parent) = family(false).await;
    let running = child(&world, &parent).await;
    judge(&world, &running.name, "look", json!({"decision": "DECISION_STOP", "comment": "too red"})).await;
    let ended = world.end(&parent).await;
    assert_eq!(ended.status(), v1::ExecutionStatus::Terminal);
    let execution = ended.execution();
    let message = execution.failure.as_ref().map(|failure| failure.message.clone()).unwrap_or_default();
    assert!(message.contains("too red"), "{message}");
}
