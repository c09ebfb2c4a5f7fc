//! Canceling.

use super::world::{cancel, execution_id, object, pause};
use super::*;
use crate::execution::{Command, ExecutionStatus, TaskOutcome};

#[test]
fn canceling_ends_everything_that_runs() {
    let work = Script::of([run("work")]);
    let nested = work.clone().before([synthetic("inner", &work)]).cleanup([synthetic("sweep", &work)]);
    let mut world = World::new(vec![stage("a", &[], &nested), stage("b", &[], &work), stage("c", &["b"], &work)]);
    world.told();
    world.must(&cancel());
    insta::assert_snapshot!(world.story(), @r"
    cancel asked by bob: wrong version
    a/before-1.0: Canceled: was canceled
    a/before-1: CANCELED
    a: CANCELED
    b.0: Canceled: was canceled
    b: CANCELED
    CANCELED
    ");
    assert_eq!(world.statuses(), "a=CANCELED a/before-1=CANCELED b=CANCELED c=NOT_STARTED");
    assert_eq!(world.execution.outstanding().count(), 0);
    let canceled = world.execution.cancellation.as_ref().unwrap();
    assert_eq!((canceled.actor.as_str(), canceled.reason.as_str()), ("bob", "wrong version"));
    let id = execution_id(1);
    assert_eq!(world.refused(&cancel()), format!("execution {id} has ended with CANCELED"));
}

#[test]
fn the_executions_waited_for_are_canceled_too() {
    let child = execution_id(7);
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("start"), await_child()]))]);
    world.started_child("a", child);
    world.must(&cancel());
    assert_eq!(world.sent.len(), 1);
    assert_eq!(world.sent[0].execution, child);
    let Command::Cancel { actor, reason } = &world.sent[0].command else { panic!("{:?}", world.sent) };
    assert_eq!(actor, &format!("execution {}", execution_id(1)));
    assert_eq!(reason, "stage \"A\", which started it, was canceled");
}

#[test]
fn an_execution_started_while_paused_is_canceled_too() {
    let child = execution_id(7);
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("start"), await_child()]))]);
    world.must(&pause());
    world.started_child("a", child);
    world.must(&cancel());
    assert_eq!(world.canceled_children(), [child]);
}

#[test]
fn an_execution_that_nobody_waits_for_goes_on() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("start"), run("more")]))]);
    world.started_child("a", execution_id(7));
    world.must(&cancel());
    assert!(world.canceled_children().is_empty());
}

#[test]
fn outcomes_after_the_end_are_refused() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("work")]))]);
    let task = world.task("a");
    world.must(&cancel());
    let outcome =
        TaskOutcome::Succeeded { outputs: object(serde_json::json!({})), message: String::new(), child: None };
    world.refused(&Command::TaskOutcome { task, outcome });
    assert_eq!(world.status(), ExecutionStatus::Canceled);
}
