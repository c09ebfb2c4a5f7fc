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

fn waited(time: &str) -> (Duration, Value) {
    let story = World::new().run_one("wait_until", json!({"time": time, "skipText": "sure?"}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    let stage = story.stage("it");
    (stage.ended.unwrap().since(stage.started.unwrap()), stage.inputs.clone())
}

#[test]
fn a_wait_until_a_time_ends_then() {
    // The story begins at 1970-01-12T13:46:40Z.
    let (time, inputs) = waited("1970-01-12T13:48:10.500Z");
    assert_eq!(time, Duration::from_millis(90_500));
    assert_eq!(inputs, json!({"time": "1970-01-12T13:48:10.500Z", "skipText": "sure?"}));
    assert_eq!(waited("1970-01-12T13:46:40Z").0, Duration::ZERO);
    assert_eq!(waited("1960-01-01T00:00:00Z").0, Duration::ZERO, "what is past is no wait");
}

#[test]
fn a_wait_until_a_time_can_be_computed_and_skipped() {
    let mut until = stage("it", "wait_until", json!({}));
    until.expressions = [("wait_until.time".to_owned(), "${ parameters.then }".to_owned())].into();
    let mut story = World::new().start(vec![until.clone()], json!({"then": "1970-01-12T13:46:50Z"}));
    story.finish();
    assert_eq!(story.stage("it").ended.unwrap(), Timestamp::from_secs(1_000_010));
    let mut story = World::new().start(vec![until.clone()], json!({"then": 1_000_020_000}));
    story.finish();
    assert_eq!(story.stage("it").ended.unwrap(), Timestamp::from_secs(1_000_020), "{}", story.tree());
    let mut story = World::new().start(vec![until], json!({"then": "2970-01-01T00:00:00Z"}));
    story.command(&Command::SkipStage { stage: "it".into(), actor: "ada".into(), reason: String::new() });
    story.finish();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
}

#[test]
fn a_failure_has_its_message() {
    let story = World::new().run_one("fail", json!({"message": "not on ${ trigger.payload.branch }"}));
    assert_eq!((story.status(), story.failure().as_str()), (ExecutionStatus::Terminal, "not on main"));
    assert_eq!(World::new().run_one("fail", json!({})).failure(), "the pipeline ends here");
    let mut ignored = stage("it", "fail", json!({}));
    ignored.on_failure = FailurePolicy::Ignore;
    assert_eq!(World::new().run(vec![ignored]).status(), ExecutionStatus::Succeeded);
}

#[test]
fn a_group_does_nothing() {
    let story = World::new().run_one("group", json!({}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded);
    assert_eq!(story.stage("it").tasks.len(), 0);
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
        {"expression": {"expression": "#stage('before').status == 'FAILED_CONTINUE'"}},
        {"expression": {"expression": "${ 'tr' + 'ue' }"}},
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
        json!({"expression": {"expression": "1 > 2"}}),
        json!({"expression": {"expression": "${ trigger.payload.branch }"}}),
        json!({"expression": {"expression": "'" .to_owned() + &"x".repeat(300) + "'"}}),
        json!({"failMessage": "wait for ops", "expression": {"expression": "nothing.here"}}),
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
