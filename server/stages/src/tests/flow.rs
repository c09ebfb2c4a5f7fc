//! Waiting, judging, checking, and running other pipelines.

use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::execution::{
    Command, ExecutionId, ExecutionStatus, FailurePolicy, JudgmentDecision, Origin, StageStatus,
};
use serde_json::{Map, Value, json};

use super::story::{World, sequence, stage};

#[test]
fn a_wait_takes_its_time() {
    let story = World::new().run_one("wait", json!({"duration": "90s"}));
    let stage = story.stage("it");
    assert_eq!(stage.ended.unwrap().since(stage.started.unwrap()), Duration::from_secs(90));
}

fn judged(decision: JudgmentDecision, input: Option<&str>) -> (StageStatus, Value) {
    let config = json!({"instructions": "Well?", "inputs": ["blue", "green"], "judges": ["ada"]});
    let mut story = World::new().start(vec![stage("it", "manual_judgment", config)], json!({}));
    story.command(&Command::Judge {
        stage: "it".into(),
        actor: "ada".into(),
        roles: Vec::new(),
        decision,
        input: input.map(str::to_owned),
        comment: "fine".into(),
    });
    story.finish();
    (story.stage("it").status, story.outputs("it"))
}

#[test]
fn a_judgment_decides() {
    let (status, outputs) = judged(JudgmentDecision::Continue, Some("blue"));
    assert_eq!(status, StageStatus::Succeeded);
    let verdict = json!({"decision": "CONTINUE", "judge": "ada", "input": "blue", "comment": "fine"});
    assert_eq!(outputs["verdicts"], json!([verdict]));
    assert_eq!(
        (&outputs["decision"], &outputs["judge"], &outputs["input"]),
        (&verdict["decision"], &verdict["judge"], &verdict["input"])
    );
    let (status, outputs) = judged(JudgmentDecision::Stop, None);
    assert_eq!(status, StageStatus::Terminal);
    assert_eq!(outputs["decision"], "STOP");
}

#[test]
fn a_judgment_waits_three_days() {
    let story = World::new().run_one("manual_judgment", json!({}));
    let stage = story.stage("it");
    assert_eq!(stage.status, StageStatus::Terminal);
    assert_eq!(stage.ended.unwrap().since(stage.started.unwrap()), Duration::from_secs(3 * 24 * 3600));
}

fn preconditions(preconditions: Value) -> super::story::Story {
    let world = World::new();
    world.seed("east", "shop-v001", 1, false);
    world.seed("east", "shop-v002", 1, true);
    world.seed("west", "shop-v001", 1, true);
    let mut before = stage(
        "before",
        "destroy_server_group",
        json!({
            "target": {"account": "local", "region": "east", "serverGroup": "nope"},
        }),
    );
    before.on_failure = FailurePolicy::Ignore;
    world.run(sequence([before, stage("it", "check_preconditions", json!({"preconditions": preconditions}))]))
}

fn size(regions: &[&str], rest: Value) -> Value {
    let mut check = json!({"target": {"account": "local", "regions": regions, "cluster": "shop"}});
    check.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    json!({"clusterSize": check})
}

#[test]
fn preconditions_that_hold() {
    let story = preconditions(json!([
        size(&["east"], json!({"expected": 2})),
        size(&["east", "west"], json!({"onlyEnabled": true})),
        size(&["east", "west"], json!({"expected": 0, "comparison": "COMPARISON_GREATER"})),
        size(&["local"], json!({"expected": 0})),
        {"stageStatus": {"stage": "before", "status": "STAGE_STATUS_FAILED_CONTINUE"}},
    ]));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    insta::assert_json_snapshot!(story.outputs("it"));
}

#[test]
fn preconditions_that_do_not_hold() {
    let reasons = [
        size(&["east", "west"], json!({})),
        size(&["east"], json!({"comparison": "COMPARISON_LESS", "expected": 2})),
        size(&["west"], json!({"comparison": "COMPARISON_GREATER_OR_EQUAL", "expected": 2, "onlyEnabled": true})),
        json!({"stageStatus": {"stage": "before", "status": "STAGE_STATUS_SUCCEEDED"}}),
        json!({"failMessage": "wait for ops", "stageStatus": {"stage": "x", "status": "STAGE_STATUS_SUCCEEDED"}}),
    ]
    .map(|precondition| {
        let story = preconditions(json!([precondition]));
        assert_eq!(story.status(), ExecutionStatus::Terminal);
        story.stage("it").failure.as_ref().unwrap().message.clone()
    });
    insta::assert_json_snapshot!(reasons);
}

fn child() -> ExecutionId {
    ExecutionId::from_parts(Timestamp::from_secs(2_000_000), 1)
}

#[test]
fn another_pipeline_runs_and_hands_back_its_outputs() {
    let mut world = World::new();
    world.repeats = true;
    let config = json!({
        "pipeline": "applications/shop/pipelines/other", "parameters": {"size": "${ parameters.size }", "on": "yes"},
    });
    let mut story = world.start(vec![stage("it", "run_pipeline", config)], json!({"size": 3}));
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Running);
    let launches = world.launches.lock().unwrap().clone();
    let [launch] = launches.as_slice() else { panic!("one launch, not {launches:?}") };
    assert_eq!(Value::Object(launch.parameters.clone()), json!({"size": "3", "on": "yes"}));
    assert_eq!(launch.cause.actor, "ada");
    let Origin::Parent(parent) = &launch.cause.origin else { panic!("a stage started it") };
    assert_eq!((parent.execution, parent.stage.as_str()), (story.execution.id(), "it"));
    assert_eq!(story.stage("it").child, Some(child()));

    let outputs = Map::from_iter([("stages".to_owned(), json!({"find": {"image": "shop:9"}}))]);
    story.command(&Command::ChildFinished {
        stage: "it".into(),
        child: child(),
        status: ExecutionStatus::Succeeded,
        outputs,
        failure: None,
    });
    story.finish();
    assert_eq!(story.status(), ExecutionStatus::Succeeded);
    let outputs = story.outputs("it");
    assert_eq!(outputs["execution"], format!("applications/shop/executions/{}", child()));
    assert_eq!(outputs["status"], "SUCCEEDED");
    assert_eq!(outputs["stages"]["find"]["image"], "shop:9");
}

#[test]
fn a_detached_pipeline_is_only_started() {
    let config = json!({"pipeline": "applications/shop/pipelines/other", "detached": true});
    assert_eq!(World::new().run_one("run_pipeline", config).status(), ExecutionStatus::Succeeded);
}

#[test]
fn a_pipeline_that_is_not_there_fails_the_stage() {
    let story = World::new().run_one("run_pipeline", json!({"pipeline": "applications/shop/pipelines/missing"}));
    assert_eq!(
        story.failure(),
        "starting applications/shop/pipelines/missing failed: there is no pipeline applications/shop/pipelines/missing"
    );
}
