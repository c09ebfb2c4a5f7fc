//! What a kill, a lost answer and a failing store leave behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gennaker_core::execution::{Definition, ErrandState, Execution, ExecutionId, ExecutionStatus, QueuePolicy};
use gennaker_engine::EngineError;
use gennaker_ports::testing::store::Aftermath;
use tokio::sync::Notify;

use crate::support::{World, limited, pipeline, told};

/// Twenty stages with effects, joins, synthetic stages and a wait.
fn twenty_stages() -> Definition {
    const KINDS: [&str; 5] = ["effect", "family", "effects", "wait", "flaky"];
    let ids: Vec<String> = (0..20).map(|n| format!("s{n}")).collect();
    let depends: Vec<Vec<&str>> = (0..20usize)
        .map(|n| [n.checked_sub(1), n.checked_sub(3)].into_iter().flatten().map(|d| ids[d].as_str()).collect())
        .collect();
    let stages: Vec<(&str, &str, &[&str])> =
        (0..20).map(|n| (ids[n].as_str(), KINDS[n % KINDS.len()], depends[n].as_slice())).collect();
    pipeline(&stages)
}

fn assert_ended_well(world: &World, ended: &Execution) {
    assert_eq!(ended.status, ExecutionStatus::Succeeded, "{:?}", ended.failure);
    let done = world.kinds.done.lock().unwrap();
    // Per round of kinds: effect 1, family 4, effects 2, wait 0, flaky 1.
    assert_eq!(done.len(), 4 * 8);
}

/// Runs a pipeline again and again, and kills the engine after its first commit, after its second, and so on, until it is not
/// killed any more. `check` waits for the end and looks at it. Gives the number of commits.
async fn sweep(definition: &Definition, check: impl AsyncFn(&World, ExecutionId)) -> usize {
    for kill_after in 1.. {
        let mut world = World::new();
        let (count, killed) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let (counter, signal) = (count.clone(), killed.clone());
        world.store.after_commit(move |_| {
            let number = counter.fetch_add(1, Ordering::Relaxed) + 1;
            if number == kill_after {
                signal.notify_one();
                return Aftermath::Hang;
            }
            Aftermath::Answer
        });
        let start = world.start_of(definition);
        let id = start.id;
        let request = world.request();
        let handle = world.handle.clone();
        let starting = tokio::spawn(async move { handle.start(start, request).await });
        tokio::select! {
            () = killed.notified() => {
                world.store.clear_after_commit();
                tokio::time::advance(Duration::from_secs(30)).await;
                world.begin_again();
                check(&world, id).await;
            }
            () = async {
                starting.await.unwrap().unwrap();
                check(&world, id).await;
            } => return count.load(Ordering::Relaxed),
        }
    }
    unreachable!("some sweep is not killed")
}

#[tokio::test(start_paused = true)]
async fn killed_after_any_commit_it_ends_well_and_each_effect_counts_once() {
    let commits = sweep(&twenty_stages(), async |world, id| {
        let ended = world.until(id, |e| e.status.is_final()).await;
        assert_ended_well(world, &ended);
    })
    .await;
    assert!(commits > 40, "the sweep has gone over {commits} commits");
}

#[tokio::test(start_paused = true)]
async fn killed_after_any_commit_each_message_is_sent_and_each_look_up_is_answered() {
    let definition = told(pipeline(&[("a", "seeker", &[]), ("b", "effect", &["a"])]));
    let commits = sweep(&definition, async |world, id| {
        let settled = world.settled(id).await;
        assert_eq!(settled.status, ExecutionStatus::Succeeded, "{:?}", settled.failure);
        assert!(settled.errands.iter().all(|errand| errand.state == ErrandState::Done));
        assert_eq!(settled.errands.len(), 2);
        assert_eq!(settled.stage(&"a".into()).unwrap().facts.len(), 1);
        assert!(world.kinds.errands.lock().unwrap().values().all(|(_, tries)| *tries <= 2), "one try and one repeat");
    })
    .await;
    assert!(commits >= 4, "the sweep has gone over {commits} commits");
}

#[tokio::test(start_paused = true)]
async fn with_every_third_answer_lost_it_still_ends_well() {
    let world = World::new();
    let mut number = 0;
    world.store.after_commit(move |_| {
        number += 1;
        if number % 3 == 0 { Aftermath::Fail } else { Aftermath::Answer }
    });
    let id = world.start(&twenty_stages()).await.unwrap().id();
    let ended = world.until(id, |e| e.status.is_final()).await;
    assert_ended_well(&world, &ended);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_for_a_while_holds_it_up_and_no_more() {
    let world = World::new();
    let id = world.start(&twenty_stages()).await.unwrap().id();
    for _ in 0..10 {
        world.store.fail_next_commits(3);
        tokio::time::advance(Duration::from_secs(5)).await;
        tokio::task::yield_now().await;
    }
    let ended = world.until(id, |e| e.status.is_final()).await;
    assert_ended_well(&world, &ended);
    assert!(world.kinds.done.lock().unwrap().values().all(|&times| times == 1), "effects wait for their commit");
}

#[tokio::test(start_paused = true)]
async fn while_the_store_is_full_what_is_due_and_what_waits_are_tried_now_and_then() {
    let world = World::new();
    let definition = limited(1, QueuePolicy::WaitInOrder, &[("w", "wait", &[])]);
    let first = world.start(&definition).await.unwrap().id();
    let second = world.start(&definition).await.unwrap().id();
    let commits = Arc::new(AtomicUsize::new(0));
    let count = commits.clone();
    world.store.before_commit(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        None
    });
    world.store.fail_next_commits(10_000);
    // The first becomes due, and fails to end; the second may run by a limit that was raised, and fails to begin.
    let lost = world.start(&limited(2, QueuePolicy::WaitInOrder, &[("w", "wait", &[])])).await;
    assert!(matches!(lost, Err(EngineError::Unavailable(_))), "nothing can be kept");
    tokio::time::sleep(Duration::from_secs(60)).await;
    let tried = commits.load(Ordering::Relaxed);
    assert!((10..500).contains(&tried), "tried {tried} times in a minute");
    world.store.fail_next_commits(0);
    for id in [first, second] {
        let ended = world.until(id, |e| e.status.is_final()).await;
        assert_eq!(ended.status, ExecutionStatus::Succeeded);
    }
}

#[tokio::test(start_paused = true)]
async fn executions_that_cannot_be_read_hold_up_no_others() {
    let mut world = World::new();
    for kind in ["hang", "wait"] {
        let id = world.start(&pipeline(&[("s", kind, &[])])).await.unwrap().id();
        world.store.tamper(id, |_, events| drop(events.remove(0)));
    }
    let sound = world.start(&pipeline(&[("s", "slow", &[])])).await.unwrap().id();
    world.begin_again();
    assert_eq!(world.until(sound, |e| e.status.is_final()).await.status, ExecutionStatus::Succeeded);
    tokio::time::sleep(Duration::from_secs(60)).await;
    let later = world.start(&pipeline(&[("s", "wait", &[])])).await.unwrap().id();
    assert_eq!(world.until(later, |e| e.status.is_final()).await.status, ExecutionStatus::Succeeded);
}
