//! The right to watch, of which there are only so many.

use tokio::sync::OwnedSemaphorePermit;

use crate::metric::WATCHES;

/// Held by each watch; given back when the watch is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    _held: OwnedSemaphorePermit,
}

impl Permit {
    pub(crate) fn new(held: OwnedSemaphorePermit) -> Self {
        metrics::gauge!(WATCHES).increment(1.0);
        Self { _held: held }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        metrics::gauge!(WATCHES).decrement(1.0);
    }
}
