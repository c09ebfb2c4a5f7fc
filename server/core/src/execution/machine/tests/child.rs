//! Stages that start executions, and executions that a stage started.

use std::time::Duration;

use serde_json::json;

use super::script::definition;
use super::world::{cancel, child_finished, child_started, execution_id, object, retry};
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
    let work = Script::of([run("work")]);
    let nested = work.clone().before([synthetic("check", &work)]);
    let mut world =
        World::create(definition(vec![stage("a", &[], &nested), stage("b", &[], &work)]), of_parent(false), false, 0);
    world.outputs("a/before-1", json!({"seen": 3}));
    world.outputs("a", json!({"group": "hello-v002"}));
    assert_eq!(world.sent.len(), 1);
    world.fails("b");
    assert_eq!(world.sent.len(), 2);
    assert_eq!(world.sent[1].execution, execution_id(9));
    let expected = Command::ChildFinished {
        stage: "run".into(),
        child: execution_id(1),
        status: ExecutionStatus::Terminal,
        outputs: object(json!({"stages": {"a": {"group": "hello-v002", "seen": 3}}})),
        failure: Some("stage \"B\": it broke".into()),
    };
    assert_eq!(world.sent[1].command, expected);
}

/// The beginning of an execution that the second start of a stage made.
fn of_parent(detached: bool) -> Origin {
    Origin::Parent(ParentStage {
        execution: execution_id(9),
        application: "hello".into(),
        stage: "run".into(),
        attempt: 2,
        detached,
    })
}

#[test]
fn the_parent_is_told_the_start_before_all_else() {
    for (queued, sent) in [(true, 1), (false, 2)] {
        let world = World::create(definition(vec![stage("a", &[], &Script::default())]), of_parent(false), queued, 0);
        let expected = Command::ChildStarted { stage: "run".into(), attempt: 2, child: execution_id(1) };
        assert_eq!((world.sent[0].execution, &world.sent[0].command), (execution_id(9), &expected));
        assert_eq!(world.sent.len(), sent);
    }
}

#[test]
fn a_detached_child_tells_nothing() {
    let mut world = World::create(definition(vec![stage("a", &[], &Script::default())]), of_parent(true), true, 0);
    world.must(&Command::Admit);
    assert_eq!((world.status(), world.sent.len()), (ExecutionStatus::Succeeded, 0));
}

#[test]
fn a_stage_knows_its_child_before_the_launch_reports() {
    let child = execution_id(7);
    let mut world = parent(FailurePolicy::HaltPipeline);
    world.told();
    world.must(&child_started("a", 1, child));
    world.must(&child_started("a", 1, child));
    assert_eq!(world.stage("a").child, Some(child));
    world.started_child("a", child);
    world.must(&child_started("a", 1, child));
    insta::assert_snapshot!(world.story(), @r"
    a.0: started 01M86938000000000000000007 None
    a.0: Succeeded: done
    a.1: try 1 until 43200s
    ");
    world.must(&child_finished("a", child, ExecutionStatus::Succeeded));
    world.must(&child_started("a", 1, child));
    assert_eq!(world.statuses(), "a=SUCCEEDED b=RUNNING");
    assert!(world.canceled_children().is_empty());
}

#[test]
fn a_child_may_end_before_the_launch_that_started_it_reports() {
    let child = execution_id(7);
    let mut world = parent(FailurePolicy::HaltPipeline);
    world.must(&child_started("a", 1, child));
    world.must(&child_finished("a", child, ExecutionStatus::Succeeded));
    world.refused(&child_finished("a", child, ExecutionStatus::Succeeded));
    assert_eq!(world.statuses(), "a=RUNNING b=NOT_STARTED");
    world.started_child("a", child);
    assert_eq!(world.statuses(), "a=SUCCEEDED b=RUNNING");
}

#[test]
fn a_launch_that_tries_again_keeps_its_child() {
    let child = execution_id(7);
    let mut world = parent(FailurePolicy::HaltPipeline);
    world.retryable("a");
    world.must(&child_started("a", 1, child));
    world.pass(1);
    world.started_child("a", child);
    world.must(&child_finished("a", child, ExecutionStatus::Succeeded));
    assert_eq!(world.statuses(), "a=SUCCEEDED b=RUNNING");
}

/// What ends a stage while it starts its child, and what the child is told then.
#[test]
fn a_child_ends_with_the_stage_that_starts_it() {
    type End = fn(&mut World);
    let ends: [(End, &str); 4] = [
        (|world| world.must(&cancel()), "was canceled"),
        (|world| world.fails("a"), "failed"),
        (|world| world.pass(1800), "ran into its timeout of 30m"),
        (|world| world.fails("c"), "was canceled"),
    ];
    let launch = Script::of([run("start"), await_child()]);
    for (end, why) in ends {
        let clean = launch.clone().cleanup([synthetic("sweep", &Script::of([run("sweep")]))]);
        let timeout = Some(Duration::from_secs(1800));
        let a = StageDefinition { timeout, ..stage("a", &[], &clean) };
        let stages = || vec![a.clone(), stage("c", &[], &Script::of([run("work")]))];
        let reason = format!("stage \"A\", which started it, {why}");
        let mut world = World::new(stages());
        world.must(&child_started("a", 1, execution_id(7)));
        end(&mut world);
        assert_eq!(world.canceled_children(), [execution_id(7)], "{why}");
        assert_eq!(world.reasons(), [reason.as_str()]);
        world.must(&child_started("a", 1, execution_id(7)));
        world.refused(&child_finished("a", execution_id(7), ExecutionStatus::Canceled));
        if world.status() == ExecutionStatus::Running {
            world.must(&cancel());
        }
        assert_eq!(world.canceled_children(), [execution_id(7)], "{why}: told twice");

        let mut late = World::new(stages());
        end(&mut late);
        assert!(late.canceled_children().is_empty());
        late.must(&child_started("a", 1, execution_id(7)));
        assert_eq!(late.canceled_children(), [execution_id(7)], "{why}");
    }
}

#[test]
fn a_child_of_a_try_that_is_over_is_told_why_it_is_canceled() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("start"), await_child()]))]);
    world.must(&child_started("x", 1, execution_id(5)));
    world.fails("a");
    world.must(&child_started("a", 1, execution_id(6)));
    world.must(&retry("a"));
    world.must(&child_started("a", 1, execution_id(7)));
    world.must(&child_started("a", 2, execution_id(8)));
    world.must(&child_started("a", 2, execution_id(9)));
    assert_eq!(world.stage("a").child, Some(execution_id(8)));
    assert_eq!(world.canceled_children(), [5, 6, 7, 9].map(execution_id));
    insta::assert_snapshot!(world.reasons().join("\n"), @r#"
    stage "x", which started it, is gone
    stage "A", which started it, has ended with TERMINAL
    stage "A", which started it, was started anew
    stage "A", which started it, does not wait for it
    "#);
}

#[test]
fn a_launch_that_gives_up_or_takes_too_long_leaves_no_child() {
    for end in [|world: &mut World| world.pass(3600), |world: &mut World| world.fails("a")] {
        let mut world = parent(FailurePolicy::Ignore);
        world.must(&child_started("a", 1, execution_id(7)));
        end(&mut world);
        assert_eq!(world.statuses(), "a=FAILED_CONTINUE b=RUNNING");
        assert_eq!(world.canceled_children(), [execution_id(7)]);
    }
}
