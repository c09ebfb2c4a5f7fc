//! Many watchers of one execution, who share what is made of its events, and what becomes of it when it is removed.

use std::sync::Arc;
use std::time::Duration;

use gennaker_app::{AppError, Caller, Encoded, Stream};
use gennaker_core::Timestamp;
use gennaker_core::resource::ResourceKind;
use gennaker_ports::Store;
use gennaker_ports::store::{Expect, Pruning, ResourceWrite};
use gennaker_ports::testing::store::MemoryStore;
use gennaker_proto::v1;
use gennaker_proto::v1::watch_execution_response::Message as One;
use gennaker_proto::v1::watch_executions_response::Message as Many;
use serde_json::{Value, json};
use tokio_stream::StreamExt;

use crate::world::{World, ann, fold, next_told, reason, request, sorted, told};

/// A client with a stream of its own.
struct Watcher {
    caller: Caller,
    stream: Stream<Encoded<v1::WatchExecutionResponse>>,
    kept: v1::Execution,
}

impl Watcher {
    async fn open(world: &World, name: &str, execution: &str, after: Option<u64>) -> Self {
        let caller = Caller::named(name);
        let body = json!({"name": execution, "afterSequence": after.map(|sequence| sequence.to_string())});
        let stream = world.app.watch_execution(&caller, request(body)).await.unwrap();
        Self { caller, stream, kept: v1::Execution::default() }
    }

    /// Takes what comes within a second.
    async fn read(&mut self) {
        while let Ok(Some(message)) = tokio::time::timeout(Duration::from_secs(1), self.stream.next()).await {
            match told(message).message.unwrap() {
                One::Snapshot(snapshot) => self.kept = snapshot,
                One::Event(event) => fold(&mut self.kept, event),
                One::Heartbeat(heartbeat) => assert_eq!(heartbeat.sequence, self.kept.sequence),
            }
        }
    }

    async fn assert_has_what_is_read(&self, world: &World) {
        let body = json!({"name": self.kept.name});
        let read = world.app.get_execution(&self.caller, request(body)).await.unwrap().execution.unwrap();
        assert_eq!(sorted(self.kept.clone()), sorted(read), "as {}", self.caller.name());
    }
}

fn judgments() -> Value {
    json!({"stages": [
        {"id": "open", "manualJudgment": {}},
        {"id": "named", "dependsOn": ["open"], "manualJudgment": {"judges": ["ann"]}},
        {"id": "wait", "dependsOn": ["named"], "wait": {"duration": "30s"}},
        {"id": "last", "dependsOn": ["wait"], "wait": {"duration": "5s"}},
    ]})
}

#[tokio::test(start_paused = true)]
async fn each_sees_what_is_allowed_to_him() {
    let world = World::with_shop().await;
    world.rights.readers.lock().unwrap().push("eve".into());
    world.pipeline("p", judgments()).await;
    let name = world.start("p").await.name;
    let mut watchers = Vec::new();
    for caller in ["ann", "bob", "eve"] {
        watchers.push(Watcher::open(&world, caller, &name, None).await);
        watchers.push(Watcher::open(&world, caller, &name, Some(0)).await);
    }
    for stage in ["open", "named", ""] {
        for watcher in &mut watchers {
            watcher.read().await;
            watcher.assert_has_what_is_read(&world).await;
        }
        // Who comes later finds what the others have by now.
        for (caller, after) in [("bob", None), ("eve", Some(1)), ("ann", None)] {
            let mut late = Watcher::open(&world, caller, &name, after).await;
            late.kept.sequence = after.unwrap_or_default();
            late.kept.stages = if after.is_some() { watchers[5].kept.stages.clone() } else { Vec::new() };
            late.read().await;
            late.assert_has_what_is_read(&world).await;
            watchers.push(late);
        }
        if !stage.is_empty() {
            let body = json!({"name": name, "stage": stage, "decision": "DECISION_CONTINUE"});
            world.app.submit_judgment(ann(), request(body)).await.unwrap();
        }
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    for watcher in &mut watchers {
        watcher.read().await;
        assert_eq!(watcher.kept.status(), v1::ExecutionStatus::Succeeded);
        watcher.assert_has_what_is_read(&world).await;
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_far_behind_misses_nothing_and_doubles_nothing() {
    let world = World::with(|options| options.limits.slow_watcher = Duration::from_secs(3600));
    world.shop().await;
    let stage = |n: usize| {
        let after = if n == 0 { vec![] } else { vec![format!("s{}", n - 1)] };
        json!({"id": format!("s{n}"), "dependsOn": after, "wait": {"duration": "1s"}})
    };
    world.pipeline("p", json!({"stages": (0..100).map(stage).collect::<Vec<_>>()})).await;
    let name = world.start("p").await.name;
    let slow = Watcher::open(&world, "slow", &name, None).await;
    let mut quick = Watcher::open(&world, "quick", &name, Some(0)).await;
    let mut halfway = Watcher::open(&world, "halfway", &name, Some(0)).await;
    let mut resumed = None;
    while quick.kept.status() != v1::ExecutionStatus::Succeeded {
        quick.read().await;
        if resumed.is_none() && quick.kept.sequence > 200 {
            halfway.read().await;
            let mut again = Watcher::open(&world, "again", &name, Some(quick.kept.sequence)).await;
            again.kept = quick.kept.clone();
            resumed = Some(again);
        }
    }
    assert!(quick.kept.sequence > 400, "more than is kept for the slow: {}", quick.kept.sequence);
    for mut watcher in [slow, quick, halfway, resumed.unwrap()] {
        watcher.read().await;
        watcher.assert_has_what_is_read(&world).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_place_in_the_queue_is_as_it_is_now() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "manualJudgment": {}}]})).await;
    let mut names = Vec::new();
    for _ in 0..3 {
        tokio::time::advance(Duration::from_millis(2)).await;
        names.push(world.start("p").await.name);
    }
    let mut before = Watcher::open(&world, "ann", &names[2], None).await;
    before.read().await;
    assert_eq!(before.kept.queue_position, 2);
    world.app.cancel_execution(ann(), request(json!({"name": names[1]}))).await.unwrap();
    let mut after = Watcher::open(&world, "ann", &names[2], None).await;
    let mut from_the_start = Watcher::open(&world, "ann", &names[2], Some(0)).await;
    for watcher in [&mut after, &mut from_the_start] {
        watcher.read().await;
        assert_eq!(watcher.kept.queue_position, 1, "both are of the same event");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_ends_no_stream_with_an_error() {
    let store = Arc::new(MemoryStore::new());
    let world = World::on(store.clone(), Vec::new(), |_| {});
    world.shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "manualJudgment": {}}]})).await;
    let first = world.start("p").await.name;
    let subjects = json!([{"name": "applications/shop/pipelines/p"}, {"name": first}]);
    let mut body = json!({ "subjects": subjects });
    let mut many = world.app.watch_executions(ann(), request(body.clone())).await.unwrap();
    let token = loop {
        let message = next_told(&mut many).await;
        if let Some(Many::Heartbeat(_)) = message.message {
            break message.resume_token;
        }
    };
    let mut one = Watcher::open(&world, "ann", &first, None).await;
    world.app.cancel_execution(ann(), request(json!({"name": first}))).await.unwrap();
    one.read().await;
    assert!(one.stream.next().await.is_none(), "it has ended");

    let before = Timestamp::from_micros(i64::MAX);
    assert_eq!(store.prune(&Pruning::Ended { before }, 10).await, Ok(1));
    let second = world.start("p").await.name;
    loop {
        let message = next_told(&mut many).await;
        if message.execution == second {
            break;
        }
        assert!(message.execution == first || message.execution.is_empty(), "{message:?}");
    }

    body["resumeToken"] = token.into();
    assert_eq!(reason(world.app.watch_executions(ann(), request(body)).await.map(drop)), "NOT_FOUND");
}

