//! Operations on all but some server groups of a cluster.

use gennaker_core::execution::ExecutionStatus;
use gennaker_ports::testing::cloud::Operation;
use serde_json::{Value, json};

use super::story::{Story, World, sequence, stage};

fn world() -> World {
    let world = World::new();
    world.seed("east", "shop-v001", 4, true);
    world.seed("east", "shop-v002", 2, false);
    world.seed("east", "shop-v003", 1, true);
    world.seed("east", "shop-v004", 3, true);
    world.seed("west", "shop-v001", 1, true);
    world
}

/// What is done, with the operation's configuration but for its target.
fn run(kind: &str, config: Value) -> Story {
    let mut whole = json!({"target": {"account": "local", "regions": ["east", "west"], "cluster": "shop"}});
    whole.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
    let mut world = world();
    world.repeats = true;
    world.run_one(kind, whole)
}

fn picked(kind: &str, config: Value) -> Value {
    let story = run(kind, config);
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    story.outputs("it")["server_groups"].clone()
}

#[test]
fn disable() {
    assert_eq!(picked("disable_cluster", json!({})), json!({"east": ["shop-v003", "shop-v001"], "west": []}));
    assert_eq!(
        picked("disable_cluster", json!({"preferLarger": true})),
        json!({"east": ["shop-v004", "shop-v003"], "west": []})
    );
    assert_eq!(
        picked("disable_cluster", json!({"remainingEnabled": 0})),
        json!({"east": ["shop-v004", "shop-v003", "shop-v001"], "west": ["shop-v001"]})
    );
    assert_eq!(picked("disable_cluster", json!({"remainingEnabled": 9})), json!({"east": [], "west": []}));
    assert_eq!(
        run("disable_cluster", json!({})).world.groups(),
        [
            "east/shop-v001 disabled 4",
            "east/shop-v002 disabled 2",
            "east/shop-v003 disabled 1",
            "east/shop-v004 enabled 3",
            "west/shop-v001 enabled 1",
        ]
    );
}

#[test]
fn scale_down() {
    assert_eq!(picked("scale_down_cluster", json!({})), json!({"east": ["shop-v002"], "west": []}));
    assert_eq!(
        picked("scale_down_cluster", json!({"allowActive": true, "remainingFullSize": 2})),
        json!({"east": ["shop-v001", "shop-v002"], "west": []})
    );
    assert_eq!(run("scale_down_cluster", json!({})).world.groups()[1], "east/shop-v002 disabled 0");
}

#[test]
fn shrink() {
    let story = run("shrink_cluster", json!({}));
    assert_eq!(story.effects(), [(Operation::Destroy, "shop-v002".to_owned())]);
    let story = run("shrink_cluster", json!({"allowDeleteActive": true, "shrinkTo": 2}));
    assert_eq!(
        story.world.groups(),
        ["east/shop-v003 enabled 1", "east/shop-v004 enabled 3", "west/shop-v001 enabled 1"],
        "{}",
        story.tree()
    );
}

#[test]
fn a_missing_cluster_is_an_error_unless_it_may_be() {
    let target = json!({"account": "local", "regions": ["east"], "cluster": "nope"});
    let run = |kind: &str, more: Value| {
        let mut config = json!({"target": target});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        world().run_one(kind, config)
    };
    for kind in ["disable_cluster", "scale_down_cluster", "shrink_cluster", "rollback_cluster", "find_image"] {
        assert_eq!(run(kind, json!({})).failure(), "there is no cluster nope in account local, east", "{kind}");
    }
    for kind in ["disable_cluster", "scale_down_cluster", "shrink_cluster"] {
        let story = run(kind, json!({"ignoreMissing": true}));
        assert_eq!(story.status(), ExecutionStatus::Succeeded, "{kind}");
    }
    assert_eq!(run("shrink_cluster", json!({"shrinkTo": 0})).status(), ExecutionStatus::Succeeded);
}

#[test]
fn what_the_execution_deployed_is_left_alone() {
    let cluster = json!({"account": "local", "regions": ["east"], "cluster": "shop"});
    let deploy = json!({"clusters": [{"account": "local", "region": "east", "image": "shop:9"}]});
    let world = world();
    let story = world.run(sequence([
        stage("deploy", "deploy", deploy),
        stage("pause", "wait", json!({"duration": "60s"})),
        stage("disable", "disable_cluster", json!({"target": cluster})),
    ]));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    let disabled = &story.outputs("disable")["server_groups"];
    assert_eq!(disabled, &json!({"east": ["shop-v004", "shop-v003", "shop-v001"]}));
}

#[test]
fn rollback_goes_region_by_region() {
    let story = run("rollback_cluster", json!({"waitBetweenRegions": "60s"}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    insta::assert_snapshot!(story.tree());
    let rollbacks = json!([
        {"region": "east", "disabled_server_group": "shop-v004", "restored_server_group": "shop-v003"},
    ]);
    assert_eq!(story.outputs("it")["rollbacks"], rollbacks);
    assert_eq!(story.world.groups()[2], "east/shop-v003 enabled 3");
}

#[test]
fn a_cluster_without_a_way_back_says_so() {
    let target = json!({"account": "local", "regions": ["west"], "cluster": "shop"});
    let story = world().run_one("rollback_cluster", json!({"target": target}));
    assert_eq!(story.failure(), "cluster shop can't go back: one that is enabled and another to go back to are needed");
}

#[test]
fn find_image() {
    let find = |more: Value| {
        let story = run("find_image", more);
        let images = story.outputs("it")["images"].as_array().cloned().unwrap_or_default();
        let of = |image: &Value| format!("{}: {}", image["region"].as_str().unwrap(), image["image"].as_str().unwrap());
        if story.status() == ExecutionStatus::Succeeded {
            images.iter().map(of).collect::<Vec<_>>().join(", ")
        } else {
            story.failure()
        }
    };
    let found = [
        json!({}),
        json!({"selection": "SELECTION_OLDEST"}),
        json!({"selection": "SELECTION_LARGEST"}),
        json!({"selection": "SELECTION_FAIL"}),
        json!({"selection": "SELECTION_FAIL", "imageNamePattern": "v001"}),
        json!({"onlyEnabled": false, "imageNamePattern": "v00[12]-image$"}),
        json!({"imageNamePattern": "v00[234]"}),
    ]
    .map(|config| format!("{config}: {}", find(config.clone())));
    insta::assert_json_snapshot!(found);
}
