//! What an execution says it waits for.

use std::time::Duration;

use super::script::definition;
use super::world::{cancel, execution_id, pause, skip};
use super::*;
use crate::execution::{Command, FailurePolicy, Origin, StageDefinition};
use crate::schedule::{TimeRange, Window};

#[test]
fn every_wait_has_a_reason_an_end_and_an_actor() {
    let work = Script::of([run("work")]);
    let range = TimeRange { start: "09:00".parse().unwrap(), end: "17:00".parse().unwrap() };
    let window = Window { time_zone: Window::zone("UTC").unwrap(), days: vec![], ranges: vec![range], jitter: None };
    let stopped = StageDefinition { on_failure: FailurePolicy::HaltBranch, ..stage("stopped", &[], &work) };
    let mut world = World::new(vec![
        StageDefinition { window: Some(window), ..stage("held", &[], &work) },
        stage("timer", &[], &Script::of([wait(60)])),
        stage("judged", &[], &Script::of([judgment(&["ann", "cyd"], &[], 100)])),
        stage("child", &[], &Script::of([run("start"), await_child()])),
        StageDefinition { timeout: Some(Duration::from_secs(90)), ..stage("effect", &[], &work) },
        stage("later", &[], &work),
        stage("parent", &[], &work.clone().before([synthetic("inner", &work)])),
        stage("last", &[], &work.clone().after([synthetic("inner", &work)])),
        stage("cleans", &[], &work.clone().cleanup([synthetic("sweep", &work)])),
        stopped,
        stage("behind", &["stopped", "timer"], &work),
        stage("far behind", &["behind"], &work),
        stage("next", &["timer", "effect"], &work),
        stage("left out", &["timer"], &work),
    ]);
    world.started_child("child", execution_id(7));
    world.later("later", 5);
    world.done("last");
    world.fails("cleans");
    world.fails("stopped");
    world.must(&skip("left out"));
    let task = world.task("effect");
    world.must(&Command::TaskProgress { task, message: "2 of 4 up".into(), percent: None });
    insta::assert_snapshot!(world.explanation(), @r"
    held waits for its execution window to open, until 3600s (the clock)
    timer waits for time to pass, until 60s (the clock)
    judged waits for a judgment by ann or cyd: look at the graphs, until 100s (ann, cyd)
    child waits for the execution that it started, until 43200s (execution 01M86938000000000000000007)
    effect waits for the task work: 2 of 4 up, until 90s (the effect)
    later waits for the next try of work: 1 of 2 up, until 5s (the clock)
    parent waits for the stages before its own work ([parent/before-1])
    parent/before-1 waits for the task work, until 3600s (the effect)
    last waits for the stages after its own work ([last/after-1])
    last/after-1 waits for the task work, until 3600s (the effect)
    cleans waits for the stages that clean up after its failure ([cleans/cleanup-1])
    cleans/cleanup-1 waits for the task work, until 3600s (the effect)
    behind waits for nothing any more: its branch was halted before it ([stopped])
    far behind waits for nothing any more: its branch was halted before it ([behind])
    next waits for the stages it depends on ([timer, effect])
    left out waits for the stages it depends on, to be skipped then ([timer])
    ");
}

#[test]
fn a_pause_is_explained_with_what_it_holds_up() {
    let work = Script::of([run("one"), run("two")]);
    let mut world = World::new(vec![
        stage("a", &[], &work),
        stage("b", &[], &Script::of([run("work")])),
        stage("c", &["b"], &work),
    ]);
    world.must(&pause());
    world.done("a");
    world.done("b");
    insta::assert_snapshot!(world.explanation(), @r"
    it waits for somebody to resume it: bob paused it (anybody)
    a waits for the execution to be resumed (anybody)
    b waits for the execution to be resumed (anybody)
    c waits for the stages it depends on ([b])
    ");
}

#[test]
fn a_queue_is_explained_and_an_end_needs_no_explanation() {
    let mut world = World::create(definition(vec![stage("a", &[], &Script::default())]), Origin::Manual, true, 0);
    insta::assert_snapshot!(world.explanation(), @r"
    it waits for other executions of the pipeline: its limit of concurrent ones is reached (the pipeline)
    ");
    world.must(&cancel());
    assert_eq!(world.explanation(), "");
}
