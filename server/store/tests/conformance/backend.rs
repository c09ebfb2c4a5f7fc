//! The implementations under test.

use gennaker_parts::Postgres;
use gennaker_ports::Store;
use gennaker_ports::testing::store::MemoryStore;
use gennaker_store::{Options, PostgresOptions, PostgresStore, SqliteStore, Synchronous};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// An empty store, and the directory it lives in.
pub(crate) struct Backend {
    pub(crate) store: Box<dyn Store>,
    _dir: Option<TempDir>,
}

pub(crate) async fn memory() -> Backend {
    Backend { store: Box::new(MemoryStore::new()), _dir: None }
}

pub(crate) async fn sqlite() -> Backend {
    let dir = TempDir::new().unwrap();
    let options = Options { synchronous: Synchronous::Normal, ..Options::new(dir.path()) };
    Backend { store: Box::new(SqliteStore::open(&options).unwrap()), _dir: Some(dir) }
}

/// A copy of a database whose schema is current: bringing it up to date takes longer than any case.
pub(crate) async fn postgres() -> Backend {
    static TEMPLATE: OnceCell<()> = OnceCell::const_new();
    let server = Postgres::shared().await;
    TEMPLATE
        .get_or_init(async || {
            server.create_database("template_gennaker", "template0").await.unwrap();
            PostgresStore::migrate(&PostgresOptions::new(server.url("template_gennaker"))).await.unwrap();
        })
        .await;
    let url = server.database_like("template_gennaker").await.unwrap();
    let options = PostgresOptions { max_connections: 4, ..PostgresOptions::new(url) };
    Backend { store: Box::new(PostgresStore::open(&options).await.unwrap()), _dir: None }
}
