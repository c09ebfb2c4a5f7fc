//! Whether the last write failed for want of a disk: what a health check is told, without writing anything itself.

use std::sync::{Mutex, MutexGuard, PoisonError};

use gennaker_ports::StoreError;

/// Why the last write failed, if it did.
#[derive(Debug, Default)]
pub(super) struct Fault(Mutex<Option<StoreError>>);

impl Fault {
    /// Notes how a write ended. What was refused for what it asked says nothing about the disk.
    pub(super) fn note<T>(&self, written: &Result<T, StoreError>) {
        match written {
            Ok(_) => *self.lock() = None,
            Err(error @ (StoreError::Unavailable(_) | StoreError::Damaged(_))) => *self.lock() = Some(error.clone()),
            Err(StoreError::NotFound(_) | StoreError::Exists(_) | StoreError::Stale { .. }) => {}
        }
    }

    /// Fails as the last write did.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.lock().clone().map_or(Ok(()), Err)
    }

    fn lock(&self) -> MutexGuard<'_, Option<StoreError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
