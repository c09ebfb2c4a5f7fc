//! Errands: notifications, and work that is called off.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::script::definition;
use super::world::{cancel, judge, retry};
use super::*;
use crate::execution::JudgmentDecision::{Continue, Stop};
use crate::execution::{
    Command, Definition, ErrandKind, ErrandOutcome, ErrandState, ExecutionStatus, FailurePolicy, Origin,
    StageDefinition,
};
use crate::notification::{Channel, Notice, Notification, Occasion};

fn slack(when: &[Occasion], message: &str) -> Notification {
    let when = BTreeSet::from_iter(when.iter().copied());
    Notification { when, message: message.into(), channel: Channel::Slack { address: "#deploys".into() } }
}

fn told(notifications: Vec<Notification>, stages: Vec<StageDefinition>) -> World {
    let definition = Definition { notifications, ..(*definition(stages)).clone() };
    World::create(Arc::new(definition), Origin::Manual, false, 0)
}

fn notices(world: &World) -> Vec<Notice> {
    let notice = |kind: &ErrandKind| match kind {
        ErrandKind::Notify { notice } => Some((**notice).clone()),
        ErrandKind::CallOff(_) => None,
    };
    world.execution.errands.iter().filter_map(|errand| notice(&errand.spec.kind)).collect()
}

fn texts(world: &World) -> Vec<String> {
    notices(world).into_iter().map(|notice| notice.text).collect()
}

fn outcome(errand: u32, attempt: u32, outcome: ErrandOutcome) -> Command {
    Command::ErrandOutcome { errand, attempt, outcome }
}

fn done(errand: u32, attempt: u32) -> Command {
    outcome(errand, attempt, ErrandOutcome::Done { message: "sent".into() })
}

fn failed(errand: u32, attempt: u32, retryable: bool) -> Command {
    outcome(errand, attempt, ErrandOutcome::Failed { message: "no route".into(), retryable })
}

const PIPELINE: [Occasion; 3] = [Occasion::PipelineStarting, Occasion::PipelineComplete, Occasion::PipelineFailed];

