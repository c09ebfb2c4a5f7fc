//! Executions: starting and steering them.

use std::time::Duration;

use gennaker_app::{AppError, Caller};
use gennaker_proto::v1;
use serde_json::{Value, json};

use crate::world::{World, ann, reason, request, violations};

const NAME: &str = "applications/shop/pipelines/p";

fn statuses(execution: &v1::Execution) -> Vec<(&str, v1::StageStatus)> {
    execution.stages.iter().map(|stage| (stage.id.as_str(), stage.status())).collect()
}

#[tokio::test(start_paused = true)]
async fn runs_with_its_parameters() {
    let world = World::with_shop().await;
    world
        .pipeline("p", json!({
            "displayName": "Deploy", "labels": {"team": "x"},
            "parameters": [
                {"name": "size", "type": "TYPE_INTEGER", "defaultValue": "2", "pinned": true},
                {"name": "env", "required": true, "options": ["test", "prod"]},
            ],
            "stages": [{"id": "a", "wait": {"duration": "5s"}}, {"id": "b", "dependsOn": ["a"], "wait": {"duration": "5s"}}],
        }))
        .await;
    let start = |parameters: Value| {
        let body = json!({"pipeline": NAME, "parameters": parameters, "reason": "because"});
        world.app.start_execution(ann(), request(body))
    };
    assert_eq!(
        violations(start(json!({"size": "big", "colour": "red"})).await.unwrap_err()),
        [
            "parameters.colour: is not declared by the pipeline; it declares size, env",
            "parameters.size: must be a whole number, not \"big\"",
            "parameters.env: is required; give it a value",
        ]
    );
    let started = start(json!({"env": "prod"})).await.unwrap().execution.unwrap();
    assert_eq!(started.status(), v1::ExecutionStatus::Running);
    assert_eq!(
        (started.display_name.as_str(), started.pinned_parameters.as_slice()),
        ("Deploy", &["size".to_owned()][..])
    );
    assert_eq!(started.parameters, [("env", "prod"), ("size", "2")].map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    let cause = started.cause.clone().unwrap();
    assert_eq!(
        (cause.kind(), cause.actor.as_str(), cause.reason.as_str()),
        (v1::cause::Kind::Manual, "ann", "because")
    );
    let ended = world.follow(&started.name).await;
    assert_eq!(ended.status(), v1::ExecutionStatus::Succeeded);
    assert!(ended.allowed_actions.is_empty());
    assert_eq!(world.execution(&started.name).await.labels, started.labels);
}

#[tokio::test(start_paused = true)]
async fn a_start_is_made_once() {
    let world = World::with_shop().await;
    world
        .pipeline(
            "p",
            json!({"stages": [{"id": "a", "wait": {"duration": "60s"}}], "concurrency": {"maxConcurrent": 0}}),
        )
        .await;
    let start = |reason: &str| json!({"pipeline": NAME, "requestId": "r", "reason": reason});
    let first = world.app.start_execution(ann(), request(start("x"))).await.unwrap().execution.unwrap();
    let disable = json!({"pipeline": {"name": NAME, "disabled": true}, "updateMask": "disabled"});
    world.app.update_pipeline(ann(), request(disable)).await.unwrap();
    let again = world.app.start_execution(ann(), request(start("x"))).await.unwrap().execution.unwrap();
    assert_eq!(again.name, first.name, "the same call has the same answer, whatever has changed");
    assert_eq!(reason(world.app.start_execution(ann(), request(start("y"))).await), "INVALID_ARGUMENT");
    let fresh = json!({"pipeline": NAME});
    assert_eq!(reason(world.app.start_execution(ann(), request(fresh)).await), "PIPELINE_DISABLED");
    let missing = json!({"pipeline": "applications/shop/pipelines/none"});
    assert_eq!(reason(world.app.start_execution(ann(), request(missing)).await), "NOT_FOUND");
}

#[tokio::test(start_paused = true)]
async fn validate_only_starts_nothing() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "wait": {"duration": "60s"}}]})).await;
    let shown =
        world.app.start_execution(ann(), request(json!({"pipeline": NAME, "validateOnly": true}))).await.unwrap();
    assert_eq!(shown.execution.unwrap().stages.len(), 1);
    let all = world.app.list_executions(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap();
    assert!(all.executions.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_others_wait_in_order() {
    let world = World::with(|options| options.limits.max_queued_executions = 2);
    world.shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "wait": {"duration": "60s"}}]})).await;
    let mut started = Vec::new();
    for _ in 0..3 {
        tokio::time::advance(Duration::from_millis(2)).await;
        started.push(world.start("p").await);
    }
    let places: Vec<u32> = started.iter().map(|execution| execution.queue_position).collect();
    assert_eq!(places, [0, 1, 2]);
    let full = world.app.start_execution(ann(), request(json!({"pipeline": NAME}))).await;
    assert_eq!(reason(full), "LIMIT_REACHED");
    let listed = world.app.list_executions(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap();
    assert_eq!(listed.executions.iter().map(|e| e.queue_position).collect::<Vec<_>>(), [2, 1, 0]);
    let why = world.app.explain_execution(ann(), request(json!({"name": started[1].name}))).await.unwrap();
    assert_eq!(why.waiting.unwrap().kind(), v1::waiting::Kind::Queue);
    world.app.cancel_execution(ann(), request(json!({"name": started[0].name}))).await.unwrap();
    let second = world.follow(&started[1].name).await;
    assert_eq!(second.status(), v1::ExecutionStatus::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn is_paused_resumed_and_cancelled() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "wait": {"duration": "60s"}}]})).await;
    let name = world.start("p").await.name;
    let body = || json!({ "name": name });
    let paused = world.app.pause_execution(ann(), request(body())).await.unwrap().execution.unwrap();
    assert_eq!((paused.status(), paused.pause.clone().unwrap().actor.as_str()), (v1::ExecutionStatus::Paused, "ann"));
    assert_eq!(
        paused.allowed_actions().collect::<Vec<_>>(),
        [v1::ExecutionAction::Cancel, v1::ExecutionAction::Resume]
    );
    assert_eq!(statuses(&paused), [("a", v1::StageStatus::Paused)]);
    assert_eq!(reason(world.app.pause_execution(ann(), request(body())).await), "EXECUTION_STATUS");
    world.app.resume_execution(ann(), request(body())).await.unwrap();
    let cancel = json!({"name": name, "reason": "enough", "requestId": "c"});
    let cancelled = world.app.cancel_execution(ann(), request(cancel.clone())).await.unwrap().execution.unwrap();
    assert_eq!(cancelled.status(), v1::ExecutionStatus::Canceled);
    assert_eq!(cancelled.cancellation.unwrap().reason, "enough");
    world.app.cancel_execution(ann(), request(cancel)).await.unwrap();
    assert_eq!(reason(world.app.cancel_execution(ann(), request(body())).await), "EXECUTION_ENDED");
}

