//! Waiting for the pipeline's concurrency limit.

use super::script::definition;
use super::world::{cancel, execution_id, pause, skip};
use super::*;
use crate::execution::{Command, ExecutionStatus, Origin};

fn queued() -> World {
    let work = Script::of([run("work")]);
    let stages = vec![stage("a", &[], &work), stage("b", &["a"], &work)];
    World::create(definition(stages), Origin::Manual, true, 0)
}

#[test]
fn a_queued_execution_starts_when_admitted() {
    let mut world = queued();
    assert_eq!(world.execution.wake_at(), None);
    world.pass(3600);
    assert_eq!((world.status(), world.execution.started), (ExecutionStatus::Queued, None));
    world.must(&Command::Admit);
    assert_eq!(world.execution.started, Some(world.now));
    assert_eq!(world.statuses(), "a=RUNNING b=NOT_STARTED");
    world.refused(&Command::Admit);
}

#[test]
fn a_queued_execution_can_be_canceled_but_not_paused() {
    let mut world = queued();
    let id = execution_id(1);
    assert_eq!(world.refused(&pause()), format!("execution {id} is QUEUED: only a running execution can be paused"));
    world.must(&cancel());
    assert_eq!(world.status(), ExecutionStatus::Canceled);
    world.refused(&Command::Admit);
}

#[test]
fn a_stage_skipped_in_the_queue_is_skipped_when_its_turn_comes() {
    let mut world = queued();
    world.must(&skip("a"));
    assert_eq!(world.statuses(), "a=NOT_STARTED b=NOT_STARTED");
    world.must(&Command::Admit);
    assert_eq!(world.statuses(), "a=SKIPPED b=RUNNING");
}
