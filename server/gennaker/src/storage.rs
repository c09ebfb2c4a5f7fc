//! Opening the store: the embedded database, or PostgreSQL.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use gennaker_ports::{Clock, Store, SystemClock};
use gennaker_store::{BackupError, Migrated, OpenError, PostgresOpenError, PostgresStore, SqliteStore};
use tokio::time::{Instant, sleep, timeout_at};

use crate::config::Config;
use crate::failure::{Failure, FailureKind};
use crate::options;

/// The first and the longest pause between two attempts to reach a database.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// A store, with the clock of everybody who uses it.
pub(crate) struct Storage {
    pub(crate) store: Arc<dyn Store>,
    /// The machine's, or the database's where several machines share it.
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether other servers may use it at the same time.
    pub(crate) is_shared: bool,
}

impl From<SqliteStore> for Storage {
    fn from(store: SqliteStore) -> Self {
        Self { store: Arc::new(store), clock: Arc::new(SystemClock), is_shared: false }
    }
}

impl From<PostgresStore> for Storage {
    fn from(store: PostgresStore) -> Self {
        let clock = store.clock();
        Self { store: Arc::new(store), clock, is_shared: true }
    }
}

/// The store, which brings its schema up to date.
pub(crate) async fn open(config: &Config) -> Result<Storage, Failure> {
    match options::postgres(config) {
        Some(options) => patiently(config, || PostgresStore::open(&options)).await.map(Storage::from),
        None => {
            let options = options::embedded(config);
            blocking(move || SqliteStore::open(&options)).await.map(Storage::from)
        }
    }
}

/// The store to look at: nothing is changed, and servers may use it meanwhile.
pub(crate) async fn open_read_only(config: &Config) -> Result<Storage, Failure> {
    match options::postgres(config) {
        Some(options) => patiently(config, || PostgresStore::open_read_only(&options)).await.map(Storage::from),
        None => {
            let path = existing(config)?;
            blocking(move || SqliteStore::open_read_only(&path)).await.map(Storage::from)
        }
    }
}

/// Brings the schema of the database up to date.
pub(crate) async fn migrate(config: &Config) -> Result<Migrated, Failure> {
    match options::postgres(config) {
        Some(options) => patiently(config, || PostgresStore::migrate(&options)).await,
        None => {
            let options = options::embedded(config);
            blocking(move || gennaker_store::migrate(&options)).await
        }
    }
}

/// Copies the embedded database to a file; its size in bytes.
pub(crate) async fn copy_embedded(config: &Config, to: &Path) -> Result<u64, Failure> {
    let (from, to) = (existing(config)?, to.to_owned());
    blocking(move || gennaker_store::backup(&from, &to)).await
}

/// The data directory, in which there must be a database already.
fn existing(config: &Config) -> Result<PathBuf, Failure> {
    let data_dir = &config.data_dir;
    if data_dir.join("gennaker.db").exists() {
        return Ok(data_dir.clone());
    }
    let message = format!(
        "there is no database in {}; name its directory with --data-dir, or PostgreSQL with --store",
        data_dir.display()
    );
    Err(Failure::new(FailureKind::NoInput, message))
}

async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, Failure>
where
    T: Send + 'static,
    E: Into<Failure> + Send + 'static,
{
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|error| Failure::internal(format!("the database could not be used: {error}")))?.map_err(Into::into)
}

/// Tries again while a database does not answer, as long as the configuration says.
async fn patiently<T, F>(config: &Config, attempt: impl Fn() -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, PostgresOpenError>>,
{
    let patience = config.store.connect_timeout.0;
    let give_up = Instant::now() + patience;
    let (mut pause, longest) = PAUSES;
    loop {
        let Ok(ended) = timeout_at(give_up, attempt()).await else {
            return Err(Failure::unavailable(format!("{} did not answer within {patience:?}", config.store.url)));
        };
        match ended {
            Err(error @ PostgresOpenError::Unreachable { .. }) if Instant::now() + pause < give_up => {
                tracing::warn!(%error, "the database does not answer yet; trying again");
                sleep(pause).await;
                pause = (pause * 2).min(longest);
            }
            ended => return Ok(ended?),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let kind = match &error {
            OpenError::NotWritable { .. } | OpenError::Full { .. } | OpenError::Io { .. } => FailureKind::CantCreate,
            OpenError::InUse { .. } => FailureKind::Unavailable,
            OpenError::Damaged { .. }
            | OpenError::Foreign { .. }
            | OpenError::Newer { .. }
            | OpenError::Older { .. } => FailureKind::Data,
            OpenError::Database { .. } => FailureKind::Internal,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Open(error) => error.into(),
            BackupError::Exists { .. } | BackupError::Write { .. } => Self::cant_create(error.to_string()),
        }
    }
}

impl From<PostgresOpenError> for Failure {
    fn from(error: PostgresOpenError) -> Self {
        let kind = match &error {
            PostgresOpenError::Url { .. } => FailureKind::Usage,
            PostgresOpenError::Unreachable { .. }
            | PostgresOpenError::Refused { .. }
            | PostgresOpenError::Untrusted { .. }
            | PostgresOpenError::Unsuitable { .. } => FailureKind::Unavailable,
            PostgresOpenError::Foreign { .. } | PostgresOpenError::Newer { .. } | PostgresOpenError::Older { .. } => {
                FailureKind::Data
            }
            PostgresOpenError::Database { .. } => FailureKind::Internal,
        };
        Self::new(kind, error.to_string())
    }
}
