//! Running stages again.

use super::world::{cancel, execution_id, pause, retry, skip, succeeded};
use super::*;
use crate::execution::{Command, ExecutionStatus, FailurePolicy, StageDefinition};

fn work() -> Script {
    Script::of([run("work")])
}

#[test]
fn a_retry_resets_the_stage_and_what_depends_on_it() {
    let script = work().before([synthetic("check", &work().before([synthetic("deep", &work())]))]);
    let stages = vec![stage("first", &[], &work()), stage("a", &["first"], &script), stage("b", &["a"], &work())];
    let mut world = World::new(stages);
    world.done("first");
    world.done("a/before-1/before-1");
    world.done("a/before-1");
    world.fails("a");
    assert_eq!(world.status(), ExecutionStatus::Terminal);
    world.told();
    world.must(&retry("a"));
    insta::assert_snapshot!(world.story(), @r#"
    retry of a by bob: resets [a, b], removes [a/before-1, a/before-1/before-1]
    a: started
    a: planned ["work"] after ["check"]
    a/before-1: started
    a/before-1: planned ["work"] after ["deep"]
    a/before-1/before-1: started
    a/before-1/before-1: planned ["work"]
    a/before-1/before-1.0: try 1 until 3600s
    "#);
    assert_eq!((world.execution.failure.as_ref(), world.execution.ended), (None, None));
    world.done("a/before-1/before-1");
    world.done("a/before-1");
    world.done("a");
    world.done("b");
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
    assert_eq!((world.stage("first").attempt, world.stage("a").attempt, world.stage("b").attempt), (1, 2, 2));
}

#[test]
fn what_the_failure_canceled_runs_again_too() {
    let stages = vec![stage("a", &[], &work()), stage("b", &[], &work()), stage("c", &["b"], &work())];
    let mut world = World::new(stages);
    world.fails("a");
    assert_eq!(world.statuses(), "a=TERMINAL b=CANCELED c=NOT_STARTED");
    world.must(&retry("a"));
    assert_eq!(world.statuses(), "a=RUNNING b=RUNNING c=NOT_STARTED");
}

#[test]
fn a_retry_of_a_canceled_execution_forgets_the_cancellation() {
    let mut world = World::new(vec![stage("a", &[], &work()), stage("b", &[], &work())]);
    world.done("a");
    world.must(&cancel());
    world.must(&retry("b"));
    assert_eq!(world.execution.cancellation, None);
    world.done("b");
    assert_eq!(world.statuses(), "a=SUCCEEDED b=SUCCEEDED");
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn a_retry_cancels_what_runs_downstream() {
    let child = execution_id(7);
    let mut world =
        World::new(vec![stage("a", &[], &work()), stage("b", &["a"], &Script::of([run("start"), await_child()]))]);
    world.done("a");
    world.started_child("b", child);
    world.must(&retry("a"));
    assert_eq!(world.statuses(), "a=RUNNING b=NOT_STARTED");
    assert_eq!(world.canceled_children(), [child]);
}

#[test]
fn outcomes_of_an_earlier_attempt_are_dropped() {
    let mut world = World::new(vec![stage("a", &[], &work()), stage("b", &["a"], &work())]);
    world.done("a");
    let stale = world.task("b");
    world.must(&retry("a"));
    world.done("a");
    let current = world.task("b");
    assert_ne!(stale, current, "the effects of two attempts have different keys");
    let outcome = succeeded(serde_json::json!({}), None);
    let refusal = world.refused(&Command::TaskOutcome { task: stale.clone(), outcome });
    assert_eq!(refusal, "the command speaks of a try that is over");
    world.refused(&Command::TaskProgress { task: stale, message: "half".into(), percent: Some(50) });
    world.done("b");
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn a_halted_branch_can_be_retried_while_others_run() {
    let halted = StageDefinition { on_failure: FailurePolicy::HaltBranch, ..stage("a", &[], &work()) };
    let mut world = World::new(vec![halted, stage("b", &[], &work()), stage("c", &["a"], &work())]);
    world.fails("a");
    world.must(&retry("a"));
    world.done("a");
    assert_eq!(world.statuses(), "a=SUCCEEDED b=RUNNING c=RUNNING");
}

#[test]
fn a_synthetic_stage_stands_for_its_top_level_stage() {
    let script = work().before([synthetic("check", &work())]);
    let mut world = World::new(vec![stage("a", &[], &script)]);
    world.fails("a/before-1");
    world.must(&retry("a/before-1"));
    assert_eq!(world.statuses(), "a=RUNNING a/before-1=RUNNING");
    assert_eq!(world.task("a/before-1").stage_attempt, 2);
}

#[test]
fn what_has_not_ended_cannot_be_retried() {
    let mut world = World::new(vec![stage("a", &[], &work()), stage("b", &["a"], &work())]);
    let id = execution_id(1);
    assert_eq!(world.refused(&retry("a")), "stage a is RUNNING: only a stage that has ended can be retried");
    assert_eq!(world.refused(&retry("b")), "stage b is NOT_STARTED: only a stage that has ended can be retried");
    assert_eq!(world.refused(&retry("x")), format!("execution {id} has no stage x"));
    world.must(&pause());
    assert_eq!(
        world.refused(&retry("a")),
        format!("execution {id} is PAUSED: a stage can be retried while the execution runs and after it has ended")
    );
}

#[test]
fn a_retried_stage_is_not_skipped_again() {
    let mut world = World::new(vec![stage("a", &[], &work()), stage("b", &["a"], &work())]);
    world.must(&skip("b"));
    world.done("a");
    assert_eq!(world.statuses(), "a=SUCCEEDED b=SKIPPED");
    world.must(&retry("b"));
    assert_eq!(world.statuses(), "a=SUCCEEDED b=RUNNING");
    assert_eq!(world.stage("b").skipped, None);
}
