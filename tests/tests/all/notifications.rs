//! Messages to people and programs: sent once something is true, also when the server died in between.

use gennaker_client::v1;
use gennaker_client::v1::ExecutionStatus;
use gennaker_client::v1::errand::State;
use gennaker_parts::http::Reply;
use gennaker_parts::{Http, Smtp};
use gennaker_tests::{PATIENCE, World, eventually, soon};
use serde_json::{Value, json};

/// The settings with which mail goes to a sink.
fn settings(smtp: &Smtp) -> Vec<String> {
    let server = format!("notifications.email.server=127.0.0.1:{}", smtp.port());
    let rest = [
        "notifications.email.tls=none",
        "notifications.email.from=Gennaker <gennaker@example.com>",
        "notifications.public_url=https://cd.example.com",
        "egress.allowed_networks=127.0.0.0/8",
    ];
    std::iter::once(server).chain(rest.map(str::to_owned)).collect()
}

async fn world(smtp: &Smtp) -> World {
    let settings = settings(smtp);
    World::with(&settings.iter().map(String::as_str).collect::<Vec<_>>()).await
}

/// A pipeline of one short stage that tells somebody of its end.
fn told(channel: &str, how: Value) -> Value {
    let mut notification = json!({
        "when": ["OCCASION_PIPELINE_COMPLETE"], "message": "**${ parameters.version }** is out",
    });
    notification[channel] = how;
    json!({
        "displayName": "Told",
        "parameters": [{"name": "version", "defaultValue": "7"}],
        "notifications": [notification],
        "stages": [{"id": "wait", "wait": {"duration": "0.1s"}}],
    })
}

async fn errands(world: &World, execution: &str) -> Vec<v1::Errand> {
    let found = world.call::<v1::GetExecutionRequest>(json!({"name": execution})).await.unwrap();
    found.execution.unwrap_or_default().errands
}

/// Waits until all errands of an execution stand so.
async fn until(world: &World, execution: &str, state: State) -> Vec<v1::Errand> {
    let what = format!("the errands of {execution} to be {}", state.as_str_name());
    eventually(&what, PATIENCE, async || {
        let errands = errands(world, execution).await;
        let are_so = !errands.is_empty() && errands.iter().all(|errand| errand.state() == state);
        are_so.then_some(errands)
    })
    .await
}

#[tokio::test]
async fn people_are_told_by_mail() {
    let smtp = Smtp::start().await.unwrap();
    let world = world(&smtp).await;
    let name = world.save("told", &told("email", json!({"to": ["ann@example.com"], "cc": ["bob@example.com"]}))).await;
    let execution = world.start(&name).await;
    assert_eq!(world.end(&execution).await.status(), ExecutionStatus::Succeeded);
    let mail = soon("the mail", smtp.received(1)).await.remove(0);
    assert_eq!(
        (mail.from.as_str(), mail.to.as_slice()),
        ("gennaker@example.com", &["ann@example.com", "bob@example.com"].map(str::to_owned)[..])
    );
    let text = mail.text.replace("=\n", "");
    assert!(text.contains("\n7 is out\n"), "{text}");
    assert!(text.contains(&format!("https://cd.example.com/{execution}")), "{text}");
    let errands = until(&world, &execution, State::Done).await;
    assert_eq!((errands.len(), errands[0].attempt), (1, 1), "{errands:?}");
}

#[tokio::test]
async fn a_mail_that_a_crash_delayed_is_sent_once_after_it() {
    let smtp = Smtp::start().await.unwrap();
    smtp.refuse("MAIL", "451 come back later");
    let mut world = world(&smtp).await;
    let name = world.save("late", &told("email", json!({"to": ["ann@example.com"]}))).await;
    let execution = world.start(&name).await;
    assert_eq!(world.end(&execution).await.status(), ExecutionStatus::Succeeded, "nobody waits for the mail server");
    let pending = until(&world, &execution, State::Pending).await;
    assert_eq!(pending.len(), 1, "{pending:?}");

    world.server.kill().await;
    smtp.relent();
    world.restart().await;
    let done = until(&world, &execution, State::Done).await;
    assert_eq!(done.len(), 1, "{done:?}");
    let mails = smtp.mails();
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].header("message-id").is_some(), "{mails:?}");
}

#[tokio::test]
async fn a_program_that_was_told_while_the_server_died_is_told_again_under_the_same_key() {
    let (smtp, service) = (Smtp::start().await.unwrap(), Http::start().await.unwrap());
    service.on("POST", "/told", Reply::status(200).held());
    let mut world = world(&smtp).await;
    let name = world.save("hooked", &told("webhook", json!({"url": service.url("/told")}))).await;
    let execution = world.start(&name).await;
    soon("the first message", service.received(1)).await;
    world.crash().await;
    soon("the second message", service.received(2)).await;
    service.release();
    until(&world, &execution, State::Done).await;
    let requests = service.requests();
    let keys: Vec<_> = requests.iter().map(|request| request.header("idempotency-key").unwrap().to_owned()).collect();
    assert!(keys.len() == 2 && keys[0] == keys[1], "{keys:?}");
    assert_eq!(requests[0].body, requests[1].body);
}

#[tokio::test]
async fn a_channel_that_is_not_set_up_is_given_up_and_harms_nothing() {
    let world = World::new().await;
    let name = world.save("mute", &told("email", json!({"to": ["ann@example.com"]}))).await;
    let execution = world.start(&name).await;
    assert_eq!(world.end(&execution).await.status(), ExecutionStatus::Succeeded);
    let errands = until(&world, &execution, State::Failed).await;
    assert!(errands[0].message.contains("notifications.email"), "{errands:?}");
}
