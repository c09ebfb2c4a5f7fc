//! Stages that start executions, and executions that a stage started.

use serde_json::json;

use super::script::definition;
use super::world::{child_finished, execution_id, object, retry};
use super::*;
use crate::execution::{Command, ExecutionStatus, FailurePolicy, Origin, ParentStage, StageDefinition};

fn parent(on_failure: FailurePolicy) -> World {
    let script = Script::of([run("start"), await_child()]);
    World::new(vec![
        StageDefinition { on_failure, ..stage("a", &[], &script) },
        stage("b", &["a"], &Script::of([run("work")])),
    ])
}

#[test]
fn the_childs_result_is_the_stages() {
    use ExecutionStatus::{Canceled, Running, Succeeded, Terminal};
    use FailurePolicy::{HaltPipeline, Ignore};
    for (on_failure, child, expected, result, failure) in [
        (HaltPipeline, Succeeded, "a=SUCCEEDED b=RUNNING", Running, None),
        (
            HaltPipeline,
            Terminal,
            "a=TERMINAL b=NOT_STARTED",
            Terminal,
            Some("the child execution failed: stage \"Deploy\": it broke"),
        ),
        (HaltPipeline, Canceled, "a=CANCELED b=NOT_STARTED", Canceled, Some("the child execution was canceled")),
        (Ignore, Canceled, "a=FAILED_CONTINUE b=RUNNING", Running, Some("the child execution was canceled")),
    ] {
        let mut world = parent(on_failure);
        world.started_child("a", execution_id(7));
        world.must(&child_finished("a", execution_id(7), child));
        assert_eq!((world.statuses().as_str(), world.status()), (expected, result), "{child:?}");
        assert_eq!(world.stage("a").failure.as_ref().map(|f| f.message.as_str()), failure, "{child:?}");
        let outputs = json!({"status": child.as_str(), "stages": {"deploy": {"group": "hello-v001"}}});
        assert_eq!(json!(world.stage("a").outputs), outputs);
        assert!(world.canceled_children().is_empty());
    }
}

#[test]
fn a_child_that_takes_too_long_is_canceled_and_its_stage_fails() {
    let mut world = parent(FailurePolicy::HaltPipeline);
    world.started_child("a", execution_id(7));
    world.pass(12 * 3600 - 1);
    assert_eq!(world.status(), ExecutionStatus::Running);
    world.pass(1);
    assert_eq!(world.statuses(), "a=TERMINAL b=NOT_STARTED");
    let failure = world.stage("a").failure.as_ref().map(|f| f.message.as_str());
    assert_eq!(failure, Some("the child execution did not end within 12h"));
    assert_eq!(world.canceled_children(), [execution_id(7)]);
    world.refused(&child_finished("a", execution_id(7), ExecutionStatus::Canceled));
}

#[test]
fn a_child_may_end_before_its_start_is_told() {
    let mut world = parent(FailurePolicy::HaltPipeline);
    world.must(&child_finished("a", execution_id(7), ExecutionStatus::Succeeded));
    world.refused(&child_finished("a", execution_id(7), ExecutionStatus::Succeeded));
    assert_eq!(world.statuses(), "a=RUNNING b=NOT_STARTED");
    world.told();
    world.started_child("a", execution_id(7));
    insta::assert_snapshot!(world.story(), @r#"
    a.0: Succeeded: done
    a.1: try 1 until 43200s
    a.1: Succeeded
    a: tasks done
    a: SUCCEEDED
    b: started
    b: planned ["work"]
    b.0: try 1 until 3600s
    "#);
    assert_eq!(world.stage("a").outputs["stages"], json!({"deploy": {"group": "hello-v001"}}));
}

#[test]
fn the_child_of_an_earlier_attempt_is_not_mistaken_for_the_current_one() {
    let (old, new) = (execution_id(7), execution_id(8));
    let mut world = parent(FailurePolicy::HaltPipeline);
    world.started_child("a", old);
    world.must(&child_finished("a", old, ExecutionStatus::Terminal));
    world.must(&retry("a"));
    world.must(&child_finished("a", old, ExecutionStatus::Canceled));
    world.started_child("a", new);
    assert_eq!(world.statuses(), "a=RUNNING b=NOT_STARTED");
    world.refused(&child_finished("a", old, ExecutionStatus::Canceled));
    world.must(&child_finished("a", new, ExecutionStatus::Succeeded));
    assert_eq!(world.statuses(), "a=SUCCEEDED b=RUNNING");
}

#[test]
fn a_child_that_was_never_started_is_not_waited_for() {
    let mut world = parent(FailurePolicy::HaltPipeline);
    world.done("a");
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": no execution was started to wait for"));
}

#[test]
fn children_that_nobody_waits_for_are_not_heard() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("start"), run("more")]))]);
    world.started_child("a", execution_id(7));
    world.refused(&child_finished("a", execution_id(7), ExecutionStatus::Succeeded));
    world.refused(&child_finished("x", execution_id(7), ExecutionStatus::Succeeded));
}

#[test]
fn the_parent_is_told_the_end_and_the_outputs() {
    let origin =
        Origin::Parent(ParentStage { execution: execution_id(9), application: "hello".into(), stage: "run".into() });
    let work = Script::of([run("work")]);
    let nested = work.clone().before([synthetic("check", &work)]);
    let mut world = World::create(definition(vec![stage("a", &[], &nested), stage("b", &[], &work)]), origin, false, 0);
    world.outputs("a/before-1", json!({"seen": 3}));
    world.outputs("a", json!({"group": "hello-v002"}));
    assert!(world.sent.is_empty());
    world.fails("b");
    assert_eq!(world.sent.len(), 1);
    assert_eq!(world.sent[0].execution, execution_id(9));
    let expected = Command::ChildFinished {
        stage: "run".into(),
        child: execution_id(1),
        status: ExecutionStatus::Terminal,
        outputs: object(json!({"stages": {"a": {"group": "hello-v002", "seen": 3}}})),
        failure: Some("stage \"B\": it broke".into()),
    };
    assert_eq!(world.sent[0].command, expected);
}
