//! Values that stages compute.

use gennaker_core::execution::{Command, ExecutionStatus, StageDefinition, TaskKind};
use serde_json::{Value, json};

use super::story::{Story, World, sequence, stage};

fn variables(pairs: &[(&str, &str)]) -> StageDefinition {
    let variable = |(name, value): &(&str, &str)| json!({"name": name, "value": value});
    let variables: Vec<Value> = pairs.iter().map(variable).collect();
    stage("it", "evaluate_variables", json!({ "variables": variables }))
}

fn run(stages: Vec<StageDefinition>) -> Story {
    let mut story = World::new().start(stages, json!({"size": 3, "tags": ["a", "b"]}));
    story.finish();
    story
}

#[test]
fn each_value_can_use_those_before_it_and_later_stages_all_of_them() {
    let computed = variables(&[
        ("double", "${ parameters.size * 2 }"),
        ("more", "${ double + 1 }"),
        ("text", "v${ more }"),
        ("tags", "${ parameters.tags }"),
        ("nothing", "${ null }"),
        ("plain", "$${ double }"),
        ("double", "${ double * 10 }"),
    ]);
    let fail = stage("after", "fail", json!({"message": "${ text } ${ double } ${ tags[1] } ${ plain }"}));
    let story = run(sequence([computed, fail]));
    assert_eq!(
        story.outputs("it"),
        json!({"double": 60, "more": 7, "text": "v7", "tags": ["a", "b"], "nothing": null, "plain": "${ double }"})
    );
    assert_eq!(story.failure(), "v7 60 b ${ double }", "a value is not evaluated again");
}

#[test]
fn a_stage_expression_is_taken_in_place_of_the_text() {
    let mut computed = variables(&[("a", "text"), ("b", "${ a }")]);
    let path = "evaluate_variables.variables[0].value".to_owned();
    computed.expressions = [(path, "${ parameters.size }".to_owned())].into();
    assert_eq!(run(vec![computed]).outputs("it"), json!({"a": 3, "b": 3}));
}

#[test]
fn a_variable_without_a_value_fails_the_stage_and_is_named() {
    let story = run(vec![variables(&[("good", "1"), ("bad", "${ parameters.sizes }"), ("next", "${ bad }")])]);
    assert_eq!(story.status(), ExecutionStatus::Terminal);
    assert_eq!(
        story.failure(),
        "variable `bad`: parameters has no \"sizes\"; it has size, tags, at character 15, in ${ parameters.sizes }"
    );
}

#[test]
fn answers_from_outside_are_asked_for_together_and_passed_on() {
    let world = World::new();
    world.egress.reply("GET", "https://a/", 200, "one");
    world.egress.reply("GET", "https://b/", 200, "two");
    world.egress.reply("GET", "https://b/two", 200, "three");
    let computed = variables(&[
        ("a", "${ #fromUrl('https://a/') }"),
        ("b", "${ #fromUrl('https://b/') }"),
        ("c", "${ #fromUrl('https://b/' + b) }"),
        ("d", "${ a + c }"),
    ]);
    let mut story = world.start(vec![computed], json!({}));
    story.finish();
    assert_eq!(story.outputs("it"), json!({"a": "one", "b": "two", "c": "three", "d": "onethree"}), "{}", story.tree());
    let look_ups = story.stage("it").tasks.iter().filter(|task| task.spec.name == "look_up").count();
    assert_eq!(look_ups, 2);
}

#[test]
fn a_retry_computes_anew() {
    let later = "${ #stage('before').status == 'SUCCEEDED' ? 'done' : 'not yet' }";
    let mut story = World::new()
        .start(vec![stage("before", "wait", json!({"duration": "60s"})), variables(&[("how", later)])], json!({}));
    story.settle();
    assert_eq!(story.outputs("it")["how"], "not yet", "{}", story.tree());
    story.command(&Command::SkipStage { stage: "before".into(), actor: "ada".into(), reason: String::new() });
    story.finish();
    story.command(&Command::RetryStage { stage: "it".into(), actor: "ada".into() });
    story.finish();
    assert_eq!(story.outputs("it")["how"], "done", "{}", story.tree());
    let kinds: Vec<&TaskKind> = story.stage("it").tasks.iter().map(|task| &task.spec.kind).collect();
    assert!(matches!(kinds.as_slice(), [TaskKind::Run { .. }]));
}
