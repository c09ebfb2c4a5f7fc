//! Small things to store.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_core::Timestamp;
use gennaker_core::execution::{Cause, Command, CommandId, Event, EventRecord, ExecutionId, ExecutionStatus, Origin};
use gennaker_ports::Store;
use gennaker_ports::store::{
    Applied, Claim, CommittedStep, Cursor, ExecutionHeader, ExecutionRow, InboxCommand, InboxMessage, Lane, Lease,
    Shard, Step, StepError,
};

pub(crate) const PIPELINE: &str = "applications/shop/pipelines/deploy";

/// The `n`th second of the tests' time.
pub(crate) fn at(n: i64) -> Timestamp {
    Timestamp::from_secs(1_700_000_000 + n)
}

/// The id of the `n`th execution.
pub(crate) fn id(n: u32) -> ExecutionId {
    ExecutionId::from_parts(at(n.into()), n.into())
}

pub(crate) fn command(name: &str) -> CommandId {
    CommandId(name.to_owned())
}

/// The row of the `n`th execution before its first step: running, of one pipeline, in shard 0.
pub(crate) fn row(n: u32) -> ExecutionRow {
    ExecutionRow {
        id: id(n),
        shard: 0,
        application: "shop".to_owned(),
        pipeline: Some(PIPELINE.to_owned()),
        status: ExecutionStatus::Running,
        started: Some(at(1)),
        created: at(n.into()),
        ended: None,
        sequence: 0,
        wake_at: None,
        outstanding: false,
        header: header(),
    }
}

pub(crate) fn header() -> ExecutionHeader {
    ExecutionHeader {
        display_name: "Deploy \"shop\" – é".to_owned(),
        revision: 3,
        cause: Cause {
            actor: "ann".to_owned(),
            origin: Origin::Manual,
            reason: "why not".to_owned(),
            payload: serde_json::json!({"n": 0.1, "deep": [null, {"x": "\u{0}y"}]}),
        },
        parameters: serde_json::from_value(serde_json::json!({"size": 3})).unwrap(),
        labels: BTreeMap::from([("team".to_owned(), "web".to_owned())]),
        failure: None,
        canceled: Some(("bob".to_owned(), "late".to_owned())),
        paused: Some(("eve".to_owned(), at(7))),
    }
}

/// `count` events after a sequence.
pub(crate) fn events(after: u64, count: u64) -> Vec<EventRecord> {
    let event = |sequence| Event::Paused { actor: format!("actor {sequence}") };
    (after + 1..=after + count).map(|n| EventRecord { sequence: n, time: at(9), event: event(n) }).collect()
}

/// A step that adds `count` events to an execution whose row before it is `row`.
pub(crate) fn step(lease: Lease, mut row: ExecutionRow, count: u64) -> Step {
    let expected_sequence = row.sequence;
    row.sequence += count;
    let events = events(expected_sequence, count).into();
    Step { lease, expected_sequence, events, row: Some(row), applied: Vec::new(), sent: Vec::new() }
}

/// What became of a command of the `n`th execution.
pub(crate) fn applied(name: &str, n: u32) -> (CommandId, Applied) {
    let applied =
        Applied { execution: id(n), sequence: 1, rejection: None, digest: format!("digest of {name}"), time: at(5) };
    (command(name), applied)
}

/// A command for the `n`th execution.
pub(crate) fn sent(name: &str, n: u32, shard: Shard) -> InboxCommand {
    InboxCommand {
        id: command(name),
        execution: id(n),
        shard,
        digest: format!("digest of {name}"),
        message: InboxMessage::Command(Box::new(Command::Tick)),
    }
}

/// A claim to shards that holds for long.
pub(crate) fn claim(owner: &str, shards: &[Shard], limit: usize) -> Claim {
    Claim { owner: owner.to_owned(), shards: shards.to_vec(), limit, now: at(0), until: at(1_000_000) }
}

/// Takes a shard.
pub(crate) async fn lease(store: &dyn Store, shard: Shard) -> Lease {
    let tenure = store.lease(&claim("me", &[shard], usize::MAX)).await.unwrap();
    tenure.leases.into_iter().find(|lease| lease.shard == shard).unwrap()
}

/// The lanes of shards.
pub(crate) fn lanes(store: &dyn Store, shards: &[Shard]) -> Vec<Lane> {
    let lanes: BTreeSet<_> = shards.iter().map(|&shard| store.lane(shard)).collect();
    lanes.into_iter().collect()
}

/// The log of shards.
pub(crate) async fn log(store: &dyn Store, shards: &[Shard]) -> Vec<CommittedStep> {
    store.events_since(&Cursor::default(), &lanes(store, shards), 1000).await.unwrap()
}

/// Commits one step.
pub(crate) async fn commit(store: &dyn Store, step: Step) -> Result<CommittedStep, StepError> {
    store.commit(vec![step]).await.unwrap().remove(0)
}

/// Puts executions there, each with one event.
pub(crate) async fn create(store: &dyn Store, rows: impl IntoIterator<Item = ExecutionRow>) {
    for row in rows {
        let lease = lease(store, row.shard).await;
        commit(store, step(lease, row, 1)).await.unwrap();
    }
}
