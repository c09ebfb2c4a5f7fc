//! All calls: which request belongs to which method.

use gennaker_proto::v1;
use prost::{Message, Name};

/// The request of a method.
pub(crate) trait Call: Message + Name + Default {
    /// The method's full name: `gennaker.v1.SystemService.GetVersion`.
    const METHOD: &'static str;
}

macro_rules! calls {
    ($($service:ident { $($method:ident($request:ident)),* $(,)? })*) => {
        $($(
            impl Call for v1::$request {
                const METHOD: &'static str = concat!("gennaker.v1.", stringify!($service), ".", stringify!($method));
            }
        )*)*

        /// The full names of all methods that there are use cases for.
        pub const METHODS: &[&str] = &[$($(<v1::$request as Call>::METHOD,)*)*];
    };
}

calls! {
    AccountService {
        GetAccount(GetAccountRequest),
        ListAccounts(ListAccountsRequest),
    }
    ApplicationService {
        CreateApplication(CreateApplicationRequest),
        GetApplication(GetApplicationRequest),
        ListApplications(ListApplicationsRequest),
        UpdateApplication(UpdateApplicationRequest),
        DeleteApplication(DeleteApplicationRequest),
    }
    ProjectService {
        CreateProject(CreateProjectRequest),
        GetProject(GetProjectRequest),
        ListProjects(ListProjectsRequest),
        UpdateProject(UpdateProjectRequest),
        DeleteProject(DeleteProjectRequest),
    }
    PipelineService {
        CreatePipeline(CreatePipelineRequest),
        GetPipeline(GetPipelineRequest),
        ListPipelines(ListPipelinesRequest),
        UpdatePipeline(UpdatePipelineRequest),
        DeletePipeline(DeletePipelineRequest),
        ListPipelineRevisions(ListPipelineRevisionsRequest),
        GetPipelineRevision(GetPipelineRevisionRequest),
        RestorePipelineRevision(RestorePipelineRevisionRequest),
        DiffPipelineRevisions(DiffPipelineRevisionsRequest),
        ValidatePipeline(ValidatePipelineRequest),
        ListStageKinds(ListStageKindsRequest),
    }
    ExecutionService {
        StartExecution(StartExecutionRequest),
        GetExecution(GetExecutionRequest),
        ListExecutions(ListExecutionsRequest),
        WatchExecution(WatchExecutionRequest),
        WatchExecutions(WatchExecutionsRequest),
        CancelExecution(CancelExecutionRequest),
        PauseExecution(PauseExecutionRequest),
        ResumeExecution(ResumeExecutionRequest),
        RetryStage(RetryStageRequest),
        SkipStage(SkipStageRequest),
        SubmitJudgment(SubmitJudgmentRequest),
        ExplainExecution(ExplainExecutionRequest),
        PlanExecution(PlanExecutionRequest),
        EvaluateExpression(EvaluateExpressionRequest),
    }
    TriggerService {
        CreateTrigger(CreateTriggerRequest),
        GetTrigger(GetTriggerRequest),
        ListTriggers(ListTriggersRequest),
        UpdateTrigger(UpdateTriggerRequest),
        DeleteTrigger(DeleteTriggerRequest),
        FireTrigger(FireTriggerRequest),
        ListTriggerEvents(ListTriggerEventsRequest),
        ListTriggerKinds(ListTriggerKindsRequest),
    }
    InfrastructureService {
        ListClusters(ListClustersRequest),
        GetCluster(GetClusterRequest),
        ListServerGroups(ListServerGroupsRequest),
        GetServerGroup(GetServerGroupRequest),
        ListInstances(ListInstancesRequest),
        GetInstance(GetInstanceRequest),
        GetInstanceLog(GetInstanceLogRequest),
        ListLoadBalancers(ListLoadBalancersRequest),
        GetLoadBalancer(GetLoadBalancerRequest),
        CreateLoadBalancer(CreateLoadBalancerRequest),
        UpdateLoadBalancer(UpdateLoadBalancerRequest),
        DeleteLoadBalancer(DeleteLoadBalancerRequest),
        ListFirewalls(ListFirewallsRequest),
        GetFirewall(GetFirewallRequest),
        CreateFirewall(CreateFirewallRequest),
        UpdateFirewall(UpdateFirewallRequest),
        DeleteFirewall(DeleteFirewallRequest),
        ListImages(ListImagesRequest),
        GetImage(GetImageRequest),
        RegisterImage(RegisterImageRequest),
        WatchInfrastructure(WatchInfrastructureRequest),
        CreateServerGroup(CreateServerGroupRequest),
        ResizeServerGroup(ResizeServerGroupRequest),
        EnableServerGroup(EnableServerGroupRequest),
        DisableServerGroup(DisableServerGroupRequest),
        RollbackServerGroup(RollbackServerGroupRequest),
        RollbackCluster(RollbackClusterRequest),
        DestroyServerGroup(DestroyServerGroupRequest),
    }
    MigrationService {
        ImportSpinnakerPipelines(ImportSpinnakerPipelinesRequest),
        ExportSpinnakerPipeline(ExportSpinnakerPipelineRequest),
    }
    SystemService {
        GetVersion(GetVersionRequest),
        GetHealth(GetHealthRequest),
        GetLimits(GetLimitsRequest),
        DescribeResources(DescribeResourcesRequest),
        DescribeExpressions(DescribeExpressionsRequest),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rpc_is_a_call() {
        let rpcs: BTreeSet<String> = gennaker_proto::pool()
            .services()
            .flat_map(|service| service.methods().map(|method| method.full_name().to_owned()).collect::<Vec<_>>())
            .collect();
        assert_eq!(METHODS.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(), rpcs);
    }
}
