//! Errands: what is set off and not waited for.

use std::sync::atomic::Ordering;
use std::time::Duration;

use gennaker_core::execution::{Command, ErrandState, ExecutionStatus};

use crate::support::{World, pipeline, told};

fn tries(world: &World) -> Vec<(String, u32)> {
    world.kinds.errands.lock().unwrap().values().cloned().collect()
}

#[tokio::test(start_paused = true)]
async fn messages_are_sent_once_also_after_the_end() {
    let world = World::new();
    let id = world.start(&told(pipeline(&[("a", "effect", &[])]))).await.unwrap().id();
    world.follow(id).await;
    let execution = world.settled(id).await;
    assert_eq!(
        tries(&world),
        [("deploy of shop has started".to_owned(), 1), ("deploy of shop has succeeded".to_owned(), 1)]
    );
    assert!(execution.errands.iter().all(|errand| errand.state == ErrandState::Done));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_can_not_be_sent_is_tried_again_and_holds_nothing_up() {
    let world = World::new();
    world.kinds.errand_failures.store(6, Ordering::Relaxed);
    let id = world.start(&told(pipeline(&[("a", "effect", &[])]))).await.unwrap().id();
    let began = tokio::time::Instant::now();
    world.follow(id).await;
    assert!(began.elapsed() < Duration::from_secs(1), "the execution waited for its messages");
    let execution = world.settled(id).await;
    assert_eq!(execution.errands.iter().map(|errand| errand.attempt).sum::<u32>(), 2 + 6);
}

#[tokio::test(start_paused = true)]
async fn messages_of_an_ended_execution_survive_a_restart() {
    let mut world = World::new();
    world.kinds.errand_failures.store(u64::MAX, Ordering::Relaxed);
    let id = world.start(&told(pipeline(&[("a", "effect", &[])]))).await.unwrap().id();
    world.follow(id).await;
    world.restart().await;
    world.kinds.errand_failures.store(0, Ordering::Relaxed);
    let execution = world.settled(id).await;
    assert!(execution.errands.iter().all(|errand| errand.state == ErrandState::Done));
    world.kinds.errand_failures.store(1, Ordering::Relaxed);
    let id = world.start(&told(pipeline(&[("a", "effect", &[])]))).await.unwrap().id();
    world.follow(id).await;
    world.begin_again();
    assert!(world.settled(id).await.status == ExecutionStatus::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn canceled_work_is_called_off() {
    let world = World::new();
    let id = world.start(&pipeline(&[("a", "revocable", &[]), ("b", "revocable", &[])])).await.unwrap().id();
    let cancel = Command::Cancel { actor: "ann".to_owned(), reason: String::new() };
    world.command(id, cancel).await.unwrap();
    world.settled(id).await;
    assert_eq!(tries(&world), [("calls a off".to_owned(), 1), ("calls b off".to_owned(), 1)]);
}

#[tokio::test(start_paused = true)]
async fn a_watch_ends_with_the_execution_and_not_with_its_messages() {
    let world = World::new();
    let id = world.start(&told(pipeline(&[("a", "effect", &[])]))).await.unwrap().id();
    let events = world.follow(id).await;
    let execution = world.settled(id).await;
    assert!(execution.sequence >= u64::try_from(events.len()).unwrap());
    let again = world.follow(id).await;
    assert_eq!(again.len() as u64, execution.sequence, "a later watch has the events of the messages too");
}
