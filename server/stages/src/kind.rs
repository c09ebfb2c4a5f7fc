//! What a stage kind is.

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::execution::{CallOff, CallOffPlan, EffectKey, Failure, Plan, Scope, SyntheticStage, TaskOutcome};
use gennaker_core::expression::{ExpressionError, Lookup};
use gennaker_engine::TaskRun;
use gennaker_ports::{Clouds, Egress, Launcher, Notifier, Records, Secrets, TrafficGuards};

/// What tasks need from outside. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// Where server groups run.
    pub clouds: Clouds,
    /// What starts other pipelines.
    pub launcher: Arc<dyn Launcher>,
    /// What must not be left without traffic.
    pub guards: Arc<dyn TrafficGuards>,
    /// The way out, for calls of URLs.
    pub egress: Arc<dyn Egress>,
    /// The secrets that authors of pipelines may refer to.
    pub secrets: Arc<dyn Secrets>,
    /// The secrets that the operator may refer to, in kinds of their own.
    pub operator_secrets: Arc<dyn Secrets>,
    /// What messages are sent with.
    pub notifier: Arc<dyn Notifier>,
    /// What the server has on record.
    pub records: Arc<dyn Records>,
    /// Whether expressions may read URLs.
    pub url_functions: bool,
}

impl Context {
    /// The secrets that a stage of a kind may use: what it refers to was written by its author, or by the operator who defined the
    /// kind.
    pub(crate) fn secrets_of(&self, kind: &str) -> &dyn Secrets {
        if kind == crate::custom::KIND { &*self.operator_secrets } else { &*self.secrets }
    }
}

/// Why a stage has no plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Unplanned {
    /// Something is wrong.
    Failed(Failure),
    /// Its expressions need answers from outside. The stage looks them up, and is planned again.
    Missing(Vec<Lookup>),
}

impl Unplanned {
    /// An expression, at a place of the stage's configuration, has no value.
    pub(crate) fn at(place: &str, error: &ExpressionError) -> Self {
        match error.missing() {
            Some(lookup) => Self::Missing(vec![lookup.clone()]),
            None => Self::Failed(Failure::permanent(format!("{place}: {error}"))),
        }
    }
}

impl From<Failure> for Unplanned {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
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
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned>;

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

    /// How to call off what the stage has begun, see [`gennaker_core::execution::StageKinds::call_off`].
    fn call_off(&self, _scope: &Scope<'_>, _task: &EffectKey) -> Option<CallOffPlan> {
        None
    }

    /// Calls off what a stage has begun.
    ///
    /// # Errors
    /// Where that fails; a retryable failure is tried again.
    async fn run_call_off(&self, _context: &Context, call_off: &CallOff) -> Result<String, Failure> {
        Err(Failure::permanent(format!("stages of kind {} call nothing off", call_off.kind)))
    }

    /// Does one of its tasks.
    ///
    /// # Errors
    /// Where the task fails; a retryable failure is tried again.
    async fn run(&self, _context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        Err(Failure::permanent(format!("stages of kind {} have no task {:?}", self.kind(), run.task)))
    }
}
