//! What only a store on disk has to do: outlive the process, refuse what it cannot use, and come through a full disk.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gennaker_core::Timestamp;
use gennaker_core::execution::{Cause, CommandId, Event, EventRecord, ExecutionId, ExecutionStatus, Origin};
use gennaker_core::resource::ResourceKind;
use gennaker_ports::store::{
    Applied, Claim, ExecutionHeader, ExecutionRow, Expect, Lease, Pruning, ResourceWrite, Step,
};
use gennaker_ports::{Store, StoreError};
use gennaker_store::{BackupError, Migrated, OpenError, Options, SqliteStore, Synchronous, backup, migrate};
use rusqlite::Connection;
use tempfile::TempDir;

const KIND: ResourceKind = ResourceKind::Application;
/// The newest version of the schema.
const KNOWN: i64 = 3;

fn options(dir: &Path) -> Options {
    Options { synchronous: Synchronous::Normal, ..Options::new(dir) }
}

fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(&options(dir)).unwrap()
}

fn refused(options: &Options) -> OpenError {
    SqliteStore::open(options).unwrap_err()
}

/// A resource of some size.
fn write(name: &str, size: usize) -> ResourceWrite {
    ResourceWrite {
        kind: KIND,
        name: name.to_owned(),
        body: serde_json::Value::String("x".repeat(size)),
        actor: "ann".to_owned(),
        message: String::new(),
        time: Timestamp::EPOCH,
    }
}

/// Takes shard 0.
async fn lease(store: &SqliteStore) -> Lease {
    let until = Timestamp::from_secs(1000);
    let claim = Claim { owner: "me".to_owned(), shards: vec![0], limit: 1, now: Timestamp::EPOCH, until };
    store.lease(&claim).await.unwrap().leases[0]
}

/// The only step of the `n`th execution, which ends in the `n`th second.
fn ended(lease: Lease, n: u32) -> Step {
    let time = Timestamp::from_secs(n.into());
    let id = ExecutionId::from_parts(time, n.into());
    let cause = Cause {
        actor: "ann".to_owned(),
        origin: Origin::Manual,
        reason: "x".repeat(200),
        payload: serde_json::Value::Null,
    };
    let header = ExecutionHeader {
        display_name: "Deploy".to_owned(),
        revision: 1,
        cause,
        parameters: serde_json::Map::new(),
        labels: BTreeMap::new(),
        failure: None,
        canceled: None,
        paused: None,
    };
    let row = ExecutionRow {
        id,
        shard: 0,
        application: "shop".to_owned(),
        pipeline: Some("p".to_owned()),
        status: ExecutionStatus::Succeeded,
        started: Some(time),
        created: time,
        ended: Some(time),
        sequence: 1,
        wake_at: None,
        outstanding: false,
        header,
    };
    let event = EventRecord { sequence: 1, time, event: Event::Paused { actor: "x".repeat(2000) } };
    let applied = Applied { execution: id, sequence: 1, rejection: None, digest: "d".repeat(32), time };
    Step {
        lease,
        expected_sequence: 0,
        events: vec![event].into(),
        row: Some(row),
        applied: vec![(CommandId(format!("start {n}")), applied)],
        sent: Vec::new(),
    }
}

/// Changes the database behind the store's back.
fn tamper(dir: &Path, sql: &str) {
    Connection::open(dir.join("gennaker.db")).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let dir = TempDir::new().unwrap();
    let store = SqliteStore::open(&Options::new(dir.path().join("new/deep"))).unwrap();
    let written = store.write_resource(&write("a", 10), Expect::Absent).await.unwrap();
    drop(store);
    let store = open(&dir.path().join("new/deep"));
    assert_eq!(store.resource(KIND, "a").await.unwrap(), Some(written));
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_killed_server_left_in_the_log_is_there() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let written = store.write_resource(&write("a", 10), Expect::Absent).await.unwrap();
    let crashed = TempDir::new().unwrap();
    for file in ["gennaker.db", "gennaker.db-wal"] {
        fs::copy(dir.path().join(file), crashed.path().join(file)).unwrap();
    }
    assert!(fs::metadata(crashed.path().join("gennaker.db-wal")).unwrap().len() > 0);
    assert_eq!(open(crashed.path()).resource(KIND, "a").await.unwrap(), Some(written));
}