#[tokio::test(start_paused = true)]
async fn a_stage_that_cannot_be_steered_is_named() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "first", "wait": {"duration": "60s"}}]})).await;
    let name = world.start("p").await.name;
    let of = |stage: &str| json!({"name": name, "stage": stage});
    let retry = |stage: &str| world.app.retry_stage(ann(), request(of(stage)));
    let skip = |stage: &str| world.app.skip_stage(ann(), request(of(stage)));
    let runs = retry("first").await.unwrap_err();
    assert!(runs.to_string().starts_with("stage first is RUNNING: only a stage that has ended"), "{runs}");
    for error in [retry("nope").await.unwrap_err(), skip("nope").await.unwrap_err()] {
        assert!(matches!(&error, AppError::NotFound(stage) if stage.name == "nope"), "{error:?}");
    }
    world.app.pause_execution(ann(), request(json!({ "name": name }))).await.unwrap();
    let paused = retry("first").await.unwrap_err();
    assert_eq!(paused.reason(), "EXECUTION_STATUS");
    assert!(paused.to_string().starts_with("stage \"first\" can't be retried: execution "), "{paused}");
    world.app.cancel_execution(ann(), request(json!({ "name": name }))).await.unwrap();
    let ended = skip("first").await.unwrap_err();
    assert_eq!(ended.reason(), "EXECUTION_ENDED");
    assert!(ended.to_string().starts_with("stage \"first\" can't be skipped: execution "), "{ended}");
}

