//! All stage kinds there are.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, StageKinds, SyntheticStage, TaskOutcome};
use gennaker_engine::{TaskRun, TaskRunner};

use crate::kind::{Context, StageKind};
use crate::{
    check_preconditions, clone_server_group, create_server_group, deploy, destroy_server_group, disable_cluster,
    disable_server_group, enable_server_group, find_image, manual_judgment, resize_server_group, rollback_cluster,
    rollback_server_group, run_pipeline, scale_down_cluster, shrink_cluster, wait,
};

static KINDS: [&dyn StageKind; 17] = [
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
];

/// The stage kinds, with what they need to run. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    context: Context,
}

impl Registry {
    /// All kinds, running with these ports.
    pub fn new(context: Context) -> Self {
        Self { context }
    }

    /// The names of all kinds.
    pub fn kinds() -> impl Iterator<Item = &'static str> {
        KINDS.iter().map(|kind| kind.kind())
    }

    fn find(name: &str) -> Result<&'static dyn StageKind, Failure> {
        KINDS
            .iter()
            .copied()
            .find(|kind| kind.kind() == name)
            .ok_or_else(|| Failure::permanent(format!("this server has no stage kind {name:?}")))
    }
}

impl StageKinds for Registry {
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure> {
        Self::find(&scope.stage.definition.kind)?.plan(scope)
    }

    fn plan_after(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Self::find(&scope.stage.definition.kind)?.plan_after(scope)
    }

    fn plan_on_failure(&self, scope: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Self::find(&scope.stage.definition.kind)?.plan_on_failure(scope)
    }
}

#[async_trait]
impl TaskRunner for Registry {
    async fn run(&self, run: TaskRun) -> TaskOutcome {
        let outcome = match Self::find(&run.kind) {
            Ok(kind) => kind.run(&self.context, &run).await,
            Err(failure) => Err(failure),
        };
        outcome.unwrap_or_else(TaskOutcome::Failed)
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
        let mut registered: Vec<String> = Registry::kinds().map(str::to_owned).collect();
        api.sort();
        registered.sort();
        assert_eq!(registered, api);
    }
}
