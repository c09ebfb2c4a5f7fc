//! Timeouts of stages.

use std::time::Duration;

use super::world::{execution_id, pause, resume};
use super::*;
use crate::execution::{ExecutionStatus, FailurePolicy, StageDefinition, SyntheticStage};

fn work() -> Script {
    Script::of([run("work")])
}

fn limited(id: &str, secs: u64, script: &Script) -> StageDefinition {
    StageDefinition { timeout: Some(Duration::from_secs(secs)), ..stage(id, &[], script) }
}

#[test]
fn a_stage_that_takes_too_long_fails() {
    let script = work().cleanup([synthetic("sweep", &work())]);
    let mut world = World::new(vec![limited("a", 90, &script)]);
    world.pass(89);
    assert_eq!(world.statuses(), "a=RUNNING");
    world.told();
    world.pass(1);
    insta::assert_snapshot!(world.story(), @r#"
    a.0: Canceled: ran into its timeout of 1m 30s
    a: failing as TERMINAL: ran into its timeout of 1m 30s, cleans up by ["sweep"]
    a/cleanup-1: started
    a/cleanup-1: planned ["work"]
    a/cleanup-1.0: try 1 until 3690s
    "#);
    world.pass(3000);
    assert_eq!(world.statuses(), "a=RUNNING a/cleanup-1=RUNNING", "clean-up has only the limits of its tasks");
    world.done("a/cleanup-1");
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": ran into its timeout of 1m 30s"));
}

#[test]
fn a_timeout_counts_as_success_where_asked() {
    let script = Script::of([run("start"), await_child()]).before([synthetic("check", &Script::default())]);
    let stages =
        vec![StageDefinition { succeed_on_timeout: true, ..limited("a", 90, &script) }, stage("b", &["a"], &work())];
    let mut world = World::new(stages);
    let child = execution_id(7);
    world.started_child("a", child);
    world.pass(90);
    assert_eq!(world.statuses(), "a=SUCCEEDED a/before-1=SUCCEEDED b=RUNNING");
    assert_eq!(world.canceled_children(), [child]);
}

#[test]
fn a_timeout_is_a_failure_to_the_policy() {
    let ignored = StageDefinition { on_failure: FailurePolicy::Ignore, ..limited("a", 90, &work()) };
    let mut world = World::new(vec![ignored, stage("b", &["a"], &work())]);
    world.pass(90);
    assert_eq!(world.statuses(), "a=FAILED_CONTINUE b=RUNNING");
}

#[test]
fn the_nearest_timeout_holds_for_the_stages_inside() {
    let own = SyntheticStage { timeout: Some(Duration::from_secs(20)), ..synthetic("own", &work()) };
    let own = SyntheticStage { on_failure: FailurePolicy::Ignore, ..own };
    let script = work().before([own, synthetic("inherits", &work().before([synthetic("deep", &work())]))]);
    let mut world = World::new(vec![limited("a", 90, &script)]);
    world.pass(20);
    assert_eq!(world.statuses(), "a=RUNNING a/before-1=FAILED_CONTINUE a/before-2=RUNNING a/before-2/before-1=RUNNING");
    world.pass(70);
    assert_eq!(
        world.statuses(),
        "a=TERMINAL a/before-1=FAILED_CONTINUE a/before-2=CANCELED a/before-2/before-1=CANCELED"
    );
}

#[test]
fn pauses_do_not_count() {
    let mut world = World::new(vec![limited("a", 90, &work())]);
    world.pass(60);
    world.must(&pause());
    world.pass(1000);
    world.must(&resume());
    world.pass(29);
    assert_eq!(world.status(), ExecutionStatus::Running);
    world.pass(1);
    assert_eq!(world.status(), ExecutionStatus::Terminal);
}

#[test]
fn a_timeout_of_nothing_strikes_at_once() {
    let world = World::new(vec![limited("a", 0, &work().before([synthetic("check", &work())]))]);
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": ran into its timeout of 0s"));
}

#[test]
fn success_comes_too_late_after_the_timeout() {
    let mut world = World::new(vec![limited("a", 90, &Script::of([run("one"), run("two")]))]);
    world.now = world.now + Duration::from_secs(91);
    world.done("a");
    assert_eq!(world.status(), ExecutionStatus::Terminal);
}
