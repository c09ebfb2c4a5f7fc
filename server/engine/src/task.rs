//! Effects: the tasks that stage kinds do themselves.

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::execution::{EffectKey, ErrandKind, ErrandOutcome, Start, TaskOutcome};
use serde_json::{Map, Value};

/// One try of one task, as the kind that does it sees it.
#[derive(Clone, Debug)]
pub struct TaskRun {
    /// Identifies the effect: pass its text form on wherever something must not be done twice.
    pub key: EffectKey,
    /// What the execution began with: application, pipeline, cause, parameters.
    pub execution: Arc<Start>,
    /// The stage's kind.
    pub kind: String,
    /// The stage's name, for messages.
    pub stage_name: String,
    /// The task's name within the stage.
    pub task: String,
    /// The stage's resolved configuration.
    pub inputs: Arc<Value>,
    /// What the stage's earlier tasks put out.
    pub outputs: Arc<Map<String, Value>>,
    /// Where to say how far it is.
    pub progress: Progress,
}

/// Takes reports of a running task. Reports are events of the execution: make one when something a person would want to
/// see has changed, not on a timer. Reports that come faster than four a second are merged.
#[derive(Clone, Debug)]
pub struct Progress(pub(crate) tokio::sync::watch::Sender<Option<(String, Option<u8>)>>);

impl Progress {
    /// Reports what is done now, and how much of it (0 to 100) where that is known.
    pub fn report(&self, message: impl Into<String>, percent: Option<u8>) {
        let report = (message.into(), percent.map(|p| p.min(100)));
        self.0.send_if_modified(|current| {
            let changed = current.as_ref() != Some(&report);
            *current = Some(report);
            changed
        });
    }

    /// Progress that nobody sees.
    pub fn discarded() -> Self {
        Self(tokio::sync::watch::Sender::new(None))
    }
}

/// Does the tasks of stage kinds, and errands.
///
/// A run is dropped when its task is canceled or times out, and repeated with the same key after a crash: whatever it does
/// must be idempotent under its key, and safe to drop at every await. Inside a run waiting is fine; waiting on
/// [`gennaker_ports::Cloud::changes`] beats polling.
#[async_trait]
pub trait TaskRunner: Send + Sync + 'static {
    /// Does the task.
    async fn run(&self, run: TaskRun) -> TaskOutcome;

    /// Does an errand.
    async fn run_errand(&self, run: ErrandRun) -> ErrandOutcome;
}

/// One try of an errand.
#[derive(Clone, Debug)]
pub struct ErrandRun {
    /// Identifies the errand: the same at each try.
    pub key: String,
    /// What the execution began with.
    pub execution: Arc<Start>,
    /// What is to be done.
    pub errand: ErrandKind,
}
