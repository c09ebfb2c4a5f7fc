//! The services of `gennaker.v1`: a table of their methods. Each hands its request to the method of the same name of
//! [`gennaker_app::App`].

use gennaker_proto::v1;
use tonic::service::RoutesBuilder;
use tonic::{Request, Response, Status};
use tracing::Span;

use crate::call::Call;
use crate::gate::{Answers, Gate};
use crate::watches::Executions;

/// Implements a service for [`Gate`]. In brackets: fields of the span, and the fields of the request they are taken from.
macro_rules! service {
    (
        $service:ident in $module:ident {
            $( rpc $method:ident($request:ident) -> $response:ident $( [$($label:ident = $from:ident),+] )? ; )*
            $( stream $watch:ident($watched:ident) -> $item:ident as $items:ident $( [$($wlabel:ident = $wfrom:ident),+] )? ; )*
            $( encoded $elsewhere:ident($asked:ident) -> $told:ident as $tellings:ident ; )*
        }
    ) => {
        #[tonic::async_trait]
        impl v1::$module::$service for Gate {
            $(
                async fn $method(&self, request: Request<v1::$request>) -> Result<Response<v1::$response>, Status> {
                    let call = Call::read(request.metadata().as_ref())?;
                    let request = request.into_inner();
                    $( $( Span::current().record(stringify!($label), request.$from.as_str()); )+ )?
                    self.unary(&call, self.app.$method(&call.caller, request)).await
                }
            )*
            $(
                type $items = Answers<v1::$item>;

                async fn $watch(&self, request: Request<v1::$watched>) -> Result<Response<Self::$items>, Status> {
                    let call = Call::read(request.metadata().as_ref())?;
                    let request = request.into_inner();
                    $( $( Span::current().record(stringify!($wlabel), request.$wfrom.as_str()); )+ )?
                    let caller = call.caller.clone();
                    self.stream(call, self.app.$watch(&caller, request)).await
                }
            )*
            $(
                type $tellings = Answers<v1::$told>;

                /// [`Executions`] answers it before it comes here.
                async fn $elsewhere(&self, _: Request<v1::$asked>) -> Result<Response<Self::$tellings>, Status> {
                    Err(Status::unimplemented("this method is served in encoded form"))
                }
            )*
        }
    };
}

service! {
    AccountService in account_service_server {
        rpc get_account(GetAccountRequest) -> GetAccountResponse [resource = name];
        rpc list_accounts(ListAccountsRequest) -> ListAccountsResponse;
    }
}

service! {
    ApplicationService in application_service_server {
        rpc create_application(CreateApplicationRequest) -> CreateApplicationResponse;
        rpc get_application(GetApplicationRequest) -> GetApplicationResponse [resource = name];
        rpc list_applications(ListApplicationsRequest) -> ListApplicationsResponse;
        rpc update_application(UpdateApplicationRequest) -> UpdateApplicationResponse;
        rpc delete_application(DeleteApplicationRequest) -> DeleteApplicationResponse [resource = name];
    }
}

service! {
    ExecutionService in execution_service_server {
        rpc start_execution(StartExecutionRequest) -> StartExecutionResponse [resource = pipeline];
        rpc get_execution(GetExecutionRequest) -> GetExecutionResponse [execution = name];
        rpc list_executions(ListExecutionsRequest) -> ListExecutionsResponse [resource = parent];
        rpc cancel_execution(CancelExecutionRequest) -> CancelExecutionResponse [execution = name];
        rpc pause_execution(PauseExecutionRequest) -> PauseExecutionResponse [execution = name];
        rpc resume_execution(ResumeExecutionRequest) -> ResumeExecutionResponse [execution = name];
        rpc retry_stage(RetryStageRequest) -> RetryStageResponse [execution = name, stage = stage];
        rpc skip_stage(SkipStageRequest) -> SkipStageResponse [execution = name, stage = stage];
        rpc submit_judgment(SubmitJudgmentRequest) -> SubmitJudgmentResponse [execution = name, stage = stage];
        rpc explain_execution(ExplainExecutionRequest) -> ExplainExecutionResponse [execution = name];
        rpc plan_execution(PlanExecutionRequest) -> PlanExecutionResponse [resource = pipeline];
        rpc evaluate_expression(EvaluateExpressionRequest) -> EvaluateExpressionResponse [execution = execution];
        encoded watch_execution(WatchExecutionRequest) -> WatchExecutionResponse as WatchExecutionStream;
        encoded watch_executions(WatchExecutionsRequest) -> WatchExecutionsResponse as WatchExecutionsStream;
    }
}

