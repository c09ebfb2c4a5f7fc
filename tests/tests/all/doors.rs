//! The doors of the one port: gRPC with reflection, gRPC-Web, plain HTTP, webhooks.

use std::path::Path;

use bytes::Bytes;
use gennaker_client::{Code, v1};
use gennaker_tests::{APPLICATION, World, pipeline, soon};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};

/// Runs grpcurl, which `make test` installs.
async fn grpcurl(world: &World, before: &[&str], after: &[&str]) -> String {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache/bin/grpcurl");
    assert!(tool.exists(), "grpcurl is missing: run tools/install.sh");
    let mut command = tokio::process::Command::new(tool);
    command.arg("-plaintext").args(before).arg(world.server.authority()).args(after);
    let output = soon("grpcurl", command.output()).await.unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{after:?}: {stdout}{stderr}");
    stdout.into_owned()
}

/// One HTTP/1.1 request: status, content type, body.
async fn http(world: &World, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> (u16, String, Bytes) {
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let mut request = http::Request::builder().method(method).uri(format!("{}{path}", world.server.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::from(body.to_vec())).unwrap();
    let response = soon(path, client.request(request)).await.unwrap();
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let body = soon(path, response.into_body().collect()).await.unwrap().to_bytes();
    (status, kind, body)
}

#[tokio::test]
async fn grpcurl_lists_describes_and_calls_everything() {
    let world = World::new().await;
    let services = grpcurl(&world, &[], &["list"]).await;
    let ours: Vec<&str> = services.lines().filter(|line| line.starts_with("gennaker.v1.")).collect();
    assert_eq!(ours.len(), 9, "{services}");
    for service in &ours {
        let described = grpcurl(&world, &[], &["describe", service]).await;
        assert!(described.contains("rpc "), "{described}");
    }
    assert!(grpcurl(&world, &[], &["grpc.health.v1.Health/Check"]).await.contains("SERVING"));
    let got = grpcurl(
        &world,
        &["-d", r#"{"name": "applications/hello"}"#],
        &["gennaker.v1.ApplicationService/GetApplication"],
    )
    .await;
    let got: Value = serde_json::from_str(&got).unwrap();
    assert_eq!(got["application"]["name"], APPLICATION);

    let name = world.save("wait", &pipeline(json!([{"id": "a", "wait": {"duration": "0s"}}]))).await;
    let execution = world.start(&name).await;
    let watched = json!({"name": execution, "afterSequence": "0"}).to_string();
    let stream = grpcurl(&world, &["-d", &watched], &["gennaker.v1.ExecutionService/WatchExecution"]).await;
    assert!(stream.contains("EXECUTION_FINISHED") || stream.contains("SUCCEEDED"), "{stream}");
}

#[tokio::test]
async fn plain_http_answers_health_and_metrics_and_says_what_this_is() {
    let world = World::new().await;
    world.run("wait", json!([{"id": "a", "wait": {"duration": "0s"}}])).await;
    let (status, ..) = http(&world, "GET", "/healthz", &[], b"").await;
    assert_eq!(status, 200);
    let (status, _, metrics) = http(&world, "GET", "/metrics", &[], b"").await;
    let metrics = String::from_utf8(metrics.to_vec()).unwrap();
    assert_eq!(status, 200);
    for name in ["gennaker_executions_started_total", "gennaker_grpc_requests_total", "gennaker_store_seconds"] {
        assert!(metrics.contains(name), "{name} is not among\n{metrics}");
    }
    let (status, _, page) = http(&world, "GET", "/", &[], b"").await;
    assert_eq!(status, 200);
    assert!(String::from_utf8_lossy(&page).contains("Gennaker"));
}

#[tokio::test]
async fn grpc_web_works_over_http_1_and_unknown_methods_are_unimplemented() {
    let world = World::new().await;
    let headers = [("content-type", "application/grpc-web+proto"), ("x-grpc-web", "1")];
    let path = "/gennaker.v1.SystemService/GetVersion";
    let (status, kind, body) = http(&world, "POST", path, &headers, &[0; 5]).await;
    assert_eq!(status, 200);
    assert!(kind.starts_with("application/grpc-web"), "{kind}");
    assert!(String::from_utf8_lossy(&body).contains("grpc-status:0"), "{body:?}");
    let path = "/gennaker.v1.SystemService/GetNothing";
    let (status, kind, body) = http(&world, "POST", path, &headers, &[0; 5]).await;
    assert_eq!(status, 200);
    assert!(kind.starts_with("application/grpc-web"), "a gRPC client must not get a page: {kind} {body:?}");
}

#[tokio::test]
async fn a_webhook_starts_its_pipeline_once_and_leaves_a_line_in_the_ledger() {
    let world = World::new().await;
    let pipeline = world.save("wait", &pipeline(json!([{"id": "a", "wait": {"duration": "0s"}}]))).await;
    let trigger = json!({"pipeline": pipeline, "webhook": {"payloadConstraints": {"ref": "^refs/heads/main$"}}});
    let request = json!({"parent": APPLICATION, "triggerId": "push", "trigger": trigger});
    let made = world.call::<v1::CreateTriggerRequest>(request).await.unwrap_or_else(|error| panic!("{error}"));
    let Some(v1::trigger::Source::Webhook(webhook)) = made.trigger.unwrap().source else { panic!("it is a webhook") };

    let path = "/webhooks/applications/hello/triggers/push";
    let token = format!("Bearer {}", webhook.token);
    let deliver = |key: &'static str, reference: &'static str, token: String| {
        let world = &world;
        async move {
            let body = json!({"ref": reference}).to_string();
            let headers = [("content-type", "application/json"), ("authorization", &token), ("idempotency-key", key)];
            http(world, "POST", path, &headers, body.as_bytes()).await.0
        }
    };
    assert_eq!(deliver("1", "refs/heads/main", "Bearer guessed".to_owned()).await, 401);
    let same = (0..20).map(|_| deliver("2", "refs/heads/main", token.clone()));
    for status in futures::future::join_all(same).await {
        assert!((200..300).contains(&status), "{status}");
    }
    assert!((200..300).contains(&deliver("3", "refs/heads/other", token.clone()).await));

    let list = v1::ListExecutionsRequest { parent: APPLICATION.to_owned(), ..Default::default() };
    assert_eq!(world.server.client.list(list).await.unwrap().len(), 1);
    let list =
        v1::ListTriggerEventsRequest { parent: "applications/hello/triggers/push".to_owned(), ..Default::default() };
    let events = world.server.client.list(list).await.unwrap();
    let decisions: Vec<String> = events.iter().map(|e| e.decision().as_str_name().to_owned()).collect();
    assert_eq!(decisions.iter().filter(|d| d.ends_with("FIRED")).count(), 1, "{decisions:?}");
    assert!(decisions.iter().any(|d| d.ends_with("FILTERED")), "{decisions:?}");
}

#[tokio::test]
async fn a_request_id_makes_a_start_happen_once() {
    let world = World::new().await;
    let name = world.save("wait", &pipeline(json!([{"id": "a", "wait": {"duration": "0s"}}]))).await;
    let start = json!({"pipeline": name, "requestId": "release-42"});
    let same = (0..20).map(|_| world.call::<v1::StartExecutionRequest>(start.clone()));
    let started: Vec<String> = futures::future::join_all(same)
        .await
        .into_iter()
        .map(|answer| answer.unwrap_or_else(|error| panic!("{error}")).execution.unwrap().name)
        .collect();
    assert!(started.iter().all(|name| *name == started[0]), "{started:?}");
    let other = json!({"pipeline": name, "requestId": "release-42", "reason": "another"});
    let error = world.call::<v1::StartExecutionRequest>(other).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::InvalidArgument), "{error}");
}
