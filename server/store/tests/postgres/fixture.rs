//! A database for a test, and small things to store in it.

use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::execution::{Cause, Command, CommandId, Event, EventRecord, ExecutionId, ExecutionStatus, Origin};
use gennaker_parts::Postgres;
use gennaker_ports::Store;
use gennaker_ports::store::{
    Applied, Claim, CommittedStep, ExecutionHeader, ExecutionRow, InboxCommand, InboxMessage, Lease, Shard, Step,
    StepError, StoreError,
};
use gennaker_store::{PostgresOptions, PostgresStore};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, query_scalar};
use tokio::time::{Instant, sleep, timeout};

/// How long anything may take here before it counts as hanging.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn options(url: &str) -> PostgresOptions {
    PostgresOptions { max_connections: 4, ..PostgresOptions::new(url) }
}

/// An empty database on the server that all tests share.
pub(crate) async fn database() -> String {
    Postgres::shared().await.database().await.unwrap()
}

pub(crate) async fn open(url: &str) -> PostgresStore {
    PostgresStore::open(&options(url)).await.unwrap()
}

/// A connection behind the stores' backs.
pub(crate) async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

pub(crate) async fn count(connection: &mut PgConnection, sql: &str) -> i64 {
    query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(connection).await.unwrap()
}

/// Asks until the count is as it should be.
pub(crate) async fn wait_for(connection: &mut PgConnection, sql: &str, wanted: i64) {
    let deadline = Instant::now() + PATIENCE;
    while count(connection, sql).await != wanted {
        assert!(Instant::now() < deadline, "{sql} does not become {wanted}");
        sleep(Duration::from_millis(3)).await;
    }
}

/// The connections of the database whose statements wait for a lock.
pub(crate) const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// Fails where something takes too long.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    timeout(PATIENCE, future).await.expect("it does not hang")
}

/// The `n`th second of the tests' time.
pub(crate) fn at(n: i64) -> Timestamp {
    Timestamp::from_secs(1_700_000_000 + n)
}

pub(crate) fn id(n: u32) -> ExecutionId {
    ExecutionId::from_parts(at(n.into()), n.into())
}

/// A claim of some shards that holds for ten seconds.
pub(crate) fn claim(owner: &str, shards: impl IntoIterator<Item = Shard>, now: i64) -> Claim {
    Claim {
        owner: owner.to_owned(),
        shards: shards.into_iter().collect(),
        limit: usize::MAX,
        now: at(now),
        until: at(now + 10),
    }
}

/// Takes a shard for a long time.
pub(crate) async fn lease(store: &dyn Store, owner: &str, shard: Shard) -> Lease {
    let claim = Claim { until: at(1_000_000), ..claim(owner, [shard], 0) };
    let tenure = store.lease(&claim).await.unwrap();
    *tenure.leases.iter().find(|lease| lease.shard == shard).unwrap()
}

/// A step of the `n`th execution, in the lease's shard, that adds one event after a sequence.
pub(crate) fn step(lease: Lease, n: u32, after: u64) -> Step {
    let event = EventRecord { sequence: after + 1, time: at(9), event: Event::Paused { actor: "ann".to_owned() } };
    let row = ExecutionRow {
        id: id(n),
        shard: lease.shard,
        application: "shop".to_owned(),
        pipeline: Some("applications/shop/pipelines/deploy".to_owned()),
        status: ExecutionStatus::Running,
        started: Some(at(1)),
        created: at(n.into()),
        ended: None,
        sequence: after + 1,
        wake_at: None,
        outstanding: true,
        header: header(),
    };
    Step { lease, expected_sequence: after, events: [event].into(), row: Some(row), applied: vec![], sent: vec![] }
}

pub(crate) fn header() -> ExecutionHeader {
    ExecutionHeader {
        display_name: "Deploy".to_owned(),
        revision: 1,
        cause: Cause {
            actor: "ann".to_owned(),
            origin: Origin::Manual,
            reason: String::new(),
            payload: serde_json::Value::Null,
        },
        parameters: serde_json::Map::new(),
        labels: [].into(),
        failure: None,
        canceled: None,
        paused: None,
    }
}

pub(crate) async fn try_commit(store: &dyn Store, step: Step) -> Result<Result<CommittedStep, StepError>, StoreError> {
    store.commit(vec![step]).await.map(|mut answers| answers.remove(0))
}

pub(crate) async fn commit(store: &dyn Store, step: Step) -> Result<CommittedStep, StepError> {
    try_commit(store, step).await.unwrap()
}

/// What became of a command of the `n`th execution.
pub(crate) fn applied(name: &str, n: u32) -> (CommandId, Applied) {
    let applied = Applied { execution: id(n), sequence: 1, rejection: None, digest: String::new(), time: at(5) };
    (CommandId(name.to_owned()), applied)
}

/// A command for the `n`th execution.
pub(crate) fn sent(name: &str, n: u32, shard: Shard) -> InboxCommand {
    InboxCommand {
        id: CommandId(name.to_owned()),
        execution: id(n),
        shard,
        digest: String::new(),
        message: InboxMessage::Command(Box::new(Command::Tick)),
    }
}
