//! What is stored of executions.

use std::collections::BTreeMap;
use std::sync::Arc;

use gennaker_core::execution::Rejection;
use serde::{Deserialize, Serialize};

use super::{Command, CommandId, EventRecord, ExecutionId, ExecutionStatus, Start, Timestamp};

/// A part of all executions that one replica owns at a time: a number below the fixed count of shards.
pub type Shard = u32;

/// The right to change the executions of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lease {
    /// The shard.
    pub shard: Shard,
    /// Grows each time the shard changes hands; a commit with an older epoch is refused.
    pub epoch: u64,
}

/// A part of the log within which commits become visible in the order of their positions. A store with one writer has a
/// single one; where several replicas commit at once, each shard is one.
pub type Lane = u32;

/// A place in the order of a lane's commits: opaque, growing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Position(pub i64);

/// How far somebody has read in each lane of the log. A lane that is missing has not been read at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(BTreeMap<Lane, Position>);

impl Cursor {
    /// How far the lane has been read.
    pub fn get(&self, lane: Lane) -> Position {
        self.0.get(&lane).copied().unwrap_or_default()
    }

    /// Notes that a lane has been read up to a position. Tells whether that is new.
    pub fn advance(&mut self, lane: Lane, position: Position) -> bool {
        let read = self.0.entry(lane).or_default();
        let is_new = position > *read;
        *read = position.max(*read);
        is_new
    }

    /// Whether the other one has read further in some lane.
    pub fn is_behind(&self, other: &Self) -> bool {
        other.0.iter().any(|(lane, position)| *position > self.get(*lane))
    }

    /// The lanes that have been read, with the positions.
    pub fn iter(&self) -> impl Iterator<Item = (Lane, Position)> {
        self.0.iter().map(|(lane, position)| (*lane, *position))
    }
}

impl FromIterator<(Lane, Position)> for Cursor {
    fn from_iter<I: IntoIterator<Item = (Lane, Position)>>(lanes: I) -> Self {
        Self(lanes.into_iter().collect())
    }
}

/// What a replica asks for when it says that it is alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The replica: unique among all that ever ran.
    pub owner: String,
    /// The shards that there are.
    pub shards: Vec<Shard>,
    /// How many leases it wants at most. Those it holds are renewed also beyond that; no further ones are taken.
    pub limit: usize,
    /// The time.
    pub now: Timestamp,
    /// Until when it counts as alive, and its leases hold, without another claim.
    pub until: Timestamp,
}

/// What a replica has after a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tenure {
    /// Its leases, by shard.
    pub leases: Vec<Lease>,
    /// How many replicas are alive, with this one.
    pub replicas: usize,
    /// When the first lease of another replica ends unless that renews it.
    pub next_expiry: Option<Timestamp>,
}

/// What other replicas did; a reason to look. Signals may be lost, come twice, or tell of nothing new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Commands wait in the inboxes of these shards.
    Inbox(Arc<[Shard]>),
    /// These executions went on, or commands to them were dealt with.
    Committed(Arc<[ExecutionId]>),
    /// Somebody gave leases up.
    Leases,
    /// Anything of the above may have happened: signals could not be received for a while, or were too many.
    Anything,
}

/// What is removed, in bounded steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pruning {
    /// Executions, with their events, that ended before a time.
    Ended {
        /// The time.
        before: Timestamp,
    },
    /// Of the executions of a pipeline that have ended, all but the newest.
    Surplus {
        /// The pipeline.
        pipeline: String,
        /// How many are kept.
        keep: usize,
    },
    /// What became of commands and requests before a time; they can no longer be repeated then.
    Requests {
        /// The time.
        before: Timestamp,
    },
    /// Trigger events that were seen before a time and are not pending.
    TriggerEvents {
        /// The time.
        before: Timestamp,
    },
}

/// The part of one execution in a commit.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The lease under which it is written.
    pub lease: Lease,
    /// The sequence that the execution must have in the store; 0 for one that must not exist yet.
    pub expected_sequence: u64,
    /// The events, dense from `expected_sequence + 1`. May be empty where only commands were refused.
    pub events: Arc<[EventRecord]>,
    /// The row after the step; `None` where the execution does not exist (its commands were refused).
    pub row: Option<ExecutionRow>,
    /// Commands that the step has dealt with: taken out of the inbox, their results kept under their ids.
    pub applied: Vec<(CommandId, Applied)>,
    /// Commands for other executions.
    pub sent: Vec<InboxCommand>,
}

impl Step {
    /// The execution that the step is about.
    pub fn execution(&self) -> Option<ExecutionId> {
        self.row.as_ref().map(|row| row.id).or_else(|| self.applied.first().map(|(_, applied)| applied.execution))
    }

