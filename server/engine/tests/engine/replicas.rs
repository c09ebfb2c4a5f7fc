//! Several replicas on one store: shares, hand-over, take-over, forwarding, limits, watches.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use gennaker_core::execution::{
    Command, CommandId, Definition, Execution, ExecutionId, ExecutionStatus, JudgmentDecision, Origin, ParentStage,
    QueuePolicy, Rejection, StageStatus,
};
use gennaker_engine::{EngineError, ManyItem, Request, Subject};
use gennaker_ports::Store;
use gennaker_ports::store::{InboxCommand, InboxMessage};
use gennaker_ports::testing::store::{Aftermath, Delivery};
use tokio::sync::Notify;
use tokio::time::Instant;

use crate::support::{Cluster, PATIENCE, collect, limited, pipeline};

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

fn judged() -> Definition {
    pipeline(&[("j", "judgment", &[]), ("last", "effect", &["j"])])
}

/// Some of everything, for about half a minute.
fn busy() -> Definition {
    pipeline(&[("a", "slow", &[]), ("b", "family", &["a"]), ("c", "wait", &["a"]), ("d", "effects", &["b", "c"])])
}

/// Effects of [`busy`].
const BUSY_EFFECTS: usize = 1 + 4 + 2;

#[tokio::test(start_paused = true)]
async fn shares_follow_those_who_come_and_go() {
    let mut cluster = Cluster::of(1).await;
    assert_eq!(cluster.shares().await, [64]);
    cluster.join();
    assert!(cluster.balance().await < Duration::from_secs(4), "a newcomer has its share within a renewal");
    cluster.join();
    cluster.balance().await;
    let mut shares = cluster.shares().await;
    shares.sort_unstable();
    assert_eq!(shares, [20, 22, 22]);
    cluster.shut_down(0).await;
    assert!(cluster.balance().await < Duration::from_millis(100), "what was given up is taken at once");
    cluster.kill(1).await;
    let taken = cluster.balance().await;
    assert!(taken < Duration::from_secs(10), "what a dead replica had is taken within a lease, not in {taken:?}");
    assert_eq!(cluster.shares().await, [64]);
}

