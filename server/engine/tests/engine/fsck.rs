//! Every invariant, broken on purpose and found.

use std::sync::Arc;
use std::time::Duration;

use gennaker_core::execution::{
    Command, CommandId, Definition, Event, EventRecord, ExecutionId, ExecutionStatus, Origin, ParentStage, QueuePolicy,
};
use gennaker_engine::{Finding, Invariant, Summary, fsck};
use gennaker_ports::Store;
use gennaker_ports::store::{Applied, Claim, ExecutionRow, InboxCommand, InboxMessage, Lease, Shard, Step};
use gennaker_ports::testing::store::MemoryStore;

use crate::support::{World, after, limited, pipeline};

/// Checks a store an hour after the world began.
async fn check(store: &MemoryStore) -> (Vec<Finding>, Summary) {
    let mut findings = Vec::new();
    let summary = fsck(store, after(3600), |finding| findings.push(finding)).await.unwrap();
    assert_eq!(summary.findings, findings.len() as u64);
    (findings, summary)
}

/// Checks a store in which only this is to be found. Returns what is said of it.
async fn finds(store: &MemoryStore, invariant: Invariant, execution: ExecutionId) -> String {
    let (findings, _) = check(store).await;
    let [finding] = &*findings else { panic!("one finding is expected: {findings:?}") };
    assert_eq!((finding.invariant, finding.execution), (invariant, Some(execution)), "{finding}");
    finding.to_string()
}

/// Runs executions until each is as it should be broken; nothing runs any more then.
async fn stored(definition: &Definition, count: usize) -> (Arc<MemoryStore>, Vec<ExecutionId>) {
    let world = World::new();
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(world.start(definition).await.unwrap().id());
    }
    let has_settled = |kind: &str| matches!(kind, "judgment" | "wait" | "hang");
    if !definition.stages.iter().any(|stage| has_settled(&stage.kind)) {
        for id in &ids {
            world.follow(*id).await;
        }
    }
    (world.store.clone(), ids)
}

/// An execution that has ended.
async fn ended() -> (Arc<MemoryStore>, ExecutionId) {
    let (store, ids) = stored(&pipeline(&[("a", "effects", &[]), ("b", "effect", &["a"])]), 1).await;
    assert_eq!(check(&store).await.0, []);
    (store, ids[0])
}

/// Changes an execution's log, and nothing in its row but the sequence.
fn edit(store: &MemoryStore, id: ExecutionId, edit: impl FnOnce(&mut Vec<EventRecord>)) {
    store.tamper(id, |row, events| {
        edit(events);
        for (sequence, record) in (1..).zip(&mut *events) {
            record.sequence = sequence;
        }
        row.as_mut().unwrap().sequence = events.len() as u64;
    });
}

fn change(store: &MemoryStore, id: ExecutionId, change: impl FnOnce(&mut ExecutionRow)) {
    store.tamper(id, |row, _| change(row.as_mut().unwrap()));
}

/// Says that an execution was started by a stage.
fn adopt(store: &MemoryStore, child: ExecutionId, parent: ExecutionId, attempt: u32) {
    let application = "shop".to_owned();
    let parent = ParentStage { execution: parent, application, stage: "c".into(), attempt, detached: false };
    store.tamper(child, |row, events| {
        row.as_mut().unwrap().header.cause.origin = Origin::Parent(parent.clone());
        let Event::Created { start, .. } = &mut events[0].event else { panic!("it begins with its creation") };
        start.cause.origin = Origin::Parent(parent);
    });
}

fn sent(id: &str, execution: ExecutionId, shard: Shard, command: Command) -> InboxCommand {
    let message = InboxMessage::Command(Box::new(command));
    InboxCommand { id: CommandId(id.to_owned()), execution, shard, digest: String::new(), message }
}

fn unknown() -> ExecutionId {
    ExecutionId::from_parts(after(0), 12345)
}

