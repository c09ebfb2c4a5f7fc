//! What flows between stages: values of expressions, conditions, and calls of other services that are followed to their end.

use gennaker_client::v1::{ExecutionStatus, StageStatus};
use gennaker_client::{ExecutionView, v1};
use gennaker_parts::Http;
use gennaker_parts::http::Reply;
use gennaker_proto::values;
use gennaker_tests::{World, pipeline, soon};
use serde_json::{Value, json};

/// Lets the server call this machine.
const LOOPBACK: &str = "egress.allowed_networks=127.0.0.0/8";

/// The outputs of a stage.
fn outputs(view: &ExecutionView, stage: &str) -> Value {
    let stage = view.stage(stage).unwrap_or_else(|| panic!("there is no stage {stage}"));
    stage.outputs.as_ref().map(values::object).unwrap_or_default().into()
}

fn status(view: &ExecutionView, stage: &str) -> StageStatus {
    view.stage(stage).unwrap_or_else(|| panic!("there is no stage {stage}")).status()
}

fn why(view: &ExecutionView) -> String {
    view.execution().failure.clone().unwrap_or_default().message
}

#[tokio::test]
async fn values_pass_from_stage_to_stage_and_conditions_choose() {
    let world = World::new().await;
    let variable = |name: &str, value: &str| json!({"name": name, "value": value});
    let stages = json!([
        {"id": "decide", "name": "Decide", "evaluateVariables": {"variables": [
            variable("sizes", "${ {1, 2, 3}.![#this * 10] }"),
            variable("largest", "${ sizes.?[#this > 15][1] }"),
            variable("text", "${ largest } of ${ #toJson(sizes) }"),
        ]}},
        {"id": "large", "dependsOn": ["decide"], "condition": "largest >= 30", "wait": {"duration": "0.1s"}},
        {"id": "small", "dependsOn": ["decide"], "condition": "${ largest < 30 }", "fail": {"message": "not this way"}},
        {"id": "meet", "dependsOn": ["large", "small"], "group": {}},
        {"id": "check", "dependsOn": ["meet"], "checkPreconditions": {"preconditions": [
            {"expression": {"expression": "#stage('Decide').status == 'SUCCEEDED' and largest == 30"}},
        ]}},
    ]);
    let view = world.run("values", stages).await;
    assert_eq!(view.status(), ExecutionStatus::Succeeded, "{}", why(&view));
    assert_eq!(outputs(&view, "decide"), json!({"sizes": [10, 20, 30], "largest": 30, "text": "30 of [10,20,30]"}));
    assert_eq!((status(&view, "large"), status(&view, "small")), (StageStatus::Succeeded, StageStatus::Skipped));
}

#[tokio::test]
async fn a_wrong_expression_fails_its_stage_and_says_where() {
    let world = World::new().await;
    let variable = json!({"name": "x", "value": "${ parameters.colour }"});
    let view = world.run("wrong", json!([{"id": "look", "evaluateVariables": {"variables": [variable]}}])).await;
    assert_eq!(view.status(), ExecutionStatus::Terminal);
    assert!(why(&view).contains("colour"), "{}", why(&view));
}

/// A stage that calls `/rollouts` and follows what its `Location` names.
fn roll_out(service: &Http) -> Value {
    json!({"id": "roll-out", "webhook": {
        "url": service.url("/rollouts"),
        "payload": {"version": "7", "replicas": 3},
        "retries": [{"status": 503, "maxAttempts": 5}],
        "monitor": {
            "statusUrlFrom": "STATUS_URL_LOCATION_HEADER", "statusPath": "$.state", "progressPath": "$.message",
            "successStatuses": ["done"], "terminalStatuses": ["failed"],
        },
    }})
}

fn state(state: &str) -> Reply {
    Reply::ok(json!({"state": state, "message": "rolling", "id": "r-1"}).to_string())
        .header("content-type", "application/json")
}

/// How often a path was called with a method.
fn count(service: &Http, method: &str, path: &str) -> usize {
    service.requests().iter().filter(|request| request.method == method && request.path == path).count()
}

