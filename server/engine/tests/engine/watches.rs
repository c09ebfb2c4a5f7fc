//! Watching executions.

use std::time::Duration;

use gennaker_core::execution::{Command, Event, ExecutionStatus, JudgmentDecision};
use gennaker_engine::{EngineError, ManyItem, Options, Subject, WatchItem};
use gennaker_ports::Store;

use crate::support::{PATIENCE, World, collect, pipeline};

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
async fn a_watch_can_be_resumed_at_every_sequence_while_it_runs_and_after_the_end() {
    let mut world = World::new();
    let id = world.start(&pipeline(&[("a", "effects", &[]), ("j", "judgment", &["a"])])).await.unwrap().id();
    let waiting = world.until(id, |e| e.stages[1].tasks.iter().any(|t| t.started.is_some())).await;
    let mut watches = Vec::new();
    for after in 0..=waiting.sequence {
        watches.push((after, world.handle.watch(id, after).unwrap()));
    }
    world.command(id, judge()).await.unwrap();
    let mut all = None;
    for (after, watch) in &mut watches {
        let records = collect(watch, *after).await;
        let all = all.get_or_insert_with(|| records.clone());
        assert_eq!(records, all[usize::try_from(*after).unwrap()..]);
    }
    world.restart().await;
    let after_end = world.follow(id).await;
    assert_eq!(Some(&after_end), all.as_ref());
    let mut at_end = world.handle.watch(id, after_end.len() as u64).unwrap();
    assert!(at_end.next().await.is_none(), "after the last event there is nothing to wait for");
}

#[tokio::test(start_paused = true)]
async fn who_has_read_the_log_himself_goes_on_from_there() {
    let world = World::new();
    let id = world.start(&pipeline(&[("a", "effects", &[]), ("j", "judgment", &["a"])])).await.unwrap().id();
    let mut watch = world.handle.watch(id, 0).unwrap();
    let read = world.until(id, |e| e.stages[1].tasks.iter().any(|t| t.started.is_some())).await;
    watch.has_read(read.sequence, false);
    world.command(id, judge()).await.unwrap();
    let all = world.follow(id).await;
    assert_eq!(collect(&mut watch, read.sequence).await, all[usize::try_from(read.sequence).unwrap()..]);
    let mut at_end = world.handle.watch(id, 0).unwrap();
    at_end.has_read(all.len() as u64, true);
    assert!(at_end.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_idle_watch_has_a_heartbeat() {
    let world = World::new();
    let id = world.start(&pipeline(&[("j", "judgment", &[])])).await.unwrap().id();
    let mut watch = world.handle.watch(id, 0).unwrap();
    let first = watch.next().await.unwrap().unwrap();
    assert!(matches!(first, WatchItem::Events(_)));
    let sequence = world.handle.execution(id).await.unwrap().sequence;
    let before = tokio::time::Instant::now();
    assert_eq!(watch.next().await.unwrap().unwrap(), WatchItem::Heartbeat { sequence });
    assert_eq!(before.elapsed(), Duration::from_secs(15));
}

#[tokio::test(start_paused = true)]
async fn a_watcher_that_does_not_read_misses_nothing() {
    let world = World::with(Options { watch_buffer: 2, ..Options::default() });
    let stages: Vec<(String, Vec<String>)> =
        (0..50).map(|n| (format!("s{n}"), if n == 0 { vec![] } else { vec![format!("s{}", n - 1)] })).collect();
    let depends: Vec<Vec<&str>> = stages.iter().map(|(_, d)| d.iter().map(String::as_str).collect()).collect();
    let stages: Vec<(&str, &str, &[&str])> =
        stages.iter().zip(&depends).map(|((id, _), d)| (id.as_str(), "effects", d.as_slice())).collect();
    let id = world.start(&pipeline(&stages)).await.unwrap().id();
    let mut slow = world.handle.watch(id, 0).unwrap();
    world.until(id, |e| e.status.is_final()).await;
    let records = collect(&mut slow, 0).await;
    assert!(matches!(records.last().unwrap().event, Event::Finished { .. }));
}

#[tokio::test(start_paused = true)]
async fn a_thousand_watchers_see_the_same() {
    let world = World::new();
    let id = world.start(&pipeline(&[("j", "judgment", &[]), ("b", "family", &["j"])])).await.unwrap().id();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let mut watch = world.handle.watch(id, 0).unwrap();
        tasks.spawn(async move { collect(&mut watch, 0).await });
    }
    world.command(id, judge()).await.unwrap();
    let expected = world.follow(id).await;
    while let Some(records) = tasks.join_next().await {
        assert_eq!(records.unwrap(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn watches_are_limited_and_given_back() {
    let world = World::with(Options { max_watches: 2, ..Options::default() });
    let id = world.start(&pipeline(&[("j", "judgment", &[])])).await.unwrap().id();
    let first = world.handle.watch(id, 0).unwrap();
    let _second = world.handle.watch(id, 0).unwrap();
    let refused = world.handle.watch(id, 0).err().unwrap();
    assert_eq!(refused, EngineError::TooManyWatches { limit: 2 });
    drop(first);
    assert!(world.handle.watch(id, 0).is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_stream_watches_many_executions_and_resumes_where_it_was() {
    let world = World::with(Options { watch_buffer: 4, ..Options::default() });
    let named = world.start(&pipeline(&[("j", "judgment", &[])])).await.unwrap().id();
    let subjects = vec![Subject::Execution { id: named, after: 1 }, Subject::Application("shop".into())];
    let mut watch = world.handle.watch_many(subjects.clone(), None).await.unwrap();
    let mut cursor = world.store.cursor().await.unwrap();
    let mut later = Vec::new();
    for _ in 0..20 {
        later.push(world.start(&pipeline(&[("a", "effect", &[])])).await.unwrap().id());
    }
    for id in &later {
        world.until(*id, |e| e.status == ExecutionStatus::Succeeded).await;
    }
    let mut seen: std::collections::BTreeMap<_, u64> = [(named, 1)].into();
    let mut finished = 0;
    while finished < later.len() {
        let item = tokio::time::timeout(PATIENCE, watch.next()).await.unwrap().unwrap().unwrap();
        let ManyItem::Step(step) = item else { continue };
        let last = seen.entry(step.execution).or_default();
        for record in step.events.iter() {
            assert_eq!(record.sequence, *last + 1, "dense for each execution");
            *last = record.sequence;
            finished += usize::from(matches!(record.event, Event::Finished { .. }));
        }
        cursor.advance(step.lane, step.position);
    }
    drop(watch);
    world.command(named, judge()).await.unwrap();
    let mut resumed = world.handle.watch_many(vec![Subject::Application("shop".into())], Some(cursor)).await.unwrap();
    let item = tokio::time::timeout(PATIENCE, resumed.next()).await.unwrap().unwrap().unwrap();
    let ManyItem::Step(step) = item else { panic!("the judgment comes first") };
    assert_eq!((step.execution, step.events[0].sequence), (named, seen[&named] + 1));
}
