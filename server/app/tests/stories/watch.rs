//! Streams of executions: what a client folds is what a read shows.

use std::time::Duration;

use gennaker_app::{AppError, Encoded, Stream};
use gennaker_proto::v1;
use gennaker_proto::v1::watch_execution_response::Message as One;
use gennaker_proto::v1::watch_executions_response::Message as Many;
use serde_json::{Value, json};
use tokio_stream::StreamExt;

use crate::world::{World, ann, fold, next_told, reason, request, sorted, told};

/// A pipeline with something of everything: branches, a judgment, a failure that is ignored, a deployment.
fn everything() -> Value {
    json!({"stages": [
        {"id": "w", "wait": {"duration": "5s"}},
        {"id": "ask", "dependsOn": ["w"], "manualJudgment": {"instructions": "Look."}},
        {"id": "deploy", "dependsOn": ["ask"], "deploy": {"clusters": [{"account": "local", "region": "local",
            "image": "hello:1", "capacity": {"min": 1, "desired": 1, "max": 1}, "redBlack": {"scaleDown": true}}]}},
        {"id": "broken", "dependsOn": ["w"], "onFailure": "FAILURE_POLICY_IGNORE", "destroyServerGroup": {
            "target": {"account": "local", "region": "local", "dynamic": {"cluster": "shop-none"}}}},
        {"id": "last", "dependsOn": ["deploy", "broken"], "wait": {"duration": "5s"}},
    ]})
}

async fn watch(world: &World, body: Value) -> Stream<Encoded<v1::WatchExecutionResponse>> {
    world.app.watch_execution(ann(), request(body)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn what_is_folded_is_what_is_read() {
    let world = World::with_shop().await;
    world.pipeline("p", everything()).await;
    let name = world.start("p").await.name;
    let mut stream = watch(&world, json!({"name": name, "afterSequence": "0"})).await;
    let mut kept = v1::Execution::default();
    let mut judged = false;
    let mut compared = 0;
    while let Some(message) = stream.next().await {
        let One::Event(event) = told(message).message.unwrap() else { continue };
        fold(&mut kept, event);
        let read = world.execution(&name).await;
        if read.sequence == kept.sequence {
            assert_eq!(sorted(kept.clone()), sorted(read), "after event {}", kept.sequence);
            compared += 1;
        }
        let asks = kept.stages.iter().any(|s| s.allowed_actions().any(|a| a == v1::StageAction::SubmitJudgment));
        if asks && !judged {
            judged = true;
            let body = json!({"name": name, "decision": "DECISION_CONTINUE"});
            world.app.submit_judgment(ann(), request(body)).await.unwrap();
        }
    }
    assert!(compared > 0, "{compared}");
    assert_eq!(kept.status(), v1::ExecutionStatus::Succeeded, "{:?}", kept.failure);
    assert_eq!(sorted(kept.clone()), sorted(world.execution(&name).await));
    assert!(kept.stages.len() > 5, "the deployment has made stages");

    world.app.retry_stage(ann(), request(json!({"name": name, "stage": "deploy"}))).await.unwrap();
    let retried = world.follow(&name).await;
    assert_eq!(sorted(retried), sorted(world.execution(&name).await), "a retry takes stages away");
}

#[tokio::test(start_paused = true)]
async fn goes_on_where_it_broke_off() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "wait": {"duration": "5s"}}]})).await;
    let name = world.start("p").await.name;
    let mut stream = watch(&world, json!({ "name": name })).await;
    let Some(One::Snapshot(mut kept)) = next_told(&mut stream).await.message else {
        panic!("it begins with a snapshot")
    };
    assert_eq!(kept, world.execution(&name).await);
    drop(stream);
    let ended = world.follow(&name).await;
    let mut rest = watch(&world, json!({"name": name, "afterSequence": kept.sequence.to_string()})).await;
    while let Some(message) = rest.next().await {
        let Some(One::Event(event)) = told(message).message else { continue };
        fold(&mut kept, event);
    }
    assert_eq!(kept, ended);
    let mut over = watch(&world, json!({"name": name, "afterSequence": ended.sequence.to_string()})).await;
    assert!(over.next().await.is_none(), "nothing comes after the end");
    let beyond = json!({"name": name, "afterSequence": (ended.sequence + 1).to_string()});
    let Err(AppError::OutOfRange { oldest, .. }) = world.app.watch_execution(ann(), request(beyond)).await else {
        panic!("there are no events after the last")
    };
    assert_eq!(oldest, ended.sequence);
}

