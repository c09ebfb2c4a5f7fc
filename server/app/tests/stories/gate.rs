//! Nothing is looked at before the caller was asked for.

use std::collections::BTreeSet;

use gennaker_app::{AppError, METHODS};
use gennaker_ports::{Access, Target};
use gennaker_proto::permission;
use serde_json::{Value, json};

use crate::world::{World, ann, request};

/// A valid request for a method, with names of things that are not there.
fn body(method: &str) -> Value {
    let (service, rpc) = method.rsplit_once('.').unwrap();
    let group = "accounts/local/regions/local/serverGroups/shop-v000";
    let execution = "applications/shop/executions/01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let pipeline = "applications/shop/pipelines/p";
    let stages = json!([{"id": "w", "wait": {"duration": "1s"}}]);
    let listeners = json!([{"port": 80}]);
    match rpc {
        "CreateApplication" => json!({"applicationId": "shop", "application": {"displayName": "x"}}),
        "UpdateApplication" => json!({"application": {"name": "applications/shop"}}),
        "GetApplication" | "DeleteApplication" => json!({"name": "applications/shop"}),
        "CreateProject" => json!({"projectId": "p", "project": {"displayName": "x"}}),
        "UpdateProject" => json!({"project": {"name": "projects/p"}}),
        "GetProject" | "DeleteProject" => json!({"name": "projects/p"}),
        "CreatePipeline" => json!({"parent": "applications/shop", "pipelineId": "p", "pipeline": {"stages": stages}}),
        "UpdatePipeline" => json!({"pipeline": {"name": pipeline, "stages": stages}}),
        "GetPipeline" | "DeletePipeline" | "DiffPipelineRevisions" | "ExportSpinnakerPipeline" => {
            json!({"name": pipeline})
        }
        "ListPipelineRevisions" => json!({"parent": pipeline}),
        "GetPipelineRevision" | "RestorePipelineRevision" => json!({"name": format!("{pipeline}/revisions/1")}),
        "StartExecution" | "PlanExecution" => json!({"pipeline": pipeline}),
        "EvaluateExpression" => json!({"execution": execution, "expression": "1 + 1"}),
        "ImportSpinnakerPipelines" => json!({"parent": "applications/shop", "documents": ["{}"]}),
        "WatchExecutions" => json!({"subjects": [{"name": execution}]}),
        "RetryStage" | "SkipStage" => json!({"name": execution, "stage": "w"}),
        "SubmitJudgment" => json!({"name": execution, "decision": "DECISION_CONTINUE"}),
        "CreateTrigger" => {
            json!({"parent": "applications/shop", "triggerId": "t", "trigger": {"pipeline": pipeline, "manual": {}}})
        }
        "UpdateTrigger" => {
            json!({"trigger": {"name": "applications/shop/triggers/t", "pipeline": pipeline, "manual": {}}})
        }
        "GetTrigger" | "DeleteTrigger" | "FireTrigger" => json!({"name": "applications/shop/triggers/t"}),
        "GetAccount" => json!({"name": "accounts/gone"}),
        "GetCluster" | "RollbackCluster" => json!({"name": "accounts/local/clusters/shop"}),
        "ListInstances" => json!({"parent": group}),
        "GetInstance" | "GetInstanceLog" => json!({"name": format!("{group}/instances/i")}),
        "GetLoadBalancer" | "DeleteLoadBalancer" => json!({"name": "accounts/local/regions/local/loadBalancers/x"}),
        "GetFirewall" | "DeleteFirewall" => json!({"name": "accounts/local/regions/local/firewalls/x"}),
        "CreateLoadBalancer" => json!({"parent": "accounts/local/regions/local", "loadBalancerId": "x",
            "loadBalancer": {"application": "applications/shop", "listeners": listeners}}),
        "UpdateLoadBalancer" => json!({"loadBalancer": {"name": "accounts/local/regions/local/loadBalancers/x",
            "application": "applications/shop", "listeners": listeners}}),
        "CreateFirewall" => json!({"parent": "accounts/local/regions/local", "firewallId": "x",
            "firewall": {"application": "applications/shop"}}),
        "UpdateFirewall" => json!({"firewall": {"name": "accounts/local/regions/local/firewalls/x",
            "application": "applications/shop"}}),
        "ListImages" => json!({"parent": "accounts/local/regions/local"}),
        "GetImage" => json!({"name": "accounts/local/regions/local/images/x"}),
        "RegisterImage" => {
            json!({"parent": "accounts/local/regions/local", "imageId": "x:1", "source": "/x"})
        }
        "WatchInfrastructure" => json!({"application": "applications/shop"}),
        "CreateServerGroup" => json!({"parent": "applications/shop",
            "cluster": {"account": "local", "region": "local", "image": "x:1"}}),
        "ResizeServerGroup" => json!({"name": group, "resize": {"exact": {"desired": 1}}}),
        "GetServerGroup"
        | "EnableServerGroup"
        | "DisableServerGroup"
        | "RollbackServerGroup"
        | "DestroyServerGroup" => {
            json!({"name": group})
        }
        _ if rpc.starts_with("List") && service.ends_with(".InfrastructureService") => {
            json!({"parent": "applications/shop"})
        }
        "ListApplications" | "ListProjects" | "ListAccounts" | "ListStageKinds" | "ListTriggerKinds" => json!({}),
        "ListPipelines" | "ListExecutions" | "ListTriggers" | "ListTriggerEvents" | "ValidatePipeline" => {
            json!({"parent": "applications/shop"})
        }
        _ if service.ends_with(".SystemService") => json!({}),
        _ => json!({"name": execution}),
    }
}