#[tokio::test]
async fn a_service_is_called_again_while_it_is_busy_and_followed_until_it_is_done() {
    let service = Http::start().await.unwrap();
    service.on("POST", "/rollouts", Reply::status(503));
    service.on("POST", "/rollouts", Reply::status(201).header("location", "/rollouts/1"));
    service.on("GET", "/rollouts/1", state("running")).on("GET", "/rollouts/1", Reply::status(502));
    service.on("GET", "/rollouts/1", state("DONE"));
    let world = World::with(&[LOOPBACK]).await;
    let view = world.run("rolled", json!([roll_out(&service)])).await;
    assert_eq!(view.status(), ExecutionStatus::Succeeded, "{}", why(&view));
    let webhook = &outputs(&view, "roll-out")["webhook"];
    assert_eq!(webhook["monitor"]["body"]["id"], "r-1", "{webhook}");
    assert_eq!((count(&service, "POST", "/rollouts"), count(&service, "GET", "/rollouts/1")), (2, 3));
    let requests = service.requests();
    let sent: Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(sent, json!({"version": "7", "replicas": 3}));
    let keys: Vec<_> = requests[..2].iter().map(|request| request.header("idempotency-key").unwrap()).collect();
    assert_eq!(keys[0], keys[1], "a repeat can be told by its key");
}

#[tokio::test]
async fn what_the_operator_has_not_allowed_is_not_called() {
    let service = Http::start().await.unwrap();
    let world = World::new().await;
    let view = world.run("refused", json!([roll_out(&service)])).await;
    assert_eq!(view.status(), ExecutionStatus::Terminal);
    assert!(why(&view).contains("egress.allowed_networks"), "{}", why(&view));
    assert_eq!(service.connections(), 0);
}

#[tokio::test]
async fn a_call_that_a_crash_cut_short_is_repeated_under_its_key_and_one_that_was_answered_never() {
    let service = Http::start().await.unwrap();
    service.on("POST", "/rollouts", Reply::status(201).header("location", "/rollouts/1").held());
    service.on("GET", "/rollouts/1", state("running"));
    let mut world = World::with(&[LOOPBACK]).await;
    let name = world.save("crashed", &pipeline(json!([roll_out(&service)]))).await;
    let execution = world.start(&name).await;

    soon("the call", service.received(1)).await;
    world.crash().await;
    soon("the call again", service.received(2)).await;
    service.release();
    let is_followed = |view: &ExecutionView| {
        let tasks = view.stage("roll-out").map(|stage| stage.tasks.clone()).unwrap_or_default();
        tasks.iter().any(|task| task.message.contains("rolling"))
    };
    world.until(&execution, is_followed).await;
    world.crash().await;
    service.on("GET", "/rollouts/1", state("done"));
    let view = world.end(&execution).await;
    assert_eq!(view.status(), ExecutionStatus::Succeeded, "{}", why(&view));

    let posts: Vec<_> = service.requests().into_iter().filter(|request| request.method == "POST").collect();
    let keys: std::collections::BTreeSet<_> =
        posts.iter().map(|request| request.header("idempotency-key").unwrap().to_owned()).collect();
    assert_eq!((posts.len(), keys.len()), (2, 1), "once before the crash and once after it, under one key");
}

#[tokio::test]
async fn what_was_begun_is_called_off_when_the_execution_is_canceled() {
    let service = Http::start().await.unwrap();
    service.on("POST", "/rollouts", Reply::status(201).header("location", "/rollouts/1"));
    service.on("GET", "/rollouts/1", state("running")).on("POST", "/cancel", Reply::status(200));
    let world = World::with(&[LOOPBACK]).await;
    let mut stage = roll_out(&service);
    stage["webhook"]["cancellation"] = json!({"url": service.url("/cancel"), "payload": {"why": "canceled"}});
    let name = world.save("canceled", &pipeline(json!([stage]))).await;
    let execution = world.start(&name).await;
    soon("a look at the progress", service.received(2)).await;
    world.call::<v1::CancelExecutionRequest>(json!({"name": execution})).await.unwrap();
    assert_eq!(world.end(&execution).await.status(), ExecutionStatus::Canceled);
    let seen = soon("the cancellation", async {
        let mut seen = 3;
        while count(&service, "POST", "/cancel") == 0 {
            seen = service.received(seen).await.len() + 1;
        }
        service.requests()
    });
    let call = seen.await.into_iter().find(|request| request.path == "/cancel").unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&call.body).unwrap(), json!({"why": "canceled"}));
}