#[tokio::test]
async fn the_leases_of_a_killed_server_are_free() {
    let dir = TempDir::new().unwrap();
    let claim = |owner: &str| Claim {
        owner: owner.to_owned(),
        shards: vec![0, 1],
        limit: 2,
        now: Timestamp::EPOCH,
        until: Timestamp::from_secs(1000),
    };
    let before = open(dir.path()).lease(&claim("killed")).await.unwrap().leases;
    let after = open(dir.path()).lease(&claim("next")).await.unwrap().leases;
    assert_eq!(after.len(), 2);
    assert!(after.iter().zip(before).all(|(after, before)| after.epoch > before.epoch), "{after:?}");
}

#[tokio::test]
async fn a_directory_has_one_server() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let error = refused(&options(dir.path()));
    assert!(matches!(error, OpenError::InUse { holder: Some(pid), .. } if pid == std::process::id()), "{error:?}");
    assert!(error.to_string().contains(&std::process::id().to_string()), "{error}");
    drop(store);
    open(dir.path()).ping().await.unwrap();
}

#[test]
fn an_unusable_directory_is_named() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    for unusable in [file.clone(), file.join("below"), "/proc/gennaker".into()] {
        let error = refused(&options(&unusable));
        assert!(matches!(&error, OpenError::NotWritable { path, .. } if *path == unusable), "{error:?}");
    }
    fs::create_dir(dir.path().join("gennaker.db")).unwrap();
    let error = refused(&options(dir.path()));
    assert!(matches!(error, OpenError::NotWritable { .. }), "{error:?}");
}

#[test]
fn what_is_no_database_is_refused() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("gennaker.db"), "a text, longer than the header of a database".repeat(100)).unwrap();
    let error = refused(&options(dir.path()));
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");
}

#[tokio::test]
async fn a_damaged_database_is_refused() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    for n in 0..20 {
        store.write_resource(&write(&format!("a{n}"), 3000), Expect::Absent).await.unwrap();
    }
    drop(store);
    let path = dir.path().join("gennaker.db");
    let mut content = fs::read(&path).unwrap();
    let end = content.len();
    content[end - 40_000..].fill(0x55);
    fs::write(&path, content).unwrap();
    let error = refused(&options(dir.path()));
    assert!(matches!(error, OpenError::Damaged { .. }), "{error:?}");

    let unverified = SqliteStore::open(&Options { verify_up_to: 0, ..options(dir.path()) });
    let store = unverified.unwrap();
    let read = store.resources(KIND, "", None, 100).await;
    assert!(matches!(read, Err(StoreError::Damaged(_))), "{read:?}");
    assert_ne!(store.verify().await.unwrap(), Vec::<String>::new());
}

#[test]
fn another_programs_database_is_refused() {
    let dir = TempDir::new().unwrap();
    tamper(dir.path(), "CREATE TABLE theirs (x)");
    let error = refused(&options(dir.path()));
    assert!(matches!(error, OpenError::Foreign { .. }), "{error:?}");
}

#[test]
fn a_newer_schema_is_refused() {
    let dir = TempDir::new().unwrap();
    drop(open(dir.path()));
    tamper(dir.path(), "PRAGMA user_version = 1000");
    let error = refused(&options(dir.path()));
    assert!(matches!(error, OpenError::Newer { found: 1000, known: KNOWN, .. }), "{error:?}");
}

#[test]
fn migrating_tells_what_it_did() {
    let dir = TempDir::new().unwrap();
    assert_eq!(migrate(&options(dir.path())).unwrap(), Migrated { from: 0, to: KNOWN });
    assert_eq!(migrate(&options(dir.path())).unwrap(), Migrated { from: KNOWN, to: KNOWN });
    drop(open(dir.path()));
}

#[tokio::test]
async fn a_full_disk_keeps_nothing_half_done_and_heals() {
    let dir = TempDir::new().unwrap();
    let store = SqliteStore::open(&Options { max_bytes: Some(400 << 10), ..options(dir.path()) }).unwrap();
    let mut kept = 0;
    let full = loop {
        match store.write_resource(&write(&format!("a{kept}"), 20_000), Expect::Absent).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(&full, StoreError::Unavailable(text) if text.contains("free some space")), "{full:?}");
    assert!(kept > 1, "{kept}");
    let name = format!("a{kept}");
    assert_eq!(store.resource(KIND, &name).await.unwrap(), None);
    assert_eq!(store.revision(KIND, &name, 1).await.unwrap(), None);
    assert_eq!(store.ping().await.unwrap_err(), full, "health checks hear of it");
    store.delete_resource(KIND, "a0", Expect::Present, "ann", Timestamp::EPOCH).await.unwrap();
    store.ping().await.unwrap();
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    drop(store);
    let roomy = open(dir.path());
    roomy.write_resource(&write(&name, 20_000), Expect::Absent).await.unwrap();
}