#[tokio::test(start_paused = true)]
async fn an_idle_stream_has_a_heartbeat() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "manualJudgment": {}}]})).await;
    let name = world.start("p").await.name;
    let mut stream = watch(&world, json!({ "name": name })).await;
    let Some(One::Snapshot(snapshot)) = next_told(&mut stream).await.message else { panic!() };
    let before = tokio::time::Instant::now();
    let heartbeat = loop {
        match next_told(&mut stream).await.message {
            Some(One::Heartbeat(heartbeat)) => break heartbeat,
            Some(One::Event(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert!(heartbeat.sequence >= snapshot.sequence);
    assert_eq!(before.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_is_cut_off_and_can_resume() {
    let world = World::with_shop().await;
    let stages: Vec<Value> = (0..60).map(|n| json!({"id": format!("s{n}"), "wait": {"duration": "1s"}})).collect();
    world.pipeline("p", json!({ "stages": stages })).await;
    let name = world.start("p").await.name;
    let mut stream = watch(&world, json!({"name": name, "afterSequence": "0"})).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    let mut last = 0;
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(message) => match told(Ok(message)).message {
                Some(One::Event(event)) => last = event.sequence,
                other => panic!("{other:?}"),
            },
            Err(error) => break error,
        }
    };
    assert_eq!(error, AppError::TooSlow { sequence: last });
    assert!(stream.next().await.is_none());
    let ended = world.follow(&name).await;
    assert!(ended.sequence > last);
}

struct Kept(std::collections::BTreeMap<String, v1::Execution>, String);

impl Kept {
    /// Takes messages until the stream has nothing for a while.
    async fn take(&mut self, stream: &mut Stream<Encoded<v1::WatchExecutionsResponse>>) {
        while let Ok(Some(message)) = tokio::time::timeout(Duration::from_secs(1), stream.next()).await {
            self.message(told(message));
        }
    }

    fn message(&mut self, message: v1::WatchExecutionsResponse) {
        self.1 = message.resume_token;
        match message.message.unwrap() {
            Many::Snapshot(snapshot) => drop(self.0.insert(message.execution, snapshot)),
            Many::Event(event) => fold(self.0.get_mut(&message.execution).expect("a snapshot comes first"), event),
            Many::Heartbeat(_) => assert!(message.execution.is_empty()),
        }
    }
}

async fn watch_many(world: &World, subjects: &[&str], token: &str) -> Stream<Encoded<v1::WatchExecutionsResponse>> {
    let subjects: Vec<Value> = subjects.iter().map(|name| json!({ "name": name })).collect();
    world.app.watch_executions(ann(), request(json!({"subjects": subjects, "resumeToken": token}))).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn one_stream_follows_many() {
    let world = World::with_shop().await;
    let stages = json!([{"id": "a", "manualJudgment": {}}]);
    world.pipeline("p", json!({"stages": stages, "concurrency": {"maxConcurrent": 0}})).await;
    world.pipeline("q", json!({"stages": stages, "concurrency": {"maxConcurrent": 0}})).await;
    let first = world.start("p").await.name;
    let mut kept = Kept(std::collections::BTreeMap::new(), String::new());
    let mut stream = watch_many(&world, &["applications/shop/pipelines/p"], "").await;
    kept.take(&mut stream).await;
    assert_eq!(kept.0.keys().collect::<Vec<_>>(), [&first]);
    assert!(!kept.1.is_empty(), "after the snapshots there is a token");

    let second = world.start("p").await.name;
    world.start("q").await;
    let judge = |name: &str| {
        let body = json!({"name": name, "decision": "DECISION_CONTINUE"});
        world.app.submit_judgment(ann(), request(body))
    };
    judge(&first).await.unwrap();
    kept.take(&mut stream).await;
    assert_eq!(kept.0.len(), 2, "the other pipeline is not followed");
    assert_eq!(kept.0[&first].status(), v1::ExecutionStatus::Succeeded);
    drop(stream);

    let third = world.start("p").await.name;
    judge(&second).await.unwrap();
    let token = kept.1.clone();
    let mut stream = watch_many(&world, &["applications/shop/pipelines/p"], &token).await;
    kept.take(&mut stream).await;
    for name in [&first, &second, &third] {
        assert_eq!(kept.0[name], world.execution(name).await);
    }
    let other = json!({"subjects": [{"name": "applications/shop"}], "resumeToken": token});
    assert_eq!(reason(world.app.watch_executions(ann(), request(other)).await.map(drop)), "INVALID_ARGUMENT");
}

#[tokio::test(start_paused = true)]
async fn executions_can_be_named_with_what_is_known_of_them() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "wait": {"duration": "5s"}}, {"id": "b", "dependsOn": ["a"], "wait": {"duration": "5s"}}]})).await;
    let name = world.start("p").await.name;
    let subjects = json!([{"name": name, "afterSequence": "0"}]);
    let mut stream = world.app.watch_executions(ann(), request(json!({ "subjects": subjects }))).await.unwrap();
    let mut kept = Kept(std::collections::BTreeMap::from([(name.clone(), v1::Execution::default())]), String::new());
    for _ in 0..4 {
        kept.message(next_told(&mut stream).await);
    }
    drop(stream);
    let mut stream =
        world.app.watch_executions(ann(), request(json!({"subjects": subjects, "resumeToken": kept.1}))).await.unwrap();
    while kept.0[&name].status() != v1::ExecutionStatus::Succeeded {
        kept.message(next_told(&mut stream).await);
    }
    assert_eq!(kept.0[&name], world.execution(&name).await);
    let beyond = json!({"subjects": [{"name": name, "afterSequence": "1000"}]});
    assert_eq!(reason(world.app.watch_executions(ann(), request(beyond)).await.map(drop)), "SEQUENCE_OUT_OF_RANGE");
    let odd = json!({"subjects": [{"name": "applications/shop", "afterSequence": "1"}]});
    assert_eq!(reason(world.app.watch_executions(ann(), request(odd)).await.map(drop)), "INVALID_ARGUMENT");
}

