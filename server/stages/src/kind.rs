//! What a stage kind is.

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, SyntheticStage, TaskOutcome};
use gennaker_engine::TaskRun;
use gennaker_ports::{Clouds, Launcher, TrafficGuards};

/// What tasks need from outside. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Where server groups run.
    pub clouds: Clouds,
    /// What starts other pipelines.
    pub launcher: Arc<dyn Launcher>,
    /// What must not be left without traffic.
    pub guards: Arc<dyn TrafficGuards>,
}

/// A kind of stage. Planning is pure; see [`gennaker_core::execution::StageKinds`] for when each method is called.
#[async_trait]
pub trait StageKind: Send + Sync {
    /// The name of the kind: that of its field in the API's `Stage.kind`.
    fn kind(&self) -> &'static str;

    /// What the stage does.
    ///
    /// # Errors
    /// Where its configuration, or what it builds on, allows no plan.
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure>;

    /// The stages that follow its tasks.
    ///
    /// # Errors
    /// As [`StageKind::plan`].
    fn plan_after(&self, _scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Ok(Vec::new())
    }

    /// The stages that clean up after it has failed.
    ///
    /// # Errors
    /// As [`StageKind::plan`].
    fn plan_on_failure(&self, _scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Ok(Vec::new())
    }

    /// Does one of its tasks.
    ///
    /// # Errors
    /// Where the task fails; a retryable failure is tried again.
    async fn run(&self, _context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        Err(Failure::permanent(format!("stages of kind {} have no task {:?}", self.kind(), run.task)))
    }
}
