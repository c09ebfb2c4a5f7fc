//! What stages put out, and who sees it.

use serde_json::json;

use super::*;
use crate::execution::{FailurePolicy, SyntheticStage};

fn work() -> Script {
    Script::of([run("work")])
}

#[test]
fn a_parents_outputs_join_those_of_its_stages() {
    let ignored = SyntheticStage { on_failure: FailurePolicy::Ignore, ..synthetic("three", &work()) };
    let script = Script::of([run("one"), run("two")])
        .before([synthetic("one", &work()), synthetic("two", &work()), ignored])
        .after([synthetic("last", &work())]);
    let mut world = World::new(vec![stage("a", &[], &script)]);
    world.outputs("a/before-2", json!({"images": ["b"], "groups": {"eu": ["b"]}, "size": 2, "by": "two"}));
    world.outputs("a/before-1", json!({"images": ["a"], "groups": {"us": ["a"], "eu": ["c"]}, "size": 1}));
    world.fails("a/before-3");
    world.outputs("a", json!({"size": 5, "kept": 1}));
    world.outputs("a", json!({"size": 6}));
    world.outputs("a/after-1", json!({"images": ["z"], "size": 9}));
    let expected = json!({
        "images": ["a", "b", "z"], "groups": {"us": ["a"], "eu": ["c", "b"]}, "size": 6, "by": "two", "kept": 1
    });
    assert_eq!(json!(world.stage("a").outputs), expected, "in the stages' order, the stage's own over them");
}

#[test]
fn clean_up_puts_out_nothing() {
    let mut world = World::new(vec![stage("a", &[], &work().cleanup([synthetic("sweep", &work())]))]);
    world.fails("a");
    world.outputs("a/cleanup-1", json!({"swept": true}));
    assert!(world.stage("a").outputs.is_empty());
}

fn ancestors(world: &World, id: &str) -> Vec<String> {
    let scope = world.scope(id);
    scope.ancestors().iter().map(|stage| stage.id().to_string()).collect()
}

#[test]
fn ancestors_come_nearest_first() {
    let inner = work().before([synthetic("deep", &work())]);
    let script = work()
        .before(SyntheticStage::sequence([synthetic("one", &work()), synthetic("two", &inner)]))
        .after([synthetic("last", &work())]);
    let mut world = World::new(vec![
        stage("c", &["b1", "b2"], &script),
        stage("b2", &["a"], &work()),
        stage("b1", &["a"], &work()),
        stage("a", &[], &work()),
        stage("other", &[], &work()),
    ]);
    world.outputs("a", json!({"image": "from a", "only": 1}));
    world.outputs("b1", json!({"image": "from b1"}));
    world.outputs("b2", json!({"image": "from b2"}));
    world.done("c/before-1");
    assert_eq!(ancestors(&world, "b1"), ["a"]);
    assert_eq!(ancestors(&world, "c"), ["b1", "b2", "a"]);
    assert_eq!(ancestors(&world, "c/before-2"), ["c/before-1", "c", "b1", "b2", "a"]);
    assert_eq!(ancestors(&world, "c/before-2/before-1"), ["c/before-2", "c/before-1", "c", "b1", "b2", "a"]);
    world.done("c/before-2/before-1");
    world.done("c/before-2");
    world.done("c");
    assert_eq!(ancestors(&world, "c/after-1"), ["c/before-1", "c/before-2", "c", "b1", "b2", "a"]);
    let scope = world.scope("c");
    assert_eq!(scope.output_of_ancestors("image"), Some(&json!("from b1")));
    assert_eq!(scope.output_of_ancestors("only"), Some(&json!(1)));
    assert_eq!(scope.output_of_ancestors("none"), None);
    assert_eq!(scope.stage_named("B1").map(|stage| stage.id().as_str()), Some("b1"));
}
