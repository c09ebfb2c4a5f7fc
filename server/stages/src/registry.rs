//! All stage kinds there are.

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::execution::{
    CallOffPlan, EffectKey, ErrandKind, ErrandOutcome, Failure, Plan, Scope, StageKinds, SyntheticStage, TaskOutcome,
};
use gennaker_engine::{ErrandRun, TaskRun, TaskRunner};

use crate::custom::{CustomKinds, KIND as CUSTOM};
use crate::kind::{Context, StageKind, Unplanned};
use crate::{bind_artifacts, look_up};
use crate::{
    check_preconditions, clone_server_group, create_server_group, depends_on_execution, deploy, destroy_server_group,
    disable_cluster, disable_server_group, enable_server_group, evaluate_variables, fail, find_artifact, find_image,
    group, manual_judgment, resize_server_group, rollback_cluster, rollback_server_group, run_job, run_pipeline,
    scale_down_cluster, shrink_cluster, spinnaker, wait, wait_until, webhook,
};

static KINDS: [&dyn StageKind; 26] = [
    &wait::Wait,
    &manual_judgment::ManualJudgment,
    &run_pipeline::RunPipeline,
    &check_preconditions::CheckPreconditions,
    &deploy::Deploy,
    &create_server_group::CreateServerGroup,
    &clone_server_group::CloneServerGroup,
    &enable_server_group::EnableServerGroup,
    &disable_server_group::DisableServerGroup,
    &resize_server_group::ResizeServerGroup,
    &rollback_server_group::RollbackServerGroup,
    &destroy_server_group::DestroyServerGroup,
    &rollback_cluster::RollbackCluster,
    &disable_cluster::DisableCluster,
    &scale_down_cluster::ScaleDownCluster,
    &shrink_cluster::ShrinkCluster,
    &find_image::FindImage,
    &webhook::Webhook,
    &evaluate_variables::EvaluateVariables,
    &wait_until::WaitUntil,
    &fail::Fail,
    &group::Group,
    &depends_on_execution::DependsOnExecution,
    &find_artifact::FindArtifact,
    &run_job::RunJob,
    &spinnaker::Spinnaker,
];

/// The stage kinds, for planning, which needs nothing from outside. Cheap to clone.
#[derive(Clone)]
pub struct Kinds {
    custom: Arc<CustomKinds>,
}

impl Kinds {
    /// All kinds, with those that the operator has defined.
    pub fn new(custom: Arc<CustomKinds>) -> Self {
        Self { custom }
    }

    /// The names of all kinds.
    pub fn names() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|kind| kind.kind()).chain([CUSTOM])
    }

    fn find(&self, name: &str) -> Result<&dyn StageKind, Failure> {
        if name == CUSTOM {
            return Ok(&*self.custom);
        }
        KINDS
            .iter()
            .copied()
            .find(|kind| kind.kind() == name)
            .ok_or_else(|| Failure::permanent(format!("this server has no stage kind {name:?}")))
    }
}

impl StageKinds for Kinds {
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure> {
        match self.find(&scope.stage.definition.kind)?.plan(scope) {
            Ok(plan) => Ok(bind_artifacts::add(plan, scope)),
            Err(Unplanned::Missing(lookups)) => Ok(look_up::plan(&lookups)),
            Err(Unplanned::Failed(failure)) => Err(failure),
        }
    }

    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        self.find(&scope.stage.definition.kind)?.plan_after(scope)
    }

    fn plan_on_failure(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        self.find(&scope.stage.definition.kind)?.plan_on_failure(scope)
    }

    fn call_off(&self, scope: &Scope<'_>, task: &EffectKey) -> Option<CallOffPlan> {
        self.find(&scope.stage.definition.kind).ok()?.call_off(scope, task)
    }
}

/// The stage kinds, with what their tasks need from outside. Cheap to clone.
#[derive(Clone)]
pub struct Runner {
    kinds: Kinds,
    context: Context,
}

impl Runner {
    /// Runs the tasks of kinds with these ports.
    pub fn new(kinds: Kinds, context: Context) -> Self {
        Self { kinds, context }
    }
}

#[async_trait]
impl TaskRunner for Runner {
    async fn run(&self, run: TaskRun) -> TaskOutcome {
        let outcome = match self.kinds.find(&run.kind) {
            Ok(_) if run.task == look_up::TASK => look_up::run(&self.context, &run).await,
            Ok(_) if run.task == bind_artifacts::TASK => bind_artifacts::run(&run),
            Ok(kind) => kind.run(&self.context, &run).await,
            Err(failure) => Err(failure),
        };
        outcome.unwrap_or_else(TaskOutcome::Failed)
    }

    async fn run_errand(&self, run: ErrandRun) -> ErrandOutcome {
        let outcome = match &run.errand {
            ErrandKind::Notify { notice } => {
                let sent = self.context.notifier.notify(&run.key, notice).await;
                sent.map(|()| "sent".to_owned())
                    .map_err(|error| Failure { message: error.message, retryable: error.retryable })
            }
            ErrandKind::CallOff(call_off) => match self.kinds.find(&call_off.kind) {
                Ok(kind) => kind.run_call_off(&self.context, call_off).await,
                Err(failure) => Err(failure),
            },
        };
        match outcome {
            Ok(message) => ErrandOutcome::Done { message },
            Err(Failure { message, retryable }) => ErrandOutcome::Failed { message, retryable },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_the_api_is_there() {
        let stage = gennaker_proto::pool().get_message_by_name("gennaker.v1.Stage").unwrap();
        let oneof = stage.oneofs().find(|oneof| oneof.name() == "kind").unwrap();
        let mut api: Vec<String> = oneof.fields().map(|field| field.name().to_owned()).collect();
        let mut registered: Vec<String> = Kinds::names().map(str::to_owned).collect();
        api.sort();
        registered.sort();
        assert_eq!(registered, api);
    }
}