#[tokio::test(start_paused = true)]
async fn what_runs_goes_on_elsewhere_at_once_after_a_shutdown() {
    let mut cluster = Cluster::of(2).await;
    let waits = cluster.start(0, &pipeline(&[("w", "wait", &[])])).await.unwrap().id();
    let works = cluster.start(0, &pipeline(&[("s", "slow", &[])])).await.unwrap().id();
    let asks = cluster.start(0, &judged()).await.unwrap().id();
    let began = Instant::now();
    cluster.shut_down(0).await;
    cluster.command(1, asks, judge()).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(1), "a command is carried out {:?} later", began.elapsed());
    assert_eq!(cluster.ended(1, works).await, ExecutionStatus::Succeeded);
    assert!(began.elapsed() < Duration::from_secs(4), "an effect is done {:?} later", began.elapsed());
    assert_eq!(cluster.ended(1, waits).await, ExecutionStatus::Succeeded);
    assert_eq!(began.elapsed().as_secs(), 30, "a wait is as long as it was meant");
    assert_eq!(cluster.ended(1, asks).await, ExecutionStatus::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_killed_replica_is_replaced_within_a_lease() {
    let mut cluster = Cluster::of(3).await;
    let definition = pipeline(&[("s", "slow", &[])]);
    let ids = join_all((0..10).map(|_| cluster.start(0, &definition))).await;
    let began = Instant::now();
    cluster.kill(0).await;
    for execution in ids {
        assert_eq!(cluster.ended(1, execution.unwrap().id()).await, ExecutionStatus::Succeeded);
    }
    assert!(began.elapsed() < Duration::from_secs(10 + 2), "{:?}", began.elapsed());
}

/// The first commit from now on waits; gives what it waits for.
fn hold_next_commit(cluster: &Cluster) -> Arc<Notify> {
    let thaw = Arc::new(Notify::new());
    let mut gate = Some(thaw.clone());
    cluster.store.before_commit(move |_| gate.take());
    thaw
}

#[tokio::test(start_paused = true)]
async fn what_a_frozen_replica_writes_when_it_wakes_is_fenced_off() {
    let cluster = Cluster::of(2).await;
    let id = cluster.start(0, &judged()).await.unwrap().id();
    let before = cluster.replicas[0].handle.execution(id).await.unwrap().sequence;
    let thaw = hold_next_commit(&cluster);
    let (handle, request) = (cluster.replicas[0].handle.clone(), cluster.request());
    let frozen = tokio::spawn({
        let request = request.clone();
        async move { handle.command(id, judge(), request).await }
    });
    tokio::time::sleep(Duration::from_secs(12)).await;
    let other = Command::SkipStage { stage: "last".into(), actor: "bob".into(), reason: String::new() };
    let skipped = cluster.command(1, id, other).await.unwrap();
    assert_eq!(skipped.sequence, before + 1, "the other replica has taken over and knows nothing of the judgment");
    thaw.notify_one();
    let lost = frozen.await.unwrap().unwrap_err();
    assert!(matches!(lost, EngineError::Unavailable(_)), "{lost}");
    let log = cluster.store.events(id, 0, 100).await.unwrap();
    assert_eq!(log.len() as u64, skipped.sequence, "nothing came of the late commit");

    let repeated = cluster.replicas[0].handle.command(id, judge(), request).await.unwrap();
    assert_eq!(repeated.stages[0].status, StageStatus::Succeeded);
    assert_eq!(cluster.ended(0, id).await, ExecutionStatus::Succeeded);
    cluster.balance().await;
}

#[tokio::test(start_paused = true)]
async fn a_commit_whose_answer_was_lost_in_a_takeover_is_not_done_again() {
    let cluster = Cluster::of(2).await;
    let id = cluster.start(0, &judged()).await.unwrap().id();
    let mut first = true;
    cluster.store.after_commit(move |_| if std::mem::take(&mut first) { Aftermath::Hang } else { Aftermath::Answer });
    let (handle, request) = (cluster.replicas[0].handle.clone(), cluster.request());
    let call = handle.command(id, judge(), request.clone());
    assert!(tokio::time::timeout(Duration::from_secs(12), call).await.is_err(), "the answer never comes");
    let repeated = cluster.replicas[1].handle.command(id, judge(), request).await.unwrap();
    assert_eq!(repeated.stages[0].status, StageStatus::Succeeded);
    assert_eq!(cluster.ended(1, id).await, ExecutionStatus::Succeeded);
    let again = cluster.command(1, id, judge()).await.unwrap_err();
    assert!(matches!(again, EngineError::Rejected(Rejection::Ended { .. })), "{again}");
}

#[tokio::test(start_paused = true)]
async fn any_replica_takes_any_call_and_a_repeat_does_nothing_new() {
    let cluster = Cluster::of(3).await;
    let definition = limited(10, QueuePolicy::WaitInOrder, &[("j", "judgment", &[])]);
    let request = cluster.request();
    let begin = |number: usize| {
        let start = cluster.start_of(number, &definition);
        cluster.replicas[number].handle.start(start, request.clone())
    };
    let all: Vec<ExecutionId> = join_all((0..3).map(begin)).await.into_iter().map(|e| e.unwrap().id()).collect();
    assert!(all.iter().all(|id| *id == all[0]), "one request starts one execution: {all:?}");
    assert_eq!(cluster.store.unfinished("applications/shop/pipelines/deploy").await.unwrap().len(), 1);
    let id = all[0];

    let other = Request { digest: "other".into(), ..request.clone() };
    let request = cluster.request();
    for number in 0..3 {
        let start = cluster.start_of(number, &definition);
        let reused = cluster.replicas[number].handle.start(start, other.clone()).await.unwrap_err();
        assert!(matches!(reused, EngineError::RequestReused(_)), "{reused}");
        let unknown = cluster.command(number, cluster.start_of(number, &definition).id, judge()).await.unwrap_err();
        assert!(matches!(unknown, EngineError::NotFound(_)), "{unknown}");
        let pause = Command::Pause { actor: "ann".into() };
        let paused = cluster.replicas[number].handle.command(id, pause, request.clone()).await.unwrap();
        assert_eq!(paused.status, ExecutionStatus::Paused);
    }
    for number in 0..3 {
        let refused = cluster.command(number, id, Command::Pause { actor: "ann".into() }).await.unwrap_err();
        assert!(matches!(refused, EngineError::Rejected(Rejection::WrongStatus { .. })), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn with_all_signals_lost_a_forwarded_call_is_answered_all_the_same() {
    let cluster = Cluster::of(3).await;
    cluster.store.deliver_signals(Delivery::Drop);
    let definition = limited(1, QueuePolicy::WaitInOrder, &[("j", "judgment", &[])]);
    let began = Instant::now();
    let started = join_all((0..3).map(|number| cluster.start(number, &definition))).await;
    assert!(began.elapsed() < Duration::from_secs(6), "the polls make up for signals: {:?}", began.elapsed());
    let is_running = |execution: &Arc<Execution>| execution.status == ExecutionStatus::Running;
    let id = started.into_iter().map(Result::unwrap).find(is_running).expect("one of them runs").id();
    for number in 0..3 {
        let answer = cluster.command(number, id, judge()).await;
        assert_eq!(answer.is_ok(), number == 0, "only the first judgment finds it waiting: {answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_limit_holds_over_all_replicas() {
    for (policy, killed) in [(QueuePolicy::WaitInOrder, false), (QueuePolicy::WaitInOrder, true)] {
        let mut cluster = Cluster::of(3).await;
        let definition = limited(3, policy, &[("s", "slow", &[])]);
        let started = join_all((0..60).map(|n| cluster.start(n % 3, &definition))).await;
        let ids: Vec<ExecutionId> = started.into_iter().map(|started| started.unwrap().id()).collect();
        if killed {
            cluster.kill(0).await;
        }
        let began = Instant::now();
        loop {
            let unfinished = cluster.store.unfinished("applications/shop/pipelines/deploy").await.unwrap();
            let running = unfinished.iter().filter(|(_, status)| *status == ExecutionStatus::Running).count();
            assert!(running <= 3, "{running} run at once");
            if unfinished.is_empty() {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(20 * 2 + 15), "{} are left", unfinished.len());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        for id in ids {
            assert_eq!(cluster.ended(1, id).await, ExecutionStatus::Succeeded);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_pipeline_refuses_by_any_replica() {
    let cluster = Cluster::of(3).await;
    let definition = limited(2, QueuePolicy::Skip, &[("j", "judgment", &[])]);
    let started = join_all((0..30).map(|n| cluster.start(n % 3, &definition))).await;
    assert_eq!(started.iter().filter(|started| started.is_ok()).count(), 2);
    let limit = |error: &EngineError| matches!(error, EngineError::Rejected(Rejection::LimitReached { limit: 2, .. }));
    assert!(started.iter().filter_map(|started| started.as_ref().err()).all(limit));
}

#[tokio::test(start_paused = true)]
async fn a_watch_sees_everything_wherever_it_is_and_whatever_becomes_of_signals() {
    for delivery in [Delivery::Deliver, Delivery::Drop] {
        let cluster = Cluster::of(3).await;
        cluster.store.deliver_signals(delivery);
        let id = cluster.start(0, &busy()).await.unwrap().id();
        let mut watches: Vec<_> = cluster.replicas.iter().map(|replica| replica.handle.watch(id, 0).unwrap()).collect();
        let began = Instant::now();
        let seen = join_all(watches.iter_mut().map(|watch| async {
            let records = collect(watch, 0).await;
            (records, began.elapsed())
        }))
        .await;
        let (all, end) = &seen[0];
        for (records, elapsed) in &seen {
            assert_eq!(records, all);
            let late = elapsed.saturating_sub(*end);
            let most = if delivery == Delivery::Deliver { Duration::ZERO } else { Duration::from_secs(6) };
            assert!(late <= most, "{late:?} late with {delivery:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_of_many_misses_nothing_while_shards_change_hands() {
    let mut cluster = Cluster::of(3).await;
    let application = vec![Subject::Application("shop".into())];
    let mut watches = Vec::new();
    for number in [1, 2] {
        watches.push(cluster.replicas[number].handle.watch_many(application.clone(), None).await.unwrap());
    }
    let mut ids = Vec::new();
    for round in 0..6 {
        for number in 0..cluster.replicas.len() {
            if number != 0 || round < 2 {
                ids.push(cluster.start(number, &busy()).await.unwrap().id());
            }
        }
        match round {
            1 => cluster.kill(0).await,
            3 => drop(cluster.join()),
            4 => cluster.store.deliver_signals(Delivery::Drop),
            _ => {}
        }
        tokio::time::sleep(Duration::from_secs(7)).await;
    }
    for id in &ids {
        assert_eq!(cluster.ended(1, *id).await, ExecutionStatus::Succeeded);
    }
    for watch in &mut watches {
        let mut seen: BTreeMap<ExecutionId, u64> = BTreeMap::new();
        let mut expected = BTreeMap::new();
        for id in &ids {
            expected.insert(*id, cluster.store.execution(*id).await.unwrap().unwrap().sequence);
        }
        let read = async {
            while seen != expected {
                if let ManyItem::Step(step) = watch.next().await.unwrap().unwrap() {
                    let last = seen.entry(step.execution).or_default();
                    for event in &*step.events {
                        assert_eq!(event.sequence, *last + 1, "events are dense");
                        *last = event.sequence;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, read).await.expect("everything is seen");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_is_killed_and_whenever_all_end_once_and_effects_keep_their_keys() {
    let mut cluster = Cluster::of(3).await;
    let mut ids = Vec::new();
    for round in 0..12 {
        let alive = [round, round + 1, round + 2];
        for number in alive {
            for _ in 0..3 {
                ids.push(cluster.start(number, &busy()).await.unwrap().id());
            }
        }
        tokio::time::sleep(Duration::from_millis(700 * round as u64 % 5000)).await;
        if round % 3 == 2 {
            cluster.shut_down(round).await
        } else {
            cluster.kill(round).await
        }
        cluster.join();
    }
    for id in &ids {
        assert_eq!(cluster.ended(13, *id).await, ExecutionStatus::Succeeded);
    }
    let done = cluster.kinds.done.lock().unwrap();
    assert_eq!(done.len(), ids.len() * BUSY_EFFECTS, "no effect was left out, and none has got another key");
}

#[tokio::test(start_paused = true)]
async fn a_child_ends_with_its_parent_wherever_they_are() {
    let cluster = Cluster::of(3).await;
    let launching = pipeline(&[("l", "launch", &[])]);
    let cancel = || Command::Cancel { actor: "ann".into(), reason: String::new() };
    let child_of = |parent: ExecutionId| {
        let mut start = cluster.start_of(1, &judged());
        start.cause.origin = Origin::Parent(ParentStage {
            execution: parent,
            application: "shop".into(),
            stage: "l".into(),
            attempt: 1,
            detached: false,
        });
        cluster.replicas[1].handle.start(start, cluster.request())
    };
    // The effect that started it never reports.
    let known = cluster.start(0, &launching).await.unwrap().id();
    let child = child_of(known).await.unwrap().id();
    tokio::time::sleep(Duration::from_millis(1)).await;
    assert_eq!(cluster.replicas[2].handle.execution(known).await.unwrap().stages[0].child, Some(child));
    cluster.command(2, known, cancel()).await.unwrap();
    assert_eq!(cluster.ended(2, child).await, ExecutionStatus::Canceled);
    // The parent ends while it is being started.
    let ended = cluster.start(0, &launching).await.unwrap().id();
    cluster.command(2, ended, cancel()).await.unwrap();
    let late = child_of(ended).await.unwrap().id();
    assert_eq!(cluster.ended(2, late).await, ExecutionStatus::Canceled);
    let canceled = cluster.replicas[0].handle.execution(late).await.unwrap().cancellation.clone().unwrap();
    assert_eq!(canceled.reason, "stage \"l\", which started it, has ended with CANCELED");
}

#[tokio::test(start_paused = true)]
async fn commands_for_an_execution_that_is_gone_are_dropped() {
    let cluster = Cluster::of(2).await;
    let gone = cluster.start_of(0, &judged()).id;
    let command = |n: u32| InboxCommand {
        id: CommandId(format!("late-{n}")),
        execution: gone,
        shard: 7,
        digest: String::new(),
        message: InboxMessage::Command(Box::new(judge())),
    };
    cluster.store.send(vec![command(1), command(2)]).await.unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert!(cluster.store.inbox(&[7], 10).await.unwrap().is_empty(), "they have left the inbox");
    for number in [0, 1] {
        cluster.start(number, &judged()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_start_repeated_at_once_does_not_displace_itself() {
    let cluster = Cluster::of(1).await;
    let definition = limited(1, QueuePolicy::NewestOnly, &[("j", "judgment", &[])]);
    cluster.start(0, &definition).await.unwrap();
    let request = cluster.request();
    let begin = |_| cluster.replicas[0].handle.start(cluster.start_of(0, &definition), request.clone());
    let started = join_all((0..2).map(begin)).await;
    let ids: Vec<_> = started.into_iter().map(|started| started.unwrap().id()).collect();
    assert_eq!(ids[0], ids[1], "the repeat gets the same answer");
    let unfinished = cluster.store.unfinished("applications/shop/pipelines/deploy").await.unwrap();
    assert_eq!(unfinished.len(), 2, "one runs and one waits");
}

#[tokio::test(start_paused = true)]
async fn a_start_repeated_when_the_pipeline_is_full_is_the_same() {
    let cluster = Cluster::of(1).await;
    let definition = limited(1, QueuePolicy::Skip, &[("j", "judgment", &[])]);
    let request = cluster.request();
    for _ in 0..2 {
        cluster.replicas[0].handle.start(cluster.start_of(0, &definition), request.clone()).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn what_ran_before_there_was_a_limit_blocks_it_no_longer_than_it_runs() {
    let cluster = Cluster::of(2).await;
    let unlimited = pipeline(&[("s", "slow", &[])]);
    let mut ids = Vec::new();
    for number in [0, 1] {
        ids.push(cluster.start(number, &unlimited).await.unwrap().id());
    }
    let limited = limited(1, QueuePolicy::Skip, &[("s", "slow", &[])]);
    cluster.start(0, &limited).await.unwrap_err();
    for id in ids {
        cluster.ended(0, id).await;
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    cluster.start(0, &limited).await.unwrap();
}
