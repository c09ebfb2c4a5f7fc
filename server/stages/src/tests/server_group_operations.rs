//! Operations on one server group.

use gennaker_core::cloud::Health;
use gennaker_core::execution::ExecutionStatus;
use gennaker_core::strategy::TrafficGuard;
use gennaker_ports::testing::cloud::{Mode, Operation};
use serde_json::{Value, json};

use super::story::{World, stage};

fn named(name: &str) -> Value {
    json!({"account": "local", "region": "east", "serverGroup": name})
}

fn dynamic(select: &str) -> Value {
    json!({"account": "local", "region": "east", "dynamic": {"cluster": "shop", "select": select}})
}

fn world() -> World {
    seeded(World::new())
}

fn seeded(world: World) -> World {
    world.seed("east", "shop-v001", 2, false);
    world.seed("east", "shop-v002", 3, true);
    world
}

fn guarded() -> World {
    let all = || "*".to_owned();
    seeded(World::guarded(vec![TrafficGuard { account: all(), region: all(), stack: all(), detail: all() }]))
}

#[test]
fn enable_and_disable() {
    let world = world();
    let story = world.run_one("enable_server_group", json!({"target": dynamic("SELECT_OLDEST")}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(story.outputs("it"), json!({"account": "local", "region": "east", "server_group": "shop-v001"}));
    world.run_one("disable_server_group", json!({"target": dynamic("SELECT_NEWEST")}));
    assert_eq!(world.groups(), ["east/shop-v001 enabled 2", "east/shop-v002 disabled 3"]);
}

#[test]
fn disabling_waits_for_the_last_connection() {
    let world = world();
    world.cloud.set_mode(Mode::Manual);
    let target = json!({"target": named("shop-v002")});
    let mut story = world.start(vec![stage("it", "disable_server_group", target)], json!({}));
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Running, "connections are draining");
    let group = world.seed("west", "shop-v001", 1, true).id;
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Running, "other changes change nothing");
    assert_eq!(group.location.region, "west");
    let id = gennaker_core::cloud::ResourceId::new(gennaker_core::cloud::Location::new("local", "east"), "shop-v002");
    for instance in 0..3 {
        world.cloud.set_health(&id, instance, Health::OutOfService, "drained");
    }
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
}

#[test]
fn resize() {
    for (change, expected) in [
        (json!({"exact": {"min": 1, "desired": 4, "max": 5}}), 4),
        (json!({"exact": {"desired": 5}}), 5),
        (json!({"exact": {}}), 0),
        (json!({"scaleUp": {"count": 2}}), 5),
        (json!({"scaleUp": {"percent": 50}}), 5),
        (json!({"scaleDown": {"count": 9}}), 0),
        (json!({"scaleDown": {"percent": 34}}), 1),
    ] {
        let mut world = world();
        world.repeats = true;
        let config = json!({"target": named("shop-v002"), "resize": change});
        let story = world.run_one("resize_server_group", config);
        assert_eq!(story.status(), ExecutionStatus::Succeeded, "{change}\n{}", story.tree());
        assert_eq!(world.groups()[1], format!("east/shop-v002 enabled {expected}"), "{change}");
        assert_eq!(story.outputs("it")["previous_capacity"], json!({"min": 3, "desired": 3, "max": 3}));
        assert_eq!(world.cloud.count(Operation::Resize), 1);
    }
}

#[test]
fn a_resize_that_contradicts_itself_is_refused() {
    let config = json!({"target": named("shop-v002"), "resize": {"exact": {"min": 3, "desired": 2, "max": 1}}});
    let story = world().run_one("resize_server_group", config);
    assert!(story.failure().contains("capacity needs min <= desired <= max"), "{}", story.failure());
}