#[tokio::test(start_paused = true)]
async fn what_was_named_is_followed_past_its_end() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "wait": {"duration": "5s"}}]})).await;
    let name = world.start("p").await.name;
    let mut kept = Kept(std::collections::BTreeMap::new(), String::new());
    let mut stream = watch_many(&world, &[&name], "").await;
    world.follow(&name).await;
    kept.take(&mut stream).await;
    assert_eq!(kept.0[&name].status(), v1::ExecutionStatus::Succeeded);
    world.app.retry_stage(ann(), request(json!({"name": name, "stage": "a"}))).await.unwrap();
    kept.take(&mut stream).await;
    assert_eq!(kept.0[&name].status(), v1::ExecutionStatus::Running, "the retry is told");
    world.follow(&name).await;
    kept.take(&mut stream).await;
    assert_eq!(kept.0[&name], world.execution(&name).await);
    assert_eq!((kept.0[&name].status(), kept.0[&name].stages[0].attempt), (v1::ExecutionStatus::Succeeded, 2));

    let mut replay = watch(&world, json!({"name": name, "afterSequence": "0"})).await;
    let mut again = v1::Execution::default();
    while let Some(message) = replay.next().await {
        let Some(One::Event(event)) = told(message).message else { panic!("only events") };
        fold(&mut again, event);
    }
    assert_eq!(again, kept.0[&name], "all events of what has ended, and then the end");
}

