//! What each kind plans.

use gennaker_core::execution::StageDefinition;
use serde_json::{Value, json};

use super::story::{World, stage};

/// Inputs, stages before, and tasks of a stage, or why there is no plan.
fn plan(definition: StageDefinition) -> Value {
    let story = World::new().start(vec![definition], json!({"size": 3}));
    let [planned, before @ ..] = story.execution.stages.as_slice() else { panic!("there is one stage") };
    json!({
        "inputs": planned.inputs,
        "tasks": planned.tasks.iter().map(|task| &task.spec).collect::<Vec<_>>(),
        "before": before
            .iter()
            .filter(|child| child.parent.as_ref() == Some(planned.id()))
            .map(|child| json!({"name": child.definition.name, "config": child.definition.config}))
            .collect::<Vec<_>>(),
        "failure": planned.failure,
    })
}

fn plan_of(kind: &str, config: Value) -> Value {
    plan(stage("it", kind, config))
}

#[test]
fn flow() {
    insta::assert_json_snapshot!("wait", plan_of("wait", json!({"duration": "90.5s"})));
    insta::assert_json_snapshot!(
        "manual_judgment",
        plan_of(
            "manual_judgment",
            json!({
                "instructions": "Look", "inputs": ["a"], "judges": ["ada"], "roles": ["ops"], "approvals": 2,
                "noSelfApproval": true,
            })
        )
    );
    insta::assert_json_snapshot!(
        "run_pipeline",
        plan_of(
            "run_pipeline",
            json!({"pipeline": "applications/shop/pipelines/other", "parameters": {"size": "${ parameters.size }"}})
        )
    );
    insta::assert_json_snapshot!(
        "check_preconditions",
        plan_of(
            "check_preconditions",
            json!({"preconditions": [
                {"clusterSize": {"target": {"account": "local", "regions": ["east"], "cluster": "shop"}}},
                {"failMessage": "no", "stageStatus": {"stage": "it", "status": "STAGE_STATUS_RUNNING"}},
            ]})
        )
    );
}

#[test]
fn more_flow() {
    let snapshot = |kind: &str, config: Value| insta::assert_json_snapshot!(kind, plan_of(kind, config));
    let variables = json!([{"name": "twice", "value": "${ parameters.size * 2 }"}]);
    snapshot("evaluate_variables", json!({ "variables": variables }));
    snapshot("wait_until", json!({"time": "1970-01-12T13:46:50Z"}));
    snapshot("fail", json!({"message": "no"}));
    snapshot("group", json!({}));
    snapshot("depends_on_execution", json!({"execution": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "timeout": "60s"}));
    snapshot("find_artifact", json!({"pipeline": "applications/shop/pipelines/release"}));
    snapshot(
        "run_job",
        json!({
            "account": "local", "region": "east", "image": "tools:1", "command": ["./migrate"], "env": {"A": "1"},
            "propertyFile": "out.yaml",
        }),
    );
}

#[test]
fn deployment() {
    let cluster = json!({
        "account": "local", "region": "east", "stack": "prod", "image": "accounts/local/regions/east/images/shop:2",
        "capacity": {"desired": 2},
        "healthCheck": {"http": {"path": "/health"}},
        "redBlack": {"scaleDown": true, "delayBeforeScaleDown": "60s", "rollbackOnFailure": true},
    });
    insta::assert_json_snapshot!("deploy", plan_of("deploy", json!({"clusters": [cluster]})));
    insta::assert_json_snapshot!("create_server_group", plan_of("create_server_group", json!({"cluster": cluster})));
    insta::assert_json_snapshot!(
        "clone_server_group",
        plan_of(
            "clone_server_group",
            json!({
                "source": {"account": "local", "region": "east", "serverGroup": "shop-v001"},
                "overrides": {"account": "local", "region": "west", "image": "shop:3"},
            })
        )
    );
    insta::assert_json_snapshot!(
        "find_image",
        plan_of("find_image", json!({"target": {"account": "local", "regions": ["east"], "cluster": "shop"}}))
    );
}

#[test]
fn server_groups() {
    let named = json!({"account": "local", "region": "east", "serverGroup": "shop-v001"});
    let dynamic = json!({
        "account": "local", "region": "east", "dynamic": {"cluster": "shop", "select": "SELECT_PREVIOUS"},
    });
    insta::assert_json_snapshot!("enable_server_group", plan_of("enable_server_group", json!({"target": named})));
    insta::assert_json_snapshot!("disable_server_group", plan_of("disable_server_group", json!({"target": dynamic})));
    insta::assert_json_snapshot!("destroy_server_group", plan_of("destroy_server_group", json!({"target": named})));
    insta::assert_json_snapshot!(
        "resize_server_group",
        plan_of("resize_server_group", json!({"target": named, "resize": {"scaleUp": {"percent": 50}}}))
    );
    insta::assert_json_snapshot!(
        "rollback_server_group",
        plan_of("rollback_server_group", json!({"target": named, "delayBeforeDisable": "1.5s"}))
    );
}

#[test]
fn clusters() {
    let target = json!({"account": "local", "regions": ["east", "west", "east"], "cluster": "shop-prod"});
    insta::assert_json_snapshot!("disable_cluster", plan_of("disable_cluster", json!({"target": target})));
    insta::assert_json_snapshot!("scale_down_cluster", plan_of("scale_down_cluster", json!({"target": target})));
    insta::assert_json_snapshot!(
        "shrink_cluster",
        plan_of("shrink_cluster", json!({"target": target, "shrinkTo": 2, "allowDeleteActive": true}))
    );
    insta::assert_json_snapshot!("rollback_cluster", plan_of("rollback_cluster", json!({"target": target})));
}

#[test]
fn what_is_wrong_is_said() {
    let reason = |kind: &str, config: Value| plan_of(kind, config)["failure"]["message"].clone();
    let deploy = |cluster: Value| reason("create_server_group", json!({"cluster": cluster}));
    let reasons = json!([
        reason("wait", json!({})),
        reason("wait", json!({"duration": "soon"})),
        reason("frobnicate", json!({})),
        reason("disable_server_group", json!({"target": {"account": "local", "region": "east"}})),
        reason("resize_server_group", json!({"target": {"account": "local", "region": "east", "serverGroup": "a"}})),
        reason("disable_cluster", json!({"target": {"account": "local", "cluster": "shop"}})),
        reason(
            "find_image",
            json!({"target": {"account": "a", "regions": ["b"], "cluster": "c"}, "imageNamePattern": "("})
        ),
        deploy(json!({"account": "local", "region": "east", "stack": "prod"})),
        deploy(json!({"account": "local", "region": "east", "stack": "pr/od", "image": "i"})),
        deploy(json!({"account": "local", "region": "east", "image": "accounts/local/regions/west/images/i"})),
    ]);
    insta::assert_json_snapshot!(reasons);
}
