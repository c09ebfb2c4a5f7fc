//! Whatever is done to a store, it answers as the store in memory does.

use gennaker_core::execution::ExecutionStatus;
use gennaker_core::resource::ResourceKind;
use gennaker_ports::Store;
use gennaker_ports::store::{
    Claim, CommittedStep, Cursor, ExecutionFilter, ExecutionRow, Expect, Lease, Position, Pruning, ResourceWrite,
    Shard, Step, StoredTriggerEvent, TriggerDecision,
};
use gennaker_ports::testing::store::MemoryStore;
use proptest::prelude::*;

use crate::backend;
use crate::fixture::{applied, at, claim, command, id, log, row, sent, step};

/// More than there is.
const ALL: usize = 1000;
const SHARDS: [Shard; 2] = [0, 1];
const EXECUTIONS: u32 = 5;
const COMMANDS: [&str; 5] = ["c0", "c1", "c2", "c3", "c4"];
const NAMES: [&str; 5] = ["a", "a/x", "a/y", "ab/x", "a_"];

#[derive(Clone, Debug)]
enum Operation {
    Lease { owner: &'static str, limit: usize, now: i64 },
    Release { owner: &'static str, shards: Vec<Shard> },
    Leave { owner: &'static str },
    Prune(Pruning),
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
    ended: Option<i64>,
    outstanding: bool,
    applied: Vec<usize>,
    sent: Vec<usize>,
}

fn plan() -> impl Strategy<Value = Plan> {
    let commands = || prop::collection::vec(0..COMMANDS.len(), 0..3);
    let time = || prop::option::of(0..20_i64);
    (
        (0..EXECUTIONS, prop::bool::weighted(0.9), prop::bool::weighted(0.9), 0..4_u64),
        (prop::sample::select(ExecutionStatus::ALL.to_vec()), time(), time(), any::<bool>()),
        (commands(), commands()),
    )
        .prop_map(
            |((execution, fresh, leased, events), (status, wake_at, ended, outstanding), (applied, sent))| Plan {
                execution,
                fresh,
                leased,
                events,
                status,
                wake_at,
                ended,
                outstanding,
                applied,
                sent,
            },
        )
}

fn pruning() -> impl Strategy<Value = Pruning> {
    prop_oneof![
        (0..25_i64).prop_map(|n| Pruning::Ended { before: at(n) }),
        (0..3_usize).prop_map(|keep| Pruning::Surplus { pipeline: "p".to_owned(), keep }),
        (0..9_i64).prop_map(|n| Pruning::Requests { before: at(n) }),
        (0..9_i64).prop_map(|n| Pruning::TriggerEvents { before: at(n) }),
    ]
}

fn operation() -> impl Strategy<Value = Operation> {
    let owner = || prop::sample::select(vec!["ann", "bob"]);
    let expect = || prop_oneof![Just(Expect::Absent), Just(Expect::Present), (0..4_i64).prop_map(Expect::Revision)];
    let decision = prop::sample::select(TriggerDecision::ALL.to_vec());
    prop_oneof![
        3 => (owner(), 0..3_usize, 0..12_i64).prop_map(|(owner, limit, now)| Operation::Lease { owner, limit, now }),
        1 => (owner(), prop::sample::subsequence(&SHARDS, 1..=2))
            .prop_map(|(owner, shards)| Operation::Release { owner, shards }),
        1 => owner().prop_map(|owner| Operation::Leave { owner }),
        2 => pruning().prop_map(Operation::Prune),
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
        ended: plan.ended.map(at),
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
        Operation::Lease { owner, limit, now } => {
            let claim = Claim { now: at(now), until: at(now + 10), ..claim(owner, &SHARDS, limit) };
            let tenure = model.lease(&claim).await;
            assert_eq!(store.lease(&claim).await, tenure);
            leases.extend(tenure.unwrap().leases);
        }
        Operation::Release { owner, shards } => {
            assert_eq!(store.release(owner, &shards).await, model.release(owner, &shards).await);
        }
        Operation::Leave { owner } => assert_eq!(store.leave(owner).await, model.leave(owner).await),
        Operation::Prune(what) => assert_eq!(store.prune(&what, ALL).await, model.prune(&what, ALL).await),
        Operation::Commit(plans) => {
            let mut steps = Vec::new();
            for plan in &plans {
                steps.extend(complete(model, leases, plan).await);
            }
            let answers = model.commit(steps.clone()).await.unwrap();
            let expected: Vec<_> = answers.into_iter().map(|answer| answer.map(placeless)).collect();
            let answers = store.commit(steps).await.unwrap();
            let answers: Vec<_> = answers.into_iter().map(|answer| answer.map(placeless)).collect();
            assert_eq!(answers, expected);
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

/// A step without its place in the log: each store has lanes and positions of its own.
fn placeless(step: CommittedStep) -> CommittedStep {
    CommittedStep { lane: 0, position: Position::default(), ..step }
}

/// The steps of a shard in their order.
async fn steps_of(store: &dyn Store, of: Shard) -> Vec<CommittedStep> {
    let is_in_shard = |step: &CommittedStep| (0..EXECUTIONS).any(|n| shard(n) == of && id(n) == step.execution);
    log(store, &[of]).await.into_iter().filter(is_in_shard).map(placeless).collect()
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
    let outcomes = async |store: &dyn Store| {
        let mut outcomes = store.applied(&COMMANDS.map(command)).await.unwrap();
        outcomes.sort_by(|(one, _), (other, _)| one.0.cmp(&other.0));
        outcomes
    };
    assert_eq!(outcomes(store).await, outcomes(model).await);
    for shard in SHARDS {
        assert_eq!(steps_of(store, shard).await, steps_of(model, shard).await);
    }
    for store in [store, model] {
        let (end, pruned) = (store.cursor().await.unwrap(), store.pruned().await.unwrap());
        assert!(!end.is_behind(&pruned), "{pruned:?} was pruned, the end is {end:?}");
    }
    let pruned_nothing = async |store: &dyn Store| store.pruned().await.unwrap() == Cursor::default();
    assert_eq!(pruned_nothing(store).await, pruned_nothing(model).await);
    assert_eq!(store.ended_since(at(7), None, 9).await, model.ended_since(at(7), None, 9).await);
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

/// Does the same to an empty store and to the store in memory; afterwards they must be alike.
async fn is_like_memory(store: &dyn Store, operations: Vec<Operation>) {
    let model = MemoryStore::new();
    let (mut leases, mut clock) = (Vec::new(), 0);
    for mut operation in operations {
        // Time only goes on.
        if let Operation::Lease { now, .. } = &mut operation {
            clock += *now;
            *now = clock;
        }
        perform(&model, store, &mut leases, operation).await;
    }
    compare(&model, store).await;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn sqlite_is_like_memory(operations in prop::collection::vec(operation(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let backend = backend::sqlite().await;
            is_like_memory(&*backend.store, operations).await;
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn postgres_is_like_memory(operations in prop::collection::vec(operation(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let backend = backend::postgres().await;
            is_like_memory(&*backend.store, operations).await;
        });
    }
}
