//! How a database is opened.

use std::path::PathBuf;
use std::time::Duration;

/// What an acknowledged write survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Synchronous {
    /// A power failure: each commit waits until the disk has it.
    #[default]
    Full,
    /// A crash of the server but not always one of the machine. What survives is consistent.
    Normal,
}

/// How the store is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the database and the lock file live; created where it is missing.
    pub data_dir: PathBuf,
    /// What an acknowledged write survives.
    pub synchronous: Synchronous,
    /// How many reads run at once; at least one.
    pub readers: usize,
    /// How many writes, and how many reads, may wait for their turn.
    pub queue: usize,
    /// How long a caller waits for a place in a full queue before it is told that the store is unavailable.
    pub patience: Duration,
    /// The size beyond which the database must not grow; `None` leaves it to the disk.
    pub max_bytes: Option<u64>,
    /// Up to this size the file is checked for damage before it is used. A larger one would delay the start; its damage
    /// shows when the damaged part is read.
    pub verify_up_to: u64,
}

impl Options {
    /// The defaults for a data directory.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            synchronous: Synchronous::Full,
            readers: 2,
            queue: 1024,
            patience: Duration::from_secs(5),
            max_bytes: None,
            verify_up_to: 16 << 20,
        }
    }
}