#[tokio::test(start_paused = true)]
async fn a_token_from_before_what_is_kept_is_out_of_range() {
    let store = Arc::new(MemoryStore::new());
    let world = World::on(store.clone(), Vec::new(), |_| {});
    world.shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "manualJudgment": {}}]})).await;
    let mut body = json!({"subjects": [{"name": "applications/shop"}]});
    let mut stream = world.app.watch_executions(ann(), request(body.clone())).await.unwrap();
    let token = next_told(&mut stream).await.resume_token;
    let name = world.start("p").await.name;
    world.app.cancel_execution(ann(), request(json!({"name": name}))).await.unwrap();
    let before = Timestamp::from_micros(i64::MAX);
    assert_eq!(store.prune(&Pruning::Ended { before }, 10).await, Ok(1));
    body["resumeToken"] = token.into();
    let Err(AppError::OutOfRange { message, .. }) = world.app.watch_executions(ann(), request(body)).await else {
        panic!("what came after the token is gone")
    };
    assert!(message.contains("without a resume_token"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_another_server_changed_is_started_as_it_is() {
    let store = Arc::new(MemoryStore::new());
    let world = World::on(store.clone(), Vec::new(), |_| {});
    world.shop().await;
    let pinned = |name: &str| json!([{"name": name, "type": "TYPE_STRING", "pinned": true, "defaultValue": "x"}]);
    let stages = json!([{"id": "a", "manualJudgment": {}}]);
    let free = json!({"maxConcurrent": 0});
    let body = |name: &str| json!({"parameters": pinned(name), "stages": stages, "concurrency": free});
    world.pipeline("p", body("first")).await;
    let started = world.start("p").await;
    assert_eq!((started.pipeline_revision, started.pinned_parameters), (1, vec!["first".to_owned()]));
    let write = ResourceWrite {
        kind: ResourceKind::Pipeline,
        name: "applications/shop/pipelines/p".into(),
        body: body("second"),
        actor: "ann".into(),
        message: String::new(),
        time: Timestamp::EPOCH,
    };
    store.write_resource(&write, Expect::Present).await.unwrap();
    let started = world.start("p").await;
    assert_eq!((started.pipeline_revision, &*started.pinned_parameters), (2, &["second".to_owned()][..]));
    let kind = ResourceKind::Pipeline;
    store.delete_resource(kind, &write.name, Expect::Present, "ann", Timestamp::EPOCH).await.unwrap();
    let gone = json!({"pipeline": write.name});
    assert_eq!(reason(world.app.start_execution(ann(), request(gone)).await), "NOT_FOUND");
    assert!(world.execution(&started.name).await.pinned_parameters.is_empty());
}
