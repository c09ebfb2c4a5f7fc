//! Concurrency limits and queues.

use futures::future::join_all;
use gennaker_core::execution::{Command, ExecutionStatus, JudgmentDecision, QueuePolicy, Rejection};
use gennaker_engine::EngineError;

use crate::support::{World, limited};

fn judge() -> Command {
    Command::Judge {
        stage: "j".into(),
        actor: "ann".into(),
        roles: Vec::new(),
        decision: JudgmentDecision::Continue,
        input: None,
        comment: String::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn starts_beyond_the_limit_wait_in_order() {
    let world = World::new();
    let definition = limited(2, QueuePolicy::WaitInOrder, &[("j", "judgment", &[])]);
    let started = join_all((0..50).map(|_| world.start(&definition))).await;
    let mut ids: Vec<_> = started.into_iter().map(|s| s.unwrap()).map(|e| (e.id(), e.status)).collect();
    assert_eq!(ids.iter().filter(|(_, status)| *status == ExecutionStatus::Running).count(), 2);
    ids.sort_by_key(|(_, status)| *status != ExecutionStatus::Running);
    for (id, _) in ids {
        world.until(id, |e| e.status == ExecutionStatus::Running).await;
        let mut running = 0;
        for (_, status) in world.unfinished().await {
            running += usize::from(status == ExecutionStatus::Running);
        }
        assert!(running <= 2, "{running} run at once");
        world.command(id, judge()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn with_newest_only_those_that_wait_give_way() {
    let world = World::new();
    let definition = limited(1, QueuePolicy::NewestOnly, &[("j", "judgment", &[])]);
    let first = world.start(&definition).await.unwrap().id();
    let second = world.start(&definition).await.unwrap().id();
    let third = world.start(&definition).await.unwrap().id();
    let displaced = world.until(second, |e| e.status.is_final()).await;
    assert_eq!(displaced.status, ExecutionStatus::Canceled);
    assert!(displaced.cancellation.as_ref().unwrap().reason.contains(&third.to_string()));
    world.command(first, judge()).await.unwrap();
    world.until(third, |e| e.status == ExecutionStatus::Running).await;
}

#[tokio::test(start_paused = true)]
async fn with_skip_a_start_beyond_the_limit_is_refused_and_leaves_nothing() {
    let world = World::new();
    let definition = limited(1, QueuePolicy::Skip, &[("j", "judgment", &[])]);
    let first = world.start(&definition).await.unwrap().id();
    let refused = world.start(&definition).await.unwrap_err();
    assert!(matches!(refused, EngineError::Rejected(Rejection::LimitReached { limit: 1, .. })), "{refused}");
    assert_eq!(world.unfinished().await.len(), 1);
    world.command(first, judge()).await.unwrap();
    world.start(&definition).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_queue_survives_a_restart_and_a_lost_commit() {
    let mut world = World::new();
    let definition = limited(1, QueuePolicy::WaitInOrder, &[("j", "judgment", &[])]);
    let first = world.start(&definition).await.unwrap().id();
    let second = world.start(&definition).await.unwrap().id();
    let third = world.start(&definition).await.unwrap().id();
    world.restart().await;
    world.store.fail_next_commits(1);
    let lost = world.command(first, judge()).await.unwrap_err();
    assert!(matches!(lost, EngineError::Unavailable(_)), "{lost}");
    world.command(first, judge()).await.unwrap();
    world.until(second, |e| e.status == ExecutionStatus::Running).await;
    assert_eq!(world.handle.execution(third).await.unwrap().status, ExecutionStatus::Queued);
    world.command(second, Command::Cancel { actor: "ann".into(), reason: String::new() }).await.unwrap();
    world.until(third, |e| e.status == ExecutionStatus::Running).await;
}
