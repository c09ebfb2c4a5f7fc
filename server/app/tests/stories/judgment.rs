//! Judgments by role, by several people, and by others than who started it.

use gennaker_app::{AppError, Caller};
use gennaker_proto::v1;
use gennaker_proto::v1::watch_execution_response::Message;
use serde_json::{Value, json};

use crate::world::{World, ann, next_told, request};

/// A pipeline of which two of the operators must approve, but not who started it, and its execution by ann.
async fn asking(judgment: Value) -> (World, String) {
    let world = World::with(|options| {
        let people = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        options.roles =
            [("ops".to_owned(), people(&["ann", "bob", "cyd"])), ("qa".to_owned(), people(&["eve"]))].into();
    });
    world.shop().await;
    world.pipeline("p", json!({"stages": [{"id": "ask", "manualJudgment": judgment}]})).await;
    let name = world.start("p").await.name;
    (world, name)
}

async fn judge(world: &World, name: &str, who: &str, input: &str) -> Result<v1::Execution, AppError> {
    let body = json!({"name": name, "decision": "DECISION_CONTINUE", "input": input, "comment": format!("by {who}")});
    Ok(world.app.submit_judgment(&Caller::named(who), request(body)).await?.execution.unwrap())
}

/// Whether somebody is shown that they can judge now: in a read, and in a watch.
async fn may_judge(world: &World, name: &str, who: &str) -> bool {
    let caller = Caller::named(who);
    let offers = |execution: v1::Execution| {
        execution.stages[0].allowed_actions().any(|action| action == v1::StageAction::SubmitJudgment)
    };
    let read = world.app.get_execution(&caller, request(json!({ "name": name }))).await.unwrap().execution.unwrap();
    let mut stream = world.app.watch_execution(&caller, request(json!({ "name": name }))).await.unwrap();
    let Some(Message::Snapshot(snapshot)) = next_told(&mut stream).await.message else {
        panic!("a snapshot comes first")
    };
    let explained = world.app.explain_execution(&caller, request(json!({ "name": name }))).await.unwrap();
    let explained = explained.stages[0].allowed_actions().any(|action| action == v1::StageAction::SubmitJudgment);
    let offered = offers(read);
    assert_eq!((offered, offered), (offers(snapshot), explained), "{who} is shown the same everywhere");
    offered
}

#[tokio::test(start_paused = true)]
async fn two_operators_but_not_the_one_who_started_it() {
    let judgment =
        json!({"roles": ["ops"], "judges": ["dan"], "approvals": 2, "noSelfApproval": true, "inputs": ["a", "b"]});
    let (world, name) = asking(judgment).await;
    for (who, may) in [("ann", false), ("bob", true), ("cyd", true), ("dan", true), ("eve", false)] {
        assert_eq!(may_judge(&world, &name, who).await, may, "{who}");
    }
    let why = world.app.explain_execution(ann(), request(json!({ "name": name }))).await.unwrap();
    let waiting = why.stages[0].waiting.clone().unwrap();
    assert_eq!(
        waiting.reason,
        "2 of 2 approvals by dan or somebody with the role ops, not by who started the execution"
    );
    assert_eq!(waiting.owners, ["dan", "roles/ops"]);

    let refused = judge(&world, &name, "ann", "a").await.unwrap_err();
    assert_eq!(refused.reason(), "PERMISSION_DENIED");
    assert_eq!(refused.to_string(), "\"ann\" started the execution and may not judge stage ask; somebody else must");
    let refused = judge(&world, &name, "eve", "a").await.unwrap_err();
    assert_eq!(refused.reason(), "PERMISSION_DENIED");
    assert!(refused.to_string().ends_with("it takes dan or somebody with the role ops"), "{refused}");

    let shown = judge(&world, &name, "bob", "a").await.unwrap();
    let judgment = shown.stages[0].judgment.clone().unwrap();
    assert_eq!((judgment.decision(), judgment.approvals), (v1::judgment::Decision::Unspecified, 2));
    assert_eq!((judgment.verdicts.len(), judgment.verdicts[0].judge.as_str()), (1, "bob"));
    assert!(may_judge(&world, &name, "bob").await, "he has let it go on and can still stop it");
    assert_eq!(judge(&world, &name, "bob", "a").await.unwrap_err().reason(), "JUDGED_ALREADY");
    assert_eq!(judge(&world, &name, "cyd", "b").await.unwrap_err().reason(), "OTHER_INPUT");
    judge(&world, &name, "dan", "a").await.unwrap();
    let ended = world.follow(&name).await;
    assert_eq!(ended.status(), v1::ExecutionStatus::Succeeded);
    let judgment = ended.stages[0].judgment.clone().unwrap();
    assert_eq!((judgment.judge.as_str(), judgment.verdicts.len()), ("dan", 2));
    let verdicts = gennaker_proto::values::object(ended.stages[0].outputs.as_ref().unwrap())["verdicts"].clone();
    assert_eq!(verdicts[0]["judge"], json!("bob"));
    assert_eq!(verdicts[1]["comment"], json!("by dan"));
}

#[tokio::test(start_paused = true)]
async fn one_who_stops_it_stops_it_at_once() {
    let (world, name) = asking(json!({"approvals": 3})).await;
    judge(&world, &name, "bob", "").await.unwrap();
    judge(&world, &name, "eve", "").await.unwrap();
    assert!(may_judge(&world, &name, "eve").await, "who has let it go on can still stop it");
    let stop = json!({"name": name, "decision": "DECISION_STOP", "comment": "no"});
    world.app.submit_judgment(&Caller::named("eve"), request(stop)).await.unwrap();
    let ended = world.follow(&name).await;
    assert_eq!(ended.status(), v1::ExecutionStatus::Terminal);
    let judgment = ended.stages[0].judgment.clone().unwrap();
    assert_eq!((judgment.decision(), judgment.judge.as_str()), (v1::judgment::Decision::Stop, "eve"));
}

#[tokio::test(start_paused = true)]
async fn roles_come_with_who_has_proved_them_too() {
    let (world, name) = asking(json!({"roles": ["release"]})).await;
    let mut caller = Caller::named("zoe");
    let body = json!({"name": name, "decision": "DECISION_CONTINUE"});
    let refused = world.app.submit_judgment(&caller, request(body.clone())).await.unwrap_err();
    assert_eq!(refused.reason(), "PERMISSION_DENIED");
    caller.principal.roles = vec!["release".to_owned()];
    world.app.submit_judgment(&caller, request(body)).await.unwrap();
    assert_eq!(world.follow(&name).await.status(), v1::ExecutionStatus::Succeeded);
}
