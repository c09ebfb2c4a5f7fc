//! Triggers: who may send, what fires, and what is noted.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gennaker_app::{AppError, Delivery};
use gennaker_core::Timestamp;
use gennaker_ports::Access;
use gennaker_ports::Store;
use gennaker_ports::store::{StoredTriggerEvent, TriggerDecision};
use gennaker_ports::testing::store::MemoryStore;
use gennaker_proto::v1;
use gennaker_proto::v1::trigger_event::Decision;
use serde_json::{Value, json};

use crate::world::{World, ann, reason, request, violations};

const TRIGGER: &str = "applications/shop/triggers/t";

async fn world_with(source: Value) -> (World, v1::Trigger) {
    let world = World::with_shop().await;
    let trigger = prepare(&world, source).await;
    (world, trigger)
}

async fn prepare(world: &World, source: Value) -> v1::Trigger {
    let stages = json!([{"id": "a", "wait": {"duration": "60s"}}]);
    let parameters = json!([{"name": "version"}, {"name": "env", "defaultValue": "test"}]);
    world.pipeline("p", json!({"stages": stages, "parameters": parameters, "concurrency": {"maxConcurrent": 0}})).await;
    let mut trigger = json!({"pipeline": "applications/shop/pipelines/p", "parameters": {"version": "0"}});
    trigger.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
    let body = json!({"parent": "applications/shop", "triggerId": "t", "trigger": trigger});
    world.app.create_trigger(ann(), request(body)).await.unwrap().trigger.unwrap()
}

fn webhook(trigger: &v1::Trigger) -> &v1::WebhookTrigger {
    match trigger.source.as_ref().unwrap() {
        v1::trigger::Source::Webhook(webhook) => webhook,
        v1::trigger::Source::Manual(_) | v1::trigger::Source::Spinnaker(_) => panic!("it is a webhook"),
    }
}

