//! The ledger of triggers.

use gennaker_core::Timestamp;
use gennaker_core::execution::ExecutionId;

/// What was decided about something that a trigger saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TriggerDecision {
    /// It is being decided. A start that was cut short by a crash is taken up again from here.
    Pending,
    /// It started an execution.
    Fired,
    /// It did not meet the trigger's constraints.
    Filtered,
    /// The same event had been seen before.
    Deduplicated,
    /// The trigger or its pipeline is disabled.
    Disabled,
    /// The pipeline's concurrency limit is reached and its policy is to skip.
    Capped,
    /// The pipeline could not be started.
    Failed,
}

impl TriggerDecision {
    /// All decisions.
    pub const ALL: [Self; 7] =
        [Self::Pending, Self::Fired, Self::Filtered, Self::Deduplicated, Self::Disabled, Self::Capped, Self::Failed];

    /// The word that stands for it in storage.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Fired => "FIRED",
            Self::Filtered => "FILTERED",
            Self::Deduplicated => "DEDUPLICATED",
            Self::Disabled => "DISABLED",
            Self::Capped => "CAPPED",
            Self::Failed => "FAILED",
        }
    }
}

/// Something that a trigger saw, and the decision about it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredTriggerEvent {
    /// A ULID, so that ids sort by time.
    pub id: String,
    /// The trigger's resource name.
    pub trigger: String,
    /// When it was seen.
    pub time: Timestamp,
    /// Who or what sent it.
    pub actor: String,
    /// What makes it the same event as another: a delivery id, a digest; `None` never deduplicates.
    pub dedupe_key: Option<String>,
    /// What was decided.
    pub decision: TriggerDecision,
    /// Why, in words.
    pub reason: String,
    /// The execution that it started.
    pub execution: Option<ExecutionId>,
    /// What was seen, cut to a limit.
    pub payload: serde_json::Value,
}