#[tokio::test(start_paused = true)]
async fn people_judge() {
    let world = World::with_shop().await;
    world
        .pipeline("p", json!({"stages": [
            {"id": "ask", "manualJudgment": {"instructions": "Look.", "inputs": ["fast", "slow"], "judges": ["ann", "eve"]}},
            {"id": "w", "dependsOn": ["ask"], "wait": {"duration": "1s"}},
        ]}))
        .await;
    let name = world.start("p").await.name;
    let running = world.execution(&name).await;
    let ask = &running.stages[0];
    assert_eq!(ask.allowed_actions().collect::<Vec<_>>(), [v1::StageAction::SubmitJudgment]);
    assert_eq!(ask.judgment.as_ref().unwrap().inputs, ["fast", "slow"]);
    assert_eq!(ask.waiting.as_ref().unwrap().kind(), v1::waiting::Kind::Judgment);
    let seen_by_bob = world.app.get_execution(&Caller::named("bob"), request(json!({ "name": name }))).await.unwrap();
    assert!(seen_by_bob.execution.unwrap().stages[0].allowed_actions.is_empty());

    let judge = |caller: &str, more: Value| {
        let mut body = json!({"name": name, "decision": "DECISION_CONTINUE"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (app, caller) = (world.app.clone(), Caller::named(caller));
        async move { app.submit_judgment(&caller, request(body)).await }
    };
    assert_eq!(reason(judge("bob", json!({"input": "fast"})).await), "PERMISSION_DENIED");
    assert_eq!(reason(judge("eve", json!({})).await), "INVALID_ARGUMENT");
    assert_eq!(reason(judge("eve", json!({"stage": "w", "input": "fast"})).await), "STAGE_STATUS");
    assert_eq!(reason(judge("eve", json!({"stage": "x", "input": "fast"})).await), "NOT_FOUND");
    let sure = json!({"input": "fast", "comment": "well", "requestId": "j"});
    let judged = judge("eve", sure.clone()).await.unwrap().execution.unwrap();
    let verdict = judged.stages[0].judgment.clone().unwrap();
    assert_eq!((verdict.judge.as_str(), verdict.input.as_str(), verdict.comment.as_str()), ("eve", "fast", "well"));
    judge("eve", sure).await.unwrap();
    assert_eq!(world.follow(&name).await.status(), v1::ExecutionStatus::Succeeded);
    assert_eq!(reason(judge("eve", json!({"input": "fast"})).await), "NO_JUDGMENT");
}

#[tokio::test(start_paused = true)]
async fn stages_are_skipped_and_retried() {
    let world = World::with_shop().await;
    world
        .pipeline(
            "p",
            json!({"stages": [
                {"id": "a", "wait": {"duration": "3600s"}},
                {"id": "b", "dependsOn": ["a"], "manualJudgment": {}},
            ]}),
        )
        .await;
    let name = world.start("p").await.name;
    let skip = json!({"name": name, "stage": "a", "reason": "in a hurry"});
    let skipped = world.app.skip_stage(ann(), request(skip)).await.unwrap().execution.unwrap();
    assert_eq!(statuses(&skipped)[1], ("b", v1::StageStatus::Running));
    let stop = json!({"name": name, "decision": "DECISION_STOP"});
    world.app.submit_judgment(ann(), request(stop)).await.unwrap();
    let failed = world.follow(&name).await;
    assert_eq!(failed.status(), v1::ExecutionStatus::Terminal);
    assert_eq!(failed.failure.as_ref().unwrap().stage, "b");
    assert_eq!(failed.stages[1].allowed_actions().collect::<Vec<_>>(), [v1::StageAction::Retry]);
    assert_eq!(
        reason(world.app.skip_stage(ann(), request(json!({"name": name, "stage": "b"}))).await),
        "EXECUTION_ENDED"
    );
    let retried = world.app.retry_stage(ann(), request(json!({"name": name, "stage": "b"}))).await.unwrap();
    let retried = retried.execution.unwrap();
    assert_eq!((retried.status(), retried.stages[1].attempt), (v1::ExecutionStatus::Running, 2));
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_runs_another() {
    let world = World::with_shop().await;
    world
        .pipeline("child", json!({"parameters": [{"name": "x"}], "stages": [{"id": "w", "wait": {"duration": "5s"}}]}))
        .await;
    let run = json!({"pipeline": "applications/shop/pipelines/child", "parameters": {"x": "1"}});
    world.pipeline("p", json!({"stages": [{"id": "run", "runPipeline": run}]})).await;
    let name = world.start("p").await.name;
    let ended = world.follow(&name).await;
    assert_eq!(ended.status(), v1::ExecutionStatus::Succeeded);
    let child = world.execution(&ended.stages[0].child_execution).await;
    let cause = child.cause.unwrap();
    assert_eq!(
        (cause.kind(), cause.parent_execution.as_str(), cause.parent_stage.as_str()),
        (v1::cause::Kind::Parent, name.as_str(), "run")
    );
    assert_eq!(child.parameters.get("x").map(String::as_str), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn says_what_it_waits_for() {
    let world = World::with_shop().await;
    world
        .pipeline(
            "p",
            json!({"stages": [
                {"id": "a", "wait": {"duration": "60s"}},
                {"id": "b", "dependsOn": ["a"], "wait": {"duration": "60s"}},
                {"id": "later", "wait": {"duration": "1s"}, "window": {"ranges": [{"start": "12:00", "end": "12:59"}]}},
            ]}),
        )
        .await;
    let name = world.start("p").await.name;
    let why = world.app.explain_execution(ann(), request(json!({ "name": name }))).await.unwrap();
    let kinds: Vec<_> = why.stages.iter().map(|s| (s.stage.as_str(), s.waiting.as_ref().unwrap().kind())).collect();
    assert_eq!(
        kinds,
        [("a", v1::waiting::Kind::Timer), ("b", v1::waiting::Kind::Stages), ("later", v1::waiting::Kind::Window)]
    );
    assert_eq!(why.stages[1].waiting.as_ref().unwrap().owners, ["a"]);
    assert_eq!(why.stages[2].status(), v1::StageStatus::Waiting);
    assert!(why.stages.iter().all(|stage| stage.allowed_actions().eq([v1::StageAction::Skip])));
}

#[tokio::test(start_paused = true)]
async fn lists_are_filtered_and_paged() {
    let world = World::with_shop().await;
    for id in ["p", "q"] {
        world
            .pipeline(
                id,
                json!({"concurrency": {"maxConcurrent": 0}, "stages": [{"id": "a", "wait": {"duration": "60s"}}]}),
            )
            .await;
    }
    let mut names = Vec::new();
    for id in ["p", "q", "p", "q", "p"] {
        tokio::time::advance(Duration::from_millis(2)).await;
        names.push(world.start(id).await.name);
    }
    world.app.cancel_execution(ann(), request(json!({"name": names[4]}))).await.unwrap();
    let list = |more: Value| {
        let mut body = json!({"parent": "applications/shop"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let app = world.app.clone();
        async move { app.list_executions(ann(), request(body)).await }
    };
    let found = |list: &v1::ListExecutionsResponse| -> Vec<usize> {
        list.executions.iter().map(|e| names.iter().position(|name| *name == e.name).unwrap()).collect()
    };
    assert_eq!(found(&list(json!({})).await.unwrap()), [4, 3, 2, 1, 0]);
    assert_eq!(found(&list(json!({"filter": "pipeline=p active=true"})).await.unwrap()), [2, 0]);
    assert_eq!(found(&list(json!({"filter": "status=CANCELED"})).await.unwrap()), [4]);
    assert_eq!(found(&list(json!({"filter": "actor=bob"})).await.unwrap()), [0; 0]);
    assert_eq!(found(&list(json!({"filter": "cause=MANUAL pipeline=p,q"})).await.unwrap()).len(), 5);
    assert_eq!(found(&list(json!({"filter": "created<2026-01-01T00:00:00.003Z"})).await.unwrap()), [0]);
    let first = list(json!({"pageSize": 2})).await.unwrap();
    let second = list(json!({"pageSize": 2, "pageToken": first.next_page_token})).await.unwrap();
    let third = list(json!({"pageSize": 2, "pageToken": second.next_page_token})).await.unwrap();
    assert_eq!([found(&first), found(&second), found(&third)].concat(), [4, 3, 2, 1, 0]);
    assert!(third.next_page_token.is_empty());
    assert!(first.executions[0].stages.is_empty());
    assert_eq!(list(json!({"pageSize": 1, "includeStages": true})).await.unwrap().executions[0].stages.len(), 1);
    assert!(matches!(list(json!({"filter": "status=RUN"})).await, Err(AppError::InvalidArgument { .. })));
}

#[tokio::test(start_paused = true)]
async fn who_may_not_steer_is_offered_nothing() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "a", "wait": {"duration": "60s"}}]})).await;
    let name = world.start("p").await.name;
    world.rights.deny(Some(gennaker_ports::Access::Execute), None);
    let shown = world.execution(&name).await;
    assert!(shown.allowed_actions.is_empty() && shown.stages[0].allowed_actions.is_empty());
}
