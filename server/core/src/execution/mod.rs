//! Executions: runs of a pipeline's stages, or of one operation on infrastructure.
//!
//! An [`Execution`] is the fold of its [`Event`]s. [`handle`] decides what a [`Command`] does: it validates, then emits
//! events that it applies to the state as it goes, so that the state afterwards always equals a replay of all events.

mod command;
mod concurrency;
mod definition;
mod errand;
mod event;
mod explain;
mod graph;
mod id;
mod machine;
mod parameters;
mod plan;
mod readable;
mod scope;
mod state;
mod status;

pub use command::{
    Cause, Command, Failure, JudgmentDecision, Origin, ParentStage, Rejection, Start, TaskOutcome, TaskRef,
};
pub use concurrency::{Admission, admit};
pub use definition::{Concurrency, Definition, FailurePolicy, QueuePolicy, StageDefinition};
pub use errand::{CallOff, Errand, ErrandKind, ErrandOutcome, ErrandSpec, ErrandState};
pub use event::{Event, EventRecord};
pub use explain::{Actor, Wait, explain, explain_stage};
pub use graph::{GraphError, check_graph, downstream};
pub use id::{CommandId, EffectKey, ExecutionId, ExecutionIdError, StageId};
pub use machine::{Context, Decision, Outgoing, create, handle};
pub use parameters::{ParameterError, ParameterSpec, ParameterType, bind_parameters};
pub use plan::{CallOffPlan, JudgmentSpec, MAX_LOOK_UPS, Plan, StageKinds, SyntheticStage, TaskKind, TaskSpec};
pub use scope::Scope;
pub use state::{Cancellation, Execution, Hold, Judgment, Pause, Phase, Stage, SyntheticPosition, Task, VerdictRecord};
pub use status::{ExecutionStatus, StageStatus, TaskStatus};
