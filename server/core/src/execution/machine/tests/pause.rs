//! Pausing and resuming.

use std::time::Duration;

use super::world::{BEGINNING, execution_id, judge, pause, resume};
use super::*;
use crate::execution::{ExecutionStatus, JudgmentDecision, StageDefinition};

#[test]
fn a_paused_execution_records_outcomes_and_starts_nothing() {
    let work = Script::of([run("one"), run("two")]);
    let mut world = World::new(vec![stage("a", &[], &work), stage("b", &["a"], &work)]);
    world.must(&pause());
    world.told();
    world.done("a");
    world.pass(30);
    assert_eq!(world.execution.wake_at(), None);
    world.must(&resume());
    insta::assert_snapshot!(world.story(), @r"
    a.0: Succeeded: done
    resumed by bob
    a.1: try 1 until 3630s
    ");
}

#[test]
fn time_limits_stand_still_and_waits_go_on() {
    let limited = |id, task| {
        let timeout = Some(Duration::from_secs(100));
        StageDefinition { timeout, ..stage(id, &[], &Script::of([task])) }
    };
    let work = run("work");
    let mut world =
        World::new(vec![limited("work", work), limited("wait", wait(60)), limited("judge", judgment(&[], &[], 80))]);
    world.pass(10);
    world.must(&pause());
    world.pass(45);
    world.must(&resume());
    let at = |secs| Some(BEGINNING + Duration::from_secs(secs));
    let until = |id: &str| world.stage(id).current_task().unwrap().1.until;
    assert_eq!(until("work"), at(3645));
    assert_eq!(until("wait"), at(60), "a wait is for a time, not for work");
    assert_eq!(until("judge"), at(125));
    for id in ["work", "wait", "judge"] {
        assert_eq!(world.stage(id).deadline, at(145), "{id}");
    }
    assert_eq!(world.execution.wake_at(), at(60));
}

#[test]
fn a_wait_that_ended_in_the_pause_is_over_on_resuming() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([wait(60)])), stage("b", &["a"], &Script::default())]);
    world.must(&pause());
    world.pass(100);
    assert_eq!(world.statuses(), "a=RUNNING b=NOT_STARTED");
    world.must(&resume());
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn a_judgment_in_the_pause_counts() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([judgment(&[], &[], 60)]))]);
    world.must(&pause());
    world.pass(100);
    world.must(&judge("a", "ann", JudgmentDecision::Continue, None));
    assert_eq!(world.status(), ExecutionStatus::Paused);
    world.must(&resume());
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn a_retry_that_was_due_in_the_pause_comes_on_resuming() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("work")]))]);
    world.must(&pause());
    world.later("a", 5);
    world.pass(10);
    assert_eq!(world.execution.outstanding().count(), 0);
    world.must(&resume());
    assert_eq!(world.task("a").attempt, 2);
}

#[test]
fn pausing_twice_and_resuming_what_runs_are_refused() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("work")]))]);
    let id = execution_id(1);
    assert_eq!(world.refused(&resume()), format!("execution {id} is RUNNING: only a paused execution can be resumed"));
    world.must(&pause());
    assert_eq!(world.refused(&pause()), format!("execution {id} is PAUSED: only a running execution can be paused"));
}
