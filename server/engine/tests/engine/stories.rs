//! What users of the engine see.

use std::time::Duration;

use gennaker_core::execution::{Command, Event, ExecutionStatus, JudgmentDecision, Rejection, StageStatus, TaskStatus};
use gennaker_engine::{EngineError, Options, Request};

use crate::support::{World, after, pipeline};

#[tokio::test(start_paused = true)]
async fn a_pipeline_runs_its_stages_in_order_and_each_effect_once() {
    let world = World::new();
    let definition = pipeline(&[("a", "effect", &[]), ("b", "family", &["a"]), ("c", "effects", &["b"])]);
    let started = world.start(&definition).await.unwrap();
    let records = world.follow(started.id()).await;
    let Event::Finished { status, .. } = &records.last().unwrap().event else { panic!("it ends with its end") };
    assert_eq!(*status, ExecutionStatus::Succeeded);
    let execution = world.handle.execution(started.id()).await.unwrap();
    assert!(execution.stages.iter().all(|stage| stage.status == StageStatus::Succeeded));
    let done = world.kinds.done.lock().unwrap();
    assert_eq!(done.len(), 1 + 4 + 2);
    assert!(done.values().all(|&times| times == 1));
}

#[tokio::test(start_paused = true)]
async fn a_wait_ends_when_its_time_has_passed() {
    let world = World::new();
    let started = world.start(&pipeline(&[("w", "wait", &[])])).await.unwrap();
    let ended = world.until(started.id(), |e| e.status.is_final()).await;
    assert_eq!(ended.ended, Some(after(30)));
}

