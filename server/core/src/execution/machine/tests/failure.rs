//! What failures do to branches and to the execution.

use super::*;
use crate::execution::{ExecutionStatus, FailurePolicy, StageDefinition};

/// `a` fails; `b` runs beside it; `c` depends on `a`, `d` on both.
fn branches(on_failure: FailurePolicy) -> World {
    let work = Script::of([run("work")]);
    World::new(vec![
        StageDefinition { on_failure, ..stage("a", &[], &work) },
        stage("b", &[], &work),
        stage("c", &["a"], &work),
        stage("d", &["a", "b"], &work),
    ])
}

#[test]
fn the_policy_decides_what_a_failure_halts() {
    use FailurePolicy::{HaltBranch, HaltBranchThenFail, HaltPipeline, Ignore};
    for (policy, at_failure, at_end, result) in [
        (
            HaltPipeline,
            "a=TERMINAL b=CANCELED c=NOT_STARTED d=NOT_STARTED",
            "a=TERMINAL b=CANCELED c=NOT_STARTED d=NOT_STARTED",
            ExecutionStatus::Terminal,
        ),
        (
            HaltBranch,
            "a=STOPPED b=RUNNING c=NOT_STARTED d=NOT_STARTED",
            "a=STOPPED b=SUCCEEDED c=NOT_STARTED d=NOT_STARTED",
            ExecutionStatus::Succeeded,
        ),
        (
            HaltBranchThenFail,
            "a=STOPPED b=RUNNING c=NOT_STARTED d=NOT_STARTED",
            "a=STOPPED b=SUCCEEDED c=NOT_STARTED d=NOT_STARTED",
            ExecutionStatus::Terminal,
        ),
        (
            Ignore,
            "a=FAILED_CONTINUE b=RUNNING c=RUNNING d=NOT_STARTED",
            "a=FAILED_CONTINUE b=SUCCEEDED c=SUCCEEDED d=SUCCEEDED",
            ExecutionStatus::Succeeded,
        ),
    ] {
        let mut world = branches(policy);
        world.fails("a");
        assert_eq!(world.statuses(), at_failure, "{policy:?}");
        for id in ["b", "c", "d"] {
            if world.stage(id).current_task().is_some() {
                world.done(id);
            }
        }
        assert_eq!(world.statuses(), at_end, "{policy:?}");
        assert_eq!(world.status(), result, "{policy:?}");
        let told = result == ExecutionStatus::Terminal;
        let failure = told.then(|| "stage \"A\": it broke".to_owned());
        assert_eq!(world.execution.failure, failure, "{policy:?}");
    }
}

#[test]
fn halting_the_pipeline_cancels_what_runs() {
    let mut world = branches(FailurePolicy::HaltPipeline);
    world.told();
    world.fails("a");
    insta::assert_snapshot!(world.story(), @r#"
    a.0: Failed: it broke
    a: failing as TERMINAL: it broke
    a: TERMINAL
    b.0: Canceled: was canceled
    b: CANCELED
    TERMINAL: stage "A": it broke
    "#);
}

#[test]
fn a_pipeline_of_one_passes_through_its_steps() {
    let mut world = World::new(vec![stage("a", &[], &Script::of([run("create"), run("check")]))]);
    world.outputs("a", serde_json::json!({"group": "hello-v001"}));
    world.done("a");
    insta::assert_snapshot!(world.story(), @r#"
    created
    started
    a: started
    a: planned ["create", "check"]
    a.0: try 1 until 3600s
    a.0: Succeeded: done -> {"group":"hello-v001"}
    a.1: try 1 until 3600s
    a.1: Succeeded: done
    a: tasks done
    a: SUCCEEDED
    SUCCEEDED
    "#);
}

#[test]
fn a_join_waits_for_all_it_depends_on() {
    let work = Script::of([run("work")]);
    let stages = vec![
        stage("join", &["left", "right"], &work),
        stage("left", &["first"], &work),
        stage("right", &["first"], &work),
        stage("first", &[], &work),
    ];
    let mut world = World::new(stages);
    assert_eq!(world.statuses(), "join=NOT_STARTED left=NOT_STARTED right=NOT_STARTED first=RUNNING");
    world.done("first");
    world.done("right");
    assert_eq!(world.statuses(), "join=NOT_STARTED left=RUNNING right=SUCCEEDED first=SUCCEEDED");
    world.done("left");
    world.done("join");
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn a_stage_that_cannot_be_planned_fails_and_keeps_others_from_starting() {
    let broken = Script { plan_error: Some("there is no image".into()), ..Script::default() };
    let mut world = World::new(vec![stage("a", &[], &broken), stage("b", &[], &Script::of([run("work")]))]);
    insta::assert_snapshot!(world.story(), @r#"
    created
    started
    a: started
    a: failing as TERMINAL: there is no image
    a: TERMINAL
    TERMINAL: stage "A": there is no image
    "#);
}

#[test]
fn what_follows_the_tasks_may_fail_to_be_planned() {
    let broken = Script { after_error: Some("no output \"group\"".into()), ..Script::of([run("work")]) };
    let mut world = World::new(vec![stage("a", &[], &broken)]);
    world.done("a");
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": no output \"group\""));
}

#[test]
fn two_branches_can_halt_and_both_are_told() {
    let work = Script::of([run("work")]);
    let branch = |id| StageDefinition { on_failure: FailurePolicy::HaltBranchThenFail, ..stage(id, &[], &work) };
    let mut world = World::new(vec![branch("a"), branch("b"), stage("c", &["b"], &work)]);
    world.fails("b");
    assert_eq!(world.status(), ExecutionStatus::Running);
    world.fails("a");
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": it broke; stage \"B\": it broke"));
}

#[test]
fn a_pipeline_without_stages_succeeds_at_once() {
    assert_eq!(World::new(vec![]).status(), ExecutionStatus::Succeeded);
}
