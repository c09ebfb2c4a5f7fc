//! Which method of which service a request message belongs to, for all unary methods of the API.

use tonic::{Response, Status};

use crate::client::Client;
use crate::v1;

mod sealed {
    pub trait Sealed {}
}

/// The request of a unary method of the API; see [`Client::call`].
pub trait Call: sealed::Sealed + Clone + Send + Sync + 'static {
    /// The answer of the method.
    type Response: Send;

    /// The name of the method, `StartExecution` for instance.
    const METHOD: &'static str;

    /// The id that makes a repeat of the call harmless, for methods that change something.
    fn request_id(&mut self) -> Option<&mut String>;

    /// Sends the request once, as it is.
    fn send(self, client: &Client) -> impl Future<Output = Result<Response<Self::Response>, Status>> + Send;
}

/// The request of a list method; see [`Client::list`].
pub trait PagedCall: Call {
    /// What is listed.
    type Item: Send;

    /// Asks for the page after the one that ended with this token.
    fn set_page_token(&mut self, token: String);

    /// The results of a page, and the token for the next one. The token is empty on the last page.
    fn page(response: Self::Response) -> (Vec<Self::Item>, String);
}

macro_rules! call {
    ($service:ident: $method:ident, $name:literal, $request:ident -> $response:ident, |$binding:ident| $id:expr) => {
        impl sealed::Sealed for v1::$request {}

        impl Call for v1::$request {
            type Response = v1::$response;
            const METHOD: &'static str = $name;

            fn request_id(&mut self) -> Option<&mut String> {
                let $binding = self;
                $id
            }

            async fn send(self, client: &Client) -> Result<Response<Self::Response>, Status> {
                client.$service().$method(self).await
            }
        }
    };
}

/// Methods that change nothing.
macro_rules! reads {
    ($($service:ident: $method:ident, $name:literal, $request:ident -> $response:ident;)*) => {
        $(call!($service: $method, $name, $request -> $response, |_request| None);)*
    };
}

/// Methods that change something, once for each request id.
macro_rules! writes {
    ($($service:ident: $method:ident, $name:literal, $request:ident -> $response:ident;)*) => {
        $(call!($service: $method, $name, $request -> $response, |request| Some(&mut request.request_id));)*
    };
}

/// Methods that list in pages.
macro_rules! lists {
    ($($service:ident: $method:ident, $name:literal, $request:ident -> $response:ident { $field:ident: $item:ident };)*) => {
        $(
            call!($service: $method, $name, $request -> $response, |_request| None);

            impl PagedCall for v1::$request {
                type Item = v1::$item;

                fn set_page_token(&mut self, token: String) {
                    self.page_token = token;
                }

                fn page(response: Self::Response) -> (Vec<Self::Item>, String) {
                    (response.$field, response.next_page_token)
                }
            }
        )*
    };
}

