//! What can be asked of an execution, and why it may be refused.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::artifact::{Artifact, ResolvedArtifact};

use super::{Definition, ErrandOutcome, ExecutionId, ExecutionStatus, StageId, StageStatus};

/// A JSON object.
pub(crate) type Object = serde_json::Map<String, serde_json::Value>;

/// Something asked of an execution, by a person, by the clock or by an effect that ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Begins a queued execution: its pipeline's limit has room.
    Admit,
    /// Does whatever is due by now.
    Tick,
    /// Ends it, and what it runs, as canceled.
    Cancel {
        /// Who asks.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Starts nothing new until resumed.
    Pause {
        /// Who asks.
        actor: String,
    },
    /// Ends a pause.
    Resume {
        /// Who asks.
        actor: String,
    },
    /// Runs a top-level stage, and all that depend on it, again. With it run the stages that would end the execution
    /// at once: those that failed with it or were canceled.
    RetryStage {
        /// The stage.
        stage: StageId,
        /// Who asks.
        actor: String,
    },
    /// Leaves a stage out, or ends its wait. What depends on a stage left out still waits for what that stage waited for.
    SkipStage {
        /// The stage.
        stage: StageId,
        /// Who asks.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Decides a judgment.
    Judge {
        /// The stage that waits for it.
        stage: StageId,
        /// Who decides.
        actor: String,
        /// The roles that they have.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        roles: Vec<String>,
        /// Whether the execution goes on.
        decision: JudgmentDecision,
        /// The option chosen, where the judgment offers some.
        input: Option<String>,
        /// What the judge says of it.
        comment: String,
    },
    /// A task's effect tells how far it is.
    TaskProgress {
        /// Which task, at which try.
        task: TaskRef,
        /// What it does now.
        message: String,
        /// 0 to 100, where it is known.
        percent: Option<u8>,
    },
    /// A task's effect ended.
    TaskOutcome {
        /// Which task, at which try.
        task: TaskRef,
        /// How.
        outcome: TaskOutcome,
    },
    /// A try of an errand ended.
    ErrandOutcome {
        /// The errand's number.
        errand: u32,
        /// Which try.
        attempt: u32,
        /// How.
        outcome: ErrandOutcome,
    },
    /// A stage has started an execution, which is told with the execution's first step: the parent hears of it even where
    /// the effect that started it never reports.
    ChildStarted {
        /// The stage that started it.
        stage: StageId,
        /// At which start of the stage.
        attempt: u32,
        /// The child.
        child: ExecutionId,
    },
    /// An execution that a stage started has ended.
    ChildFinished {
        /// The stage that started it.
        stage: StageId,
        /// The child.
        child: ExecutionId,
        /// How it ended.
        status: ExecutionStatus,
        /// What its stages put out.
        outputs: Object,
        /// Why it failed, if it did.
        failure: Option<String>,
    },
}

impl Command {
    /// The command's name, for logs and metrics.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Admit => "admit",
            Self::Tick => "tick",
            Self::Cancel { .. } => "cancel",
            Self::Pause { .. } => "pause",
            Self::Resume { .. } => "resume",
            Self::RetryStage { .. } => "retry_stage",
            Self::SkipStage { .. } => "skip_stage",
            Self::Judge { .. } => "judge",
            Self::TaskProgress { .. } => "task_progress",
            Self::TaskOutcome { .. } => "task_outcome",
            Self::ErrandOutcome { .. } => "errand_outcome",
            Self::ChildStarted { .. } => "child_started",
            Self::ChildFinished { .. } => "child_finished",
        }
    }

    /// The stage that the command is about, where it is about one.
    pub const fn stage(&self) -> Option<&StageId> {
        match self {
            Self::Admit
            | Self::Tick
            | Self::Cancel { .. }
            | Self::Pause { .. }
            | Self::Resume { .. }
            | Self::ErrandOutcome { .. } => None,
            Self::RetryStage { stage, .. }
            | Self::SkipStage { stage, .. }
            | Self::Judge { stage, .. }
            | Self::ChildStarted { stage, .. }
            | Self::ChildFinished { stage, .. } => Some(stage),
            Self::TaskProgress { task, .. } | Self::TaskOutcome { task, .. } => Some(&task.stage),
        }
    }
}

