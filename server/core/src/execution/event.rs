//! What has happened to an execution, in order: the only truth about it.

use serde::{Deserialize, Serialize};

use super::command::Object;
use super::{
    ErrandSpec, ErrandState, ExecutionId, ExecutionStatus, Failure, Hold, StageId, StageStatus, Start, SyntheticStage,
    TaskSpec, TaskStatus, VerdictRecord,
};
use crate::Timestamp;

/// An event with its place in the execution's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventRecord {
    /// 1 for the first, plus one with each, without gaps.
    pub sequence: u64,
    /// When it was decided.
    pub time: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Something that happened to an execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// It exists.
    Created {
        /// What it begins with.
        start: Box<Start>,
        /// Whether it waits for its pipeline's concurrency limit.
        queued: bool,
    },
    /// It runs.
    Started,
    /// Somebody paused it.
    Paused {
        /// Who.
        actor: String,
    },
    /// Somebody ended the pause.
    Resumed {
        /// Who.
        actor: String,
    },
    /// Somebody canceled it.
    CancelRequested {
        /// Who.
        actor: String,
        /// Why.
        reason: String,
    },
    /// Somebody had a stage run again.
    Retried {
        /// The stage.
        stage: StageId,
        /// Who.
        actor: String,
        /// The stages that begin anew: the stage, those that failed or were canceled with the execution, and all that
        /// depend on them.
        reset: Vec<StageId>,
        /// The synthetic stages of those, which are gone.
        removed: Vec<StageId>,
    },
    /// It has ended.
    Finished {
        /// How.
        status: ExecutionStatus,
        /// Why it failed, if it did.
        failure: Option<String>,
    },
    /// A stage has begun. It comes again where its window has closed before the stage could use it.
    StageStarted {
        /// The stage.
        stage: StageId,
        /// What it waits for before it does anything.
        hold: Option<Hold>,
    },
    /// A stage's wait before its work is over.
    StageReleased {
        /// The stage.
        stage: StageId,
        /// Who ended the wait; `None` for the clock.
        actor: Option<String>,
    },
    /// A stage knows what to do.
    StagePlanned {
        /// The stage.
        stage: StageId,
        /// The resolved configuration.
        inputs: serde_json::Value,
        /// Its tasks.
        tasks: Vec<TaskSpec>,
        /// Stages that run before the tasks.
        before: Vec<SyntheticStage>,
        /// When its timeout strikes.
        deadline: Option<Timestamp>,
        /// Whether the tasks look up what the plan needs; it is planned again then.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        provisional: bool,
    },
    /// A stage's tasks are done; these stages follow.
    StageContinued {
        /// The stage.
        stage: StageId,
        /// Stages that run after the tasks.
        after: Vec<SyntheticStage>,
    },
    /// A stage fails; these stages clean up.
    StageFailing {
        /// The stage.
        stage: StageId,
        /// What it will end as.
        status: StageStatus,
        /// Why.
        failure: Failure,
        /// Stages that clean up.
        cleanup: Vec<SyntheticStage>,
    },
    /// A stage has ended.
    StageFinished {
        /// The stage.
        stage: StageId,
        /// How.
        status: StageStatus,
    },
    /// The condition of a stage does not hold: it ends as skipped.
    ConditionFailed {
        /// The stage.
        stage: StageId,
        /// Why not.
        reason: String,
    },
    /// Somebody left a stage out. It ends as skipped when its turn comes, which may be at once.
    StageSkipped {
        /// The stage.
        stage: StageId,
        /// Who.
        actor: String,
        /// Why.
        reason: String,
    },
    /// A task has begun, or tries again.
    TaskStarted {
        /// The stage.
        stage: StageId,
        /// The task's place.
        task: u32,
        /// Which try, from 1.
        attempt: u32,
        /// When a wait ends, an answer is due or a task times out, if that is bounded.
        until: Option<Timestamp>,
    },
    /// A task tells how far it is.
    TaskProgressed {
        /// The stage.
        stage: StageId,
        /// The task's place.
        task: u32,
        /// What it does.
        message: String,
        /// 0 to 100, where it is known.
        percent: Option<u8>,
        /// The execution that it has started, where it tells of one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        child: Option<ExecutionId>,
    },
    /// A task will try again.
    TaskDeferred {
        /// The stage.
        stage: StageId,
        /// The task's place.
        task: u32,
        /// When.
        until: Timestamp,
        /// Why: what is awaited, or what failed.
        message: String,
        /// 0 to 100, where it is known.
        percent: Option<u8>,
        /// Whether the try failed; otherwise it asked for more time.
        #[serde(default)]
        failed: bool,
        /// What the next try has to know.
        #[serde(default, skip_serializing_if = "Object::is_empty")]
        outputs: Object,
    },
    /// A task has ended.
    TaskFinished {
        /// The stage.
        stage: StageId,
        /// The task's place.
        task: u32,
        /// How.
        status: TaskStatus,
        /// What it put out.
        #[serde(default, skip_serializing_if = "Object::is_empty")]
        outputs: Object,
        /// What it did, or why it failed.
        message: String,
        /// The execution that it started, if it did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        child: Option<ExecutionId>,
    },
    /// Something is to be done that the execution does not wait for.
    ErrandAdded {
        /// Its number, from 1.
        errand: u32,
        /// What.
        spec: ErrandSpec,
    },
    /// An errand will be tried again.
    ErrandDeferred {
        /// Its number.
        errand: u32,
        /// When.
        until: Timestamp,
        /// What failed.
        message: String,
    },
    /// An errand is tried again.
    ErrandRetried {
        /// Its number.
        errand: u32,
        /// Which try, from 2.
        attempt: u32,
    },
    /// An errand was done, or given up.
    ErrandFinished {
        /// Its number.
        errand: u32,
        /// How.
        state: ErrandState,
        /// How it went.
        message: String,
    },
    /// A judge decided.
    Judged {
        /// The stage.
        stage: StageId,
        /// The decision.
        verdict: VerdictRecord,
    },
    /// An execution that a stage started has ended.
    ChildFinished {
        /// The stage.
        stage: StageId,
        /// The child.
        child: ExecutionId,
        /// How.
        status: ExecutionStatus,
        /// What its stages put out.
        #[serde(default, skip_serializing_if = "Object::is_empty")]
        outputs: Object,
        /// Why it failed, if it did.
        failure: Option<String>,
    },
}