#[tokio::test]
async fn content_of_another_version_is_damage() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    store.write_resource(&write("a", 1), Expect::Absent).await.unwrap();
    drop(store);
    tamper(dir.path(), "UPDATE resources SET body = 'no json'");
    let read = open(dir.path()).resource(KIND, "a").await;
    assert!(matches!(read, Err(StoreError::Damaged(_))), "{read:?}");
}

#[tokio::test]
async fn readers_and_writers_do_not_wait_for_each_other() {
    let dir = TempDir::new().unwrap();
    let store = Arc::new(open(dir.path()));
    let writes = (0..200).map(|n| {
        let store = Arc::clone(&store);
        async move {
            let written = store.write_resource(&write(&format!("a{n}"), 5000), Expect::Absent).await.unwrap();
            assert_eq!(store.resource(KIND, &written.name).await.unwrap(), Some(written));
        }
    });
    futures::future::join_all(writes).await;
    assert_eq!(store.resources(KIND, "", None, 500).await.unwrap().items.len(), 200);
}

#[tokio::test]
async fn a_queue_that_stays_full_turns_callers_away() {
    let dir = TempDir::new().unwrap();
    let few = Options { queue: 1, patience: Duration::from_millis(20), ..options(dir.path()) };
    let store = &SqliteStore::open(&few).unwrap();
    let blocker = Connection::open(dir.path().join("gennaker.db")).unwrap();
    blocker.execute_batch("BEGIN IMMEDIATE").unwrap();
    let writes = (0..3).map(|n| async move { store.write_resource(&write(&format!("a{n}"), 1), Expect::Absent).await });
    let mut answers = writes.collect::<FuturesUnordered<_>>();
    let first = answers.next().await.unwrap();
    assert!(matches!(first, Err(StoreError::Unavailable(_))), "one is written, one waits, one is too many: {first:?}");
    blocker.execute_batch("ROLLBACK").unwrap();
    let others: Vec<_> = answers.collect().await;
    assert!(others.len() == 2 && others.iter().all(Result::is_ok), "{others:?}");
}

#[tokio::test]
async fn the_log_does_not_grow_forever() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    for n in 0..400 {
        store.write_resource(&write(&format!("a{n}"), 100_000), Expect::Absent).await.unwrap();
    }
    let log = fs::metadata(dir.path().join("gennaker.db-wal")).unwrap().len();
    assert!(log < 40 << 20, "80 MB were written, the log has {log} bytes");
}

#[tokio::test]
async fn what_is_pruned_makes_room() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let lease = lease(&store).await;
    let mut sizes = Vec::new();
    for round in 0..30 {
        for batch in 0..10 {
            let steps = (0..50).map(|n| ended(lease, round * 500 + batch * 50 + n)).collect();
            store.commit(steps).await.unwrap().into_iter().for_each(|answer| drop(answer.unwrap()));
        }
        let before = Timestamp::from_secs((round * 500).into());
        while store.prune(&Pruning::Ended { before }, 100).await.unwrap() == 100 {}
        while store.prune(&Pruning::Requests { before }, 1000).await.unwrap() == 1000 {}
        let size = |name| fs::metadata(dir.path().join(name)).unwrap().len();
        sizes.push((size("gennaker.db"), size("gennaker.db-wal")));
    }
    let largest = |sizes: &[(u64, u64)]| {
        (sizes.iter().map(|(database, _)| *database).max().unwrap(), sizes.iter().map(|(_, log)| *log).max().unwrap())
    };
    let ((early, early_log), (late, late_log)) = (largest(&sizes[..15]), largest(&sizes[15..]));
    assert!(late < early + early / 20 && late_log < early_log + early_log / 20, "{sizes:?}");
    assert_eq!(store.verify().await, Ok(Vec::new()));
}

#[tokio::test]
async fn a_database_in_use_can_be_read_but_not_written() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let reader = SqliteStore::open_read_only(dir.path()).unwrap();
    let written = store.write_resource(&write("a", 10), Expect::Absent).await.unwrap();
    assert_eq!(reader.resource(KIND, "a").await.unwrap(), Some(written.clone()), "it sees what is written meanwhile");
    assert_eq!(reader.verify().await, Ok(Vec::new()));
    let refused = reader.write_resource(&write("b", 10), Expect::Absent).await;
    assert!(matches!(&refused, Err(StoreError::Unavailable(text)) if text.contains("read only")), "{refused:?}");
    assert!(reader.ping().await.is_err());
    drop(reader);
    drop(store);
    let closed = SqliteStore::open_read_only(&dir.path().join("gennaker.db")).unwrap();
    assert_eq!(closed.resource(KIND, "a").await.unwrap(), Some(written));
    drop(closed);
    open(dir.path()).write_resource(&write("b", 10), Expect::Absent).await.unwrap();
}

