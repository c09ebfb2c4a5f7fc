//! Notifications: who is told of what, and that nothing is held up by it.

use gennaker_core::notification::{Channel, Occasion};
use gennaker_proto::v1::watch_executions_response::Message;
use gennaker_proto::v1::{self, ExecutionEventType as Type, ExecutionStatus};
use serde_json::{Value, json};

use crate::world::{World, ann, next_told, request, violations};

fn slack(channel: &str, when: &[&str]) -> Value {
    let when: Vec<String> = when.iter().map(|when| format!("OCCASION_{when}")).collect();
    json!({"when": when, "slack": {"channel": channel}})
}

/// To which channel what was sent, in order.
fn sent(world: &World) -> Vec<(String, Occasion)> {
    let address = |channel: &Channel| match channel {
        Channel::Slack { address } => address.clone(),
        other => panic!("nothing goes to {other:?}"),
    };
    world.notifier.sent().iter().map(|(_, notice)| (address(&notice.channel), notice.occasion)).collect()
}

/// Starts a pipeline and follows it until its errands are done, too.
async fn run(world: &World, errands: usize) -> v1::Execution {
    let body = json!({"subjects": [{"name": "applications/shop/pipelines/p"}]});
    let mut stream = world.app.watch_executions(ann(), request(body)).await.unwrap();
    let name = world.start("p").await.name;
    let mut done = 0;
    while done < errands {
        if let Some(Message::Event(event)) = next_told(&mut stream).await.message {
            done += usize::from(event.r#type() == Type::ErrandCompleted);
        }
    }
    world.execution(&name).await
}

async fn notify(world: &World, notifications: Value) {
    let application = json!({"name": "applications/shop", "notifications": notifications});
    let body = json!({"application": application, "updateMask": "notifications"});
    world.app.update_application(ann(), request(body)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn pipelines_applications_and_stages_tell() {
    let world = World::with_shop().await;
    notify(&world, json!([slack("#shop", &["PIPELINE_COMPLETE", "PIPELINE_FAILED"])])).await;
    let text = json!({
        "when": ["OCCASION_STAGE_COMPLETE"], "message": "waited for ${ execution.name }", "slack": {"channel": "#stage"},
    });
    world
        .pipeline(
            "p",
            json!({
                "displayName": "Deploy",
                "stages": [{"id": "w", "wait": {"duration": "5s"}, "notifications": [text]}],
                "notifications": [slack("#pipeline", &["PIPELINE_STARTING"])],
            }),
        )
        .await;
    let ended = run(&world, 3).await;
    assert_eq!(ended.status(), ExecutionStatus::Succeeded);
    let expected = [
        ("#pipeline".to_owned(), Occasion::PipelineStarting),
        ("#stage".to_owned(), Occasion::StageComplete),
        ("#shop".to_owned(), Occasion::PipelineComplete),
    ];
    assert_eq!(sent(&world), expected);
    let notices = world.notifier.sent();
    assert_eq!(notices[1].1.text, "waited for Deploy");
    assert!(notices[2].1.subject.contains("Deploy"), "{}", notices[2].1.subject);
    let errands: Vec<_> = ended.errands.iter().map(|e| (e.kind(), e.state(), e.stage.as_str(), e.attempt)).collect();
    let notification = v1::errand::Kind::Notification;
    let done = v1::errand::State::Done;
    assert_eq!(errands, [(notification, done, "", 1), (notification, done, "w", 1), (notification, done, "", 1)]);

    notify(&world, json!([slack("#new", &["PIPELINE_COMPLETE"])])).await;
    run(&world, 3).await;
    assert_eq!(sent(&world)[5].0, "#new", "the next execution has what the application has by then");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_tried_again_and_holds_nothing_up() {
    let world = World::with_shop().await;
    world
        .pipeline(
            "p",
            json!({
                "stages": [{"id": "w", "wait": {"duration": "1s"}}],
                "notifications": [slack("#a", &["PIPELINE_COMPLETE"])],
            }),
        )
        .await;
    world.notifier.fail("busy", true);
    let body = json!({"subjects": [{"name": "applications/shop/pipelines/p"}]});
    let mut stream = world.app.watch_executions(ann(), request(body)).await.unwrap();
    let name = world.start("p").await.name;
    assert_eq!(world.follow(&name).await.status(), ExecutionStatus::Succeeded, "the watch of one ends with it");
    let mut told = Vec::new();
    while told.last() != Some(&Type::ErrandCompleted) {
        if let Some(Message::Event(event)) = next_told(&mut stream).await.message
            && event.message.contains("Slack")
        {
            told.push(event.r#type());
        }
    }
    assert_eq!(told, [Type::ErrandAdded, Type::ErrandDeferred, Type::ErrandRetried, Type::ErrandCompleted]);
    let errand = &world.execution(&name).await.errands[0];
    assert_eq!((errand.state(), errand.attempt), (v1::errand::State::Done, 2));
    let keys: Vec<String> = world.notifier.tried().into_iter().map(|(key, _)| key).collect();
    assert_eq!(keys[0], keys[1], "both tries have one key");
}

#[tokio::test(start_paused = true)]
async fn a_stage_whose_condition_does_not_hold_is_left_out() {
    let world = World::with_shop().await;
    world
        .pipeline("p", json!({
            "parameters": [{"name": "env", "defaultValue": "test"}],
            "stages": [
                {"id": "a", "condition": "parameters.env == 'prod'", "manualJudgment": {}},
                {"id": "b", "dependsOn": ["a"], "condition": "${ parameters.env == 'test' }", "wait": {"duration": "1s"}},
            ],
        }))
        .await;
    let ended = world.follow(&world.start("p").await.name).await;
    assert_eq!(ended.status(), ExecutionStatus::Succeeded);
    let statuses: Vec<_> = ended.stages.iter().map(v1::StageExecution::status).collect();
    assert_eq!(statuses, [v1::StageStatus::Skipped, v1::StageStatus::Succeeded]);
    let skip = ended.stages[0].skip.as_ref().unwrap();
    assert_eq!(
        (skip.actor.as_str(), skip.reason.as_str()),
        ("", "its condition does not hold: parameters.env == 'prod'")
    );
}

#[tokio::test]
async fn an_application_is_not_saved_with_notifications_that_make_no_sense() {
    let world = World::with_shop().await;
    let notifications = json!([
        slack("#a", &["STAGE_FAILED"]),
        {"when": ["OCCASION_PIPELINE_FAILED"], "email": {"to": ["nobody"]}},
    ]);
    let wrong = [
        "application.notifications[0].when[0]: is about a stage; put it into the notifications of the stage",
        "application.notifications[1].email.to[0]: \"nobody\" is no e-mail address; expressions are not evaluated here",
    ];
    let application = json!({"name": "applications/shop", "notifications": notifications});
    let update = json!({"application": application, "updateMask": "notifications"});
    assert_eq!(violations(world.app.update_application(ann(), request(update)).await.unwrap_err()), wrong);
    let create = json!({"applicationId": "b", "application": {"email": "a@b", "notifications": notifications}});
    assert_eq!(violations(world.app.create_application(ann(), request(create)).await.unwrap_err()), wrong);
}
