//! Which databases can be opened, and what is said of the others.

use std::net::TcpListener;
use std::time::Duration;

use futures::future::join_all;
use gennaker_core::resource::ResourceKind;
use gennaker_parts::Postgres;
use gennaker_parts::postgres::Options;
use gennaker_ports::store::{Expect, ResourceWrite};
use gennaker_ports::{Store, StoreError};
use gennaker_store::{Migrated, PostgresOpenError, PostgresOptions, PostgresStore};
use sqlx::{AssertSqlSafe, Executor, query_scalar};

use crate::fixture::{at, connect, count, database, lease, open, options, step, try_commit};

/// The newest version of the schema.
const KNOWN: i64 = 2;

async fn refused(url: &str) -> PostgresOpenError {
    PostgresStore::open(&options(url)).await.unwrap_err()
}

fn write(name: &str, actor: &str) -> ResourceWrite {
    ResourceWrite {
        kind: ResourceKind::Application,
        name: name.to_owned(),
        body: serde_json::json!({"text": "a\0b"}),
        actor: actor.to_owned(),
        message: String::new(),
        time: at(0),
    }
}

#[tokio::test]
async fn a_new_database_gets_its_schema_once() {
    let url = database().await;
    let stores = join_all((0..4).map(|_| open(&url))).await;
    let written = stores[0].write_resource(&write("a", "ann"), Expect::Absent).await.unwrap();
    assert_eq!(stores[3].resource(ResourceKind::Application, "a").await.unwrap(), Some(written));
    assert_eq!(PostgresStore::migrate(&options(&url)).await.unwrap(), Migrated { from: KNOWN, to: KNOWN });
    assert_eq!(PostgresStore::migrate(&options(&database().await)).await.unwrap(), Migrated { from: 0, to: KNOWN });
}

#[tokio::test]
async fn a_schema_that_only_has_more_is_used() {
    let url = database().await;
    open(&url).await;
    let mut connection = connect(&url).await;
    connection.execute("ALTER TABLE executions ADD COLUMN mood TEXT").await.unwrap();
    connection.execute("INSERT INTO schema_versions (version, needs) VALUES (1000, 1)").await.unwrap();
    let store = open(&url).await;
    let ours = lease(&store, "ann", 0).await;
    try_commit(&store, step(ours, 1, 0)).await.unwrap().unwrap();
    assert_eq!(PostgresStore::migrate(&options(&url)).await.unwrap(), Migrated { from: 1000, to: 1000 });

    connection.execute("INSERT INTO schema_versions (version, needs) VALUES (1001, 1000)").await.unwrap();
    let error = refused(&url).await;
    assert!(
        matches!(error, PostgresOpenError::Newer { found: 1001, needed: 1000, known, .. } if known == i32::try_from(KNOWN).unwrap()),
        "{error}"
    );
}

#[tokio::test]
async fn looking_changes_nothing() {
    let url = database().await;
    let error = PostgresStore::open_read_only(&options(&url)).await.unwrap_err();
    assert!(
        matches!(error, PostgresOpenError::Older { found: 0, known, .. } if known == i32::try_from(KNOWN).unwrap()),
        "{error}"
    );
    let store = open(&url).await;
    let reader = PostgresStore::open_read_only(&options(&url)).await.unwrap();
    assert_eq!(reader.resource(ResourceKind::Application, "a").await.unwrap(), None);
    assert_eq!(reader.verify().await.unwrap(), Vec::<String>::new());
    let written = reader.write_resource(&write("a", "ann"), Expect::Absent).await;
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
    drop(store);
}