service! {
    InfrastructureService in infrastructure_service_server {
        rpc list_clusters(ListClustersRequest) -> ListClustersResponse [resource = parent];
        rpc get_cluster(GetClusterRequest) -> GetClusterResponse [resource = name];
        rpc list_server_groups(ListServerGroupsRequest) -> ListServerGroupsResponse [resource = parent];
        rpc get_server_group(GetServerGroupRequest) -> GetServerGroupResponse [resource = name];
        rpc list_instances(ListInstancesRequest) -> ListInstancesResponse [resource = parent];
        rpc get_instance(GetInstanceRequest) -> GetInstanceResponse [resource = name];
        rpc get_instance_log(GetInstanceLogRequest) -> GetInstanceLogResponse [resource = name];
        rpc list_load_balancers(ListLoadBalancersRequest) -> ListLoadBalancersResponse [resource = parent];
        rpc get_load_balancer(GetLoadBalancerRequest) -> GetLoadBalancerResponse [resource = name];
        rpc create_load_balancer(CreateLoadBalancerRequest) -> CreateLoadBalancerResponse [resource = parent];
        rpc update_load_balancer(UpdateLoadBalancerRequest) -> UpdateLoadBalancerResponse;
        rpc delete_load_balancer(DeleteLoadBalancerRequest) -> DeleteLoadBalancerResponse [resource = name];
        rpc list_firewalls(ListFirewallsRequest) -> ListFirewallsResponse [resource = parent];
        rpc get_firewall(GetFirewallRequest) -> GetFirewallResponse [resource = name];
        rpc create_firewall(CreateFirewallRequest) -> CreateFirewallResponse [resource = parent];
        rpc update_firewall(UpdateFirewallRequest) -> UpdateFirewallResponse;
        rpc delete_firewall(DeleteFirewallRequest) -> DeleteFirewallResponse [resource = name];
        rpc list_images(ListImagesRequest) -> ListImagesResponse [resource = parent];
        rpc get_image(GetImageRequest) -> GetImageResponse [resource = name];
        rpc register_image(RegisterImageRequest) -> RegisterImageResponse [resource = parent];
        rpc create_server_group(CreateServerGroupRequest) -> CreateServerGroupResponse [resource = parent];
        rpc resize_server_group(ResizeServerGroupRequest) -> ResizeServerGroupResponse [resource = name];
        rpc enable_server_group(EnableServerGroupRequest) -> EnableServerGroupResponse [resource = name];
        rpc disable_server_group(DisableServerGroupRequest) -> DisableServerGroupResponse [resource = name];
        rpc rollback_server_group(RollbackServerGroupRequest) -> RollbackServerGroupResponse [resource = name];
        rpc rollback_cluster(RollbackClusterRequest) -> RollbackClusterResponse [resource = name];
        rpc destroy_server_group(DestroyServerGroupRequest) -> DestroyServerGroupResponse [resource = name];
        stream watch_infrastructure(WatchInfrastructureRequest) -> WatchInfrastructureResponse as WatchInfrastructureStream;
    }
}

service! {
    MigrationService in migration_service_server {
        rpc import_spinnaker_pipelines(ImportSpinnakerPipelinesRequest) -> ImportSpinnakerPipelinesResponse [resource = parent];
        rpc export_spinnaker_pipeline(ExportSpinnakerPipelineRequest) -> ExportSpinnakerPipelineResponse [resource = name];
    }
}

service! {
    PipelineService in pipeline_service_server {
        rpc create_pipeline(CreatePipelineRequest) -> CreatePipelineResponse [resource = parent];
        rpc get_pipeline(GetPipelineRequest) -> GetPipelineResponse [resource = name];
        rpc list_pipelines(ListPipelinesRequest) -> ListPipelinesResponse [resource = parent];
        rpc update_pipeline(UpdatePipelineRequest) -> UpdatePipelineResponse;
        rpc delete_pipeline(DeletePipelineRequest) -> DeletePipelineResponse [resource = name];
        rpc list_pipeline_revisions(ListPipelineRevisionsRequest) -> ListPipelineRevisionsResponse [resource = parent];
        rpc get_pipeline_revision(GetPipelineRevisionRequest) -> GetPipelineRevisionResponse [resource = name];
        rpc restore_pipeline_revision(RestorePipelineRevisionRequest) -> RestorePipelineRevisionResponse [resource = name];
        rpc diff_pipeline_revisions(DiffPipelineRevisionsRequest) -> DiffPipelineRevisionsResponse [resource = name];
        rpc validate_pipeline(ValidatePipelineRequest) -> ValidatePipelineResponse [resource = parent];
        rpc list_stage_kinds(ListStageKindsRequest) -> ListStageKindsResponse;
    }
}

