//! References in configurations.

use gennaker_core::execution::{ExecutionStatus, StageDefinition};
use serde_json::{Value, json};

use super::story::{World, sequence, stage};

/// The inputs of a stage after one that has found an image, or why it failed.
fn inputs(mut definition: StageDefinition, expressions: &[(&str, &str)]) -> Value {
    let world = World::new();
    world.seed("east", "shop-v001", 1, true);
    let find = json!({"target": {"account": "local", "regions": ["east"], "cluster": "shop"}});
    definition.expressions = expressions.iter().map(|&(path, text)| (path.to_owned(), text.to_owned())).collect();
    let stages = sequence([stage("find-image", "find_image", find), definition]);
    let mut story = world.start(stages, json!({"size": 3, "seconds": 5, "version": "2", "nothing": null}));
    story.settle();
    let it = story.stage("it");
    it.failure.as_ref().map_or_else(|| it.inputs.clone(), |failure| json!(failure.message))
}

#[test]
fn texts_and_other_fields_are_resolved() {
    let config = json!({"cluster": {
        "account": "local", "region": "${ stages.find-image.outputs.images[0].region }",
        "image": "shop:${ parameters.version }-${ trigger.payload.branch }",
        "stack": "v${ parameters.size }",
        "env": {"WHO": "${ trigger.actor }", "RUN": "${ execution.id }", "PLAIN": "$${ not }", "N": "${ parameters.size }"},
        "args": ["${ execution.application }", "${ execution.pipeline }"],
    }});
    let resolved = inputs(
        stage("it", "create_server_group", config),
        &[("create_server_group.cluster.capacity.desired", "${ parameters.size }")],
    );
    insta::assert_json_snapshot!(resolved);
}

#[test]
fn durations_take_numbers_of_seconds() {
    let resolved = inputs(stage("it", "wait", json!({})), &[("wait.duration", "${ parameters.seconds }")]);
    assert_eq!(resolved["duration"], "5s");
}

#[test]
fn what_a_reference_gives_is_not_evaluated_again() {
    let world = World::new();
    let config = json!({"clusters": [{
        "account": "local", "region": "east", "image": "shop:1", "env": {"EVIL": "${ trigger.payload.evil }"},
    }]});
    let story = world.start(vec![stage("it", "deploy", config)], json!({"size": 3}));
    let create = story.stage("it/before-1");
    assert_eq!(create.inputs["cluster"]["env"]["EVIL"], "${ parameters.size }");
}

#[test]
fn mistakes_name_the_field_and_the_place() {
    let judgment = |text: &str| inputs(stage("it", "manual_judgment", json!({"instructions": text})), &[]);
    let reasons = json!([
        judgment("${ parameters.sizes }"),
        judgment("see ${ stages.later.outputs.x }"),
        judgment("${ stages.find-image.outputs.images[3] }"),
        judgment("see ${ parameters.nothing }"),
        judgment("${ size() }"),
        inputs(stage("it", "wait", json!({})), &[("wait.duration", "${ parameters.version }")]),
        inputs(stage("it", "wait", json!({})), &[("wait.length", "${ parameters.size }")]),
    ]);
    insta::assert_json_snapshot!(reasons);
}

#[test]
fn an_ignored_failure_can_be_read() {
    let mut first = stage(
        "first",
        "destroy_server_group",
        json!({
            "target": {"account": "local", "region": "east", "serverGroup": "nope"},
        }),
    );
    first.on_failure = gennaker_core::execution::FailurePolicy::Ignore;
    let judge = stage("it", "manual_judgment", json!({"instructions": "it is ${ stages.first.status }"}));
    let mut story = World::new().start(sequence([first, judge]), json!({}));
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Running);
    assert_eq!(story.stage("it").inputs["instructions"], "it is FAILED_CONTINUE");
}