/// What a new execution begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Start {
    /// Its id.
    pub id: ExecutionId,
    /// What it runs.
    pub definition: Arc<Definition>,
    /// Why it exists.
    pub cause: Cause,
    /// The parameters' values, checked and completed by `bind_parameters`.
    pub parameters: Object,
    /// Labels, for searching.
    pub labels: BTreeMap<String, String>,
    /// The artifacts that it was given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    /// What the definition's expected artifacts were bound to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resolved_artifacts: Vec<ResolvedArtifact>,
}

/// Why an execution exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Who or what started it: a user, or a trigger's resource name.
    pub actor: String,
    /// What kind of start it was.
    pub origin: Origin,
    /// What the actor or the trigger said of it.
    #[serde(default)]
    pub reason: String,
    /// What the trigger saw; stages read it.
    #[serde(default)]
    pub payload: serde_json::Value,
}

/// What kind of start an execution had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    /// A person or a client asked for it.
    Manual,
    /// A trigger fired.
    Trigger {
        /// The trigger's resource name.
        trigger: String,
        /// The trigger event's id.
        event: String,
    },
    /// A stage of another execution started it.
    Parent(ParentStage),
    /// An operation on infrastructure.
    Operation,
}

/// The stage that started an execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParentStage {
    /// The execution the stage belongs to.
    pub execution: ExecutionId,
    /// That execution's application.
    pub application: String,
    /// The stage.
    pub stage: StageId,
    /// At which start of the stage, from 1.
    #[serde(default)]
    pub attempt: u32,
    /// Whether the stage leaves the execution to itself: it neither waits for it nor cancels it.
    #[serde(default)]
    pub detached: bool,
}

/// A judge's decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgmentDecision {
    /// The execution goes on.
    Continue,
    /// The stage fails.
    Stop,
}

/// One try of one task.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TaskRef {
    /// The stage.
    pub stage: StageId,
    /// Which start of the stage.
    pub stage_attempt: u32,
    /// The task's place in the stage.
    pub task: u32,
    /// Which try of the task.
    pub attempt: u32,
}

/// How a task's effect ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum TaskOutcome {
    /// Well.
    Succeeded {
        /// What later stages can read; merged over the stage's earlier outputs.
        outputs: Object,
        /// What was done, in words.
        message: String,
        /// The execution that it started, if it did.
        child: Option<ExecutionId>,
    },
    /// Not yet: run it again after a while.
    Later {
        /// How long to wait.
        after: Duration,
        /// What is awaited, in words.
        message: String,
        /// 0 to 100, where it is known.
        percent: Option<u8>,
        /// What the next try has to know; merged over the stage's earlier outputs.
        #[serde(default, skip_serializing_if = "Object::is_empty")]
        outputs: Object,
    },
    /// What it followed was canceled by somebody else: the stage ends as canceled, and the execution with it, unless the stage
    /// lets the execution go on when it fails.
    Canceled {
        /// What was canceled, in words.
        message: String,
    },
    /// Badly.
    Failed(Failure),
}

/// Why something failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong, where, and what to do about it.
    pub message: String,
    /// Whether the same try may succeed a little later; the machine tries again within limits.
    #[serde(default)]
    pub retryable: bool,
}

impl Failure {
    /// A failure that trying again would not mend.
    pub fn permanent(message: impl Into<String>) -> Self {
        Self { message: message.into(), retryable: false }
    }

    /// A failure that may pass.
    pub fn retryable(message: impl Into<String>) -> Self {
        Self { message: message.into(), retryable: true }
    }
}

