//! The PostgreSQL of the tests does what they count on.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use gennaker_parts::Postgres;
use gennaker_parts::postgres::{Options, Stop};
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor, query_scalar};

#[tokio::test]
async fn databases_are_apart_or_copies() {
    let server = Postgres::shared().await;
    let url = server.database().await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    connection.execute("CREATE TABLE things AS SELECT 7 AS n").await.unwrap();
    let name: String = query_scalar("SELECT current_database()").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();

    let mut copy = PgConnection::connect(&server.database_like(&name).await.unwrap()).await.unwrap();
    assert_eq!(query_scalar::<_, i32>("SELECT n FROM things").fetch_one(&mut copy).await.unwrap(), 7);
    let mut other = PgConnection::connect(&server.database().await.unwrap()).await.unwrap();
    assert!(other.execute("SELECT n FROM things").await.is_err());
}

#[tokio::test]
async fn it_comes_back_from_a_stop_with_its_data() {
    let mut server = Postgres::start(Options { durable: true, ..Options::default() }).await.unwrap();
    let url = server.database().await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    connection.execute("CREATE TABLE things AS SELECT 7 AS n").await.unwrap();
    server.stop(Stop::Immediate).await.unwrap();
    assert!(PgConnection::connect(&url).await.is_err());
    server.begin().await.unwrap();
    server.restart().await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    assert_eq!(query_scalar::<_, i32>("SELECT n FROM things").fetch_one(&mut connection).await.unwrap(), 7);
}

#[tokio::test]
async fn with_tls_it_takes_nothing_else() {
    let server = Postgres::start(Options { tls: true, ..Options::default() }).await.unwrap();
    let url = server.database().await.unwrap();
    let mut connection = PgConnection::connect(&url).await.unwrap();
    let sql = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert!(query_scalar::<_, bool>(sql).fetch_one(&mut connection).await.unwrap());
    let plain = url.replace("verify-full", "disable");
    assert!(PgConnection::connect(&plain).await.is_err());
}

#[tokio::test]
async fn nothing_is_left_of_it() {
    let server = Postgres::start(Options::default()).await.unwrap();
    let (data, port) = (server.data(), server.port());
    drop(server);
    assert!(!data.exists());
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err());
}
