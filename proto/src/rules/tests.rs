use serde_json::{Value as Json, json};

use super::*;
use crate::json::decode;

/// The violations of a pipeline, a line each.
fn violations(pipeline: &Json) -> Vec<String> {
    lines(&check(&decode::<v1::Pipeline>(pipeline).unwrap()))
}

fn lines(violations: &[FieldViolation]) -> Vec<String> {
    violations.iter().map(|violation| format!("{}: {}", violation.field, violation.description)).collect()
}

fn stages(stages: &Json) -> Vec<String> {
    violations(&json!({ "stages": stages }))
}

fn cluster(more: &Json) -> Json {
    let mut cluster = json!({"account": "local", "region": "here", "image": "hello-v1"});
    cluster.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!([{"id": "d", "deploy": {"clusters": [cluster]}}])
}

#[test]
fn a_sound_pipeline_has_no_violations() {
    let sound = json!({
        "name": "applications/hello/pipelines/red-black",
        "concurrency": {"maxConcurrent": 0},
        "parameters": [{"name": "size", "type": "TYPE_INTEGER", "defaultValue": "2"}],
        "stages": [
            {"id": "wait", "wait": {"duration": "0.5s"}, "window": {"days": ["DAY_OF_WEEK_MONDAY"], "ranges": [
                {"start": "22:00", "end": "01:59"}]}},
            {"id": "judge", "dependsOn": ["wait"], "manualJudgment": {}},
        ]
    });
    assert_eq!(violations(&sound), [""; 0]);
    assert_eq!(stages(&cluster(&json!({"redBlack": {"maxRemaining": 2}}))), [""; 0]);
}

#[test]
fn what_is_missing_is_named() {
    assert_eq!(
        stages(&json!([{"wait": {}}, {"id": "b"}])),
        [
            "stages[0].id: must be set",
            "stages[0].wait.duration: must be set",
            "stages[1].kind: one of `wait`, `manual_judgment`, `run_pipeline`, `check_preconditions`, `deploy`, \
             `create_server_group`, `clone_server_group`, `enable_server_group`, `disable_server_group`, \
             `resize_server_group`, `rollback_server_group`, `destroy_server_group`, `rollback_cluster`, \
             `disable_cluster`, `scale_down_cluster`, `shrink_cluster`, `find_image`, `webhook`, `custom`, \
             `evaluate_variables`, `wait_until`, `fail`, `group`, `depends_on_execution`, `find_artifact`, `run_job`, \
             `spinnaker` must be set",
        ]
    );
}

#[test]
fn numbers_and_durations_have_limits() {
    assert_eq!(
        stages(&json!([{"id": "w", "wait": {"duration": "-1s"}, "timeout": "0s"}])),
        [
            "stages[0].timeout: must be at least 1s, and is 0s",
            "stages[0].wait.duration: must be at least 0s, and is -1s",
        ]
    );
    assert_eq!(
        stages(&cluster(&json!({"targetHealthyPercent": 101, "capacity": {"max": 10000}}))),
        ["stages[0].deploy.clusters[0].target_healthy_percent: must be at most 100, and is 101"]
    );
    assert_eq!(stages(&cluster(&json!({"targetHealthyPercent": 100}))), [""; 0]);
}

#[test]
fn texts_and_keys_have_patterns_and_lengths() {
    assert_eq!(
        stages(&cluster(&json!({"env": {"OK": "1", "not ok": "2"}, "stack": "a-b"}))),
        [
            "stages[0].deploy.clusters[0].stack: does not match `^[a-zA-Z0-9._]{0,63}$`",
            "stages[0].deploy.clusters[0].env.not ok: the key does not match `^[A-Za-z_][A-Za-z0-9_]{0,62}$`",
        ]
    );
    let long = |length| json!({"displayName": "ä".repeat(length)});
    assert_eq!(violations(&long(200)), [""; 0]);
    assert_eq!(violations(&long(201)), ["display_name: must have at most 200 characters, and has 201"]);
}

#[test]
fn lists_have_limits() {
    let regions = |count| {
        let regions = vec!["here"; count];
        stages(&json!([{"id": "f", "findImage": {"target": {"account": "a", "cluster": "c", "regions": regions}}}]))
    };
    assert_eq!(regions(50), [""; 0]);
    assert_eq!(regions(51), ["stages[0].find_image.target.regions: must have at most 50 elements, and has 51"]);
    assert_eq!(regions(0), ["stages[0].find_image.target.regions: must be set"]);
}

#[test]
fn an_unknown_enum_number_is_a_violation() {
    assert_eq!(
        stages(&json!([{"id": "w", "onFailure": 77, "wait": {"duration": "1s"}}])),
        ["stages[0].on_failure: 77 is not one of its values"]
    );
}

#[test]
fn a_text_with_an_expression_waits_for_its_value() {
    let run = |pipeline: &str| stages(&json!([{"id": "r", "runPipeline": {"pipeline": pipeline}}]));
    assert_eq!(run("${ parameters.pipeline }"), [""; 0]);
    assert_eq!(run("nonsense").len(), 1);
    // Not where expressions can't be used, and not outside of stages.
    assert_eq!(stages(&json!([{"id": "${x}", "wait": {"duration": "1s"}}])).len(), 1);
    assert_eq!(violations(&json!({"name": "${x}"})).len(), 1);
}