reads! {
    applications: get_application, "GetApplication", GetApplicationRequest -> GetApplicationResponse;
    projects: get_project, "GetProject", GetProjectRequest -> GetProjectResponse;
    pipelines: get_pipeline, "GetPipeline", GetPipelineRequest -> GetPipelineResponse;
    pipelines: get_pipeline_revision, "GetPipelineRevision", GetPipelineRevisionRequest -> GetPipelineRevisionResponse;
    pipelines: diff_pipeline_revisions, "DiffPipelineRevisions", DiffPipelineRevisionsRequest -> DiffPipelineRevisionsResponse;
    pipelines: validate_pipeline, "ValidatePipeline", ValidatePipelineRequest -> ValidatePipelineResponse;
    pipelines: list_stage_kinds, "ListStageKinds", ListStageKindsRequest -> ListStageKindsResponse;
    executions: get_execution, "GetExecution", GetExecutionRequest -> GetExecutionResponse;
    executions: explain_execution, "ExplainExecution", ExplainExecutionRequest -> ExplainExecutionResponse;
    executions: plan_execution, "PlanExecution", PlanExecutionRequest -> PlanExecutionResponse;
    executions: evaluate_expression, "EvaluateExpression", EvaluateExpressionRequest -> EvaluateExpressionResponse;
    triggers: get_trigger, "GetTrigger", GetTriggerRequest -> GetTriggerResponse;
    triggers: list_trigger_kinds, "ListTriggerKinds", ListTriggerKindsRequest -> ListTriggerKindsResponse;
    infrastructure: get_cluster, "GetCluster", GetClusterRequest -> GetClusterResponse;
    infrastructure: get_server_group, "GetServerGroup", GetServerGroupRequest -> GetServerGroupResponse;
    infrastructure: get_instance, "GetInstance", GetInstanceRequest -> GetInstanceResponse;
    infrastructure: get_instance_log, "GetInstanceLog", GetInstanceLogRequest -> GetInstanceLogResponse;
    infrastructure: get_load_balancer, "GetLoadBalancer", GetLoadBalancerRequest -> GetLoadBalancerResponse;
    infrastructure: get_firewall, "GetFirewall", GetFirewallRequest -> GetFirewallResponse;
    infrastructure: get_image, "GetImage", GetImageRequest -> GetImageResponse;
    accounts: get_account, "GetAccount", GetAccountRequest -> GetAccountResponse;
    migration: export_spinnaker_pipeline, "ExportSpinnakerPipeline", ExportSpinnakerPipelineRequest -> ExportSpinnakerPipelineResponse;
    system: get_version, "GetVersion", GetVersionRequest -> GetVersionResponse;
    system: get_health, "GetHealth", GetHealthRequest -> GetHealthResponse;
    system: get_limits, "GetLimits", GetLimitsRequest -> GetLimitsResponse;
    system: describe_resources, "DescribeResources", DescribeResourcesRequest -> DescribeResourcesResponse;
    system: describe_expressions, "DescribeExpressions", DescribeExpressionsRequest -> DescribeExpressionsResponse;
}

lists! {
    applications: list_applications, "ListApplications", ListApplicationsRequest -> ListApplicationsResponse { applications: Application };
    projects: list_projects, "ListProjects", ListProjectsRequest -> ListProjectsResponse { projects: Project };
    pipelines: list_pipelines, "ListPipelines", ListPipelinesRequest -> ListPipelinesResponse { pipelines: Pipeline };
    pipelines: list_pipeline_revisions, "ListPipelineRevisions", ListPipelineRevisionsRequest -> ListPipelineRevisionsResponse { revisions: PipelineRevision };
    executions: list_executions, "ListExecutions", ListExecutionsRequest -> ListExecutionsResponse { executions: Execution };
    triggers: list_triggers, "ListTriggers", ListTriggersRequest -> ListTriggersResponse { triggers: Trigger };
    triggers: list_trigger_events, "ListTriggerEvents", ListTriggerEventsRequest -> ListTriggerEventsResponse { events: TriggerEvent };
    infrastructure: list_clusters, "ListClusters", ListClustersRequest -> ListClustersResponse { clusters: Cluster };
    infrastructure: list_server_groups, "ListServerGroups", ListServerGroupsRequest -> ListServerGroupsResponse { server_groups: ServerGroup };
    infrastructure: list_instances, "ListInstances", ListInstancesRequest -> ListInstancesResponse { instances: Instance };
    infrastructure: list_load_balancers, "ListLoadBalancers", ListLoadBalancersRequest -> ListLoadBalancersResponse { load_balancers: LoadBalancer };
    infrastructure: list_firewalls, "ListFirewalls", ListFirewallsRequest -> ListFirewallsResponse { firewalls: Firewall };
    infrastructure: list_images, "ListImages", ListImagesRequest -> ListImagesResponse { images: Image };
    accounts: list_accounts, "ListAccounts", ListAccountsRequest -> ListAccountsResponse { accounts: Account };
}

// It has no request id: a repeat finds the pipelines as the request wants them.
call!(migration: import_spinnaker_pipelines, "ImportSpinnakerPipelines", ImportSpinnakerPipelinesRequest -> ImportSpinnakerPipelinesResponse, |_request| None);

