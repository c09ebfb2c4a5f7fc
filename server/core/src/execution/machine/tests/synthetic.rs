//! Stages within stages: before, after, on failure, nested.

use super::*;
use crate::execution::{ExecutionStatus, FailurePolicy, SyntheticStage};

fn work() -> Script {
    Script::of([run("work")])
}

#[test]
fn stages_before_run_side_by_side_and_stages_after_in_turn() {
    let script = work()
        .before([synthetic("check size", &work()), synthetic("check status", &work())])
        .after(SyntheticStage::sequence([synthetic("disable", &work()), synthetic("destroy", &work())]));
    let mut world = World::new(vec![stage("a", &[], &script)]);
    assert_eq!(world.statuses(), "a=RUNNING a/before-1=RUNNING a/before-2=RUNNING");
    world.done("a/before-2");
    assert!(world.stage("a").current_task().is_none());
    world.done("a/before-1");
    world.done("a");
    assert_eq!(
        world.statuses(),
        "a=RUNNING a/before-1=SUCCEEDED a/before-2=SUCCEEDED a/after-1=RUNNING a/after-2=NOT_STARTED"
    );
    world.done("a/after-1");
    world.done("a/after-2");
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn a_failure_drops_what_has_not_started_and_cleans_up_in_turn() {
    let script = work()
        .before(SyntheticStage::sequence([synthetic("lock", &work()), synthetic("never", &work())]))
        .cleanup([synthetic("roll back", &work()), synthetic("unlock", &work())]);
    let mut world = World::new(vec![stage("a", &[], &script)]);
    world.told();
    world.fails("a/before-1");
    world.done("a/cleanup-1");
    world.done("a/cleanup-2");
    insta::assert_snapshot!(world.story(), @r#"
    a/before-1.0: Failed: it broke
    a/before-1: failing as TERMINAL: it broke
    a/before-1: TERMINAL
    a: failing as TERMINAL: lock: it broke, cleans up by ["roll back", "unlock"]
    a/cleanup-1: started
    a/cleanup-1: planned ["work"]
    a/cleanup-1.0: try 1 until 3600s
    a/cleanup-1.0: Succeeded: done
    a/cleanup-1: tasks done
    a/cleanup-1: SUCCEEDED
    a/cleanup-2: started
    a/cleanup-2: planned ["work"]
    a/cleanup-2.0: try 1 until 3600s
    a/cleanup-2.0: Succeeded: done
    a/cleanup-2: tasks done
    a/cleanup-2: SUCCEEDED
    a: TERMINAL
    TERMINAL: stage "A": lock: it broke
    "#);
    assert_eq!(world.statuses(), "a=TERMINAL a/before-1=TERMINAL a/cleanup-1=SUCCEEDED a/cleanup-2=SUCCEEDED");
}

#[test]
fn a_clean_up_that_fails_ends_the_stage_as_it_failed_first() {
    let script = work().cleanup([synthetic("roll back", &work()), synthetic("unlock", &work())]);
    let mut world = World::new(vec![stage("a", &[], &script)]);
    world.fails("a");
    world.fails("a/cleanup-1");
    assert_eq!(world.statuses(), "a=TERMINAL a/cleanup-1=TERMINAL a/cleanup-2=NOT_STARTED");
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": it broke"));
}

#[test]
fn a_clean_up_that_cannot_be_planned_is_told() {
    let script = Script { cleanup_error: Some("no earlier version".into()), ..work() };
    let mut world = World::new(vec![stage("a", &[], &script)]);
    world.fails("a");
    let expected = "stage \"A\": it broke; its clean-up could not be planned: no earlier version";
    assert_eq!(world.execution.failure.as_deref(), Some(expected));
}

#[test]
fn a_failure_beside_cancels_siblings_and_names_the_child() {
    let script = work().before([synthetic("check size", &work()), synthetic("check status", &work())]);
    let mut world = World::new(vec![stage("a", &[], &script)]);
    world.fails("a/before-1");
    assert_eq!(world.statuses(), "a=TERMINAL a/before-1=TERMINAL a/before-2=CANCELED");
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": check size: it broke"));
}

#[test]
fn only_a_child_with_the_policy_ignore_lets_its_parent_go_on() {
    for (on_failure, expected) in [
        (FailurePolicy::HaltPipeline, "a=TERMINAL a/before-1=TERMINAL"),
        (FailurePolicy::HaltBranch, "a=TERMINAL a/before-1=STOPPED"),
        (FailurePolicy::HaltBranchThenFail, "a=TERMINAL a/before-1=STOPPED"),
        (FailurePolicy::Ignore, "a=RUNNING a/before-1=FAILED_CONTINUE a/before-2=RUNNING"),
    ] {
        let first = SyntheticStage { on_failure, ..synthetic("first", &work()) };
        let script = work().before(SyntheticStage::sequence([first, synthetic("second", &work())]));
        let mut world = World::new(vec![stage("a", &[], &script)]);
        world.fails("a/before-1");
        assert_eq!(world.statuses(), expected, "{on_failure:?}");
    }
}

#[test]
fn stages_nest() {
    let inner = work().before([synthetic("leaf", &work())]).cleanup([synthetic("sweep", &work())]);
    let script = work().before([synthetic("inner", &inner)]).after([synthetic("last", &work())]);
    let mut world = World::new(vec![stage("a", &[], &script), stage("b", &["a"], &work())]);
    assert_eq!(
        world.statuses(),
        "a=RUNNING a/before-1=RUNNING a/before-1/before-1=RUNNING b=NOT_STARTED",
        "children follow their parents"
    );
    world.done("a/before-1/before-1");
    world.fails("a/before-1");
    world.done("a/before-1/cleanup-1");
    assert_eq!(
        world.statuses(),
        "a=TERMINAL a/before-1=TERMINAL a/before-1/before-1=SUCCEEDED a/before-1/cleanup-1=SUCCEEDED b=NOT_STARTED"
    );
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": inner: it broke"));
}

#[test]
fn stages_without_work_pass_at_once_in_any_order() {
    let nothing = Script::default().before([synthetic("nothing", &Script::default())]);
    let world = World::new(vec![stage("c", &["b"], &nothing), stage("b", &["a"], &nothing), stage("a", &[], &nothing)]);
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}
