//! Skipping stages and waits.

use super::world::{cancel, child_finished, execution_id, skip};
use super::*;
use crate::execution::{ExecutionStatus, FailurePolicy, StageDefinition};

fn work() -> Script {
    Script::of([run("work")])
}

#[test]
fn a_stage_left_out_does_not_let_others_pass_before_its_turn() {
    let mut world = World::new(vec![
        stage("bake", &[], &work()),
        stage("judge", &["bake"], &work()),
        stage("deploy", &["judge"], &work()),
    ]);
    world.told();
    world.must(&skip("judge"));
    assert_eq!(world.statuses(), "bake=RUNNING judge=NOT_STARTED deploy=NOT_STARTED");
    assert_eq!(world.refused(&skip("judge")), "stage judge is NOT_STARTED: it will be skipped when its turn comes");
    world.done("bake");
    insta::assert_snapshot!(world.story(), @r#"
    judge: to be skipped by bob: not today
    bake.0: Succeeded: done
    bake: tasks done
    bake: SUCCEEDED
    judge: SKIPPED
    deploy: started
    deploy: planned ["work"]
    deploy.0: try 1 until 3600s
    "#);
    assert_eq!(world.stage("judge").skipped, Some(("bob".into(), "not today".into())));
}

#[test]
fn a_stage_behind_a_halted_branch_stays_halted() {
    let halts = StageDefinition { on_failure: FailurePolicy::HaltBranch, ..stage("a", &[], &work()) };
    let mut world = World::new(vec![halts, stage("b", &["a"], &work()), stage("c", &["b"], &work())]);
    world.must(&skip("b"));
    world.fails("a");
    assert_eq!(world.statuses(), "a=STOPPED b=NOT_STARTED c=NOT_STARTED");
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn a_wait_can_be_cut_short() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([wait(3600), run("work")]))]);
    world.told();
    world.must(&skip("a"));
    insta::assert_snapshot!(world.story(), @r"
    a.0: Skipped: bob skipped the wait: not today
    a.1: try 1 until 3600s
    ");
}

#[test]
fn the_wait_for_an_execution_can_be_cut_short_and_that_execution_goes_on() {
    let child = execution_id(7);
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("start"), await_child(), run("more")]))]);
    world.started_child("a", child);
    world.must(&skip("a"));
    assert_eq!(world.task("a").task, 2);
    world.refused(&child_finished("a", child, ExecutionStatus::Terminal));
    world.must(&cancel());
    assert!(world.canceled_children().is_empty());
}

#[test]
fn work_judgments_and_synthetic_stages_cannot_be_left_out() {
    let script = work().before([synthetic("check", &work())]).after([synthetic("last", &work())]);
    let mut world = World::new(vec![stage("a", &[], &script), stage("b", &[], &Script::of([judgment(&[], &[], 60)]))]);
    let why = "a stage of the pipeline can be skipped before it starts, any stage while it waits for time, its window or \
               an execution";
    for id in ["a", "a/before-1", "b"] {
        assert_eq!(world.refused(&skip(id)), format!("stage {id} is RUNNING: {why}"));
    }
    world.must(&cancel());
    let id = execution_id(1);
    assert_eq!(world.refused(&skip("a")), format!("execution {id} has ended with CANCELED"));
}