writes! {
    applications: create_application, "CreateApplication", CreateApplicationRequest -> CreateApplicationResponse;
    applications: update_application, "UpdateApplication", UpdateApplicationRequest -> UpdateApplicationResponse;
    applications: delete_application, "DeleteApplication", DeleteApplicationRequest -> DeleteApplicationResponse;
    projects: create_project, "CreateProject", CreateProjectRequest -> CreateProjectResponse;
    projects: update_project, "UpdateProject", UpdateProjectRequest -> UpdateProjectResponse;
    projects: delete_project, "DeleteProject", DeleteProjectRequest -> DeleteProjectResponse;
    pipelines: create_pipeline, "CreatePipeline", CreatePipelineRequest -> CreatePipelineResponse;
    pipelines: update_pipeline, "UpdatePipeline", UpdatePipelineRequest -> UpdatePipelineResponse;
    pipelines: delete_pipeline, "DeletePipeline", DeletePipelineRequest -> DeletePipelineResponse;
    pipelines: restore_pipeline_revision, "RestorePipelineRevision", RestorePipelineRevisionRequest -> RestorePipelineRevisionResponse;
    executions: start_execution, "StartExecution", StartExecutionRequest -> StartExecutionResponse;
    executions: cancel_execution, "CancelExecution", CancelExecutionRequest -> CancelExecutionResponse;
    executions: pause_execution, "PauseExecution", PauseExecutionRequest -> PauseExecutionResponse;
    executions: resume_execution, "ResumeExecution", ResumeExecutionRequest -> ResumeExecutionResponse;
    executions: retry_stage, "RetryStage", RetryStageRequest -> RetryStageResponse;
    executions: skip_stage, "SkipStage", SkipStageRequest -> SkipStageResponse;
    executions: submit_judgment, "SubmitJudgment", SubmitJudgmentRequest -> SubmitJudgmentResponse;
    triggers: create_trigger, "CreateTrigger", CreateTriggerRequest -> CreateTriggerResponse;
    triggers: update_trigger, "UpdateTrigger", UpdateTriggerRequest -> UpdateTriggerResponse;
    triggers: delete_trigger, "DeleteTrigger", DeleteTriggerRequest -> DeleteTriggerResponse;
    triggers: fire_trigger, "FireTrigger", FireTriggerRequest -> FireTriggerResponse;
    infrastructure: create_load_balancer, "CreateLoadBalancer", CreateLoadBalancerRequest -> CreateLoadBalancerResponse;
    infrastructure: update_load_balancer, "UpdateLoadBalancer", UpdateLoadBalancerRequest -> UpdateLoadBalancerResponse;
    infrastructure: delete_load_balancer, "DeleteLoadBalancer", DeleteLoadBalancerRequest -> DeleteLoadBalancerResponse;
    infrastructure: create_firewall, "CreateFirewall", CreateFirewallRequest -> CreateFirewallResponse;
    infrastructure: update_firewall, "UpdateFirewall", UpdateFirewallRequest -> UpdateFirewallResponse;
    infrastructure: delete_firewall, "DeleteFirewall", DeleteFirewallRequest -> DeleteFirewallResponse;
    infrastructure: register_image, "RegisterImage", RegisterImageRequest -> RegisterImageResponse;
    infrastructure: create_server_group, "CreateServerGroup", CreateServerGroupRequest -> CreateServerGroupResponse;
    infrastructure: resize_server_group, "ResizeServerGroup", ResizeServerGroupRequest -> ResizeServerGroupResponse;
    infrastructure: enable_server_group, "EnableServerGroup", EnableServerGroupRequest -> EnableServerGroupResponse;
    infrastructure: disable_server_group, "DisableServerGroup", DisableServerGroupRequest -> DisableServerGroupResponse;
    infrastructure: rollback_server_group, "RollbackServerGroup", RollbackServerGroupRequest -> RollbackServerGroupResponse;
    infrastructure: rollback_cluster, "RollbackCluster", RollbackClusterRequest -> RollbackClusterResponse;
    infrastructure: destroy_server_group, "DestroyServerGroup", DestroyServerGroupRequest -> DestroyServerGroupResponse;
}