#[test]
fn what_cannot_be_read_is_refused() {
    let dir = TempDir::new().unwrap();
    let missing = SqliteStore::open_read_only(dir.path()).unwrap_err();
    assert!(matches!(missing, OpenError::NotWritable { .. }), "{missing:?}");
    assert!(!dir.path().join("gennaker.db").exists());
    tamper(dir.path(), "CREATE TABLE theirs (x)");
    let foreign = SqliteStore::open_read_only(dir.path()).unwrap_err();
    assert!(matches!(foreign, OpenError::Foreign { .. }), "{foreign:?}");
    fs::remove_file(dir.path().join("gennaker.db")).unwrap();
    drop(open(dir.path()));
    tamper(dir.path(), "PRAGMA user_version = 1");
    let older = SqliteStore::open_read_only(dir.path()).unwrap_err();
    assert!(matches!(older, OpenError::Older { found: 1, known: KNOWN, .. }), "{older:?}");
}

#[tokio::test]
async fn the_first_schemas_content_is_kept() {
    let dir = TempDir::new().unwrap();
    tamper(dir.path(), include_str!("../../../migrations/sqlite/0001_initial.sql"));
    tamper(
        dir.path(),
        "PRAGMA application_id = 0x474E4B52; PRAGMA user_version = 1;
        INSERT INTO applied (id, execution, sequence, digest, time) VALUES
            ('c2', '01HF0000000000000000000001', 7, 'd', 20), ('c1', '01HF0000000000000000000001', 6, 'd', 10)",
    );
    let store = open(dir.path());
    let ids = ["c1", "c2"].map(|id| CommandId(id.to_owned()));
    let sequences: Vec<_> = store.applied(&ids).await.unwrap().iter().map(|(_, applied)| applied.sequence).collect();
    assert_eq!(sequences, [6, 7]);
    let old = Pruning::Requests { before: Timestamp::from_micros(15) };
    assert_eq!(store.prune(&old, 1).await, Ok(1));
    assert_eq!(store.applied(&ids).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_backup_is_made_of_a_database_in_use() {
    let (dir, copies) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store = Arc::new(open(dir.path()));
    let kept = store.write_resource(&write("before", 10), Expect::Absent).await.unwrap();
    let writer = Arc::clone(&store);
    let writes = tokio::spawn(async move {
        for n in 0..200 {
            writer.write_resource(&write(&format!("a{n}"), 5000), Expect::Absent).await.unwrap();
        }
    });
    let (from, to) = (dir.path().to_owned(), copies.path().join("gennaker.db"));
    let copy = to.clone();
    let size = tokio::task::spawn_blocking(move || backup(&from, &copy)).await.unwrap().unwrap();
    writes.await.unwrap();
    assert_eq!(size, fs::metadata(&to).unwrap().len());
    assert_eq!(fs::read_dir(copies.path()).unwrap().count(), 1, "nothing else is left there");

    let again = backup(dir.path(), &to);
    assert!(matches!(again, Err(BackupError::Exists { .. })), "{again:?}");
    let restored = open(copies.path());
    assert_eq!(restored.resource(KIND, "before").await.unwrap(), Some(kept));
    assert_eq!(restored.verify().await, Ok(Vec::new()));
    restored.write_resource(&write("after", 10), Expect::Absent).await.unwrap();
}

#[test]
fn a_backup_that_fails_leaves_nothing() {
    let (dir, copies) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    drop(open(dir.path()));
    let nowhere = backup(dir.path(), &copies.path().join("missing/copy"));
    assert!(matches!(nowhere, Err(BackupError::Write { .. })), "{nowhere:?}");
    let nothing = backup(&copies.path().join("missing"), &copies.path().join("copy"));
    assert!(matches!(nothing, Err(BackupError::Open(_))), "{nothing:?}");
    let full = backup(dir.path(), Path::new("/dev/full"));
    assert!(matches!(full, Err(BackupError::Exists { .. })), "{full:?}");
    assert_eq!(fs::read_dir(copies.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn there_is_nobody_to_send_signals() {
    let dir = TempDir::new().unwrap();
    let store = open(dir.path());
    let mut signals = store.signals();
    let lease = lease(&store).await;
    store.commit(vec![ended(lease, 1)]).await.unwrap();
    store.leave("me").await.unwrap();
    assert_eq!(signals.try_recv(), Err(tokio::sync::broadcast::error::TryRecvError::Empty));
}