#[test]
fn who_asked_is_told_of_the_start_and_the_end() {
    let mut world = told(vec![slack(&PIPELINE, "")], vec![stage("a", &[], &Script::of([run("work")]))]);
    world.done("a");
    assert_eq!(texts(&world), ["Deploy of hello has started", "Deploy of hello has succeeded"]);
    insta::assert_snapshot!(world.story(), @r#"
    created
    started
    errand 1: Slack: Deploy of hello has started
    a: started
    a: planned ["work"]
    a.0: try 1 until 3600s
    a.0: Succeeded: done
    a: tasks done
    a: SUCCEEDED
    SUCCEEDED
    errand 2: Slack: Deploy of hello has succeeded
    "#);
    assert!(!world.execution.is_settled(), "messages are still to be sent");
    world.must(&done(1, 1));
    world.must(&done(2, 1));
    assert!(world.execution.is_settled());
    assert_eq!(world.refused(&done(2, 1)), "the command speaks of a try that is over");
}

#[test]
fn a_failure_is_told_with_its_reason_and_a_cancellation_is_not() {
    let stages = || vec![stage("a", &[], &Script::of([run("work")]))];
    let mut world = told(vec![slack(&PIPELINE, "")], stages());
    world.fails("a");
    assert_eq!(texts(&world)[1], "Deploy of hello has failed\n\nstage \"A\": it broke");
    let mut world = told(vec![slack(&PIPELINE, "")], stages());
    world.must(&cancel());
    assert_eq!(texts(&world).len(), 1);
}

#[test]
fn stages_tell_of_themselves() {
    let occasions = [Occasion::StageStarting, Occasion::StageComplete, Occasion::StageFailed];
    let script = Script::of([run("work")]);
    let a = StageDefinition {
        notifications: vec![slack(&occasions, "")],
        on_failure: FailurePolicy::Ignore,
        ..stage("a", &[], &script)
    };
    let mut world = told(vec![], vec![a, stage("b", &["a"], &script)]);
    world.fails("a");
    assert_eq!(
        texts(&world),
        ["Stage A of Deploy of hello has started", "Stage A of Deploy of hello has failed\n\nit broke"]
    );
    assert_eq!(notices(&world)[0].stage, Some(("a".to_owned(), "A".to_owned())));
    world.done("b");
    world.must(&retry("a"));
    world.done("a");
    assert_eq!(
        texts(&world)[2..],
        ["Stage A of Deploy of hello has started", "Stage A of Deploy of hello has succeeded"]
    );
}

#[test]
fn judges_are_asked_and_the_decision_is_told() {
    let occasions = [Occasion::JudgmentRequested, Occasion::JudgmentContinued, Occasion::JudgmentStopped];
    for (decision, last) in [
        (Continue, "Stage A of Deploy of hello was judged and goes on\n\nann"),
        (Stop, "Stage A of Deploy of hello was judged and stops\n\nann"),
    ] {
        let notifications = vec![slack(&occasions, "")];
        let a = StageDefinition { notifications, ..stage("a", &[], &Script::of([judgment(&[], &[], 60)])) };
        let mut world = told(vec![], vec![a]);
        world.must(&judge("a", "ann", decision, None));
        let asked = "Stage A of Deploy of hello waits for a judgment\n\nlook at the graphs";
        assert_eq!(texts(&world), [asked, last]);
    }
}

#[test]
fn the_author_s_text_is_evaluated_and_a_mistake_in_it_is_told() {
    let when = [Occasion::PipelineComplete];
    let world = |text: &str| {
        let mut world = told(vec![slack(&when, text)], vec![stage("a", &[], &Script::of([run("work")]))]);
        world.outputs("a", serde_json::json!({"version": "1.2"}));
        texts(&world).remove(0)
    };
    assert_eq!(world("*${ #stage('A').outputs.version }* by ${ trigger.user }"), "*1.2* by ann");
    let text = world("${ nothing.of.that }");
    assert!(
        text.starts_with("Deploy of hello has succeeded\n\n(The text of this notification can't be evaluated: "),
        "{text}"
    );
}

#[test]
fn an_errand_is_tried_for_about_an_hour_also_after_the_end() {
    let when = [Occasion::PipelineComplete];
    let mut world = told(vec![slack(&when, "")], vec![stage("a", &[], &Script::of([run("work")]))]);
    world.done("a");
    world.told();
    world.must(&failed(1, 1, true));
    assert_eq!(world.execution.wake_at(), Some(world.now + std::time::Duration::from_secs(5)));
    world.pass(5);
    assert_eq!(world.story(), "errand 1: again at 5s: no route\nerrand 1: try 2");
    for attempt in 2..12 {
        world.must(&failed(1, attempt, true));
        world.pass(600);
    }
    world.must(&failed(1, 12, true));
    let errand = &world.execution.errands[0];
    assert_eq!((errand.state, errand.message.as_str()), (ErrandState::Failed, "no route"));
    assert!(world.execution.is_settled() && world.execution.wake_at().is_none());
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn an_errand_that_can_not_work_is_given_up_at_once() {
    let mut world = told(vec![slack(&PIPELINE, "")], vec![stage("a", &[], &Script::of([run("work")]))]);
    world.must(&failed(1, 1, false));
    assert_eq!(world.execution.errands[0].state, ErrandState::Failed);
}

#[test]
fn work_is_called_off_when_its_stage_is_canceled_or_fails_or_times_out() {
    let script = Script { calls_off: true, ..Script::of([run("first"), run("second")]) };
    let begun = |definition: StageDefinition| {
        let mut world = World::new(vec![definition]);
        world.done("a");
        world
    };
    let called_off = |world: &World| {
        let kinds: Vec<_> = world.execution.errands.iter().map(|errand| errand.spec.description.clone()).collect();
        (kinds.join(", "), world.statuses())
    };
    let mut world = begun(stage("a", &[], &script));
    world.must(&cancel());
    assert_eq!(called_off(&world), ("calls second off".into(), "a=CANCELED".into()));
    let mut world = begun(stage("a", &[], &script));
    world.fails("a");
    assert_eq!(called_off(&world), ("calls second off".into(), "a=TERMINAL".into()));
    for succeed_on_timeout in [true, false] {
        let timeout = Some(std::time::Duration::from_secs(10));
        let mut world = begun(StageDefinition { timeout, succeed_on_timeout, ..stage("a", &[], &script) });
        world.pass(10);
        assert_eq!(called_off(&world).0, "calls second off");
    }
    let mut world = begun(stage("a", &[], &script));
    world.done("a");
    assert_eq!(called_off(&world), (String::new(), "a=SUCCEEDED".into()));
}