#[test]
fn destroy() {
    let world = world();
    let story = world.run_one("destroy_server_group", json!({"target": named("shop-v002")}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    let effects = story.effects().into_iter().map(|(operation, _)| operation).collect::<Vec<_>>();
    assert_eq!(effects, [Operation::Disable, Operation::Destroy]);
    let story = world.run_one("destroy_server_group", json!({"target": named("shop-v001"), "skipDisable": true}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded);
    assert!(world.groups().is_empty());
    let story = world.run_one("destroy_server_group", json!({"target": named("shop-v001")}));
    assert_eq!(story.failure(), "reading local/east/shop-v001 failed: server group local/east/shop-v001 not found");
}

#[test]
fn rollback_restores_size_and_traffic() {
    let world = world();
    let config = json!({"target": named("shop-v002"), "delayBeforeDisable": "60s"});
    let story = world.run_one("rollback_server_group", config);
    assert_eq!(world.groups(), ["east/shop-v001 enabled 3", "east/shop-v002 disabled 3"]);
    insta::assert_snapshot!(story.tree());
    insta::assert_json_snapshot!("outputs_of_a_rollback", story.outputs("it"));
}

#[test]
fn a_rollback_that_does_not_come_up_leaves_the_traffic_where_it_is() {
    let world = world();
    world.cloud.break_image("shop-v001-image");
    world.cloud.settle(&world.seed("east", "shop-v000", 1, false).id);
    let config = json!({"target": named("shop-v002"), "restoreServerGroup": "shop-v001"});
    world.cloud.settle(&gennaker_core::cloud::ResourceId::new(
        gennaker_core::cloud::Location::new("local", "east"),
        "shop-v001",
    ));
    let story = world.run_one("rollback_server_group", config);
    assert_eq!(story.status(), ExecutionStatus::Terminal, "{}", story.tree());
    assert!(world.groups().contains(&"east/shop-v002 enabled 3".to_owned()));
}

#[test]
fn a_rollback_needs_another_server_group() {
    let world = World::new();
    world.seed("east", "shop-v001", 1, true);
    let story = world.run_one("rollback_server_group", json!({"target": named("shop-v001")}));
    assert_eq!(story.failure(), "cluster shop in local/east has no server group but shop-v001");
    let config = json!({"target": named("shop-v001"), "restoreServerGroup": "shop-v009"});
    let story = world.run_one("rollback_server_group", config);
    assert_eq!(story.failure(), "cluster shop in local/east has no other server group shop-v009");
}

#[test]
fn guards_refuse_what_would_leave_nothing() {
    for (kind, config) in [
        ("disable_server_group", json!({"target": named("shop-v002")})),
        ("destroy_server_group", json!({"target": named("shop-v002")})),
        ("destroy_server_group", json!({"target": named("shop-v002"), "skipDisable": true})),
        ("resize_server_group", json!({"target": named("shop-v002"), "resize": {"exact": {}}})),
        (
            "scale_down_cluster",
            json!({
                "target": {"account": "local", "regions": ["east"], "cluster": "shop"},
                "remainingFullSize": 0, "allowActive": true,
            }),
        ),
        (
            "shrink_cluster",
            json!({
                "target": {"account": "local", "regions": ["east"], "cluster": "shop"},
                "shrinkTo": 0, "allowDeleteActive": true,
            }),
        ),
        (
            "disable_cluster",
            json!({
                "target": {"account": "local", "regions": ["east"], "cluster": "shop"}, "remainingEnabled": 0,
            }),
        ),
    ] {
        let world = guarded();
        let story = world.run_one(kind, config);
        assert_eq!(story.status(), ExecutionStatus::Terminal, "{kind}");
        assert!(story.failure().contains("a traffic guard of the application keeps cluster shop"), "{kind}");
        assert_eq!(world.groups(), ["east/shop-v001 disabled 2", "east/shop-v002 enabled 3"], "{kind}");
        assert!(story.effects().is_empty(), "{kind}");
    }
}

#[test]
fn guards_let_pass_what_leaves_something() {
    let world = guarded();
    for (kind, target) in [("enable_server_group", "shop-v001"), ("disable_server_group", "shop-v002")] {
        let story = world.run_one(kind, json!({"target": named(target)}));
        assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    }
    let config = json!({"target": named("shop-v001"), "resize": {"scaleDown": {"count": 1}}});
    assert_eq!(world.run_one("resize_server_group", config).status(), ExecutionStatus::Succeeded);
}

#[test]
fn unknown_places_are_named() {
    let reason = |target: Value| world().run_one("enable_server_group", json!({"target": target})).failure();
    assert_eq!(
        reason(json!({"account": "moon", "region": "east", "serverGroup": "a-v001"})),
        "looking for the cloud of account moon failed: account moon not found"
    );
    assert_eq!(
        reason(json!({"account": "local", "region": "east", "dynamic": {"cluster": "nope"}})),
        "cluster nope has no server group, so there is no newest one, in local/east"
    );
}