/// Why a command was refused. Nothing has changed then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "rejection", rename_all = "snake_case")]
pub enum Rejection {
    /// The execution has ended.
    #[error("execution {execution} has ended with {}", status.as_str())]
    Ended {
        /// The execution.
        execution: ExecutionId,
        /// How it ended.
        status: ExecutionStatus,
    },
    /// There is no such stage.
    #[error("execution {execution} has no stage {stage:?}")]
    NoStage {
        /// The execution.
        execution: ExecutionId,
        /// The stage asked for.
        stage: StageId,
    },
    /// The execution is not in a state for this command.
    #[error("execution {execution} is {}: {remedy}", status.as_str())]
    WrongStatus {
        /// The execution.
        execution: ExecutionId,
        /// What it is.
        status: ExecutionStatus,
        /// What to do.
        remedy: String,
    },
    /// The stage is not in a state for this command.
    #[error("stage {stage:?} is {}: {remedy}", status.as_str())]
    WrongStageStatus {
        /// The stage.
        stage: StageId,
        /// What it is.
        status: StageStatus,
        /// What to do.
        remedy: String,
    },
    /// The judge is not among those who may judge.
    #[error("{actor:?} may not judge stage {stage:?}; it takes {}", judges_and_roles(judges, roles))]
    NotAJudge {
        /// The stage.
        stage: StageId,
        /// Who tried.
        actor: String,
        /// Who may.
        judges: Vec<String>,
        /// Who may, by role.
        #[serde(default)]
        roles: Vec<String>,
    },
    /// Who started the execution may not judge.
    #[error("{actor:?} started the execution and may not judge stage {stage:?}; somebody else must")]
    SelfApproval {
        /// The stage.
        stage: StageId,
        /// Who tried.
        actor: String,
    },
    /// The judge has judged already, and others must.
    #[error("{actor:?} has judged stage {stage:?} already; it takes {missing} more of others")]
    JudgedAlready {
        /// The stage.
        stage: StageId,
        /// Who tried.
        actor: String,
        /// How many more are needed.
        missing: u32,
    },
    /// Those who judged before chose another option.
    #[error("those who judged stage {stage:?} before chose {chosen:?}; choose it too, or stop")]
    OtherOption {
        /// The stage.
        stage: StageId,
        /// What they chose.
        chosen: String,
    },
    /// The option is not among those offered, or none was chosen.
    #[error("{}", not_an_option(stage, input, options))]
    NotAnOption {
        /// The stage.
        stage: StageId,
        /// What was chosen; empty for nothing.
        input: String,
        /// What is offered.
        options: Vec<String>,
    },
    /// The pipeline's limit is reached and its policy is to skip.
    #[error("{pipeline} has reached its limit of {limit} concurrent executions and skips further starts")]
    LimitReached {
        /// The pipeline.
        pipeline: String,
        /// Its limit.
        limit: u32,
    },
    /// As many executions of the pipeline wait as may.
    #[error("{limit} executions of {pipeline} are queued already")]
    QueueFull {
        /// The pipeline.
        pipeline: String,
        /// How many may wait.
        limit: u32,
    },
    /// The command speaks of a try that is over; it is dropped.
    #[error("the command speaks of a try that is over")]
    Stale,
}

/// Who may judge, in words; empty for anybody.
pub(super) fn judges_and_roles(judges: &[String], roles: &[String]) -> String {
    let roles = roles.iter().map(|role| format!("somebody with the role {role}"));
    judges.iter().cloned().chain(roles).collect::<Vec<_>>().join(" or ")
}

fn not_an_option(stage: &StageId, input: &str, options: &[String]) -> String {
    let offered = if options.is_empty() { "none".to_owned() } else { options.join(", ") };
    if input.is_empty() {
        format!("an option of stage {stage} must be chosen: {offered}")
    } else {
        format!("{input:?} is not an option of stage {stage}; it offers {offered}")
    }
}
