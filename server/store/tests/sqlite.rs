//! What only a store on disk has to do: outlive the process, refuse what it cannot use, and come through a full disk.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gennaker_core::Timestamp;
use gennaker_core::resource::ResourceKind;
use gennaker_ports::store::{Expect, ResourceWrite};
use gennaker_ports::{Store, StoreError};
use gennaker_store::{Migrated, OpenError, Options, SqliteStore, Synchronous, migrate};
use rusqlite::Connection;
use tempfile::TempDir;

const KIND: ResourceKind = ResourceKind::Application;

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
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
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
    let (now, until) = (Timestamp::EPOCH, Timestamp::from_secs(1000));
    let before = open(dir.path()).lease("killed", &[0, 1], now, until).await.unwrap();
    let after = open(dir.path()).lease("next", &[0, 1], now, until).await.unwrap();
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
    assert_ne!(store.check().await.unwrap(), Vec::<String>::new());
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
    assert!(matches!(error, OpenError::Newer { found: 1000, known: 1, .. }), "{error:?}");
}

#[test]
fn migrating_tells_what_it_did() {
    let dir = TempDir::new().unwrap();
    assert_eq!(migrate(&options(dir.path())).unwrap(), Migrated { from: 0, to: 1 });
    assert_eq!(migrate(&options(dir.path())).unwrap(), Migrated { from: 1, to: 1 });
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
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    drop(store);
    let roomy = open(dir.path());
    roomy.write_resource(&write(&name, 20_000), Expect::Absent).await.unwrap();
}

#[tokio::test]
async fn a_gap_in_the_events_is_found() {
    let dir = TempDir::new().unwrap();
    drop(open(dir.path()));
    tamper(
        dir.path(),
        "INSERT INTO events (execution, first_sequence, last_sequence, application, events) VALUES
            ('whole', 1, 2, 'a', ''), ('whole', 3, 3, 'a', ''),
            ('gap', 1, 2, 'a', ''), ('gap', 4, 4, 'a', ''),
            ('late', 2, 2, 'a', '');
        INSERT INTO executions (id, shard, application, status, created, sequence, outstanding, header) VALUES
            ('whole', 0, 'a', 'RUNNING', 0, 3, 0, ''), ('short', 0, 'a', 'RUNNING', 0, 5, 0, '')",
    );
    let problems = open(dir.path()).check().await.unwrap();
    assert_eq!(
        problems,
        [
            "execution gap: event 2 is followed by event 4",
            "execution late: event 0 is followed by event 2",
            "execution short: its row is at event 5, its last event is 0",
        ]
    );
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
