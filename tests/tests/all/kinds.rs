//! Kinds of stages that the operator has defined, and what expressions may look up.

use gennaker_client::v1::ExecutionStatus;
use gennaker_client::{ExecutionView, v1};
use gennaker_parts::Http;
use gennaker_parts::http::Reply;
use gennaker_proto::values;
use gennaker_tests::{APPLICATION, Setup, World, gennaker};
use serde_json::{Value, json};

/// A world whose operator has defined the kind `ticket`, with a secret in its environment.
async fn world(service: &Http) -> World {
    let file = format!(
        "[egress]\nallowed_networks = ['127.0.0.0/8']\n\
         [[custom_kinds]]\nname = 'ticket'\nlabel = 'Open a ticket'\nurl = '{}'\n\
         payload = {{ title = '${{ parameterValues.title }}', copies = '${{ parameterValues.copies }}' }}\n\
         secret_headers = {{ Authorization = 'env:TICKETS_TOKEN' }}\n\
         parameters = [{{ name = 'title', required = true }}, {{ name = 'copies', type = 'number', default = 1 }}]\n",
        service.url("/tickets"),
    );
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("gennaker.toml");
    std::fs::write(&config, file).unwrap();
    let environment = vec![("TICKETS_TOKEN", "Bearer hunter2".into())];
    World::set_up(Setup { config: Some(config), environment, ..Setup::default() }).await
}

fn ticket(parameters: &Value) -> Value {
    json!([{"id": "ticket", "custom": {"kind": "ticket", "parameters": parameters}}])
}

fn why(view: &ExecutionView) -> String {
    view.execution().failure.clone().unwrap_or_default().message
}

#[tokio::test]
async fn a_kind_of_the_operators_is_a_kind_like_any_other() {
    let service = Http::start().await.unwrap();
    service.on("POST", "/tickets", Reply::ok(r#"{"id": 7}"#).header("content-type", "application/json"));
    let world = world(&service).await;
    let server = Some(world.server.address.as_str());
    let kinds = gennaker(server, &["list", "stage-kinds"]).await.good();
    assert!(kinds.contains("custom/ticket"), "{kinds}");

    let title = "${ 'a' + 'b' } and \"quotes\" and $${ braces }";
    let view = world.run("asked", ticket(&json!({"title": title, "copies": "3"}))).await;
    assert_eq!(view.status(), ExecutionStatus::Succeeded, "{}", why(&view));
    let request = service.requests().remove(0);
    let sent: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(sent, json!({"title": "ab and \"quotes\" and ${ braces }", "copies": 3}));
    assert_eq!(request.header("authorization"), Some("Bearer hunter2"));
    let outputs = view.stage("ticket").unwrap().outputs.as_ref().map(values::object).unwrap();
    assert_eq!(outputs["webhook"]["body"]["id"], 7);
    let shown = gennaker(server, &["-o", "json", "get", "execution", &view.execution().name]).await.good();
    assert!(!shown.contains("hunter2"), "secrets are in no execution");
}

#[tokio::test]
async fn a_kind_that_is_misused_is_refused_when_it_is_saved() {
    let service = Http::start().await.unwrap();
    let world = world(&service).await;
    for (stages, part) in [
        (ticket(&json!({})), "parameters.title"),
        (ticket(&json!({"title": "x", "copies": "many"})), "\"many\" is not a number"),
        (ticket(&json!({"title": "x", "colour": "red"})), "parameters.colour"),
        (json!([{"id": "x", "custom": {"kind": "tickets"}}]), "has defined: ticket"),
    ] {
        let request = json!({"parent": APPLICATION, "pipelineId": "wrong", "pipeline": {"stages": stages}});
        let refused = world.call::<v1::CreatePipelineRequest>(request).await.unwrap_err().to_string();
        assert!(refused.contains(part), "{part} is not in {refused}");
    }
    assert_eq!(service.connections(), 0);
}

/// A stage that reads a URL and an application.
fn reading(service: &Http) -> Value {
    let variable = |name: &str, value: String| json!({"name": name, "value": value});
    json!([{"id": "read", "evaluateVariables": {"variables": [
        variable("answer", format!("${{ #jsonFromUrl('{}').size * 2 }}", service.url("/facts"))),
        variable("mail", "${ #applicationMetadata('hello').email }".to_owned()),
    ]}}])
}

#[tokio::test]
async fn expressions_look_up_what_the_operator_allows() {
    let service = Http::start().await.unwrap();
    service.on("GET", "/facts", Reply::ok(r#"{"size": 21}"#));
    let allowed = ["egress.allowed_networks=127.0.0.0/8", "expressions.url_functions=true"];
    let world = World::with(&allowed).await;
    let view = world.run("read", reading(&service)).await;
    assert_eq!(view.status(), ExecutionStatus::Succeeded, "{}", why(&view));
    let outputs = view.stage("read").unwrap().outputs.as_ref().map(values::object).unwrap();
    assert_eq!((&outputs["answer"], &outputs["mail"]), (&json!(42), &json!("hello@example.com")));
    assert_eq!(service.requests().len(), 1);
}

#[tokio::test]
async fn expressions_read_no_url_by_default() {
    let service = Http::start().await.unwrap();
    let world = World::with(&["egress.allowed_networks=127.0.0.0/8"]).await;
    let view = world.run("read", reading(&service)).await;
    assert_eq!(view.status(), ExecutionStatus::Terminal);
    assert!(why(&view).contains("expressions.url_functions"), "{}", why(&view));
    assert_eq!(service.connections(), 0);
}