macro_rules! calls {
    ($world:expr, $method:expr, $($rpc:literal => $function:ident),* $(,)?) => {
        match $method.rsplit('.').next().unwrap() {
            $($rpc => is_send($world.app.$function(ann(), request(body($method)))).await.map(drop),)*
            other => panic!("{other} is not in this test"),
        }
    };
}

/// The transport needs futures that can move between threads.
fn is_send<F: Future + Send>(future: F) -> F {
    future
}

async fn call(world: &World, method: &str) -> Result<(), AppError> {
    calls!(world, method,
        "GetAccount" => get_account, "ListAccounts" => list_accounts,
        "CreateApplication" => create_application, "GetApplication" => get_application,
        "ListApplications" => list_applications, "UpdateApplication" => update_application,
        "DeleteApplication" => delete_application,
        "CreateProject" => create_project, "GetProject" => get_project, "ListProjects" => list_projects,
        "UpdateProject" => update_project, "DeleteProject" => delete_project,
        "CreatePipeline" => create_pipeline, "GetPipeline" => get_pipeline, "ListPipelines" => list_pipelines,
        "UpdatePipeline" => update_pipeline, "DeletePipeline" => delete_pipeline,
        "ListPipelineRevisions" => list_pipeline_revisions, "GetPipelineRevision" => get_pipeline_revision,
        "RestorePipelineRevision" => restore_pipeline_revision, "DiffPipelineRevisions" => diff_pipeline_revisions,
        "ValidatePipeline" => validate_pipeline, "ListStageKinds" => list_stage_kinds,
        "StartExecution" => start_execution, "GetExecution" => get_execution, "ListExecutions" => list_executions,
        "WatchExecution" => watch_execution, "WatchExecutions" => watch_executions,
        "CancelExecution" => cancel_execution, "PauseExecution" => pause_execution,
        "ResumeExecution" => resume_execution, "RetryStage" => retry_stage, "SkipStage" => skip_stage,
        "SubmitJudgment" => submit_judgment, "ExplainExecution" => explain_execution,
        "PlanExecution" => plan_execution, "EvaluateExpression" => evaluate_expression,
        "CreateTrigger" => create_trigger, "GetTrigger" => get_trigger, "ListTriggers" => list_triggers,
        "UpdateTrigger" => update_trigger, "DeleteTrigger" => delete_trigger, "FireTrigger" => fire_trigger,
        "ListTriggerEvents" => list_trigger_events, "ListTriggerKinds" => list_trigger_kinds,
        "ListClusters" => list_clusters, "GetCluster" => get_cluster, "ListServerGroups" => list_server_groups,
        "GetServerGroup" => get_server_group, "ListInstances" => list_instances, "GetInstance" => get_instance,
        "GetInstanceLog" => get_instance_log, "ListLoadBalancers" => list_load_balancers,
        "GetLoadBalancer" => get_load_balancer, "CreateLoadBalancer" => create_load_balancer,
        "UpdateLoadBalancer" => update_load_balancer, "DeleteLoadBalancer" => delete_load_balancer,
        "ListFirewalls" => list_firewalls, "GetFirewall" => get_firewall, "CreateFirewall" => create_firewall,
        "UpdateFirewall" => update_firewall, "DeleteFirewall" => delete_firewall, "ListImages" => list_images,
        "GetImage" => get_image, "RegisterImage" => register_image, "WatchInfrastructure" => watch_infrastructure,
        "CreateServerGroup" => create_server_group, "ResizeServerGroup" => resize_server_group,
        "EnableServerGroup" => enable_server_group, "DisableServerGroup" => disable_server_group,
        "RollbackServerGroup" => rollback_server_group, "RollbackCluster" => rollback_cluster,
        "DestroyServerGroup" => destroy_server_group,
        "ImportSpinnakerPipelines" => import_spinnaker_pipelines, "ExportSpinnakerPipeline" => export_spinnaker_pipeline,
        "GetVersion" => get_version, "GetHealth" => get_health, "GetLimits" => get_limits,
        "DescribeResources" => describe_resources, "DescribeExpressions" => describe_expressions,
    )
}

