//! Following many executions on one stream.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use gennaker_core::execution::{EventRecord, ExecutionId};
use gennaker_ports::Store;
use gennaker_ports::store::{CommittedStep, Cursor, Lane, Position};
use tokio::sync::broadcast::{self, error::RecvError};

use crate::WatchError;
use crate::hub::Live;
use crate::permit::Permit;

/// How many events, or steps, are read from the log at once.
const PAGE: usize = 256;

/// Which executions to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// One.
    Execution {
        /// Its id.
        id: ExecutionId,
        /// The sequence that the caller has; its later events come first.
        after: u64,
    },
    /// All that there are.
    All,
    /// All of an application, by id.
    Application(String),
    /// All of a pipeline, by resource name.
    Pipeline(String),
}

/// Follows the commits of many executions. It does not end by itself.
pub struct WatchMany {
    store: Arc<dyn Store>,
    lanes: Vec<Lane>,
    live: broadcast::Receiver<Live<Arc<CommittedStep>>>,
    is_of_all: bool,
    applications: HashSet<String>,
    pipelines: HashSet<String>,
    /// The executions that were named, with the last sequence passed on.
    executions: HashMap<ExecutionId, u64>,
    /// Those of them whose logs have still to be read.
    behind: VecDeque<ExecutionId>,
    cursor: Cursor,
    from_log: bool,
    /// Steps read from the log and not yet looked at.
    page: VecDeque<CommittedStep>,
    heartbeat: Duration,
    _permit: Permit,
}

/// What a watch of many executions gives.
#[derive(Clone, Debug, PartialEq)]
pub enum ManyItem {
    /// The next events of one execution, dense and in order for that execution. Its lane has been read up to its position;
    /// position 0 says nothing of that.
    Step(CommittedStep),
    /// Nothing has happened for a while.
    Heartbeat {
        /// The place to resume after.
        cursor: Cursor,
    },
}

impl WatchMany {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        lanes: Vec<Lane>,
        live: broadcast::Receiver<Live<Arc<CommittedStep>>>,
        subjects: Vec<Subject>,
        cursor: Cursor,
        heartbeat: Duration,
        permit: Permit,
    ) -> Self {
        let mut watch = Self {
            store,
            lanes,
            live,
            is_of_all: false,
            applications: HashSet::new(),
            pipelines: HashSet::new(),
            executions: HashMap::new(),
            behind: VecDeque::new(),
            cursor,
            from_log: true,
            page: VecDeque::new(),
            heartbeat,
            _permit: permit,
        };
        for subject in subjects {
            match subject {
                Subject::Execution { id, after } => {
                    if watch.executions.insert(id, after).is_none() {
                        watch.behind.push_back(id);
                    }
                }
                Subject::All => watch.is_of_all = true,
                Subject::Application(application) => drop(watch.applications.insert(application)),
                Subject::Pipeline(pipeline) => drop(watch.pipelines.insert(pipeline)),
            }
        }
        watch
    }

    /// The next step. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<ManyItem, WatchError>> {
        loop {
            match self.catch_up().await {
                Ok(Some(step)) => return Some(Ok(ManyItem::Step(step))),
                Ok(None) => {}
                Err(error) => return Some(Err(error)),
            }
            match tokio::time::timeout(self.heartbeat, self.live.recv()).await {
                Ok(Ok(Live::Next(step))) => {
                    if let Some(step) = self.take(&step) {
                        return Some(Ok(ManyItem::Step(step)));
                    }
                }
                Ok(Ok(Live::Gap) | Err(RecvError::Lagged(_))) => self.from_log = true,
                Ok(Err(RecvError::Closed)) => return Some(Err(WatchError::Stopping)),
                Err(_) => return Some(Ok(ManyItem::Heartbeat { cursor: self.cursor.clone() })),
            }
        }
    }

    /// The next step out of the logs; `None` once they are read to their ends.
    async fn catch_up(&mut self) -> Result<Option<CommittedStep>, WatchError> {
        while let Some(&id) = self.behind.front() {
            let after = self.executions.get(&id).copied().unwrap_or_default();
            let page = self.store.events(id, after, PAGE).await?;
            let Some(row) = self.store.execution(id).await?.filter(|_| !page.is_empty()) else {
                self.behind.pop_front();
                continue;
            };
            let step = CommittedStep {
                lane: self.store.lane(row.shard),
                position: Position::default(),
                execution: id,
                application: row.application,
                pipeline: row.pipeline,
                events: page.into(),
            };
            if let Some(step) = self.after_known(&step) {
                return Ok(Some(step));
            }
        }
        loop {
            while let Some(step) = self.page.pop_front() {
                if let Some(step) = self.take(&step) {
                    return Ok(Some(step));
                }
            }
            if !self.from_log {
                return Ok(None);
            }
            let page = self.store.events_since(&self.cursor, &self.lanes, PAGE).await?;
            // Looked at after the page: what was removed before it was read is missing there.
            if self.cursor.is_behind(&self.store.pruned().await?) {
                return Err(WatchError::Compacted);
            }
            self.from_log = !page.is_empty();
            self.page = page.into();
        }
    }

    /// What is new of a step, where it is of a subject.
    fn take(&mut self, step: &CommittedStep) -> Option<CommittedStep> {
        if !self.cursor.advance(step.lane, step.position) {
            return None;
        }
        let named = self.executions.contains_key(&step.execution);
        let of_pipeline = step.pipeline.as_ref().is_some_and(|pipeline| self.pipelines.contains(pipeline));
        if named {
            self.after_known(step)
        } else if self.is_of_all || of_pipeline || self.applications.contains(&step.application) {
            Some(step.clone())
        } else {
            None
        }
    }

    /// The events of a step beyond those already passed on for a named execution.
    fn after_known(&mut self, step: &CommittedStep) -> Option<CommittedStep> {
        let known = self.executions.get_mut(&step.execution)?;
        let last = step.events.last()?.sequence;
        if last <= *known {
            return None;
        }
        let events: Arc<[EventRecord]> = step.events.iter().filter(|r| r.sequence > *known).cloned().collect();
        *known = last;
        Some(CommittedStep { events, ..step.clone() })
    }
}
