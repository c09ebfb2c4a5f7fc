//! What an execution runs: fixed when it is created.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::StageId;
use crate::artifact::ExpectedArtifact;
use crate::notification::Notification;
use crate::schedule::Window;

/// The graph and the rules of one execution, copied from the pipeline's revision at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The application's id, without the `applications/` before it.
    pub application: String,
    /// The pipeline's resource name; `None` for an operation.
    pub pipeline: Option<String>,
    /// The pipeline's revision; 0 for an operation.
    pub revision: i64,
    /// What people call it.
    pub display_name: String,
    /// The stages, in the author's order; `depends_on` gives the graph.
    pub stages: Vec<StageDefinition>,
    /// How many executions of the pipeline may run at once.
    pub concurrency: Concurrency,
    /// Artifacts that it needs at its start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected_artifacts: Vec<ExpectedArtifact>,
    /// Who is told of what: the pipeline's own, and those of its application.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<Notification>,
}

/// A limit on the running executions of a pipeline and what happens beyond it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Concurrency {
    /// How many may run at once; 0 for no limit.
    pub limit: u32,
    /// What happens to a start beyond the limit.
    pub policy: QueuePolicy,
}

/// What happens to a start beyond the concurrency limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueuePolicy {
    /// It waits; the oldest runs next.
    #[default]
    WaitInOrder,
    /// It waits, and those that already waited are canceled.
    NewestOnly,
    /// It is refused.
    Skip,
}

/// A node of the graph.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageDefinition {
    /// The id, unique in the execution.
    pub id: StageId,
    /// What people call it.
    pub name: String,
    /// The kind: the name of the field in the API's `Stage.kind`, for example `manual_judgment`.
    pub kind: String,
    /// The stages that must have ended well, been skipped, or failed with [`FailurePolicy::Ignore`] before it starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub depends_on: Vec<StageId>,
    /// What its failure does to the execution.
    #[serde(default)]
    pub on_failure: FailurePolicy,
    /// How long it may take, pauses and waits for its window excluded; its synthetic stages inherit it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Duration>,
    /// Whether running into the timeout counts as success.
    #[serde(default)]
    pub succeed_on_timeout: bool,
    /// When it may start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// The kind's message as canonical JSON.
    pub config: serde_json::Value,
    /// Values computed when the stage is planned: the path of a field, beginning with the kind (`wait.duration`), to the
    /// expression for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expressions: BTreeMap<String, String>,
    /// An expression: the stage is skipped unless its value is true. Empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub condition: String,
    /// Artifacts that it must make.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expected_artifacts: Vec<ExpectedArtifact>,
    /// Who is told of what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notifications: Vec<Notification>,
}

impl StageDefinition {
    /// Whether it asks for the judgment of certain people, or of several: then it can't be left out, which would be a judgment by
    /// anybody.
    pub fn is_guarded(&self) -> bool {
        const RULES: [&str; 4] = ["judges", "roles", "approvals", "noSelfApproval"];
        const PATHS: [&str; 4] = ["judges", "roles", "approvals", "no_self_approval"];
        let is_rule = |path: &String| {
            let field = path.strip_prefix("manual_judgment.").unwrap_or_default();
            PATHS.iter().any(|rule| field.starts_with(rule))
        };
        self.kind == "manual_judgment"
            && (RULES.iter().any(|rule| self.config.get(rule).is_some()) || self.expressions.keys().any(is_rule))
    }
}

/// What a stage's failure does to the execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailurePolicy {
    /// Ends the execution as failed and cancels what else runs.
    #[default]
    HaltPipeline,
    /// Ends this branch; other branches go on and decide the result.
    HaltBranch,
    /// Ends this branch; when the other branches have ended, the execution fails.
    HaltBranchThenFail,
    /// Counts as passed; the stages after it run.
    Ignore,
}
