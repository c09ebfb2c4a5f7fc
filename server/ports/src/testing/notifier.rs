//! [`RecordingNotifier`]: remembers messages instead of sending them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use gennaker_core::notification::Notice;

use crate::notifier::{Notifier, NotifyError};

#[derive(Debug, Default)]
struct State {
    failures: VecDeque<NotifyError>,
    tried: Vec<(String, Notice)>,
    sent: Vec<(String, Notice)>,
}

/// Remembers messages, with their keys. Cheap to clone; clones share everything.
#[derive(Clone, Debug, Default)]
pub struct RecordingNotifier(Arc<Mutex<State>>);

impl RecordingNotifier {
    /// One that has sent nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets one more of the next messages fail.
    pub fn fail(&self, message: &str, retryable: bool) {
        self.state().failures.push_back(NotifyError { message: message.to_owned(), retryable });
    }

    /// What was sent, in its order; a repeat under a key that was sent is not sent again.
    pub fn sent(&self) -> Vec<(String, Notice)> {
        self.state().sent.clone()
    }

    /// What was to be sent, failures and repeats included.
    pub fn tried(&self) -> Vec<(String, Notice)> {
        self.state().tried.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no test panics while it holds the lock")
    }
}

#[async_trait]
impl Notifier for RecordingNotifier {
    async fn notify(&self, key: &str, notice: &Notice) -> Result<(), NotifyError> {
        let mut state = self.state();
        state.tried.push((key.to_owned(), notice.clone()));
        if let Some(failure) = state.failures.pop_front() {
            return Err(failure);
        }
        if state.sent.iter().all(|(known, _)| known != key) {
            state.sent.push((key.to_owned(), notice.clone()));
        }
        Ok(())
    }
}