    /// What contradicts itself in the step, if anything does: a mistake of the program that made it, found before it is
    /// written.
    pub fn flaw(&self) -> Option<&'static str> {
        if !(self.expected_sequence + 1..).zip(&*self.events).all(|(sequence, event)| event.sequence == sequence) {
            return Some("its events are not dense after the expected sequence");
        }
        let Some(row) = &self.row else {
            return if self.expected_sequence > 0 || !self.events.is_empty() {
                Some("it has events but no row")
            } else if self.applied.is_empty() {
                Some("it is about nothing")
            } else {
                None
            };
        };
        if row.sequence != self.expected_sequence + self.events.len() as u64 {
            Some("its row's sequence is not that of its last event")
        } else if row.sequence == 0 {
            Some("it creates an execution without events")
        } else if row.shard != self.lease.shard {
            Some("its row's shard is not that of its lease")
        } else {
            None
        }
    }
}

/// What became of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Applied {
    /// The execution that it was for.
    pub execution: ExecutionId,
    /// The execution's sequence after it.
    pub sequence: u64,
    /// Why it was refused, if it was.
    pub rejection: Option<Rejection>,
    /// A digest of the request, so that an id can't be used again for something else.
    pub digest: String,
    /// When.
    pub time: Timestamp,
}

/// What a committed step left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct CommittedStep {
    /// The lane of the log that it is in.
    pub lane: Lane,
    /// Its place among the commits of the lane; that of the last one before it where it has no events.
    pub position: Position,
    /// The execution.
    pub execution: ExecutionId,
    /// Its application.
    pub application: String,
    /// Its pipeline, if it has one.
    pub pipeline: Option<String>,
    /// The events.
    pub events: Arc<[EventRecord]>,
}

/// Why a step was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// Another replica owns the shard now.
    #[error("shard {shard} was taken over in epoch {current}, after our epoch {epoch}")]
    Fenced {
        /// The shard.
        shard: Shard,
        /// The epoch of the step.
        epoch: u64,
        /// The epoch in the store.
        current: u64,
    },
    /// The execution has another sequence than expected.
    #[error("execution is at sequence {current}, not at the expected {expected}")]
    Conflict {
        /// The sequence expected.
        expected: u64,
        /// The sequence in the store.
        current: u64,
    },
    /// A command of the step was applied before.
    #[error("command {0:?} was applied before")]
    Duplicate(CommandId),
}

/// The columns of an execution: a projection of its state, for lists, recovery and timers.
#[derive(Clone, Debug, PartialEq)]
pub struct ExecutionRow {
    /// The execution.
    pub id: ExecutionId,
    /// Its shard.
    pub shard: Shard,
    /// Its application.
    pub application: String,
    /// Its pipeline, if it has one.
    pub pipeline: Option<String>,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// When it first ran.
    pub started: Option<Timestamp>,
    /// When it was created.
    pub created: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// The last event's sequence.
    pub sequence: u64,
    /// When the clock has something to do.
    pub wake_at: Option<Timestamp>,
    /// Whether effects are running.
    pub outstanding: bool,
    /// The rest of the header, as lists show it.
    pub header: ExecutionHeader,
}

/// What lists show of an execution besides its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExecutionHeader {
    /// What people call it.
    pub display_name: String,
    /// The pipeline's revision.
    pub revision: i64,
    /// Who or what started it, and why; without the payload, which is in the log.
    pub cause: gennaker_core::execution::Cause,
    /// The parameters' values.
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Who canceled it, and why.
    pub canceled: Option<(String, String)>,
    /// Who paused it, and when.
    pub paused: Option<(String, Timestamp)>,
}

/// An execution's row as it is read.
pub type ExecutionSummary = ExecutionRow;

/// Which executions to list; empty lists and `None` mean any.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecutionFilter {
    /// Of this application.
    pub application: Option<String>,
    /// Of this pipeline.
    pub pipeline: Option<String>,
    /// With one of these statuses.
    pub statuses: Vec<ExecutionStatus>,
    /// Created at or after.
    pub created_from: Option<Timestamp>,
    /// Created before.
    pub created_before: Option<Timestamp>,
}

/// A command on its way to an execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboxCommand {
    /// Its id; the same id is applied once.
    pub id: CommandId,
    /// The execution it is for.
    pub execution: ExecutionId,
    /// That execution's shard.
    pub shard: Shard,
    /// A digest of the request it came from.
    pub digest: String,
    /// What is asked.
    pub message: InboxMessage,
}

/// What travels in an inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboxMessage {
    /// A new execution.
    Start(Box<Start>),
    /// A command to one that exists.
    Command(Box<Command>),
}
