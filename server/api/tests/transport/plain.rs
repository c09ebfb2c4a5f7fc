//! HTTP without gRPC.

use serde_json::json;

use crate::support::TestServer;

const JSON: [(&str, &str); 1] = [("content-type", "application/json")];

#[tokio::test]
async fn health_readiness_and_metrics() {
    let server = TestServer::start().await;
    let health = server.http("GET", "/healthz", &[], "").await;
    assert_eq!((health.status.as_u16(), health.json()["status"].as_str()), (200, Some("HEALTH_STATUS_OK")));
    let ready = server.http("GET", "/readyz", &[], "").await;
    assert_eq!((ready.status.as_u16(), ready.json()), (200, json!({"ready": true})));
    let metrics = server.http("GET", "/metrics", &[], "").await;
    assert_eq!((metrics.status.as_u16(), metrics.text().as_str()), (200, "a_metric 1\n"));
    assert!(metrics.header("content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn the_root_says_what_this_is_and_the_rest_is_not_there() {
    let server = TestServer::start().await;
    let root = server.http("GET", "/", &[], "").await;
    assert_eq!(root.status, 200);
    assert!(root.header("content-type").starts_with("text/html") && root.text().contains("Gennaker"));
    for path in ["/nothing", "/gennaker.v1.SystemService/GetVersion"] {
        let missing = server.http("GET", path, &[], "").await;
        assert_eq!((missing.status.as_u16(), missing.json()["error"]["code"].as_u64()), (404, Some(404)), "{path}");
    }
}

#[tokio::test]
async fn grpc_never_gets_a_page() {
    let server = TestServer::start().await;
    for kind in ["application/grpc-web+proto", "application/grpc-web-text"] {
        let answer = server.http("POST", "/nothing.Nothing/Nothing", &[("content-type", kind)], vec![0; 5]).await;
        assert_eq!(answer.header("grpc-status"), "12", "{kind}: {}", answer.text());
    }
}

#[tokio::test]
async fn unary_methods_answer_json() {
    let server = TestServer::start().await;
    let create = json!({"applicationId": "a", "application": {"displayName": "A"}}).to_string();
    let headers = [JSON[0], ("x-gennaker-actor", "ada"), ("x-request-id", "mine")];
    let created = server.http("POST", "/v1/ApplicationService/CreateApplication", &headers, create.clone()).await;
    assert_eq!(created.status, 200, "{}", created.text());
    assert_eq!(created.header("x-request-id"), "mine");
    assert_eq!(created.json()["application"]["name"], "applications/a");
    assert_eq!(created.json()["application"]["updateActor"], "ada");

    let again = server.http("POST", "/v1/ApplicationService/CreateApplication", &JSON, create).await;
    assert_eq!((again.status.as_u16(), again.json()["error"]["status"].as_str()), (409, Some("ALREADY_EXISTS")));
    let kinds: Vec<_> =
        again.json()["error"]["details"].as_array().unwrap().iter().map(|d| d["@type"].clone()).collect();
    assert!(kinds.contains(&json!("type.googleapis.com/google.rpc.ErrorInfo")), "{kinds:?}");

    let empty = server.http("POST", "/v1/SystemService/GetVersion", &JSON, "").await;
    assert!(empty.json()["version"].is_string());
}

#[tokio::test]
async fn json_that_is_wrong_is_told_so() {
    let server = TestServer::start().await;
    let get = "/v1/ApplicationService/GetApplication";
    let unknown = server.http("POST", get, &JSON, r#"{"nam": "applications/a"}"#).await;
    assert_eq!(unknown.status, 400);
    assert!(unknown.json()["error"]["message"].as_str().unwrap().contains("nam"), "{}", unknown.text());
    assert_eq!(server.http("POST", get, &JSON, "{").await.status, 400);
    assert_eq!(server.http("POST", get, &[("content-type", "text/plain")], "{}").await.status, 415);
    assert_eq!(server.http("GET", get, &[], "").await.status, 405);
    assert_eq!(server.http("POST", "/v1/Nothing/Nothing", &JSON, "").await.status, 501);
    assert_eq!(server.http("POST", "/v1/ExecutionService/WatchExecution", &JSON, "").await.status, 501);
}

#[tokio::test]
async fn other_origins_are_refused_unless_they_are_named() {
    let preflight = [("origin", "https://ui.example.com"), ("access-control-request-method", "POST")];
    let path = "/gennaker.v1.SystemService/GetVersion";
    let closed = TestServer::start().await;
    let answer = closed.http("OPTIONS", path, &preflight, "").await;
    assert_eq!(answer.header("access-control-allow-origin"), "");

    let origins = vec!["https://ui.example.com".to_owned()];
    let open = TestServer::with(gennaker_api::Options { cors_origins: origins, ..Default::default() }).await;
    let answer = open.http("OPTIONS", path, &preflight, "").await;
    assert_eq!(answer.header("access-control-allow-origin"), "https://ui.example.com");
    let other = open.http("OPTIONS", path, &[("origin", "https://evil.example.com"), preflight[1]], "").await;
    assert_eq!(other.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn webhooks_for_nobody_are_not_found() {
    let server = TestServer::start().await;
    let answer = server.http("POST", "/webhooks/applications/a/triggers/t", &JSON, "{}").await;
    assert!(matches!(answer.status.as_u16(), 401 | 404), "{}", answer.text());
}

#[tokio::test]
async fn foreign_names_are_refused() {
    let server = TestServer::start().await;
    let foreign = server.http("GET", "/metrics", &[("host", "evil.example.com")], "").await;
    assert_eq!(foreign.status, 403);
    let grpc = [("host", "evil.example.com"), ("content-type", "application/grpc-web")];
    let answer = server.http("POST", "/gennaker.v1.SystemService/GetVersion", &grpc, vec![0; 5]).await;
    assert_eq!(answer.header("grpc-status"), "7");
    assert_eq!(server.http("GET", "/metrics", &[("host", "localhost")], "").await.status, 200);
}