#[tokio::test(start_paused = true)]
async fn snapshots_say_what_is_awaited_and_allowed() {
    let world = World::with_shop().await;
    world
        .pipeline(
            "p",
            json!({"stages": [{"id": "a", "manualJudgment": {}}, {"id": "b", "dependsOn": ["a"], "group": {}}]}),
        )
        .await;
    let name = world.start("p").await.name;
    let read = loop {
        let read = world.execution(&name).await;
        if read.stages[0].waiting.is_some() {
            break read;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    };
    let kinds: Vec<_> = read.stages.iter().map(|stage| stage.waiting.as_ref().unwrap().kind()).collect();
    assert_eq!(kinds, [v1::waiting::Kind::Judgment, v1::waiting::Kind::Stages]);
    let actions: Vec<Vec<_>> = read.stages.iter().map(|stage| stage.allowed_actions().collect()).collect();
    assert_eq!(actions, [[v1::StageAction::SubmitJudgment], [v1::StageAction::Skip]]);
    assert_eq!(read.allowed_actions().count(), 2);
    let body = json!({"parent": "applications/shop", "includeStages": true});
    let listed = world.app.list_executions(ann(), request(body)).await.unwrap();
    assert_eq!(listed.executions, std::slice::from_ref(&read));
    let Some(One::Snapshot(one)) = next_told(&mut watch(&world, json!({ "name": name })).await).await.message else {
        panic!("a snapshot comes first")
    };
    let mut stream = watch_many(&world, &["applications/shop"], "").await;
    let Some(Many::Snapshot(many)) = next_told(&mut stream).await.message else { panic!("a snapshot comes first") };
    assert_eq!([&one, &many], [&read, &read]);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_name_is_told_instead_of_a_silent_stream() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "manualJudgment": {}}]})).await;
    world.start("p").await;
    for unknown in ["applications/none", "applications/shop/pipelines/none"] {
        let body = json!({"subjects": [{ "name": unknown }]});
        assert_eq!(reason(world.app.watch_executions(ann(), request(body)).await.map(drop)), "NOT_FOUND", "{unknown}");
    }
    let body = json!({"parent": "applications/none"});
    assert_eq!(reason(world.app.list_executions(ann(), request(body.clone())).await), "NOT_FOUND");
    assert_eq!(reason(world.app.list_pipelines(ann(), request(body.clone())).await), "NOT_FOUND");
    assert_eq!(reason(world.app.list_triggers(ann(), request(body)).await), "NOT_FOUND");

    let gone = json!({"name": "applications/shop/pipelines/p"});
    world.app.delete_pipeline(ann(), request(gone)).await.unwrap();
    let mut stream = watch_many(&world, &["applications/shop/pipelines/p"], "").await;
    assert!(matches!(next_told(&mut stream).await.message, Some(Many::Snapshot(_))), "what it has started goes on");
}

#[tokio::test(start_paused = true)]
async fn the_most_subjects_of_one_stream() {
    let world = World::with(|options| options.limits.max_watch_subjects = 2);
    world.shop().await;
    for id in ["p", "q"] {
        world.pipeline(id, json!({"stages": [{"id": "a", "manualJudgment": {}}]})).await;
    }
    let (shop, p, q) = ("applications/shop", "applications/shop/pipelines/p", "applications/shop/pipelines/q");
    let two = watch_many(&world, &[p, q], "").await;
    drop(two);
    let one_more = json!({"subjects": [{ "name": shop }, { "name": p }, { "name": q }]});
    assert_eq!(reason(world.app.watch_executions(ann(), request(one_more)).await.map(drop)), "INVALID_ARGUMENT");
}
