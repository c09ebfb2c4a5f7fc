//! What an evaluation has read.

use serde_json::json;

use super::World;
use crate::expression::MAX_TRACED;

#[test]
fn each_path_that_was_read_is_told() {
    let world = World::new();
    let text = "${ parameters.size * 2 }-${ stages.bake.outputs.images[0].name.toUpperCase() }-\
                ${ #stage('Bake')['outputs'].?[key == 'image'] }-${ parameters.branch ?: 'main' }-${ parameters['name'] }\
                ${ execution.stages.![name].size() }";
    let traced = world.traced(text);
    assert!(traced.value.is_ok(), "{:?}", traced.value);
    let names: Vec<&str> = traced.inputs.keys().map(String::as_str).collect();
    insta::assert_snapshot!(names.join("\n"));
    assert_eq!(traced.inputs["parameters.size"], json!(3));
    assert_eq!(traced.inputs["parameters.branch"], json!(null));
    let stages = traced.inputs["execution.stages"].as_str().unwrap();
    assert!(stages.ends_with('…') && stages.len() <= MAX_TRACED + '…'.len_utf8(), "{stages}");
}

#[test]
fn what_was_read_before_a_mistake_is_told_too() {
    let traced = World::new().traced("${ parameters.size + parameters.nope }");
    assert!(traced.value.is_err());
    assert_eq!(json!(traced.inputs), json!({"parameters.size": 3}));
}
