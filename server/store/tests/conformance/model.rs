//! Whatever is done to a store, it answers as the store in memory does.

use gennaker_core::execution::ExecutionStatus;
use gennaker_core::resource::ResourceKind;
use gennaker_ports::Store;
use gennaker_ports::store::{
    ExecutionFilter, ExecutionRow, Expect, Lease, Position, ResourceWrite, Step, StoredTriggerEvent, TriggerDecision,
};
use proptest::prelude::*;

use crate::backend;
use crate::fixture::{applied, at, command, id, row, sent, step};

const SHARDS: [u32; 2] = [0, 1];
const EXECUTIONS: u32 = 5;
const COMMANDS: [&str; 5] = ["c0", "c1", "c2", "c3", "c4"];
const NAMES: [&str; 5] = ["a", "a/x", "a/y", "ab/x", "a_"];

#[derive(Clone, Debug)]
enum Operation {
    Lease { owner: &'static str, now: i64 },
    Release { owner: &'static str },
    Commit(Vec<Plan>),
    Send { command: usize, execution: u32 },
    Write { name: usize, body: f64, expect: Expect, time: i64 },
    Delete { name: usize, expect: Expect, time: i64 },
    Record { id: u32, key: Option<bool> },
    Decide { id: u32, decision: TriggerDecision },
}

/// A step, made complete when the state is known that it applies to.
#[derive(Clone, Debug)]
struct Plan {
    execution: u32,
    /// Whether it expects what is there.
    fresh: bool,
    /// Whether its lease is current.
    leased: bool,
    events: u64,
    status: ExecutionStatus,
    wake_at: Option<i64>,
    outstanding: bool,
    applied: Vec<usize>,
    sent: Vec<usize>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let commands = || prop::collection::vec(0..COMMANDS.len(), 0..3);
    (
        (0..EXECUTIONS, prop::bool::weighted(0.9), prop::bool::weighted(0.9), 0..4_u64),
        (prop::sample::select(ExecutionStatus::ALL.to_vec()), prop::option::of(0..20_i64), any::<bool>()),
        (commands(), commands()),
    )
        .prop_map(|((execution, fresh, leased, events), (status, wake_at, outstanding), (applied, sent))| Plan {
            execution,
            fresh,
            leased,
            events,
            status,
            wake_at,
            outstanding,
            applied,
            sent,
        })
}

fn operation() -> impl Strategy<Value = Operation> {
    let owner = || prop::sample::select(vec!["ann", "bob"]);
    let expect = || prop_oneof![Just(Expect::Absent), Just(Expect::Present), (0..4_i64).prop_map(Expect::Revision)];
    let decision = prop::sample::select(TriggerDecision::ALL.to_vec());
    prop_oneof![
        2 => (owner(), 0..40_i64).prop_map(|(owner, now)| Operation::Lease { owner, now }),
        1 => owner().prop_map(|owner| Operation::Release { owner }),
        8 => prop::collection::vec(plan(), 1..5).prop_map(Operation::Commit),
        2 => (0..COMMANDS.len(), 0..EXECUTIONS)
            .prop_map(|(command, execution)| Operation::Send { command, execution }),
        4 => (0..NAMES.len(), -1e9..1e9, expect(), 0..9_i64)
            .prop_map(|(name, body, expect, time)| Operation::Write { name, body, expect, time }),
        2 => (0..NAMES.len(), expect(), 0..9_i64)
            .prop_map(|(name, expect, time)| Operation::Delete { name, expect, time }),
        2 => (0..9_u32, prop::option::of(any::<bool>())).prop_map(|(id, key)| Operation::Record { id, key }),
        1 => (0..9_u32, decision).prop_map(|(id, decision)| Operation::Decide { id, decision }),
    ]
}

fn shard(execution: u32) -> u32 {
    SHARDS[execution as usize % SHARDS.len()]
}

/// Makes a step of a plan, from what a store holds.
async fn complete(store: &dyn Store, leases: &[Lease], plan: &Plan) -> Option<Step> {
    let n = plan.execution;
    let current = store.execution(id(n)).await.unwrap().map_or(0, |row| row.sequence);
    let shard = shard(n);
    let epoch = leases.iter().rfind(|lease| lease.shard == shard).map_or(0, |lease| lease.epoch);
    let lease = Lease { shard, epoch: if plan.leased { epoch } else { epoch + 1 } };
    let row = ExecutionRow {
        shard,
        sequence: if plan.fresh { current } else { current + 1 },
        status: plan.status,
        wake_at: plan.wake_at.map(at),
        outstanding: plan.outstanding,
        pipeline: (n > 0).then(|| "p".to_owned()),
        ..row(n)
    };
    let mut step = step(lease, row, plan.events);
    step.applied = plan.applied.iter().map(|&command| applied(COMMANDS[command], n)).collect();
    step.sent = plan.sent.iter().map(|&command| sent(COMMANDS[command], n, shard)).collect();
    if step.expected_sequence == 0 && step.events.is_empty() {
        step.row = None;
    }
    step.flaw().is_none().then_some(step)
}

/// Does the same to both stores and compares the answers.
async fn perform(model: &dyn Store, store: &dyn Store, leases: &mut Vec<Lease>, operation: Operation) {
    match operation {
        Operation::Lease { owner, now } => {
            let taken = model.lease(owner, &SHARDS, at(now), at(now + 10)).await;
            assert_eq!(store.lease(owner, &SHARDS, at(now), at(now + 10)).await, taken);
            leases.extend(taken.unwrap());
        }
        Operation::Release { owner } => assert_eq!(store.release(owner).await, model.release(owner).await),
        Operation::Commit(plans) => {
            let mut steps = Vec::new();
            for plan in &plans {
                steps.extend(complete(model, leases, plan).await);
            }
            assert_eq!(store.commit(steps.clone()).await, model.commit(steps).await);
        }
        Operation::Send { command, execution } => {
            let commands = vec![sent(COMMANDS[command], execution, shard(execution))];
            assert_eq!(store.send(commands.clone()).await, model.send(commands).await);
        }
        Operation::Write { name, body, expect, time } => {
            let write = ResourceWrite {
                body: serde_json::json!({"body": body}),
                ..crate::resources::write(ResourceKind::Pipeline, NAMES[name], time)
            };
            assert_eq!(store.write_resource(&write, expect).await, model.write_resource(&write, expect).await);
        }
        Operation::Delete { name, expect, time } => {
            let (kind, name) = (ResourceKind::Pipeline, NAMES[name]);
            let deleted = model.delete_resource(kind, name, expect, "ann", at(time)).await;
            assert_eq!(store.delete_resource(kind, name, expect, "ann", at(time)).await, deleted);
        }
        Operation::Record { id: n, key } => {
            let event = trigger_event(n, key);
            assert_eq!(store.record_trigger_event(&event).await, model.record_trigger_event(&event).await);
        }
        Operation::Decide { id: n, decision } => {
            let event = id(n).to_string();
            let decided = model.decide_trigger_event(&event, decision, "so", Some(id(n))).await;
            assert_eq!(store.decide_trigger_event(&event, decision, "so", Some(id(n))).await, decided);
        }
    }
}

fn trigger_event(n: u32, key: Option<bool>) -> StoredTriggerEvent {
    StoredTriggerEvent {
        id: id(n).to_string(),
        trigger: "t".to_owned(),
        time: at(n.into()),
        actor: "hook".to_owned(),
        // A key that is known under another id, or under this one, or not at all.
        dedupe_key: key.map(|shared| if shared { "shared".to_owned() } else { n.to_string() }),
        decision: TriggerDecision::Pending,
        reason: String::new(),
        execution: None,
        payload: serde_json::Value::Null,
    }
}

/// Everything that can be read must be alike.
async fn compare(model: &dyn Store, store: &dyn Store) {
    for n in 0..EXECUTIONS {
        assert_eq!(store.execution(id(n)).await, model.execution(id(n)).await);
        assert_eq!(store.events(id(n), 2, 5).await, model.events(id(n), 2, 5).await);
    }
    for name in COMMANDS {
        assert_eq!(store.command(&command(name)).await, model.command(&command(name)).await);
    }
    let all = Position::default();
    assert_eq!(store.events_since(all, 100).await, model.events_since(all, 100).await);
    assert_eq!(store.position().await, model.position().await);
    assert_eq!(store.inbox(&SHARDS, 9).await, model.inbox(&SHARDS, 9).await);
    assert_eq!(store.inbox(&SHARDS[1..], 1).await, model.inbox(&SHARDS[1..], 1).await);
    for status in ExecutionStatus::ALL {
        let filter = ExecutionFilter { statuses: vec![status], ..ExecutionFilter::default() };
        assert_eq!(store.executions(&filter, None, 3).await, model.executions(&filter, None, 3).await);
    }
    assert_eq!(store.due(&SHARDS, at(10), 3).await, model.due(&SHARDS, at(10), 3).await);
    assert_eq!(store.next_due(&SHARDS[..1]).await, model.next_due(&SHARDS[..1]).await);
    assert_eq!(store.to_recover(&SHARDS, Some(id(0)), 9).await, model.to_recover(&SHARDS, Some(id(0)), 9).await);
    assert_eq!(store.unfinished("p").await, model.unfinished("p").await);
    for name in NAMES {
        let kind = ResourceKind::Pipeline;
        assert_eq!(store.resource(kind, name).await, model.resource(kind, name).await);
        assert_eq!(store.revisions(kind, name, None, 9).await, model.revisions(kind, name, None, 9).await);
        assert_eq!(store.resources(kind, name, None, 2).await, model.resources(kind, name, None, 2).await);
    }
    assert_eq!(store.trigger_events("t", None, 9).await, model.trigger_events("t", None, 9).await);
    assert_eq!(store.pending_trigger_events(None, 3).await, model.pending_trigger_events(None, 3).await);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn sqlite_is_like_memory(operations in prop::collection::vec(operation(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (model, backend) = (backend::memory(), backend::sqlite());
            let mut leases = Vec::new();
            for operation in operations {
                perform(&*model.store, &*backend.store, &mut leases, operation).await;
            }
            compare(&*model.store, &*backend.store).await;
        });
    }
}