#[tokio::test(start_paused = true)]
async fn a_judgment_waits_for_a_person_also_over_a_restart() {
    let mut world = World::new();
    let id = world.start(&pipeline(&[("j", "judgment", &[]), ("b", "effect", &["j"])])).await.unwrap().id();
    world.restart().await;
    tokio::time::advance(Duration::from_secs(24 * 3600)).await;
    let judge = Command::Judge {
        stage: "j".into(),
        actor: "bob".into(),
        roles: vec![],
        decision: JudgmentDecision::Continue,
        input: None,
        comment: "looks good".into(),
    };
    world.command(id, judge.clone()).await.unwrap();
    let ended = world.until(id, |e| e.status.is_final()).await;
    assert_eq!(ended.status, ExecutionStatus::Succeeded);
    assert_eq!(ended.stage(&"j".into()).unwrap().judgment.as_ref().unwrap().judge, "bob");
    let refused = world.command(id, judge).await.unwrap_err();
    assert!(matches!(refused, EngineError::Rejected(Rejection::Ended { .. })), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_judgment_that_nobody_makes_fails_at_its_deadline() {
    let world = World::new();
    let started = world.start(&pipeline(&[("j", "judgment", &[])])).await.unwrap();
    tokio::time::advance(Duration::from_secs(3 * 24 * 3600)).await;
    let ended = world.until(started.id(), |e| e.status.is_final()).await;
    assert_eq!(ended.status, ExecutionStatus::Terminal);
    assert_eq!(ended.failure.as_deref(), Some("stage \"j\": nobody judged within 3d"));
}

#[tokio::test(start_paused = true)]
async fn failures_that_may_pass_are_tried_again_with_growing_pauses() {
    let world = World::new();
    let started = world.start(&pipeline(&[("f", "flaky", &[])])).await.unwrap();
    let ended = world.until(started.id(), |e| e.status.is_final()).await;
    assert_eq!(ended.status, ExecutionStatus::Succeeded);
    assert_eq!(ended.stages[0].tasks[0].attempt, 3);
    assert_eq!(ended.ended, Some(after(1 + 2)));
}

#[tokio::test(start_paused = true)]
async fn failures_for_good_and_crashes_of_a_kind_fail_their_stage() {
    let world = World::new();
    for (kind, expected) in [
        ("broken", "stage \"s\": the cloud said no"),
        ("panics", "stage \"s\": the task crashed; this is a fault of the server, see its log"),
        ("huge", "stage \"s\": the task's outputs are 1000011 bytes of JSON; at most 262144 are kept"),
        ("hang", "stage \"s\": run did not end within 10m"),
    ] {
        let started = world.start(&pipeline(&[("s", kind, &[])])).await.unwrap();
        let ended = world.until(started.id(), |e| e.status.is_final()).await;
        assert_eq!(ended.status, ExecutionStatus::Terminal, "{kind}");
        assert_eq!(ended.failure.as_deref(), Some(expected), "{kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn cancel_ends_effects_that_hang() {
    let world = World::new();
    let id = world.start(&pipeline(&[("h", "hang", &[]), ("b", "effect", &["h"])])).await.unwrap().id();
    let cancel = Command::Cancel { actor: "ann".into(), reason: "wrong version".into() };
    let ended = world.command(id, cancel).await.unwrap();
    assert_eq!(ended.status, ExecutionStatus::Canceled);
    assert_eq!(ended.stage(&"h".into()).unwrap().tasks[0].status, TaskStatus::Canceled);
    assert_eq!(ended.stage(&"b".into()).unwrap().status, StageStatus::NotStarted);
    let follow = world.follow(id).await;
    assert!(matches!(follow.last().unwrap().event, Event::Finished { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_paused_execution_starts_nothing_until_it_is_resumed() {
    let world = World::new();
    let id = world.start(&pipeline(&[("w", "wait", &[]), ("b", "effect", &["w"])])).await.unwrap().id();
    world.command(id, Command::Pause { actor: "ann".into() }).await.unwrap();
    tokio::time::advance(Duration::from_secs(3600)).await;
    let paused = world.handle.execution(id).await.unwrap();
    assert_eq!(paused.status, ExecutionStatus::Paused);
    assert_eq!(paused.stage(&"b".into()).unwrap().status, StageStatus::NotStarted);
    world.command(id, Command::Resume { actor: "ann".into() }).await.unwrap();
    assert_eq!(world.until(id, |e| e.status.is_final()).await.status, ExecutionStatus::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_failed_stage_can_be_retried_after_the_end() {
    let world = World::new();
    let id = world.start(&pipeline(&[("a", "effect", &[]), ("b", "broken", &["a"])])).await.unwrap().id();
    world.until(id, |e| e.status.is_final()).await;
    let retry = Command::RetryStage { stage: "b".into(), actor: "ann".into() };
    let running = world.command(id, retry).await.unwrap();
    assert_eq!(running.status, ExecutionStatus::Running);
    assert_eq!(running.stage(&"b".into()).unwrap().attempt, 2);
    let ended = world.until(id, |e| e.status.is_final()).await;
    assert_eq!(ended.status, ExecutionStatus::Terminal);
    assert_eq!(world.kinds.done.lock().unwrap().len(), 1, "the first stage's effect was not repeated");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_repeated_does_nothing_new() {
    let world = World::new();
    let definition = pipeline(&[("j", "judgment", &[])]);
    let request = world.request();
    let first = world.handle.start(world.start_of(&definition), request.clone()).await.unwrap();
    let second = world.handle.start(world.start_of(&definition), request.clone()).await.unwrap();
    assert_eq!(first.id(), second.id());
    let other = Request { digest: "other".into(), ..request.clone() };
    let reused = world.handle.start(world.start_of(&definition), other).await.unwrap_err();
    assert_eq!(reused, EngineError::RequestReused(request.id));

    let cancel = Command::Cancel { actor: "ann".into(), reason: String::new() };
    let request = world.request();
    world.handle.command(first.id(), cancel.clone(), request.clone()).await.unwrap();
    let repeated = world.handle.command(first.id(), cancel, request).await.unwrap();
    assert_eq!(repeated.status, ExecutionStatus::Canceled);
}

#[tokio::test(start_paused = true)]
async fn progress_reports_are_thinned_out() {
    let world = World::new();
    let started = world.start(&pipeline(&[("c", "chatty", &[])])).await.unwrap();
    let records = world.follow(started.id()).await;
    let reports = records.iter().filter(|r| matches!(r.event, Event::TaskProgressed { .. })).count();
    assert!((2..=6).contains(&reports), "a hundred reports in a second became {reports}");
}

#[tokio::test(start_paused = true)]
async fn executions_that_left_memory_come_back_when_something_happens() {
    let world = World::with(Options { live: 2, ..Options::default() });
    let definition = pipeline(&[("w", "wait", &[]), ("b", "effect", &["w"])]);
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(world.start(&definition).await.unwrap().id());
    }
    for id in ids {
        assert_eq!(world.until(id, |e| e.status.is_final()).await.status, ExecutionStatus::Succeeded);
    }
}
