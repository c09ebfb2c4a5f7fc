//! Passes committed steps on to those who watch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gennaker_core::execution::{EventRecord, ExecutionId};
use gennaker_ports::store::CommittedStep;
use tokio::sync::broadcast;

/// The events of one committed step of one execution.
pub(crate) type Events = Arc<[EventRecord]>;

/// Rings of the latest commits: one for each execution that is watched, one for all. A reader that falls behind a ring
/// notices it and reads the store, so that nothing grows with slow readers.
pub(crate) struct Hub {
    buffer: usize,
    rings: Mutex<Rings>,
}

struct Rings {
    executions: HashMap<ExecutionId, broadcast::Sender<Events>>,
    all: broadcast::Sender<Arc<CommittedStep>>,
}

/// How many rings there are before those that nobody reads any more are cleared away.
const RINGS_BEFORE_SWEEP: usize = 64;

impl Hub {
    pub(crate) fn new(buffer: usize) -> Self {
        let rings = Rings { executions: HashMap::new(), all: broadcast::Sender::new(buffer) };
        Self { buffer, rings: Mutex::new(rings) }
    }

    pub(crate) fn subscribe(&self, id: ExecutionId) -> broadcast::Receiver<Events> {
        let mut rings = self.rings();
        if rings.executions.len() > RINGS_BEFORE_SWEEP {
            rings.executions.retain(|_, ring| ring.receiver_count() > 0);
        }
        rings.executions.entry(id).or_insert_with(|| broadcast::Sender::new(self.buffer)).subscribe()
    }

    pub(crate) fn subscribe_all(&self) -> broadcast::Receiver<Arc<CommittedStep>> {
        self.rings().all.subscribe()
    }

    /// Passes a step on. Nobody watching is no error.
    pub(crate) fn publish(&self, step: CommittedStep) {
        if step.events.is_empty() {
            return;
        }
        let mut rings = self.rings();
        if let Some(ring) = rings.executions.get(&step.execution)
            && ring.send(step.events.clone()).is_err()
        {
            rings.executions.remove(&step.execution);
        }
        if rings.all.receiver_count() > 0 {
            // The last receiver may have gone in between; then nobody misses the step.
            let _nobody = rings.all.send(Arc::new(step));
        }
    }

    /// Ends all watches: the engine stops.
    pub(crate) fn close(&self) {
        let mut rings = self.rings();
        rings.executions.clear();
        rings.all = broadcast::Sender::new(1);
    }

    fn rings(&self) -> MutexGuard<'_, Rings> {
        self.rings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
