//! The implementations under test.

use gennaker_ports::Store;
use gennaker_ports::testing::store::MemoryStore;
use gennaker_store::{Options, SqliteStore, Synchronous};
use tempfile::TempDir;

/// An empty store, and the directory it lives in.
pub(crate) struct Backend {
    pub(crate) store: Box<dyn Store>,
    _dir: Option<TempDir>,
}

pub(crate) fn memory() -> Backend {
    Backend { store: Box::new(MemoryStore::new()), _dir: None }
}

pub(crate) fn sqlite() -> Backend {
    let dir = TempDir::new().unwrap();
    let options = Options { synchronous: Synchronous::Normal, ..Options::new(dir.path()) };
    Backend { store: Box::new(SqliteStore::open(&options).unwrap()), _dir: Some(dir) }
}