service! {
    ProjectService in project_service_server {
        rpc create_project(CreateProjectRequest) -> CreateProjectResponse;
        rpc get_project(GetProjectRequest) -> GetProjectResponse [resource = name];
        rpc list_projects(ListProjectsRequest) -> ListProjectsResponse;
        rpc update_project(UpdateProjectRequest) -> UpdateProjectResponse;
        rpc delete_project(DeleteProjectRequest) -> DeleteProjectResponse [resource = name];
    }
}

service! {
    SystemService in system_service_server {
        rpc get_version(GetVersionRequest) -> GetVersionResponse;
        rpc get_health(GetHealthRequest) -> GetHealthResponse;
        rpc get_limits(GetLimitsRequest) -> GetLimitsResponse;
        rpc describe_resources(DescribeResourcesRequest) -> DescribeResourcesResponse;
        rpc describe_expressions(DescribeExpressionsRequest) -> DescribeExpressionsResponse;
    }
}

service! {
    TriggerService in trigger_service_server {
        rpc create_trigger(CreateTriggerRequest) -> CreateTriggerResponse [resource = parent];
        rpc get_trigger(GetTriggerRequest) -> GetTriggerResponse [resource = name];
        rpc list_triggers(ListTriggersRequest) -> ListTriggersResponse [resource = parent];
        rpc update_trigger(UpdateTriggerRequest) -> UpdateTriggerResponse;
        rpc delete_trigger(DeleteTriggerRequest) -> DeleteTriggerResponse [resource = name];
        rpc fire_trigger(FireTriggerRequest) -> FireTriggerResponse [resource = name];
        rpc list_trigger_events(ListTriggerEventsRequest) -> ListTriggerEventsResponse [resource = parent];
        rpc list_trigger_kinds(ListTriggerKindsRequest) -> ListTriggerKindsResponse;
    }
}

/// The full names of the services.
pub(crate) const NAMES: [&str; 9] = [
    v1::account_service_server::SERVICE_NAME,
    v1::application_service_server::SERVICE_NAME,
    v1::execution_service_server::SERVICE_NAME,
    v1::infrastructure_service_server::SERVICE_NAME,
    v1::migration_service_server::SERVICE_NAME,
    v1::pipeline_service_server::SERVICE_NAME,
    v1::project_service_server::SERVICE_NAME,
    v1::system_service_server::SERVICE_NAME,
    v1::trigger_service_server::SERVICE_NAME,
];

/// Adds all services.
pub(crate) fn add(routes: &mut RoutesBuilder, gate: &Gate, max_message_bytes: usize) {
    macro_rules! add {
        ($($module:ident::$server:ident),+ $(,)?) => {
            $( routes.add_service(
                v1::$module::$server::new(gate.clone())
                    .max_decoding_message_size(max_message_bytes)
                    .max_encoding_message_size(MAX_ANSWER_BYTES),
            ); )+
        };
    }
    routes.add_service(Executions::new(gate.clone(), max_message_bytes, MAX_ANSWER_BYTES));
    add!(
        account_service_server::AccountServiceServer,
        application_service_server::ApplicationServiceServer,
        infrastructure_service_server::InfrastructureServiceServer,
        migration_service_server::MigrationServiceServer,
        pipeline_service_server::PipelineServiceServer,
        project_service_server::ProjectServiceServer,
        system_service_server::SystemServiceServer,
        trigger_service_server::TriggerServiceServer,
    );
}

/// The greatest answer. Pages and logs have limits of their own that keep answers far below it.
const MAX_ANSWER_BYTES: usize = 64 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_of_the_package_is_served() {
        let mut described: Vec<String> = gennaker_proto::pool().services().map(|s| s.full_name().to_owned()).collect();
        described.sort();
        assert_eq!(described, NAMES);
    }
}
