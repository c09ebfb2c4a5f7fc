//! Judgments by role and by several people, decided before anything changes.

use std::path::Path;

use gennaker_client::v1::ExecutionStatus;
use gennaker_client::{Client, Code, Error, Options, v1};
use gennaker_tests::{Setup, World, call, gennaker, pipeline};
use serde_json::json;
use tempfile::TempDir;

/// Who has which role.
const ROLES: &str = "[roles]\nrelease-managers = [\"ann\", \"bob\", \"carol\"]\nsre = [\"dave\"]\n";

/// A world whose configuration has roles, and the directory of its file.
async fn world() -> (World, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let config = Some(config(directory.path(), ROLES));
    (World::set_up(Setup { config, ..Setup::default() }).await, directory)
}

fn config(directory: &Path, text: &str) -> std::path::PathBuf {
    let path = directory.join("gennaker.toml");
    std::fs::write(&path, text).unwrap();
    path
}

/// A client of somebody.
fn client(world: &World, name: &str) -> Client {
    let options = Options { actor: Some(name.parse().unwrap()), ..Options::default() };
    Client::connect_with(&world.server.address, options).unwrap()
}

/// What somebody says to the judgment `look`.
async fn judge(world: &World, name: &str, execution: &str, decision: &str) -> Result<v1::Execution, Error> {
    let request = json!({"name": execution, "stage": "look", "decision": decision});
    let answer = call::<v1::SubmitJudgmentRequest>(&client(world, name), request).await?;
    Ok(answer.execution.unwrap_or_default())
}

/// Starts, as somebody, a pipeline whose judgment two release managers must answer.
async fn start(world: &World, name: &str) -> String {
    let judgment = json!({"roles": ["release-managers"], "approvals": 2, "noSelfApproval": true});
    let stages = json!([
        {"id": "look", "manualJudgment": judgment},
        {"id": "rest", "dependsOn": ["look"], "wait": {"duration": "0.1s"}},
    ]);
    let pipeline = world.save(&format!("judged-by-{name}"), &pipeline(stages)).await;
    let request = json!({"pipeline": pipeline});
    let started = call::<v1::StartExecutionRequest>(&client(world, name), request).await.unwrap();
    let execution = started.execution.unwrap_or_default().name;
    world.until(&execution, |view| !view.open_judgments().is_empty()).await;
    execution
}

const CONTINUE: &str = "DECISION_CONTINUE";

#[tokio::test]
async fn two_different_people_of_the_role_let_it_go_on() {
    let (world, _directory) = world().await;
    let execution = start(&world, "ann").await;
    for (name, code) in [("dave", Code::PermissionDenied), ("ann", Code::PermissionDenied)] {
        let refused = judge(&world, name, &execution, CONTINUE).await.unwrap_err();
        assert_eq!(refused.code(), Some(code), "{name}: {refused}");
    }
    let after_one = judge(&world, "bob", &execution, CONTINUE).await.unwrap();
    assert_eq!(after_one.status(), ExecutionStatus::Running);
    let again = judge(&world, "bob", &execution, CONTINUE).await.unwrap_err();
    assert_eq!(again.code(), Some(Code::FailedPrecondition), "{again}");
    judge(&world, "carol", &execution, CONTINUE).await.unwrap();
    let view = world.end(&execution).await;
    assert_eq!(view.status(), ExecutionStatus::Succeeded);
    let judgment = view.stage("look").unwrap().judgment.clone().unwrap();
    let judges: Vec<_> = judgment.verdicts.iter().map(|verdict| verdict.judge.as_str()).collect();
    assert_eq!(judges, ["bob", "carol"]);
}

#[tokio::test]
async fn one_who_stops_it_stops_it_and_a_crash_forgets_no_verdict() {
    let (mut world, _directory) = world().await;
    let execution = start(&world, "dave").await;
    judge(&world, "ann", &execution, CONTINUE).await.unwrap();
    world.crash().await;
    let again = judge(&world, "ann", &execution, CONTINUE).await.unwrap_err();
    assert_eq!(again.code(), Some(Code::FailedPrecondition), "{again}");
    judge(&world, "bob", &execution, "DECISION_STOP").await.unwrap();
    assert_eq!(world.end(&execution).await.status(), ExecutionStatus::Terminal);
}

#[tokio::test]
async fn the_command_line_says_who_has_judged_and_how_many_more_must() {
    let (world, _directory) = world().await;
    let execution = start(&world, "dave").await;
    let server = Some(world.server.address.as_str());
    let judged = gennaker(server, &["--actor", "ann", "judge", &execution, "look", "--continue"]).await.good();
    assert!(judged.contains("1 of 2 people let it go on, 1 more must"), "{judged}");
    let shown = gennaker(server, &["get", "execution", &execution]).await.good();
    assert!(shown.contains("roles: release-managers") && shown.contains("ann lets it go on"), "{shown}");
    let denied = gennaker(server, &["--actor", "dave", "judge", &execution, "look", "--continue"]).await;
    assert_eq!(denied.code, 77, "{denied:?}");
    gennaker(server, &["--actor", "bob", "judge", &execution, "look", "--continue"]).await.good();
    assert_eq!(gennaker(server, &["watch", &execution]).await.code, 0);
}