#[tokio::test(start_paused = true)]
async fn a_sound_store_has_no_findings() {
    let mut world = World::new();
    let ended: &[&[(&str, &str, &[&str])]] = &[
        &[("a", "effects", &[]), ("b", "family", &["a"]), ("c", "flaky", &[])],
        &[("a", "broken", &[]), ("b", "wait", &["a"])],
        &[("a", "child", &[])],
    ];
    for stages in ended {
        let id = world.start(&pipeline(stages)).await.unwrap().id();
        world.follow(id).await;
    }
    let retried = world.start(&pipeline(&[("a", "broken", &[])])).await.unwrap().id();
    world.follow(retried).await;
    world.command(retried, Command::RetryStage { stage: "a".into(), actor: "ann".into() }).await.unwrap();
    world.until(retried, |execution| execution.status.is_final()).await;
    let paused = world.start(&pipeline(&[("a", "wait", &[])])).await.unwrap().id();
    world.command(paused, Command::Pause { actor: "ann".into() }).await.unwrap();
    for kind in ["judgment", "hang", "wait"] {
        world.start(&pipeline(&[("a", kind, &[])])).await.unwrap();
    }
    world.restart().await;
    let one_at_a_time = Definition {
        pipeline: Some("applications/shop/pipelines/other".to_owned()),
        ..limited(1, QueuePolicy::WaitInOrder, &[("j", "judgment", &[])])
    };
    for _ in 0..3 {
        world.start(&one_at_a_time).await.unwrap();
    }
    let (findings, summary) = check(&world.store).await;
    assert_eq!(findings, []);
    assert_eq!((summary.executions, summary.unfinished, summary.commands), (11, 7, 0));
    assert!(summary.events > 60, "{summary:?}");
    assert_eq!(summary.overdue, 2, "the wait of half a minute and the limit of the effect, an hour later");
}

#[tokio::test(start_paused = true)]
async fn a_store_in_use_has_no_findings() {
    let world = World::new();
    let busy = pipeline(&[("a", "flaky", &[]), ("b", "family", &["a"]), ("c", "wait", &[]), ("d", "chatty", &["c"])]);
    let few = limited(2, QueuePolicy::WaitInOrder, &[("a", "effects", &[]), ("b", "wait", &["a"])]);
    let newest = Definition {
        pipeline: Some("applications/shop/pipelines/newest".to_owned()),
        ..limited(1, QueuePolicy::NewestOnly, &[("a", "wait", &[]), ("b", "broken", &["a"])])
    };
    let mut last = None;
    for round in 0..60 {
        for definition in [&busy, &few, &newest] {
            last = Some(world.start(definition).await.unwrap().id());
        }
        let (findings, _) = check(&world.store).await;
        assert_eq!(findings, [], "round {round}");
        tokio::time::sleep(Duration::from_millis(1700)).await;
    }
    world.until(last.unwrap(), |execution| execution.status.is_final()).await;
    let (findings, summary) = check(&world.store).await;
    assert_eq!((findings, summary.executions), (vec![], 180));
}

