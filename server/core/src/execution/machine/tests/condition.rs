//! Conditions of stages.

use super::*;
use crate::execution::StageDefinition;

fn world(condition: &str) -> World {
    let work = Script::of([run("work")]);
    let conditional = StageDefinition { condition: condition.into(), ..stage("b", &["a"], &work) };
    let mut world = World::new(vec![stage("a", &[], &work), conditional, stage("c", &["b"], &work)]);
    world.outputs("a", serde_json::json!({"color": "blue", "ready": true}));
    world
}

#[test]
fn a_stage_runs_whose_condition_holds() {
    for condition in ["", "  ", "true", "${ parameters.size == 2 }", "parameters.size > 1", "ready", "'TRUE'"] {
        assert_eq!(world(condition).statuses(), "a=SUCCEEDED b=RUNNING c=NOT_STARTED", "{condition:?}");
    }
}

#[test]
fn a_stage_is_left_out_whose_condition_does_not_hold_and_those_after_it_run() {
    let mut world = world("color == 'red'");
    assert_eq!(world.statuses(), "a=SUCCEEDED b=SKIPPED c=RUNNING");
    let story = world.story();
    assert!(story.contains("b: its condition does not hold: color == 'red'\nb: SKIPPED"), "{story}");
    let reason = "its condition does not hold: color == 'red'".to_owned();
    assert_eq!(world.stage("b").skipped, Some((String::new(), reason)));
}

#[test]
fn a_condition_without_a_truth_value_leaves_the_stage_out_and_says_why() {
    for (condition, why) in [
        ("color", "neither true nor false, but \"blue\""),
        ("parameters.size", "neither true nor false, but 2"),
        ("parameters.sizes == 2", "can't be evaluated"),
        ("color ==", "can't be evaluated"),
        ("#fromUrl('http://example.com/x') == ''", "can't be evaluated"),
    ] {
        let world = world(condition);
        assert_eq!(world.statuses(), "a=SUCCEEDED b=SKIPPED c=RUNNING", "{condition}");
        let (_, reason) = world.stage("b").skipped.clone().unwrap();
        assert!(reason.contains(why), "{condition}: {reason}");
    }
}

#[test]
fn a_condition_is_evaluated_anew_when_the_stage_is_retried() {
    let mut world = world("#stage('a').outputs.color == 'red'");
    world.done("c");
    world.must(&super::world::retry("a"));
    world.outputs("a", serde_json::json!({"color": "red"}));
    assert_eq!(world.statuses(), "a=SUCCEEDED b=RUNNING c=NOT_STARTED");
}
