//! Stages that look something up before they can be planned.

use serde_json::json;

use super::*;
use crate::execution::{MAX_LOOK_UPS, StageDefinition};

fn looks_up(facts: &[String]) -> StageDefinition {
    let script = Script { look_ups: facts.to_vec(), ..Script::of([run("work")]) };
    StageDefinition { timeout: Some(std::time::Duration::from_secs(100)), ..stage("a", &[], &script) }
}

#[test]
fn what_is_looked_up_is_kept_apart_from_the_outputs_and_the_stage_is_planned_again() {
    let mut world = World::new(vec![looks_up(&["x".into(), "y".into()])]);
    world.pass(10);
    world.outputs("a", json!({"x": 1}));
    world.outputs("a", json!({"y": 2}));
    insta::assert_snapshot!(world.story(), @r#"
    created
    started
    a: started
    a: looks up, 1 task
    a.0: try 1 until 3600s
    a.0: Succeeded: done -> {"x":1}
    a: looks up, 1 task
    a.1: try 1 until 3610s
    a.1: Succeeded: done -> {"y":2}
    a: planned ["work"], ends at 100s
    a.2: try 1 until 3610s
    "#);
    let stage = world.stage("a");
    assert_eq!((json!(stage.facts), json!(stage.outputs)), (json!({"x": 1, "y": 2}), json!({})));
    world.outputs("a", json!({"made": true}));
    assert_eq!(world.statuses(), "a=SUCCEEDED");
    assert_eq!(json!(world.stage("a").outputs), json!({"made": true}));
}

#[test]
fn a_look_up_that_fails_fails_the_stage() {
    let mut world = World::new(vec![looks_up(&["x".into()])]);
    world.fails("a");
    assert_eq!(world.statuses(), "a=TERMINAL");
}

#[test]
fn looking_up_has_an_end() {
    let mut world = World::new(vec![looks_up(&["never".into()])]);
    for _ in 0..MAX_LOOK_UPS {
        world.outputs("a", json!({"something": "else"}));
    }
    assert_eq!(world.statuses(), "a=TERMINAL");
    let failure = world.stage("a").failure.clone().unwrap();
    assert_eq!(failure.message, "the stage looked things up 10 times and still needs more");
}

#[test]
fn a_retry_looks_up_again() {
    let mut world = World::new(vec![looks_up(&["x".into()])]);
    world.outputs("a", json!({"x": 1}));
    world.fails("a");
    world.must(&super::world::retry("a"));
    assert!(world.stage("a").provisional && world.stage("a").facts.is_empty());
}