#[test]
fn what_an_expression_sets_is_not_required() {
    assert_eq!(
        stages(&json!([{"id": "w", "wait": {}, "expressions": {"wait.duration": "${ parameters.time }"}}])),
        [""; 0]
    );
    let mut beside = cluster(&json!({"capacity": {"min": 20000}, "stack": "a-b"}));
    beside[0]["expressions"] = json!({"deploy.clusters[0].capacity.desired": "${2}"});
    assert_eq!(stages(&beside).len(), 2, "what is beside it is checked");
    let resize = |expressions: Json| {
        let target = json!({"account": "a", "region": "r", "serverGroup": "s"});
        stages(&json!([{"id": "s", "resizeServerGroup": {"target": target}, "expressions": expressions}]))
    };
    assert_eq!(resize(json!({})), ["stages[0].resize_server_group.resize: must be set"]);
    assert_eq!(resize(json!({"resize_server_group.resize.exact.desired": "${2}"})), [""; 0]);
}

#[test]
fn an_expression_must_lead_to_a_field() {
    let wait = |path: &str| stages(&json!([{"id": "w", "wait": {"duration": "1s"}, "expressions": {path: "${1}"}}]));
    assert_eq!(wait("wait.time"), ["stages[0].expressions.wait.time: there is no field `time` in `WaitStage`"]);
    assert_eq!(wait("id"), ["stages[0].expressions.id: `id` can't be set by an expression"]);
    // The kind stays required.
    assert_eq!(stages(&json!([{"id": "w", "expressions": {"wait.duration": "${1}"}}])).len(), 1);
}

#[test]
fn with_a_mask_only_its_fields_are_checked() {
    let request = |paths: &[&str]| {
        let trigger = v1::Trigger { name: "applications/a/triggers/t".into(), disabled: true, ..Default::default() };
        let paths = paths.iter().map(|path| (*path).to_owned()).collect();
        let mask = Some(prost_types::FieldMask { paths });
        lines(&check(&v1::UpdateTriggerRequest { trigger: Some(trigger), update_mask: mask, ..Default::default() }))
    };
    assert_eq!(request(&["disabled"]), [""; 0]);
    assert_eq!(request(&["pipeline"]), ["trigger.pipeline: must be set"]);
    assert_eq!(
        request(&[]),
        ["trigger.pipeline: must be set", "trigger.source: one of `manual`, `webhook`, `spinnaker` must be set"]
    );
}

#[test]
fn a_pipeline_to_validate_is_not_checked_at_the_door() {
    let parent = "applications/a".to_owned();
    let pipeline = Some(v1::Pipeline { name: "nonsense".into(), ..Default::default() });
    assert_eq!(check(&v1::ValidatePipelineRequest { parent, pipeline }), []);
}

#[test]
fn the_list_of_violations_is_bounded() {
    let stage = json!({"id": "-"});
    assert_eq!(stages(&Json::from(vec![stage; 1000])).len(), MAX_VIOLATIONS);
}

#[test]
fn documented_defaults_are_filled_in() {
    let cluster: v1::DeployCluster =
        decode(&json!({"healthCheck": {"interval": "2s"}, "redBlack": {}, "targetHealthyPercent": 0})).unwrap();
    let filled = with_defaults(&cluster);
    let seconds = |duration: Option<prost_types::Duration>| duration.map(|duration| duration.seconds);
    assert_eq!(filled.target_healthy_percent, Some(0), "a value that is set stays");
    assert_eq!(seconds(filled.timeout), Some(3600));
    let health = filled.health_check.unwrap();
    assert_eq!((seconds(health.interval), health.unhealthy_threshold), (Some(2), Some(3)));
    assert_eq!(filled.capacity, None, "a message that isn't set stays so");
    assert_eq!(with_defaults(&v1::FindImageStage::default()).only_enabled, Some(true));
    assert_eq!(with_defaults(&v1::HttpProbe::default()).path, "/");
    let precondition = with_defaults(&v1::ClusterSizePrecondition::default());
    assert_eq!(precondition.comparison(), v1::Comparison::Equal);
}

#[test]
fn output_only_fields_are_taken_out() {
    let balancer: v1::LoadBalancer = decode(&json!({
        "name": "accounts/a/regions/r/loadBalancers/l", "provider": "local", "targets": [{}],
        "listeners": [{"port": 80, "address": "127.0.0.1:80"}],
    }))
    .unwrap();
    assert_eq!(
        crate::json::encode(&without_output_only(&balancer)),
        json!({"name": "accounts/a/regions/r/loadBalancers/l", "listeners": [{"port": 80}]})
    );
    let pipeline = v1::Pipeline { etag: "e".into(), revision: 4, update_actor: "u".into(), ..Default::default() };
    assert_eq!(without_output_only(&pipeline), v1::Pipeline { etag: "e".into(), ..Default::default() });
}

#[test]
fn every_default_keeps_its_own_rules() {
    for message in crate::pool().all_messages() {
        for field in message.fields() {
            let Some(rule) = table::rule(&field) else { continue };
            if let Some(default) = &rule.default {
                assert_eq!(value::problem(&field, Some(rule), default), None, "{}", field.full_name());
            }
        }
    }
}
