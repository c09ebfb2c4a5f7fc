//! Kinds that the operator has defined.

use gennaker_core::execution::ExecutionStatus;
use gennaker_proto::v1::{self, field_descriptor::Type};
use serde_json::{Value, json};

use super::story::{Story, World, stage};
use crate::{CustomKind, CustomKinds, problems};

const URL: &str = "https://tickets.example/shop/close";

/// A kind as the settings have it.
fn ticket() -> Value {
    json!({
        "name": "close-ticket", "label": "Close a ticket", "description": "Closes a ticket of the change.",
        "url": "https://tickets.example/${ parameterValues.project }/close", "method": "put",
        "headers": {"X-Execution": "${ execution.id }"}, "secret_headers": {"Authorization": "env:TOKEN"},
        "payload": {
            "ticket": "${ parameterValues.ticket }", "text": "by ${ parameterValues.text }",
            "notify": "${ parameterValues.notify }", "fixed": [1],
        },
        "parameters": [
            {"name": "project", "options": ["shop", "bank"], "default": "shop"},
            {"name": "ticket", "type": "number", "required": true, "description": "Its number."},
            {"name": "text"},
            {"name": "notify", "type": "boolean", "default": false},
        ],
    })
}

fn kinds(definitions: Vec<Value>) -> Result<CustomKinds, Vec<String>> {
    let kinds = definitions.into_iter().map(|kind| serde_json::from_value::<CustomKind>(kind).unwrap());
    CustomKinds::new(kinds.collect())
}

fn run(kind: &str, parameters: Value) -> Story {
    let mut off = ticket();
    off["name"] = "off".into();
    off["enabled"] = false.into();
    let world = World::with_kinds(kinds(vec![ticket(), off]).unwrap());
    world.egress.reply("PUT", URL, 200, "{}");
    let config = json!({"kind": kind, "parameters": parameters});
    let mut story = world.start(vec![stage("it", "custom", config)], json!({"number": 17}));
    story.finish();
    story
}

#[test]
fn a_kind_calls_what_its_operator_says() {
    let evil = "${ execution.id }";
    let story = run(
        "close-ticket",
        json!({"ticket": "${ parameters.number }", "text": "${ trigger.payload.evil }", "notify": "true"}),
    );
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(story.outputs("it")["webhook"]["statusCode"], 200);
    let [request] = &story.world.egress.requests()[..] else { panic!("one call") };
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let text = "by ${ parameters.size }";
    assert_eq!(body, json!({"ticket": 17, "text": text, "notify": true, "fixed": [1]}), "and not {evil}");
    assert!(request.headers.contains(&("x-execution".to_owned(), story.execution.id().to_string())));
    assert!(request.headers.contains(&("authorization".to_owned(), "sesame".to_owned())));
}

#[test]
fn what_a_stage_says_must_fit() {
    let reasons = json!([
        run("open-ticket", json!({})).failure(),
        run("off", json!({})).failure(),
        run("close-ticket", json!({"numer": "1"})).failure(),
        run("close-ticket", json!({"ticket": "many", "project": "zoo", "notify": "maybe"})).failure(),
    ]);
    insta::assert_json_snapshot!(reasons);
}

#[test]
fn mistakes_are_found_when_a_pipeline_is_saved() {
    let custom = kinds(vec![ticket()]).unwrap();
    let found = |stage: Value| {
        let stage: v1::Stage = gennaker_proto::json::decode(&stage).unwrap();
        let found = problems(&stage, &custom).into_iter();
        found.map(|violation| format!("{}: {}", violation.field, violation.description)).collect::<Vec<_>>()
    };
    let close = |parameters: Value| json!({"custom": {"kind": "close-ticket", "parameters": parameters}});
    assert_eq!(found(close(json!({"ticket": "${ parameters.x }"}))), [""; 0]);
    assert_eq!(found(close(json!({}))), ["custom.parameters.ticket: must be set"]);
    let mut left = close(json!({}));
    left["expressions"] = json!({"custom.parameters.ticket": "${ 1 }"});
    assert_eq!(found(left), [""; 0]);
    assert_eq!(
        found(json!({"custom": {"kind": "other"}})),
        ["custom.kind: this server has no kind \"other\"; its operator has defined: close-ticket"]
    );
    assert_eq!(found(json!({"webhook": {"monitor": {"statusPath": "$["}}})).len(), 2);
    assert_eq!(found(json!({"webhook": {}, "expressions": {"webhook.url": "${ parameters.url }"}})), [""; 0]);
}

#[test]
fn definitions_are_checked() {
    let wrong = |field: &str, value: Value| {
        let mut kind = ticket();
        kind[field] = value;
        kinds(vec![kind]).unwrap_err()
    };
    let reasons = json!([
        wrong("name", json!("Close it")),
        wrong("url", json!("")),
        wrong("url", json!("https://x/${ parameterValues. }")),
        wrong("method", json!("FETCH")),
        wrong("timeout", json!("5s")),
        wrong("secret_headers", json!({"X": "sesame"})),
        wrong("parameters", json!([{"name": "a b"}, {"name": "n", "type": "number", "default": "x"}, {"name": "n"}])),
        kinds(vec![ticket(), ticket()]).unwrap_err(),
    ]);
    insta::assert_json_snapshot!(reasons);
}

#[test]
fn kinds_describe_themselves() {
    let mut off = ticket();
    off["name"] = "off".into();
    off["enabled"] = false.into();
    let [kind] = &kinds(vec![ticket(), off]).unwrap().descriptors()[..] else { panic!("one is switched on") };
    assert_eq!((kind.kind.as_str(), kind.label.as_str()), ("custom/close-ticket", "Close a ticket"));
    assert_eq!(kind.outputs[0].path, "webhook.statusCode");
    let fields: Vec<(&str, Type, bool)> =
        kind.fields.iter().map(|field| (field.path.as_str(), field.r#type(), field.required)).collect();
    assert_eq!(
        fields,
        [
            ("parameters.project", Type::String, false),
            ("parameters.ticket", Type::Number, true),
            ("parameters.text", Type::String, false),
            ("parameters.notify", Type::Boolean, false),
        ]
    );
    assert_eq!((kind.fields[0].choices.len(), kind.fields[3].default_value.as_str()), (2, "false"));
}
