//! Operations: what the clusters view does to a server group, each an execution of its own.

use gennaker_client::{Code, ExecutionView, v1};
use gennaker_tests::{World, deploy};
use serde_json::{Value, json};

const REGION: &str = "accounts/local/regions/local/serverGroups";

fn rows(rows: &[(&str, bool, u32)]) -> Vec<(String, bool, u32)> {
    rows.iter().map(|(id, disabled, up)| ((*id).to_owned(), *disabled, *up)).collect()
}

/// Calls an operation on a server group and follows its execution to the end.
macro_rules! operate {
    ($world:expr, $request:ty, $group:expr, $more:expr) => {{
        let mut request: Value = $more;
        request["name"] = json!(format!("{REGION}/{}", $group));
        let answer = $world.call::<$request>(request).await.unwrap_or_else(|error| panic!("{error}"));
        $world.end(&answer.execution.unwrap_or_default().name).await
    }};
}

fn succeeded(view: &ExecutionView) {
    assert_eq!(view.status(), v1::ExecutionStatus::Succeeded, "{:#?}", view.execution());
}

#[tokio::test]
async fn each_operation_on_a_server_group_is_an_execution() {
    let world = World::new().await;
    world.furnish().await;
    world.run("first", json!([deploy("deploy", "hello:v1", 1, &json!({}))])).await;
    world.run("second", json!([deploy("deploy", "hello:v2", 1, &json!({"redBlack": {}}))])).await;
    assert_eq!(world.server_groups().await, rows(&[("hello-v000", true, 0), ("hello-v001", false, 1)]));

    for (change, instances) in [
        (json!({"exact": {"min": 1, "desired": 2, "max": 3}}), 2),
        (json!({"scaleUp": {"percent": 50}}), 3),
        (json!({"scaleDown": {"count": 1}}), 2),
    ] {
        succeeded(&operate!(world, v1::ResizeServerGroupRequest, "hello-v001", json!({ "resize": change })));
        assert_eq!(world.server_groups().await[1].2, instances, "{change}");
    }
    succeeded(&operate!(world, v1::EnableServerGroupRequest, "hello-v000", json!({"targetHealthyPercent": 100})));
    assert_eq!(world.server_groups().await, rows(&[("hello-v000", false, 1), ("hello-v001", false, 2)]));
    succeeded(&operate!(world, v1::DisableServerGroupRequest, "hello-v000", json!({"reason": "too old"})));
    let rolled_back = operate!(world, v1::RollbackServerGroupRequest, "hello-v001", json!({}));
    succeeded(&rolled_back);
    assert_eq!(world.server_groups().await, rows(&[("hello-v000", false, 2), ("hello-v001", true, 0)]));
    succeeded(&operate!(world, v1::DestroyServerGroupRequest, "hello-v001", json!({})));
    assert_eq!(world.server_groups().await, rows(&[("hello-v000", false, 2)]));

    let gone = json!({"name": format!("{REGION}/hello-v001")});
    let error = world.call::<v1::EnableServerGroupRequest>(gone).await.unwrap_err();
    assert_eq!(error.code(), Some(Code::NotFound), "{error}");
}

#[tokio::test]
async fn a_traffic_guard_keeps_the_last_server_group_serving() {
    let world = World::new().await;
    world.furnish().await;
    let guard = json!({"account": "local", "region": "*", "stack": "*", "detail": "*"});
    let application = json!({"name": "applications/hello", "trafficGuards": [guard]});
    let request = json!({"application": application, "updateMask": "trafficGuards"});
    world.call::<v1::UpdateApplicationRequest>(request).await.expect("guards can be set");
    world.run("first", json!([deploy("deploy", "hello:v1", 1, &json!({}))])).await;

    let refused = operate!(world, v1::DisableServerGroupRequest, "hello-v000", json!({}));
    let shrunk = json!({"resize": {"scaleDown": {"percent": 100}}});
    let shrunk = operate!(world, v1::ResizeServerGroupRequest, "hello-v000", shrunk);
    for view in [refused, shrunk] {
        assert_eq!(view.status(), v1::ExecutionStatus::Terminal, "{:#?}", view.execution());
        let execution = view.execution();
        let message = execution.failure.as_ref().map(|failure| failure.message.clone()).unwrap_or_default();
        assert!(message.contains("traffic guard"), "{message}");
    }
    assert_eq!(world.server_groups().await, rows(&[("hello-v000", false, 1)]));
}

#[tokio::test]
async fn what_a_stage_found_decides_what_a_later_one_does() {
    let world = World::new().await;
    world.furnish().await;
    let created = "${ stages.deploy.outputs.deployments[0].server_group }";
    let target = json!({"account": "local", "region": "local", "serverGroup": created});
    let clone = json!({"account": "local", "region": "local", "stack": "copy", "env": {"LIKE": created}});
    let stages = json!([
        deploy("deploy", "hello:v1", 2, &json!({"restartPolicy": "RESTART_POLICY_NEVER"})),
        {"id": "size", "dependsOn": ["deploy"], "resizeServerGroup": {"target": target, "resize": {"exact": {"desired": 1}}}},
        {"id": "clone", "dependsOn": ["size"], "cloneServerGroup": {"source": target, "overrides": clone}},
    ]);
    let view = world.run("chain", stages).await;
    succeeded(&view);
    assert_eq!(world.server_groups().await, rows(&[("hello-copy-v000", false, 1), ("hello-v000", false, 1)]));
    let name = format!("{REGION}/hello-copy-v000");
    let clone = world.call::<v1::GetServerGroupRequest>(json!({ "name": name })).await.expect("it is there");
    let clone = clone.server_group.unwrap_or_default();
    assert_eq!(clone.restart_policy(), v1::RestartPolicy::Never);
    assert_eq!(clone.stop_grace.map(|grace| grace.seconds), Some(5));
}