fn delivery(trigger: &v1::Trigger, headers: &[(&str, &str)], body: &Value) -> Delivery {
    Delivery {
        path: webhook(trigger).path.trim_start_matches("/webhooks/").to_owned(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Bytes::from(body.to_string()),
        sender: "10.0.0.1".to_owned(),
    }
}

async fn events(world: &World) -> Vec<v1::TriggerEvent> {
    let body = json!({ "parent": TRIGGER });
    world.app.list_trigger_events(ann(), request(body)).await.unwrap().events
}

async fn executions(world: &World) -> usize {
    let body = json!({"parent": "applications/shop"});
    world.app.list_executions(ann(), request(body)).await.unwrap().executions.len()
}

#[tokio::test(start_paused = true)]
async fn a_webhook_with_a_token_fires() {
    let (world, trigger) = world_with(json!({"webhook": {"token": "chosen", "path": "/x"}})).await;
    let token = &webhook(&trigger).token;
    assert_eq!(token.len(), 64, "the server makes the token");
    assert_eq!(webhook(&trigger).path, format!("/webhooks/{TRIGGER}/{token}"));
    let body = json!({"parameters": {"version": "7"}, "ref": "main"});
    let event = world.app.receive_webhook(delivery(&trigger, &[], &body)).await.unwrap();
    assert_eq!((event.decision(), event.actor.as_str()), (Decision::Fired, "10.0.0.1"));
    let execution = world.execution(&event.execution).await;
    let cause = execution.cause.unwrap();
    assert_eq!(
        (cause.kind(), cause.trigger.as_str(), cause.actor.as_str()),
        (v1::cause::Kind::Trigger, TRIGGER, TRIGGER)
    );
    assert_eq!(cause.trigger_event, event.name);
    assert_eq!(execution.parameters["version"], "7", "what the source brings wins");
    assert_eq!(execution.parameters["env"], "test");

    let wrong = |path: &str| Delivery { path: path.to_owned(), ..delivery(&trigger, &[], &body) };
    for path in [format!("{TRIGGER}/wrong"), TRIGGER.to_owned(), "applications/shop/triggers/none/x".into(), "x".into()]
    {
        assert_eq!(reason(world.app.receive_webhook(wrong(&path)).await), "UNAUTHENTICATED", "{path}");
    }
    let bearer = Delivery { headers: vec![("Authorization".into(), format!("Bearer {token}"))], ..wrong(TRIGGER) };
    assert_eq!(world.app.receive_webhook(bearer).await.unwrap().decision(), Decision::Fired);
    assert_eq!(events(&world).await.len(), 2, "who can't prove anything leaves no trace");
}

#[tokio::test(start_paused = true)]
async fn the_token_is_kept_and_shown_to_writers_only() {
    let (world, trigger) = world_with(json!({"webhook": {}})).await;
    let update = json!({"trigger": {"name": TRIGGER, "description": "d"}, "updateMask": "description"});
    let updated = world.app.update_trigger(ann(), request(update)).await.unwrap().trigger.unwrap();
    assert_eq!((webhook(&updated), updated.revision), (webhook(&trigger), 2));
    world.rights.deny(Some(Access::Write), None);
    let read = world.app.get_trigger(ann(), request(json!({ "name": TRIGGER }))).await.unwrap().trigger.unwrap();
    assert_eq!((webhook(&read).token.as_str(), webhook(&read).path.as_str()), ("", &*format!("/webhooks/{TRIGGER}")));
    let listed = world.app.list_triggers(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap();
    assert_eq!(listed.triggers, [read]);
}

#[tokio::test(start_paused = true)]
async fn a_webhook_with_a_key_wants_signatures() {
    let (world, trigger) = world_with(json!({"webhook": {"hmacSecret": "env:KEY"}})).await;
    assert_eq!(webhook(&trigger).token, "");
    // The example of GitHub's documentation.
    let mut hello = delivery(&trigger, &[], &json!({}));
    hello.body = Bytes::from_static(b"Hello, World!");
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert_eq!(reason(world.app.receive_webhook(hello.clone()).await), "UNAVAILABLE", "the key can't be read");
    world.secrets.0.lock().unwrap().insert("env:KEY".into(), b"It's a Secret to Everybody".to_vec());
    assert_eq!(reason(world.app.receive_webhook(hello.clone()).await), "UNAUTHENTICATED");
    hello.headers = vec![("X-Hub-Signature-256".into(), signature.into())];
    let error = world.app.receive_webhook(hello.clone()).await.unwrap_err();
    assert!(violations(error)[0].starts_with("body: is no JSON"), "the signature is right");
    hello.body = Bytes::from_static(b"Hello, World?");
    assert_eq!(reason(world.app.receive_webhook(hello).await), "UNAUTHENTICATED");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_fire_is_noted_with_a_reason() {
    let (world, trigger) = world_with(json!({"webhook": {"payloadConstraints": {"ref": "^main$"}}})).await;
    let send = |body: Value| world.app.receive_webhook(delivery(&trigger, &[], &body));
    assert_eq!(send(json!({"ref": "dev"})).await.unwrap().decision(), Decision::Filtered);
    let unknown = json!({"ref": "main", "parameters": {"colour": "red"}});
    let failed = send(unknown).await.unwrap();
    assert_eq!(failed.decision(), Decision::Failed);
    assert!(failed.reason.contains("parameters.colour: is not declared"), "{}", failed.reason);

    let disable =
        |disabled: bool| json!({"trigger": {"name": TRIGGER, "disabled": disabled}, "updateMask": "disabled"});
    world.app.update_trigger(ann(), request(disable(true))).await.unwrap();
    assert_eq!(send(json!({"ref": "main"})).await.unwrap().reason, "the trigger is disabled");
    world.app.update_trigger(ann(), request(disable(false))).await.unwrap();
    let pipeline =
        json!({"pipeline": {"name": "applications/shop/pipelines/p", "disabled": true}, "updateMask": "disabled"});
    world.app.update_pipeline(ann(), request(pipeline)).await.unwrap();
    assert_eq!(send(json!({"ref": "main"})).await.unwrap().decision(), Decision::Disabled);

    let noted: Vec<_> = events(&world).await.iter().map(v1::TriggerEvent::decision).collect();
    assert_eq!(noted, [Decision::Disabled, Decision::Disabled, Decision::Failed, Decision::Filtered]);
    assert_eq!(executions(&world).await, 0);
}

#[tokio::test(start_paused = true)]
async fn the_same_delivery_a_hundred_times_is_one_execution() {
    let world = World::with(|options| options.limits.max_trigger_events_per_minute = 1);
    world.shop().await;
    let trigger = prepare(&world, json!({"webhook": {"deliveryHeader": "X-GitHub-Delivery"}})).await;
    let send = || {
        let (app, delivery) = (world.app.clone(), delivery(&trigger, &[("x-github-delivery", "d1")], &json!({})));
        tokio::spawn(async move { app.receive_webhook(delivery).await.unwrap() })
    };
    let all: Vec<_> = (0..100).map(|_| send()).collect();
    let mut decisions = Vec::new();
    let mut names = std::collections::BTreeSet::new();
    for event in all {
        let event = event.await.unwrap();
        decisions.push(event.decision());
        names.insert(event.execution);
    }
    assert_eq!(decisions.iter().filter(|decision| **decision == Decision::Fired).count(), 1, "{decisions:?}");
    assert_eq!(decisions.iter().filter(|decision| **decision == Decision::Deduplicated).count(), 99);
    assert_eq!(names.len(), 1, "all of them name it");
    assert_eq!(executions(&world).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_failed_can_be_repeated() {
    let (world, trigger) = world_with(json!({"webhook": {}})).await;
    let send = || world.app.receive_webhook(delivery(&trigger, &[("Idempotency-Key", "k")], &json!({})));
    let disable = |disabled: bool| {
        let body = json!({"pipeline": {"name": "applications/shop/pipelines/p", "disabled": disabled}, "updateMask": "disabled"});
        world.app.update_pipeline(ann(), request(body))
    };
    disable(true).await.unwrap();
    let refused = send().await.unwrap();
    assert_eq!(refused.decision(), Decision::Disabled);
    disable(false).await.unwrap();
    let repeated = send().await.unwrap();
    assert_eq!(repeated.decision(), Decision::Deduplicated);
    assert!(!repeated.execution.is_empty());
    let first = events(&world).await.into_iter().find(|event| event.name == refused.name).unwrap();
    assert_eq!((first.decision(), first.execution), (Decision::Fired, repeated.execution));
    send().await.unwrap();
    assert_eq!(executions(&world).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_capped() {
    let world = World::with(|options| options.limits.max_trigger_events_per_minute = 2);
    world.shop().await;
    let trigger = prepare(&world, json!({"webhook": {}})).await;
    let send = || world.app.receive_webhook(delivery(&trigger, &[], &json!({})));
    let decisions =
        [send().await.unwrap().decision(), send().await.unwrap().decision(), send().await.unwrap().decision()];
    assert_eq!(decisions, [Decision::Fired, Decision::Fired, Decision::Capped]);
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(send().await.unwrap().decision(), Decision::Fired);
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_skips_caps_its_triggers() {
    let (world, trigger) = world_with(json!({"webhook": {}})).await;
    let skip = json!({"pipeline": {"name": "applications/shop/pipelines/p",
        "concurrency": {"maxConcurrent": 1, "queuePolicy": "QUEUE_POLICY_SKIP"}}, "updateMask": "concurrency"});
    world.app.update_pipeline(ann(), request(skip)).await.unwrap();
    let send = || world.app.receive_webhook(delivery(&trigger, &[], &json!({})));
    assert_eq!(send().await.unwrap().decision(), Decision::Fired);
    assert_eq!(send().await.unwrap().decision(), Decision::Capped);
    let start = world.app.start_execution(ann(), request(json!({"pipeline": "applications/shop/pipelines/p"}))).await;
    assert_eq!(reason(start), "CONCURRENCY_LIMIT");
}

#[tokio::test(start_paused = true)]
async fn bodies_have_a_limit() {
    let (world, trigger) = world_with(json!({"webhook": {}})).await;
    let limit = usize::try_from(world.app.limits().max_webhook_bytes).unwrap();
    let of = |length: usize| {
        let filler = "x".repeat(length - r#"{"a":""}"#.len());
        delivery(&trigger, &[], &json!({ "a": filler }))
    };
    assert_eq!(of(limit).body.len(), limit);
    assert_eq!(world.app.receive_webhook(of(limit)).await.unwrap().decision(), Decision::Fired);
    assert_eq!(reason(world.app.receive_webhook(of(limit + 1)).await), "INVALID_ARGUMENT");
    let shown = events(&world).await.remove(0).payload.unwrap();
    assert!(prost::Message::encoded_len(&shown) < 5_000, "the history shows the beginning");
    let list = delivery(&trigger, &[], &json!([1]));
    assert_eq!(violations(world.app.receive_webhook(list).await.unwrap_err()), ["body: must be a JSON object"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_crash_cut_short_is_taken_up() {
    let store = Arc::new(MemoryStore::new());
    let world = World::on(store.clone(), Vec::new(), |_| {});
    world.shop().await;
    prepare(&world, json!({"manual": {}})).await;
    let event = StoredTriggerEvent {
        id: "01ARZ3NDEKTSV4RRFFQ69G5FAV".into(),
        trigger: TRIGGER.into(),
        time: Timestamp::from_secs(1_767_225_600),
        actor: "ann".into(),
        dedupe_key: None,
        decision: TriggerDecision::Pending,
        reason: String::new(),
        execution: None,
        payload: json!({"payload": {"a": 1}, "parameters": {"version": "9"}, "reason": "r", "starter": "ann"}),
    };
    store.record_trigger_event(&event).await.unwrap();
    let recover = async |before| world.app.recover_pending_triggers(before).await.unwrap();
    let later = event.time + Duration::from_secs(1);
    assert_eq!(recover(event.time).await, 0, "another server may be about to decide it");
    assert_eq!(recover(later).await, 1);
    assert_eq!(recover(later).await, 0);
    let taken = events(&world).await.remove(0);
    assert_eq!(taken.decision(), Decision::Fired);
    let execution = world.execution(&taken.execution).await;
    assert_eq!(execution.parameters["version"], "9");
    // The crash came after the start this time: the same event is the same start, also when the trigger was changed since.
    let disable = json!({"trigger": {"name": TRIGGER, "disabled": true}, "updateMask": "disabled"});
    world.app.update_trigger(ann(), request(disable)).await.unwrap();
    store.decide_trigger_event(&event.id, TriggerDecision::Pending, "", None).await.unwrap();
    recover(later).await;
    let again = events(&world).await.remove(0);
    assert_eq!((again.decision(), again.execution), (Decision::Fired, taken.execution));
    assert_eq!(executions(&world).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_person_fires() {
    let (world, _) = world_with(json!({"webhook": {"payloadConstraints": {"ref": "never"}}})).await;
    let fire = json!({"name": TRIGGER, "parameters": {"version": "3"}, "payload": {"a": [1]}, "reason": "test", "requestId": "f"});
    let fired = world.app.fire_trigger(ann(), request(fire.clone())).await.unwrap();
    let execution = world.execution(&fired.execution).await;
    assert_eq!(execution.parameters["version"], "3");
    let cause = execution.cause.unwrap();
    assert_eq!((cause.actor.as_str(), cause.reason.as_str()), ("ann", "test"));
    assert!(cause.payload.is_some());
    let again = world.app.fire_trigger(ann(), request(fire)).await.unwrap();
    assert_eq!(again.execution, fired.execution);
    assert_eq!(executions(&world).await, 1);
    let of_application = world
        .app
        .list_trigger_events(ann(), request(json!({"parent": "applications/shop", "pageSize": 1})))
        .await
        .unwrap();
    assert_eq!(of_application.events.len(), 1);
    let body = json!({"parent": "applications/shop", "pageSize": 1, "pageToken": of_application.next_page_token});
    let rest = world.app.list_trigger_events(ann(), request(body)).await.unwrap();
    assert_eq!((rest.events.len(), rest.next_page_token.as_str()), (1, ""));
    assert_eq!(
        reason(world.app.list_trigger_events(ann(), request(json!({"parent": "x/y"}))).await),
        "INVALID_ARGUMENT"
    );
}

#[tokio::test(start_paused = true)]
async fn a_trigger_is_checked() {
    let world = World::with_shop().await;
    let create = |trigger: Value| {
        let body = json!({"parent": "applications/shop", "triggerId": "t", "trigger": trigger});
        world.app.create_trigger(ann(), request(body))
    };
    let missing = json!({"pipeline": "applications/shop/pipelines/none", "manual": {}});
    assert_eq!(reason(create(missing).await), "PIPELINE_NOT_FOUND");
    world.pipeline("p", json!({"stages": [{"id": "a", "wait": {"duration": "60s"}}]})).await;
    let pipeline = "applications/shop/pipelines/p";
    let constraint = json!({"pipeline": pipeline, "webhook": {"payloadConstraints": {"a[": "("}}});
    let found = violations(create(constraint).await.unwrap_err());
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("trigger.webhook.payload_constraints.a[: "));
    let no_source = violations(create(json!({"pipeline": pipeline})).await.unwrap_err());
    assert!(no_source[0].starts_with("trigger.source: "));
    let other = gennaker_ports::Target::Application("shop".into());
    world.rights.deny(Some(Access::Execute), Some(other));
    let forbidden = create(json!({"pipeline": pipeline, "manual": {}})).await;
    assert!(
        matches!(forbidden, Err(AppError::PermissionDenied { .. })),
        "who may not start it may not have it started"
    );
}

#[tokio::test(start_paused = true)]
async fn a_new_trigger_of_an_old_name_is_another_one() {
    let (world, trigger) = world_with(json!({"webhook": {}})).await;
    let send = |trigger: &v1::Trigger| {
        let (app, delivery) = (world.app.clone(), delivery(trigger, &[("Idempotency-Key", "k")], &json!({})));
        async move { app.receive_webhook(delivery).await.unwrap() }
    };
    assert_eq!(send(&trigger).await.decision(), Decision::Fired);
    tokio::time::advance(Duration::from_secs(1)).await;
    world.app.delete_trigger(ann(), request(json!({ "name": TRIGGER }))).await.unwrap();
    assert!(events(&world).await.is_empty(), "its events are gone with it");
    let again = json!({"parent": "applications/shop", "triggerId": "t",
        "trigger": {"pipeline": "applications/shop/pipelines/p", "webhook": {}}});
    let again = world.app.create_trigger(ann(), request(again)).await.unwrap().trigger.unwrap();
    assert_eq!(reason(world.app.receive_webhook(delivery(&trigger, &[], &json!({}))).await), "UNAUTHENTICATED");
    assert_eq!(send(&again).await.decision(), Decision::Fired);
    assert_eq!(events(&world).await.len(), 1);
}