#[tokio::test(start_paused = true)]
async fn a_gap_in_the_log_is_found() {
    let (store, id) = ended().await;
    store.tamper(id, |_, events| drop(events.remove(3)));
    let said = finds(&store, Invariant::Log, id).await;
    assert!(said.contains("event 3 is followed by event 5"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_log_that_is_too_short_is_found() {
    let (store, id) = ended().await;
    store.tamper(id, |_, events| drop(events.pop()));
    let said = finds(&store, Invariant::Log, id).await;
    assert!(said.contains("its log ends with"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_log_without_a_beginning_is_found() {
    let (store, id) = ended().await;
    edit(&store, id, |events| drop(events.remove(0)));
    finds(&store, Invariant::Log, id).await;
}

#[tokio::test(start_paused = true)]
async fn an_event_of_no_stage_is_found() {
    let (store, id) = ended().await;
    edit(&store, id, |events| {
        let skipped = Event::StageSkipped { stage: "z".into(), actor: "ann".into(), reason: String::new() };
        events.insert(3, EventRecord { event: skipped, ..events[3].clone() });
    });
    finds(&store, Invariant::Log, id).await;
}

#[tokio::test(start_paused = true)]
async fn events_of_no_execution_are_found() {
    let (store, id) = ended().await;
    store.tamper(id, |row, _| drop(row.take()));
    finds(&store, Invariant::Log, id).await;
}

/// A column, and what is done to it.
type Damage = (&'static str, fn(&mut ExecutionRow));

#[tokio::test(start_paused = true)]
async fn a_row_that_is_not_the_state_is_found() {
    let changes: [Damage; 5] = [
        ("status", |row| row.status = ExecutionStatus::Terminal),
        ("ended", |row| row.ended = Some(after(77))),
        ("wake_at", |row| row.wake_at = Some(after(77))),
        ("outstanding", |row| row.outstanding = true),
        ("header", |row| row.header.failure = Some("none".to_owned())),
    ];
    for (column, damage) in changes {
        let (store, id) = ended().await;
        change(&store, id, damage);
        let said = finds(&store, Invariant::Row, id).await;
        assert!(said.contains(column), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_nothing_moves_is_found() {
    let (store, ids) = stored(&pipeline(&[("a", "wait", &[])]), 1).await;
    edit(&store, ids[0], |events| events.truncate(2));
    change(&store, ids[0], |row| row.wake_at = None);
    finds(&store, Invariant::Liveness, ids[0]).await;
}

#[tokio::test(start_paused = true)]
async fn what_happens_after_the_end_is_found() {
    let (store, id) = ended().await;
    edit(&store, id, |events| {
        let last = events.last().unwrap().clone();
        events.push(EventRecord { event: Event::Resumed { actor: "ann".into() }, ..last });
    });
    change(&store, id, |row| row.status = ExecutionStatus::Running);
    let (findings, _) = check(&store).await;
    assert!(findings.iter().any(|finding| finding.invariant == Invariant::End), "{findings:?}");
}

#[tokio::test(start_paused = true)]
async fn a_second_outcome_is_found() {
    let (store, id) = ended().await;
    edit(&store, id, |events| {
        let place = events.iter().position(|record| matches!(record.event, Event::TaskFinished { .. })).unwrap();
        events.insert(place, events[place].clone());
    });
    let said = finds(&store, Invariant::Outcome, id).await;
    assert!(said.contains("one more outcome"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_try_that_begins_twice_is_found() {
    let (store, id) = ended().await;
    edit(&store, id, |events| {
        let place = events.iter().position(|record| matches!(record.event, Event::TaskStarted { .. })).unwrap();
        events.insert(place, events[place].clone());
    });
    finds(&store, Invariant::Outcome, id).await;
}

/// An execution whose stage waits for the other one, which has ended.
async fn waiting_for_ended() -> (Arc<MemoryStore>, ExecutionId, ExecutionId) {
    let (store, ids) = stored(&pipeline(&[("c", "child", &[])]), 2).await;
    let (parent, child) = (ids[0], ids[1]);
    adopt(&store, child, parent, 1);
    store.tamper(parent, |row, events| {
        let is_started = |record: &EventRecord| matches!(record.event, Event::TaskFinished { task: 0, .. });
        let started = events.iter().position(is_started).unwrap();
        let Event::TaskFinished { child: started_child, .. } = &mut events[started].event else { unreachable!() };
        *started_child = Some(child);
        events.truncate(started + 2);
        let Event::TaskStarted { until, .. } = events[started + 1].event else { panic!("it begins to wait") };
        let row = row.as_mut().unwrap();
        (row.status, row.ended, row.wake_at) = (ExecutionStatus::Running, None, until);
        (row.sequence, row.header.failure) = (events.len() as u64, None);
    });
    (store, parent, child)
}

#[tokio::test(start_paused = true)]
async fn an_end_that_nobody_heard_of_is_found() {
    let (store, parent, child) = waiting_for_ended().await;
    let said = finds(&store, Invariant::Child, parent).await;
    assert!(said.contains(&child.to_string()), "{said}");
    let shard = store.execution(parent).await.unwrap().unwrap().shard;
    let told = Command::ChildFinished {
        stage: "c".into(),
        child,
        status: ExecutionStatus::Terminal,
        outputs: Default::default(),
        failure: None,
    };
    store.send(vec![sent("word", parent, shard, told)]).await.unwrap();
    let (findings, summary) = check(&store).await;
    assert_eq!((findings, summary.commands), (vec![], 1), "word is on its way");
}

#[tokio::test(start_paused = true)]
async fn a_child_of_another_is_found() {
    let (store, parent, child) = waiting_for_ended().await;
    adopt(&store, child, parent, 2);
    let (findings, _) = check(&store).await;
    assert!(findings.iter().all(|f| (f.invariant, f.execution) == (Invariant::Child, Some(parent))), "{findings:?}");
    assert!(findings[0].to_string().contains("was started by start 2 of stage c"), "{findings:?}");
}

#[tokio::test(start_paused = true)]
async fn an_effect_that_started_two_executions_is_found() {
    let (store, ids) = stored(&pipeline(&[("c", "child", &[])]), 3).await;
    adopt(&store, ids[1], ids[0], 1);
    adopt(&store, ids[2], ids[0], 2);
    assert_eq!(check(&store).await.0, []);
    adopt(&store, ids[2], ids[0], 1);
    let said = finds(&store, Invariant::Launch, ids[1]).await;
    assert!(said.contains(&ids[2].to_string()), "{said}");
}

#[tokio::test(start_paused = true)]
async fn a_command_for_nobody_is_found() {
    let store = MemoryStore::new();
    let mut start = World::new().start_of(&pipeline(&[]));
    start.id = unknown();
    store.send(vec![sent("lost", unknown(), 3, Command::Tick)]).await.unwrap();
    let said = finds(&store, Invariant::Inbox, unknown()).await;
    assert!(said.contains("\"lost\" (tick)"), "{said}");
    let message = InboxMessage::Start(Box::new(start));
    store.send(vec![InboxCommand { message, ..sent("start", unknown(), 3, Command::Tick) }]).await.unwrap();
    let (findings, summary) = check(&store).await;
    assert_eq!((findings, summary.commands), (vec![], 2), "it will exist");
}

#[tokio::test(start_paused = true)]
async fn what_passes_is_not_reported() {
    let store = MemoryStore::new();
    store.send(vec![sent("late", unknown(), 3, Command::Tick)]).await.unwrap();
    let claim = Claim { owner: "me".into(), shards: vec![3], limit: 1, now: after(0), until: after(9999) };
    let lease = store.lease(&claim).await.unwrap().leases[0];
    let dropped = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        store.commit(vec![refusal(lease, "late")]).await.unwrap().remove(0).unwrap();
    };
    let ((findings, _), ()) = tokio::join!(check(&store), dropped);
    assert_eq!(findings, []);
}

/// The step that takes a command for nobody out of its inbox.
fn refusal(lease: Lease, id: &str) -> Step {
    let applied = Applied { execution: unknown(), sequence: 0, rejection: None, digest: String::new(), time: after(1) };
    Step {
        lease,
        expected_sequence: 0,
        events: Vec::new().into(),
        row: None,
        applied: vec![(CommandId(id.to_owned()), applied)],
        sent: Vec::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn more_than_the_limit_is_found() {
    let definition = limited(2, QueuePolicy::WaitInOrder, &[("j", "judgment", &[])]);
    let (store, ids) = stored(&definition, 3).await;
    assert_eq!(check(&store).await.0, []);
    for id in ids {
        store.tamper(id, |_, events| {
            let Event::Created { start, .. } = &mut events[0].event else { panic!("it begins with its creation") };
            Arc::make_mut(&mut start.definition).concurrency.limit = 1;
        });
    }
    let (findings, _) = check(&store).await;
    let [finding] = &*findings else { panic!("one finding is expected: {findings:?}") };
    assert_eq!((finding.invariant, finding.execution), (Invariant::Limit, None));
    assert!(finding.what.starts_with("2 executions of applications/shop/pipelines/deploy run"), "{finding}");
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_does_not_move_is_found() {
    let definition = limited(1, QueuePolicy::WaitInOrder, &[("j", "judgment", &[])]);
    let (store, ids) = stored(&definition, 3).await;
    store.tamper(ids[0], |row, events| {
        row.take();
        events.clear();
    });
    finds(&store, Invariant::Liveness, ids[1]).await;
}
