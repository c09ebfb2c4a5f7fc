//! What a stage kind decides about its stages: tasks and synthetic stages, planned purely.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{EffectKey, Failure, FailurePolicy, Scope};

/// The kinds of stages there are, as far as the machine must know them. All methods are pure: the same scope gives the
/// same answer.
pub trait StageKinds: Send + Sync {
    /// What a stage does: called once for every start of the stage, when what it depends on has ended.
    ///
    /// # Errors
    /// Where the configuration or the outputs it builds on don't allow a plan; the stage fails with it.
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure>;

    /// What follows a stage's tasks, once they have succeeded. The scope has their outputs.
    ///
    /// # Errors
    /// As [`StageKinds::plan`].
    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure>;

    /// What cleans up after a stage that fails. The stages run one after another; the stage still ends as failed.
    ///
    /// # Errors
    /// As [`StageKinds::plan`]; the stage then ends without them.
    fn plan_on_failure(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure>;

    /// How to call off what a stage has begun that was canceled or has failed; `task` is its effect that was started last. `None`
    /// where there is nothing to call off.
    fn call_off(&self, _scope: &Scope<'_>, _task: &EffectKey) -> Option<CallOffPlan> {
        None
    }
}

/// What a stage does.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    /// The configuration as it is used: expressions and defaults resolved.
    pub inputs: serde_json::Value,
    /// Stages that run before its tasks.
    pub before: Vec<SyntheticStage>,
    /// Its tasks, one after another.
    pub tasks: Vec<TaskSpec>,
    /// Whether the tasks only look up what the plan needs to know: what they put out is kept as the stage's facts, and then it is
    /// planned again. A stage looks things up [`MAX_LOOK_UPS`] times at most.
    pub provisional: bool,
}

/// How the work of a stage is called off.
#[derive(Clone, Debug, PartialEq)]
pub struct CallOffPlan {
    /// What is done, as a line to show.
    pub description: String,
    /// What the kind needs to know to do it.
    pub body: serde_json::Value,
}

/// How often a stage may look something up before it is planned for good.
pub const MAX_LOOK_UPS: u32 = 10;

/// A stage that a kind adds before, after or on failure of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SyntheticStage {
    /// What people call it.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Its configuration, as JSON of the kind's message.
    pub config: serde_json::Value,
    /// Places, in the same list, of those that must have passed before it starts; all smaller than its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<usize>,
    /// [`FailurePolicy::Ignore`] lets its parent go on without it; with every other policy its failure is its parent's.
    #[serde(default)]
    pub on_failure: FailurePolicy,
    /// How long it may take; otherwise its parent's timeout holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
}

impl SyntheticStage {
    /// A stage that may start at once and whose failure is its parent's.
    pub fn new(name: impl Into<String>, kind: impl Into<String>, config: serde_json::Value) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            config,
            after: Vec::new(),
            on_failure: FailurePolicy::HaltPipeline,
            timeout: None,
        }
    }

    /// The stages one after another.
    pub fn sequence(stages: impl IntoIterator<Item = Self>) -> Vec<Self> {
        stages
            .into_iter()
            .enumerate()
            .map(|(place, stage)| Self { after: place.checked_sub(1).into_iter().collect(), ..stage })
            .collect()
    }
}

/// One step of a stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskSpec {
    /// A word for the step, unique in the stage: `create`, `wait_for_up`.
    pub name: String,
    /// What drives it.
    pub kind: TaskKind,
}

impl TaskSpec {
    /// A step with a side effect, done by the kind's own code, limited to `timeout` in all.
    pub fn run(name: impl Into<String>, timeout: Duration) -> Self {
        Self { name: name.into(), kind: TaskKind::Run { timeout } }
    }
}

/// What drives a task to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum TaskKind {
    /// An effect: the engine runs the kind's code after the commit.
    Run {
        /// How long it may take in all, retries included, pauses excluded.
        timeout: Duration,
    },
    /// Time.
    Wait {
        /// How long.
        duration: Duration,
    },
    /// A person.
    Judgment(JudgmentSpec),
    /// The end of the execution that an earlier task of the stage started. A stage waits for one at most.
    AwaitChild {
        /// How long it may take, pauses excluded; then the child is canceled and the task fails.
        timeout: Duration,
    },
}

/// What is asked of a judge.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JudgmentSpec {
    /// What the judge shall look at.
    pub instructions: String,
    /// Options to choose from; with some, one must be chosen.
    pub options: Vec<String>,
    /// Who may judge; empty for everybody who has one of `roles`.
    pub judges: Vec<String>,
    /// Who may judge, by role; empty for everybody who is one of `judges`. Where both are empty, everybody may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// How many different judges must let it continue; 0 counts as 1.
    #[serde(default)]
    pub approvals: u32,
    /// Whether the one who started the execution may not judge.
    #[serde(default)]
    pub no_self_approval: bool,
    /// How long the answer may take; then the stage fails.
    pub deadline: Duration,
}
