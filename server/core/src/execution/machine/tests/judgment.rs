//! Judgments.

use super::world::judge;
use super::*;
use crate::execution::JudgmentDecision::{Continue, Stop};
use crate::execution::{Command, ExecutionStatus, FailurePolicy, JudgmentSpec, StageDefinition, TaskKind, TaskSpec};

fn judged(judges: &[&str], options: &[&str]) -> World {
    let script = Script::of([judgment(judges, options, 259_200)]);
    World::new(vec![stage("a", &[], &script), stage("b", &["a"], &Script::of([run("work")]))])
}

#[test]
fn a_judge_lets_it_continue() {
    let mut world = judged(&[], &[]);
    world.told();
    world.must(&judge("a", "ann", Continue, None));
    insta::assert_snapshot!(world.story(), @r#"
    a: judged by ann as Continue
    a.0: Succeeded: ann let it continue
    a: tasks done
    a: SUCCEEDED
    b: started
    b: planned ["work"]
    b.0: try 1 until 3600s
    "#);
    let outputs = serde_json::json!({
        "decision": "CONTINUE", "judge": "ann", "comment": "",
        "verdicts": [{"decision": "CONTINUE", "judge": "ann", "comment": ""}],
    });
    assert_eq!(serde_json::json!(world.stage("a").outputs), outputs);
    assert_eq!(
        world.refused(&judge("a", "ann", Continue, None)),
        "stage a is SUCCEEDED: only a stage that waits for a judgment can be judged"
    );
}

#[test]
fn only_judges_judge() {
    let mut world = judged(&["ann", "cyd"], &[]);
    assert_eq!(world.refused(&judge("a", "bob", Continue, None)), "\"bob\" may not judge stage a; it takes ann or cyd");
    world.must(&judge("a", "cyd", Continue, None));
}

#[test]
fn an_option_must_be_chosen_to_continue() {
    let mut world = judged(&[], &["blue", "green"]);
    let refusal = "\"red\" is not an option of stage a; it offers blue, green";
    assert_eq!(world.refused(&judge("a", "ann", Continue, Some("red"))), refusal);
    assert_eq!(world.refused(&judge("a", "ann", Stop, Some("red"))), refusal);
    let refusal = "an option of stage a must be chosen: blue, green";
    assert_eq!(world.refused(&judge("a", "ann", Continue, None)), refusal);
    assert_eq!(world.refused(&judge("a", "ann", Continue, Some(""))), refusal);
    world.must(&judge("a", "ann", Continue, Some("green")));
    assert_eq!(world.stage("a").outputs["input"], "green");

    let mut world = judged(&[], &["blue", "green"]);
    world.must(&judge("a", "ann", Stop, None));
    assert_eq!(world.status(), ExecutionStatus::Terminal);

    let mut world = judged(&[], &[]);
    assert_eq!(
        world.refused(&judge("a", "ann", Continue, Some("red"))),
        "\"red\" is not an option of stage a; it offers none"
    );
}

#[test]
fn stopping_is_a_failure_to_the_policy() {
    use FailurePolicy::{HaltBranch, HaltBranchThenFail, HaltPipeline, Ignore};
    for (on_failure, expected, result) in [
        (HaltPipeline, "a=TERMINAL b=NOT_STARTED", ExecutionStatus::Terminal),
        (HaltBranch, "a=STOPPED b=NOT_STARTED", ExecutionStatus::Succeeded),
        (HaltBranchThenFail, "a=STOPPED b=NOT_STARTED", ExecutionStatus::Terminal),
        (Ignore, "a=FAILED_CONTINUE b=RUNNING", ExecutionStatus::Running),
    ] {
        let first = StageDefinition { on_failure, ..stage("a", &[], &Script::of([judgment(&[], &[], 60)])) };
        let mut world = World::new(vec![first, stage("b", &["a"], &Script::of([run("work")]))]);
        let (decision, comment) = (Stop, "errors doubled".to_owned());
        world.must(&Command::Judge {
            stage: "a".into(),
            actor: "ann".into(),
            roles: vec![],
            decision,
            input: None,
            comment,
        });
        assert_eq!((world.statuses().as_str(), world.status()), (expected, result), "{on_failure:?}");
        assert_eq!(world.stage("a").failure.as_ref().unwrap().message, "ann stopped it: errors doubled");
    }
}

#[test]
fn a_judgment_has_a_deadline() {
    let mut world = judged(&[], &[]);
    world.pass(259_199);
    assert_eq!(world.status(), ExecutionStatus::Running);
    world.pass(1);
    assert_eq!(world.execution.failure.as_deref(), Some("stage \"A\": nobody judged within 3d"));
}

#[test]
fn every_judgment_of_a_stage_is_asked_for() {
    let script = Script::of([judgment(&[], &[], 60), judgment(&[], &[], 60)]);
    let mut world = World::new(vec![stage("a", &[], &script)]);
    world.must(&judge("a", "ann", Continue, None));
    assert_eq!(world.status(), ExecutionStatus::Running);
    world.must(&judge("a", "bob", Continue, None));
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn what_does_not_wait_for_a_judgment_cannot_be_judged() {
    let mut world = judged(&[], &[]);
    assert_eq!(
        world.refused(&judge("b", "ann", Continue, None)),
        "stage b is NOT_STARTED: only a stage that waits for a judgment can be judged"
    );
}

fn asked(spec: JudgmentSpec) -> World {
    let spec = JudgmentSpec { deadline: std::time::Duration::from_secs(600), ..spec };
    let task = TaskSpec { name: "judge".into(), kind: TaskKind::Judgment(spec) };
    World::new(vec![stage("a", &[], &Script::of([task]))])
}

fn with_roles(actor: &str, roles: &[&str]) -> Command {
    let Command::Judge { stage, actor, decision, input, comment, .. } = judge("a", actor, Continue, None) else {
        unreachable!("it judges")
    };
    Command::Judge {
        stage,
        actor,
        decision,
        input,
        comment,
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
    }
}

#[test]
fn a_role_gives_the_right_to_judge() {
    let spec = || JudgmentSpec { judges: vec!["eve".into()], roles: vec!["ops".into()], ..JudgmentSpec::default() };
    let mut world = asked(spec());
    assert_eq!(
        world.refused(&with_roles("bob", &["dev"])),
        "\"bob\" may not judge stage a; it takes eve or somebody with the role ops"
    );
    world.must(&with_roles("bob", &["dev", "ops"]));
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
    let mut world = asked(spec());
    world.must(&with_roles("eve", &[]));
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn who_started_it_may_be_ruled_out() {
    let mut world = asked(JudgmentSpec { no_self_approval: true, ..JudgmentSpec::default() });
    assert_eq!(
        world.refused(&judge("a", "ann", Continue, None)),
        "\"ann\" started the execution and may not judge stage a; somebody else must"
    );
    world.must(&judge("a", "bob", Continue, None));
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
}

#[test]
fn it_takes_several_judges_and_one_is_enough_to_stop() {
    let two = || JudgmentSpec { approvals: 2, options: vec!["blue".into(), "red".into()], ..JudgmentSpec::default() };
    let mut world = asked(two());
    world.must(&judge("a", "bob", Continue, Some("blue")));
    assert_eq!((world.status(), world.stage("a").missing_approvals()), (ExecutionStatus::Running, 1));
    assert_eq!(
        world.refused(&judge("a", "bob", Continue, Some("blue"))),
        "\"bob\" has judged stage a already; it takes 1 more of others"
    );
    assert_eq!(
        world.refused(&judge("a", "cyd", Continue, Some("red"))),
        "those who judged stage a before chose \"blue\"; choose it too, or stop"
    );
    for who in ["bob", "cyd"] {
        let mut stopped = asked(two());
        stopped.must(&judge("a", "bob", Continue, Some("blue")));
        stopped.must(&judge("a", who, Stop, None));
        assert_eq!(stopped.status(), ExecutionStatus::Terminal, "{who} stops it");
    }
    world.must(&judge("a", "cyd", Continue, Some("blue")));
    assert_eq!(world.status(), ExecutionStatus::Succeeded);
    let judges: Vec<&str> = world.stage("a").verdicts.iter().map(|verdict| verdict.judge.as_str()).collect();
    assert_eq!((judges, &world.stage("a").outputs["input"]), (vec!["bob", "cyd"], &"blue".into()));
}

#[test]
fn a_judgment_with_rules_can_not_be_left_out() {
    let waits = || stage("first", &[], &Script::of([run("work")]));
    let skip = super::world::skip("a");
    for (config, expressions) in [
        (serde_json::json!({"judges": ["eve"]}), vec![]),
        (serde_json::json!({"roles": ["ops"]}), vec![]),
        (serde_json::json!({"approvals": 2}), vec![]),
        (serde_json::json!({"noSelfApproval": true}), vec![]),
        (serde_json::json!({}), vec![("manual_judgment.roles[0]", "${ parameters.role }")]),
    ] {
        let expressions = expressions.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        let kind = "manual_judgment".to_owned();
        let a = StageDefinition { kind, config, expressions, ..stage("a", &["first"], &Script::default()) };
        let mut world = World::new(vec![waits(), a]);
        assert!(world.refused(&skip).contains("can't be skipped"));
    }
    let mut open = World::new(vec![waits(), stage("a", &["first"], &Script::of([judgment(&[], &[], 60)]))]);
    open.must(&skip);
}
