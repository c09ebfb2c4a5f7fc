//! Tasks: tries, delays, progress, time limits.

use std::time::Duration;

use serde_json::json;

use super::world::{BEGINNING, succeeded};
use super::*;
use crate::execution::{
    Command, ExecutionStatus, Failure, FailurePolicy, StageDefinition, TaskOutcome, TaskRef, TaskSpec,
};

fn one_task() -> World {
    World::new(vec![stage("a", &[], &Script::of([run("work")]))])
}

#[test]
fn a_task_that_fails_for_a_while_is_tried_again_with_growing_pauses() {
    let mut world = one_task();
    world.told();
    for back_off in [1, 2, 4, 8, 16] {
        world.retryable("a");
        assert_eq!(world.execution.outstanding().count(), 0);
        assert_eq!(world.execution.wake_at(), Some(world.now + Duration::from_secs(back_off)));
        world.pass(back_off);
    }
    world.retryable("a");
    insta::assert_snapshot!(world.story(), @r#"
    a.0: backs off until 1s: the cloud is busy; trying again in 1s
    a.0: try 2 until 3600s
    a.0: backs off until 3s: the cloud is busy; trying again in 2s
    a.0: try 3 until 3600s
    a.0: backs off until 7s: the cloud is busy; trying again in 4s
    a.0: try 4 until 3600s
    a.0: backs off until 15s: the cloud is busy; trying again in 8s
    a.0: try 5 until 3600s
    a.0: backs off until 31s: the cloud is busy; trying again in 16s
    a.0: try 6 until 3600s
    a.0: Failed: the cloud is busy
    a: failing as TERMINAL: the cloud is busy
    a: TERMINAL
    TERMINAL: stage "A": the cloud is busy
    "#);
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": the cloud is busy"));
}

#[test]
fn asking_for_more_time_is_no_failure() {
    let mut world = one_task();
    for _ in 0..20 {
        world.later("a", 5);
        world.pass(5);
    }
    world.retryable("a");
    assert_eq!(world.status(), ExecutionStatus::Running);
    assert_eq!(world.execution.wake_at(), Some(world.now + Duration::from_secs(1)));
    world.pass(1);
    world.later("a", 5);
    assert_eq!(world.stage("a").tasks[0].failures, 0);
    assert_eq!(world.stage("a").tasks[0].attempt, 22);
}

#[test]
fn a_task_that_asks_for_more_time_can_keep_what_it_knows() {
    let mut world = one_task();
    for tries in 1..3 {
        let outputs = json!({"tries": tries}).as_object().cloned().unwrap();
        let after = Duration::from_secs(5);
        world.outcome("a", TaskOutcome::Later { after, message: String::new(), percent: None, outputs });
        assert_eq!(world.stage("a").outputs["tries"], tries);
        world.pass(5);
    }
}

#[test]
fn a_task_can_end_as_canceled() {
    let canceled = || TaskOutcome::Canceled { message: "the build was stopped".into() };
    let mut world = one_task();
    world.outcome("a", canceled());
    assert_eq!((world.statuses().as_str(), world.status()), ("a=CANCELED", ExecutionStatus::Canceled));

    let ignored = StageDefinition { on_failure: FailurePolicy::Ignore, ..stage("a", &[], &Script::of([run("work")])) };
    let mut world = World::new(vec![ignored]);
    world.outcome("a", canceled());
    assert_eq!((world.statuses().as_str(), world.status()), ("a=FAILED_CONTINUE", ExecutionStatus::Succeeded));
}

#[test]
fn a_delay_is_never_nothing() {
    let mut world = one_task();
    world.later("a", 0);
    assert_eq!(world.execution.wake_at(), Some(BEGINNING + Duration::from_millis(50)));
}

#[test]
fn a_task_has_its_time_in_all() {
    let task = TaskSpec::run("wait_for_up", Duration::from_secs(600));
    let mut world = World::new(vec![stage("a", &[], &Script::of([task]))]);
    world.later("a", 500);
    world.pass(500);
    world.later("a", 500);
    world.told();
    world.pass(100);
    insta::assert_snapshot!(world.story(), @r#"
    a.0: Failed: wait_for_up did not end within 10m (1 of 2 up)
    a: failing as TERMINAL: wait_for_up did not end within 10m (1 of 2 up)
    a: TERMINAL
    TERMINAL: stage "A": wait_for_up did not end within 10m (1 of 2 up)
    "#);
}

#[test]
fn progress_is_kept() {
    let mut world = one_task();
    let task = world.task("a");
    world.must(&Command::TaskProgress { task, message: "2 of 4".into(), percent: Some(50) });
    let task = &world.stage("a").tasks[0];
    assert_eq!((task.message.as_str(), task.percent), ("2 of 4", Some(50)));
}

#[test]
fn only_the_current_try_is_heard() {
    let mut world = one_task();
    let first = world.task("a");
    world.later("a", 5);
    let done =
        |task: &TaskRef| Command::TaskOutcome { task: task.clone(), outcome: succeeded(serde_json::json!({}), None) };
    world.refused(&done(&first));
    world.pass(5);
    world.refused(&done(&first));
    let current = world.task("a");
    world.refused(&done(&TaskRef { stage_attempt: 2, ..current.clone() }));
    world.refused(&done(&TaskRef { task: 1, ..current.clone() }));
    world.refused(&done(&TaskRef { attempt: 3, ..current.clone() }));
    world.must(&done(&current));
    world.refused(&done(&current));
}

#[test]
fn a_permanent_failure_is_not_tried_again() {
    let mut world = one_task();
    world.outcome("a", TaskOutcome::Failed(Failure::permanent("no such image")));
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": no such image"));
}