#[tokio::test]
async fn databases_of_others_are_left_alone() {
    let server = Postgres::shared().await;
    let url = server.database().await.unwrap();
    let mut connection = connect(&url).await;
    connection.execute("CREATE TABLE events (id INT)").await.unwrap();
    let error = refused(&url).await;
    assert!(matches!(error, PostgresOpenError::Foreign { .. }), "{error}");
    assert_eq!(count(&mut connection, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").await, 1);

    connection.execute("CREATE SCHEMA own").await.unwrap();
    let own = format!("{url}&options=-csearch_path%3Down");
    open(&own).await;
    assert_eq!(PostgresStore::migrate(&options(&own)).await.unwrap(), Migrated { from: KNOWN, to: KNOWN });

    connection.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'").await.unwrap();
    let error = refused(&server.url("latin")).await;
    assert!(matches!(error, PostgresOpenError::Unsuitable { .. }) && error.to_string().contains("UTF8"), "{error}");
    let error = refused(&server.url("nowhere")).await;
    assert!(matches!(error, PostgresOpenError::Unsuitable { .. }), "{error}");
}

#[tokio::test]
async fn who_may_not_is_told() {
    let server = Postgres::shared().await;
    let url = server.database().await.unwrap();
    let mut connection = connect(&url).await;
    connection.execute("CREATE ROLE guest LOGIN").await.unwrap();
    let theirs = url.replace("//gennaker@", "//guest:hunter2@");
    let error = refused(&theirs).await;
    assert!(matches!(error, PostgresOpenError::Refused { .. }), "{error}");
    let error = refused(&theirs.replace("guest", "nobody")).await;
    assert!(matches!(error, PostgresOpenError::Refused { .. }), "{error}");
    assert!(!format!("{error} {error:?} {:?}", options(&theirs)).contains("hunter2"));
    for url in ["", "postgres://", "mysql://db/x", "postgres://db:port/x"] {
        let options = PostgresOptions { acquire_timeout: Duration::from_millis(100), ..options(url) };
        PostgresStore::open(&options).await.unwrap_err();
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_unreachable() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let url = format!("postgres://ann@{address}/x");
    let options = PostgresOptions { acquire_timeout: Duration::from_millis(100), ..options(&url) };
    let error = PostgresStore::open(&options).await.unwrap_err();
    assert!(matches!(error, PostgresOpenError::Unreachable { .. }), "{error}");
    drop(silent);
    let error = refused(&url).await;
    assert!(
        matches!(error, PostgresOpenError::Unreachable { .. }) && error.to_string().contains("127.0.0.1"),
        "{error}"
    );
}

#[tokio::test]
async fn tls_is_as_strict_as_the_url_says() {
    let server = Postgres::start(Options { tls: true, ..Options::default() }).await.unwrap();
    let other = Postgres::start(Options { tls: true, ..Options::default() }).await.unwrap();
    let url = server.database().await.unwrap();
    let store = open(&url).await;
    let sql = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = current_database()";
    let mut connection = connect(&url).await;
    assert_eq!(count(&mut connection, &format!("{sql} AND NOT ssl")).await, 0);
    assert!(count(&mut connection, &format!("{sql} AND ssl")).await >= 2, "the listener, too");
    drop(store);

    let certificate = |server: &Postgres| server.root_certificate().unwrap().display().to_string();
    let error = refused(&url.replace(&certificate(&server), &certificate(&other))).await;
    assert!(matches!(error, PostgresOpenError::Untrusted { .. }), "{error}");
    let error = refused(&url.replace(&certificate(&server), "/nowhere/ca.pem")).await;
    assert!(matches!(error, PostgresOpenError::Untrusted { .. }), "{error}");
    let error = refused(&url.replace("verify-full", "disable")).await;
    assert!(matches!(error, PostgresOpenError::Refused { .. }), "{error}");
    open(&url.replace("verify-full", "require")).await;
}

#[tokio::test]
async fn a_character_that_the_database_cannot_hold_is_shown_by_its_symbol() {
    let store = open(&database().await).await;
    let written = store.write_resource(&write("a\0b", "ann\0"), Expect::Absent).await.unwrap();
    let read = store.resource(ResourceKind::Application, "a\0b").await.unwrap().unwrap();
    assert_eq!((&*read.name, &*read.actor), ("a\u{2400}b", "ann\u{2400}"));
    assert_eq!(read.body, written.body);
}

#[tokio::test]
async fn all_have_the_time_of_the_database() {
    let url = database().await;
    let (ann, bob) = (open(&url).await, open(&url).await);
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
    let mut connection = connect(&url).await;
    let theirs: i64 = query_scalar(sql).fetch_one(&mut connection).await.unwrap();
    for clock in [ann.clock(), bob.clock()] {
        let difference = clock.now().as_micros() - theirs;
        assert!(difference.abs() < 1_000_000, "{difference}");
        assert!(clock.now() <= clock.now());
    }
}

#[tokio::test]
async fn what_is_missing_or_broken_is_found() {
    let url = database().await;
    let store = open(&url).await;
    let mut connection = connect(&url).await;
    connection.execute("CREATE EXTENSION amcheck").await.unwrap();
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    let break_index = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'executions_due'::regclass";
    connection.execute(break_index).await.unwrap();
    connection.execute(AssertSqlSafe("ALTER TABLE events DROP COLUMN pipeline")).await.unwrap();
    let found = store.verify().await.unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("pipeline") && found[1].contains("executions_due"), "{found:?}");
}
