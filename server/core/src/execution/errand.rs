//! Errands: what an execution sets off and does not wait for. They are events of the execution and survive its end, so that none
//! is lost in a crash, and none holds the execution up.

use serde::{Deserialize, Serialize};

use super::{EffectKey, Event, StageId};
use crate::Timestamp;
use crate::notification::Notice;

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrandSpec {
    /// The stage that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StageId>,
    /// What it is, as a line to show.
    pub description: String,
    /// What sort of thing it is.
    pub kind: ErrandKind,
}

/// What sort of thing an errand is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "errand", rename_all = "snake_case")]
pub enum ErrandKind {
    /// A message is sent.
    Notify {
        /// The message.
        notice: Box<Notice>,
    },
    /// What a task of a stage had begun is called off, because the stage was canceled or has failed.
    CallOff(CallOff),
}

/// Work of a stage that is called off.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallOff {
    /// The kind of the stage.
    pub kind: String,
    /// The task that was running.
    pub task: EffectKey,
    /// What the kind needs to know.
    pub body: serde_json::Value,
}

/// An errand and how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Errand {
    /// Its number in the execution, from 1.
    pub id: u32,
    /// What is to be done.
    pub spec: ErrandSpec,
    /// Where it stands.
    pub state: ErrandState,
    /// Which try, from 1.
    pub attempt: u32,
    /// When it is tried again; set between two tries.
    pub resumes: Option<Timestamp>,
    /// How it went, or what went wrong the last time.
    pub message: String,
}

/// Where an errand stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrandState {
    /// It is under way, or will be tried again.
    Pending,
    /// It was done.
    Done,
    /// It was given up.
    Failed,
}

/// How a try of an errand ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ErrandOutcome {
    /// Well.
    Done {
        /// How it went.
        message: String,
    },
    /// Badly.
    Failed {
        /// What went wrong.
        message: String,
        /// Whether it is tried again, within limits.
        retryable: bool,
    },
}

impl Errand {
    /// An errand that is under way for the first time.
    pub(super) const fn new(id: u32, spec: ErrandSpec) -> Self {
        Self { id, spec, state: ErrandState::Pending, attempt: 1, resumes: None, message: String::new() }
    }

    /// Applies an event that is about it.
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::ErrandDeferred { until, message, .. } => {
                self.resumes = Some(*until);
                self.message.clone_from(message);
            }
            Event::ErrandRetried { attempt, .. } => {
                self.resumes = None;
                self.attempt = *attempt;
            }
            Event::ErrandFinished { state, message, .. } => {
                self.state = *state;
                self.resumes = None;
                self.message.clone_from(message);
            }
            _ => {}
        }
    }
}

impl Event {
    /// The number of the errand that the event is about, if it is about one.
    pub const fn errand(&self) -> Option<u32> {
        match self {
            Self::ErrandAdded { errand, .. }
            | Self::ErrandDeferred { errand, .. }
            | Self::ErrandRetried { errand, .. }
            | Self::ErrandFinished { errand, .. } => Some(*errand),
            _ => None,
        }
    }
}