/// Nothing that is named is there: whoever looked first would answer NOT_FOUND.
#[tokio::test]
async fn who_may_nothing_learns_nothing() {
    let world = World::new();
    world.rights.deny(None, None);
    for method in METHODS {
        let free = permission::of_method(method).unwrap().access == permission::Access::None;
        match call(&world, method).await {
            Ok(()) => assert!(free, "{method} answered somebody who may nothing"),
            Err(AppError::PermissionDenied { .. }) => assert!(!free, "everybody may call {method}"),
            Err(error) => panic!("{method} looked before it asked: {error:?}"),
        }
    }
}

#[tokio::test]
async fn each_call_asks_for_what_its_permission_says() {
    let world = World::new();
    for method in METHODS {
        world.rights.asked.lock().unwrap().clear();
        let _ = call(&world, method).await;
        let permission = permission::of_method(method).unwrap();
        let asked: BTreeSet<&str> =
            world.rights.asked.lock().unwrap().iter().map(|(_, target)| sort_of(target)).collect();
        let expected = match permission.resource {
            _ if permission.access == permission::Access::None => continue,
            _ if permission.field.is_empty() => "system",
            permission::Resource::Application => "application",
            permission::Resource::Project => "project",
            permission::Resource::Account => "account",
            permission::Resource::System | permission::Resource::Unspecified => "system",
        };
        assert!(asked.contains(expected), "{method} asked for {asked:?}");
    }
}

fn sort_of(target: &Target) -> &'static str {
    match target {
        Target::Application(_) => "application",
        Target::Project(_) => "project",
        Target::Account(_) => "account",
        Target::System => "system",
    }
}

#[tokio::test]
async fn lists_leave_out_what_the_caller_may_not_read() {
    let world = World::with_shop().await;
    world
        .app
        .create_application(ann(), request(json!({"applicationId": "bank", "application": {"email": "a@b"}})))
        .await
        .unwrap();
    world.rights.deny(Some(Access::Read), Some(Target::Application("bank".into())));
    let listed = world.app.list_applications(ann(), request(json!({}))).await.unwrap();
    assert_eq!(listed.applications.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["applications/shop"]);
}

#[tokio::test]
async fn a_region_is_asked_for_by_its_account() {
    let world = World::new();
    world.rights.deny(None, Some(Target::Account("local".into())));
    let listed = world.app.list_server_groups(ann(), request(json!({"parent": "accounts/local/regions/local"}))).await;
    assert!(matches!(listed, Err(AppError::PermissionDenied { .. })));
}

#[tokio::test]
async fn an_execution_is_only_found_in_its_application() {
    let world = World::with_shop().await;
    world.pipeline("p", json!({"stages": [{"id": "w", "wait": {"duration": "60s"}}]})).await;
    let name = world.start("p").await.name.replace("/shop/", "/other/");
    for result in [
        world.app.get_execution(ann(), request(json!({"name": name}))).await.map(drop),
        world.app.cancel_execution(ann(), request(json!({"name": name}))).await.map(drop),
        world.app.watch_execution(ann(), request(json!({"name": name}))).await.map(drop),
        world.app.watch_executions(ann(), request(json!({"subjects": [{"name": name}]}))).await.map(drop),
    ] {
        assert!(matches!(result, Err(AppError::NotFound(_))), "{result:?}");
    }
}
