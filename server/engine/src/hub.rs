//! Passes committed steps on to those who watch.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gennaker_core::execution::{EventRecord, ExecutionId};
use gennaker_ports::store::CommittedStep;
use tokio::sync::broadcast;

/// The events of one committed step of one execution.
pub(crate) type Events = Arc<[EventRecord]>;

/// What comes to a watcher.
#[derive(Clone, Debug)]
pub(crate) enum Live<T> {
    /// What was committed next, as far as is known here.
    Next(T),
    /// Something may have been committed of which nothing is known here: read the log.
    Gap,
}

/// Rings of the latest commits: one for each execution that is watched, one for all. A reader that falls behind a ring
/// notices it and reads the store, so that nothing grows with slow readers.
pub(crate) struct Hub {
    buffer: usize,
    rings: Mutex<Rings>,
}

struct Rings {
    executions: HashMap<ExecutionId, Ring>,
    all: broadcast::Sender<Live<Arc<CommittedStep>>>,
}

struct Ring {
    sender: broadcast::Sender<Live<Events>>,
    /// Up to which event all of its readers are supplied, where that is known.
    last: Option<u64>,
}

/// How many rings there are before those that nobody reads any more are cleared away.
const RINGS_BEFORE_SWEEP: usize = 64;

impl Hub {
    pub(crate) fn new(buffer: usize) -> Self {
        let rings = Rings { executions: HashMap::new(), all: broadcast::Sender::new(buffer) };
        Self { buffer, rings: Mutex::new(rings) }
    }

    pub(crate) fn subscribe(&self, id: ExecutionId) -> broadcast::Receiver<Live<Events>> {
        let mut rings = self.rings();
        if rings.executions.len() > RINGS_BEFORE_SWEEP {
            rings.executions.retain(|_, ring| ring.sender.receiver_count() > 0);
        }
        let ring = || Ring { sender: broadcast::Sender::new(self.buffer), last: None };
        rings.executions.entry(id).or_insert_with(ring).sender.subscribe()
    }

    pub(crate) fn subscribe_all(&self) -> broadcast::Receiver<Live<Arc<CommittedStep>>> {
        self.rings().all.subscribe()
    }

    /// Whether somebody watches the commits of all executions.
    pub(crate) fn is_all_watched(&self) -> bool {
        self.rings().all.receiver_count() > 0
    }

    /// Whether somebody watches an execution, and after which event its watchers want the next ones: `Some(None)` where that
    /// is not known, and they had better read for themselves.
    pub(crate) fn wanted(&self, id: ExecutionId) -> Option<Option<u64>> {
        let rings = self.rings();
        let ring = rings.executions.get(&id).filter(|ring| ring.sender.receiver_count() > 0)?;
        Some(ring.last)
    }

    /// The executions that somebody watches.
    pub(crate) fn watched(&self) -> Vec<ExecutionId> {
        let rings = self.rings();
        rings.executions.iter().filter(|(_, ring)| ring.sender.receiver_count() > 0).map(|(id, _)| *id).collect()
    }

    /// A watcher has read the log of an execution to its end, which was this event.
    pub(crate) fn has_read(&self, id: ExecutionId, sequence: u64) {
        if let Some(ring) = self.rings().executions.get_mut(&id) {
            ring.last = ring.last.max(Some(sequence));
        }
    }

    /// Passes a step on. Nobody watching is no error.
    pub(crate) fn publish(&self, step: CommittedStep) {
        if step.events.is_empty() {
            return;
        }
        self.publish_events(step.execution, &step.events);
        let rings = self.rings();
        if rings.all.receiver_count() > 0 {
            // The last receiver may have gone in between; then nobody misses the step.
            let _nobody = rings.all.send(Live::Next(Arc::new(step)));
        }
    }

    /// Passes the events of an execution on to those who watch it.
    pub(crate) fn publish_events(&self, id: ExecutionId, events: &Events) {
        let mut rings = self.rings();
        let Some(ring) = rings.executions.get_mut(&id) else { return };
        ring.last = ring.last.max(events.last().map(|event| event.sequence));
        if ring.sender.send(Live::Next(events.clone())).is_err() {
            rings.executions.remove(&id);
        }
    }

    /// Has the watchers of an execution read its log.
    pub(crate) fn gap(&self, id: ExecutionId) {
        if let Some(ring) = self.rings().executions.get(&id) {
            // Nobody may be left to hear it.
            let _nobody = ring.sender.send(Live::Gap);
        }
    }

    /// Has the watchers of all executions together read the log.
    pub(crate) fn gap_in_all(&self) {
        let _nobody = self.rings().all.send(Live::Gap);
    }

    /// Has everybody read the log.
    pub(crate) fn gap_everywhere(&self) {
        for id in self.watched() {
            self.gap(id);
        }
        self.gap_in_all();
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
