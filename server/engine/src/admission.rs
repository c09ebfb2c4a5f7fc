//! Which executions of a pipeline run and which wait, where the pipeline has a limit.
//!
//! What is here is derived: it can be forgotten at any time and is read again from the store.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use gennaker_core::execution::{Admission, Definition, Execution, ExecutionId, ExecutionStatus, admit};
use gennaker_ports::{Store, StoreError};

/// The lanes of the pipelines that have, or had, a limit.
#[derive(Default)]
pub(crate) struct Admissions {
    lanes: HashMap<String, Lane>,
}

struct Lane {
    /// The definition that was seen last: it says what the limit is.
    definition: Arc<Definition>,
    running: BTreeSet<ExecutionId>,
    queued: VecDeque<ExecutionId>,
}

impl Admissions {
    /// Reads a pipeline's lane where it matters and is not known.
    pub(crate) async fn prepare(&mut self, store: &dyn Store, definition: &Arc<Definition>) -> Result<(), StoreError> {
        let Some(pipeline) = definition.pipeline.as_ref().filter(|_| definition.concurrency.limit > 0) else {
            return Ok(());
        };
        if self.knows(pipeline) {
            return Ok(());
        }
        let mut lane = Lane { definition: definition.clone(), running: BTreeSet::new(), queued: VecDeque::new() };
        for (id, status) in store.unfinished(pipeline).await? {
            if status == ExecutionStatus::Queued {
                lane.queued.push_back(id);
            } else {
                lane.running.insert(id);
            }
        }
        self.lanes.insert(pipeline.clone(), lane);
        Ok(())
    }

    /// Decides about a start and counts it at once; [`Admissions::forget`] takes that back.
    pub(crate) fn start(&mut self, definition: &Arc<Definition>, id: ExecutionId) -> Admission {
        let Some(lane) = self.lane(definition) else { return Admission::Run };
        lane.definition.clone_from(definition);
        let decision = admit(definition.concurrency, lane.running.len(), lane.queued.make_contiguous());
        match decision {
            Admission::Run => drop(lane.running.insert(id)),
            Admission::Queue { .. } => lane.enqueue(id),
            Admission::Refuse => {}
        }
        decision
    }

    /// Whether an execution that has ended may run again now.
    pub(crate) fn has_room(&mut self, definition: &Definition) -> bool {
        self.lane(definition).is_none_or(|lane| lane.has_room())
    }

    /// How many executions of a pipeline wait.
    pub(crate) fn queued(&mut self, definition: &Definition) -> usize {
        self.lane(definition).map_or(0, |lane| lane.queued.len())
    }

    /// Takes note of a committed state. Gives the queued executions that may run now.
    pub(crate) fn observe(&mut self, execution: &Execution) -> Vec<ExecutionId> {
        let id = execution.id();
        let Some(lane) = self.lane(&execution.start.definition) else { return Vec::new() };
        match execution.status {
            ExecutionStatus::Queued => {}
            ExecutionStatus::Running | ExecutionStatus::Paused => {
                lane.queued.retain(|queued| *queued != id);
                lane.running.insert(id);
            }
            ExecutionStatus::Succeeded | ExecutionStatus::Terminal | ExecutionStatus::Canceled => {
                lane.queued.retain(|queued| *queued != id);
                lane.running.remove(&id);
            }
        }
        lane.promote()
    }

    /// Drops what is known of a pipeline, because a commit did not come about. Tells whether there was something: the lane
    /// must then be prepared again and [`Admissions::promote`] be asked, so that nobody waits in it for nothing.
    pub(crate) fn forget(&mut self, definition: &Definition) -> bool {
        definition.pipeline.as_ref().is_some_and(|pipeline| self.lanes.remove(pipeline).is_some())
    }

    /// The same for the pipelines whose limits are reached; gives their definitions, to prepare them again.
    pub(crate) fn forget_full(&mut self) -> Vec<Arc<Definition>> {
        self.lanes.extract_if(|_, lane| !lane.has_room()).map(|(_, lane)| lane.definition).collect()
    }

    /// The same for pipelines whose limits are, or were, decided elsewhere.
    pub(crate) fn forget_where(&mut self, is_gone: impl Fn(&str) -> bool) {
        self.lanes.retain(|pipeline, _| !is_gone(pipeline));
    }

    /// Whether a pipeline's lane is known.
    pub(crate) fn knows(&self, pipeline: &str) -> bool {
        self.lanes.contains_key(pipeline)
    }

    /// The queued executions of a pipeline that may run now.
    pub(crate) fn promote(&mut self, definition: &Definition) -> Vec<ExecutionId> {
        self.lane(definition).map(Lane::promote).unwrap_or_default()
    }

    fn lane(&mut self, definition: &Definition) -> Option<&mut Lane> {
        self.lanes.get_mut(definition.pipeline.as_ref()?)
    }
}

impl Lane {
    fn has_room(&self) -> bool {
        let limit = self.definition.concurrency.limit as usize;
        limit == 0 || self.running.len() < limit
    }

    /// Queues by the time of the call, which the id tells, as the lane is read from the store: calls to other replicas arrive
    /// here later than they were made.
    fn enqueue(&mut self, id: ExecutionId) {
        let place = self.queued.partition_point(|queued| *queued < id);
        self.queued.insert(place, id);
    }

    /// Moves from the queue what has room; it counts as running from here on.
    fn promote(&mut self) -> Vec<ExecutionId> {
        let mut promoted = Vec::new();
        while self.has_room() {
            let Some(id) = self.queued.pop_front() else { break };
            self.running.insert(id);
            promoted.push(id);
        }
        promoted
    }
}
