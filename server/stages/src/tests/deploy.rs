//! Deploys, from the image to what is left of the old server groups.

use std::time::Duration;

use gennaker_core::cloud::{Health, Location, ResourceId, RestartPolicy, Workload};
use gennaker_core::execution::{ExecutionStatus, StageStatus};
use gennaker_core::strategy::TrafficGuard;
use gennaker_ports::CloudError;
use gennaker_ports::testing::cloud::{Mode, Operation};
use serde_json::{Value, json};

use super::story::{Story, World, sequence, stage};

const ALL_GUARDED: &str = "*";

fn deploy(cluster: Value) -> Value {
    let mut whole = json!({"account": "local", "region": "east", "stack": "prod", "image": "shop:9"});
    whole.as_object_mut().unwrap().extend(cluster.as_object().unwrap().clone());
    json!({"clusters": [whole]})
}

/// A world with two old server groups, the older one disabled.
fn with_old_groups() -> World {
    let world = World::new();
    world.seed("east", "shop-prod-v001", 2, false);
    world.seed("east", "shop-prod-v002", 3, true);
    world
}

fn id(name: &str) -> ResourceId {
    ResourceId::new(Location::new("local", "east"), name)
}

#[test]
fn the_first_server_group_of_a_cluster() {
    let story = World::new().run_one("deploy", deploy(json!({"redBlack": {"maxRemaining": 1, "scaleDown": true}})));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(story.world.groups(), ["east/shop-prod-v000 enabled 1"]);
    assert_eq!(story.effects(), [(Operation::Create, "shop-prod-v000".to_owned())]);
}

#[test]
fn red_black_disables_the_old_ones() {
    let story = with_old_groups().run_one("deploy", deploy(json!({"useSourceCapacity": true, "redBlack": {}})));
    assert_eq!(
        story.world.groups(),
        ["east/shop-prod-v001 disabled 2", "east/shop-prod-v002 disabled 3", "east/shop-prod-v003 enabled 3"]
    );
    insta::assert_snapshot!(story.tree());
    insta::assert_json_snapshot!("outputs_of_a_deploy", story.outputs("it"));
}

#[test]
fn red_black_with_everything() {
    let strategy = json!({
        "maxRemaining": 2, "scaleDown": true, "delayBeforeDisable": "60s", "delayBeforeScaleDown": "3600s",
    });
    let story = with_old_groups().run_one("deploy", deploy(json!({"redBlack": strategy})));
    assert_eq!(story.world.groups(), ["east/shop-prod-v002 disabled 0", "east/shop-prod-v003 enabled 1"]);
    assert_eq!(
        story.effects(),
        [
            (Operation::Create, "shop-prod-v003".to_owned()),
            (Operation::Destroy, "shop-prod-v001".to_owned()),
            (Operation::Disable, "shop-prod-v002".to_owned()),
            (Operation::Resize, "shop-prod-v002".to_owned()),
        ]
    );
    insta::assert_snapshot!(story.tree());
}

#[test]
fn highlander_leaves_one() {
    let story = with_old_groups().run_one("deploy", deploy(json!({"highlander": {}})));
    assert_eq!(story.world.groups(), ["east/shop-prod-v003 enabled 1"]);
    insta::assert_snapshot!(story.tree());
}

#[test]
fn without_a_strategy_all_stay() {
    let story = with_old_groups().run_one("deploy", deploy(json!({})));
    assert_eq!(
        story.world.groups(),
        ["east/shop-prod-v001 disabled 2", "east/shop-prod-v002 enabled 3", "east/shop-prod-v003 enabled 1"]
    );
}

#[test]
fn every_effect_may_be_repeated() {
    let strategy = json!({"redBlack": {"maxRemaining": 2, "scaleDown": true}});
    let once = with_old_groups().run_one("deploy", deploy(strategy.clone()));
    let mut world = with_old_groups();
    world.repeats = true;
    let twice = world.run_one("deploy", deploy(strategy));
    assert_eq!(twice.status(), ExecutionStatus::Succeeded, "{}", twice.tree());
    assert_eq!(twice.effects(), once.effects());
    assert_eq!(twice.world.groups(), once.world.groups());
}

#[test]
fn a_lost_answer_makes_no_second_server_group() {
    for operation in [Operation::Create, Operation::Disable, Operation::Resize, Operation::Destroy] {
        let world = with_old_groups();
        world.cloud.lose_next_answer(operation);
        let story = world.run_one("deploy", deploy(json!({"redBlack": {"maxRemaining": 2, "scaleDown": true}})));
        assert_eq!(story.status(), ExecutionStatus::Succeeded, "{operation:?}\n{}", story.tree());
        assert_eq!(story.world.groups(), ["east/shop-prod-v002 disabled 0", "east/shop-prod-v003 enabled 1"]);
        assert_eq!(story.world.cloud.count(operation), 1, "{operation:?}");
    }
}

#[test]
fn a_name_that_others_take_meanwhile_is_passed_over() {
    let mut world = with_old_groups();
    world.repeats = true;
    let mut story = world.start(vec![stage("it", "deploy", deploy(json!({})))], json!({}));
    // The source is determined; then somebody else is faster.
    story.step();
    world.seed("east", "shop-prod-v003", 1, true);
    story.finish();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(story.effects(), [(Operation::Create, "shop-prod-v004".to_owned())]);
    assert_eq!(story.outputs("it")["server_groups"], json!({"east": ["shop-prod-v004"]}));
}

/// The world after a deploy whose image never comes up.
fn broken(strategy: Value) -> Story {
    let world = with_old_groups();
    world.cloud.break_image("shop:9");
    let story = world.run_one("deploy", deploy(json!({"timeout": "120s", "redBlack": strategy})));
    assert_eq!(story.status(), ExecutionStatus::Terminal);
    story
}

#[test]
fn a_bad_version_is_rolled_back() {
    let story = broken(json!({"rollbackOnFailure": true}));
    assert_eq!(
        story.world.groups(),
        ["east/shop-prod-v001 disabled 2", "east/shop-prod-v002 enabled 3", "east/shop-prod-v003 disabled 1"]
    );
    insta::assert_snapshot!(story.tree());
}

#[test]
fn a_bad_version_is_destroyed() {
    let story = broken(json!({"rollbackOnFailure": true, "destroyFailed": true}));
    assert_eq!(story.world.groups(), ["east/shop-prod-v001 disabled 2", "east/shop-prod-v002 enabled 3"]);
    let story = broken(json!({"destroyFailed": true}));
    assert_eq!(story.world.groups().len(), 3, "only a rollback destroys");
}

#[test]
fn a_failure_at_each_step_leaves_somebody_serving() {
    let strategy = json!({"maxRemaining": 2, "scaleDown": true, "rollbackOnFailure": true, "destroyFailed": true});
    let steps = [Operation::Create, Operation::Destroy, Operation::Disable, Operation::Resize];
    let results = steps.map(|operation| {
        let world = with_old_groups();
        world.cloud.fail_next(operation, CloudError::Invalid("the quota is used up".into()));
        let story = world.run_one("deploy", deploy(json!({"redBlack": strategy})));
        assert_eq!(story.status(), ExecutionStatus::Terminal, "{operation:?}");
        let serving = story.world.groups().iter().filter(|group| group.contains("enabled")).count();
        assert!(serving >= 1, "{operation:?}: {:?}", story.world.groups());
        json!({
            "failing": format!("{operation:?}"),
            "failure": story.stage("it").failure.as_ref().unwrap().message,
            "groups": story.world.groups(),
        })
    });
    insta::assert_json_snapshot!(results);
}

#[test]
fn failures_that_pass_are_tried_again() {
    let world = with_old_groups();
    for operation in [Operation::Create, Operation::Disable, Operation::Read] {
        world.cloud.fail_next(operation, CloudError::Unavailable("busy".into()));
    }
    let story = world.run_one("deploy", deploy(json!({"redBlack": {}})));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
}

#[test]
fn instances_that_end_for_good_end_the_wait() {
    let world = World::new();
    world.cloud.set_mode(Mode::Manual);
    let mut story = world.start(vec![stage("it", "deploy", deploy(json!({"capacity": {"desired": 2}})))], json!({}));
    story.settle();
    let group = id("shop-prod-v000");
    world.cloud.set_health(&group, 0, Health::Failed, "exit status 1");
    world.cloud.set_restart(&group, RestartPolicy::Never);
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Terminal, "{}", story.tree());
    let message = story.failure();
    assert!(message.contains("shop-prod-v000 can't come up: 1 of 2 instances ended"), "{message}");
    assert!(message.contains("exit status 1"), "{message}");
}

#[test]
fn clusters_are_deployed_side_by_side() {
    let world = World::new();
    world.cloud.set_mode(Mode::Manual);
    let cluster = |region| json!({"account": "local", "region": region, "image": "shop:9"});
    let config = json!({"clusters": [cluster("east"), cluster("west"), cluster("east")]});
    let mut story = world.start(vec![stage("it", "deploy", config)], json!({}));
    story.settle();
    assert_eq!(world.groups(), ["east/shop-v000 enabled 1", "east/shop-v001 enabled 1", "west/shop-v000 enabled 1"]);
    for (region, name) in [("east", "shop-v000"), ("west", "shop-v000"), ("east", "shop-v001")] {
        world.cloud.settle(&ResourceId::new(Location::new("local", region), name));
    }
    story.settle();
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    let outputs = story.outputs("it");
    assert_eq!(outputs["server_groups"], json!({"east": ["shop-v000", "shop-v001"], "west": ["shop-v000"]}));
    assert_eq!(outputs["deployments"].as_array().unwrap().len(), 3);
}

#[test]
fn the_image_comes_from_the_nearest_find_image() {
    let world = with_old_groups();
    world.seed("west", "shop-prod-v000", 1, true);
    let find = json!({"target": {"account": "local", "regions": ["east", "west"], "cluster": "shop-prod"}});
    let to_test = json!({"clusters": [
        {"account": "local", "region": "east", "stack": "test"},
        {"account": "local", "region": "west", "stack": "test"},
    ]});
    let story = world.run(sequence([
        stage("find", "find_image", find),
        stage("pause", "wait", json!({"duration": "1s"})),
        stage("deploy", "deploy", to_test),
    ]));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    let images: Vec<Value> = story.outputs("deploy")["deployments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|deployment| json!([deployment["region"], deployment["image"]]))
        .collect();
    assert_eq!(images, [json!(["east", "shop-prod-v002-image"]), json!(["west", "shop-prod-v000-image"])]);
}

#[test]
fn a_guarded_cluster_keeps_its_traffic() {
    let guard = TrafficGuard {
        account: ALL_GUARDED.into(),
        region: ALL_GUARDED.into(),
        stack: "prod".into(),
        detail: String::new(),
    };
    let world = World::guarded(vec![guard]);
    world.seed("east", "shop-prod-v001", 2, true);
    world.cloud.break_image("shop:9");
    // The new one counts as up although nothing of it is; the guard keeps the old one in traffic.
    let story = world.run_one("deploy", deploy(json!({"targetHealthyPercent": 0, "redBlack": {}})));
    assert_eq!(story.status(), ExecutionStatus::Terminal);
    assert!(story.failure().contains("a traffic guard"), "{}", story.tree());
    assert_eq!(world.groups(), ["east/shop-prod-v001 enabled 2", "east/shop-prod-v002 enabled 1"]);
}

#[test]
fn clones_are_like_their_source() {
    let world = World::new();
    world.seed("east", "shop-prod-v001", 2, true);
    let source = json!({"account": "local", "region": "east", "serverGroup": "shop-prod-v001"});
    let overrides = json!({"account": "local", "region": "east", "redBlack": {}});
    let story = world.run_one("clone_server_group", json!({"source": source, "overrides": overrides}));
    assert_eq!(story.status(), ExecutionStatus::Succeeded, "{}", story.tree());
    assert_eq!(world.groups(), ["east/shop-prod-v001 disabled 2", "east/shop-prod-v002 enabled 2"]);
    assert_eq!(story.outputs("it")["image"], "shop-prod-v001-image");

    let overrides = json!({"account": "local", "region": "west", "detail": "blue", "capacity": {"desired": 1}});
    let story = world.run_one("clone_server_group", json!({"source": source, "overrides": overrides}));
    assert_eq!(story.outputs("it")["server_group"], "shop-prod-blue-v000");
    assert_eq!(world.groups()[2], "west/shop-prod-blue-v000 enabled 1");
}

#[test]
fn what_instances_do_reaches_the_cloud_and_the_clones() {
    let world = World::new();
    let workload = json!({
        "restartPolicy": "RESTART_POLICY_NEVER", "stopGrace": "5s", "healthCheck": {"http": {"path": "/health"}},
        "args": ["--loud"], "env": {"COLOR": "red"},
    });
    world.run_one("deploy", deploy(workload));
    world.run_one("deploy", deploy(json!({"detail": "plain"})));
    let source = json!({"account": "local", "region": "east", "serverGroup": "shop-prod-v000"});
    let overrides = json!({"account": "local", "region": "east", "stopGrace": "7s"});
    world.run_one("clone_server_group", json!({"source": source, "overrides": overrides}));

    let (first, clone) = (world.workload(&id("shop-prod-v000")), world.workload(&id("shop-prod-v001")));
    assert_eq!((first.restart, first.stop_grace), (RestartPolicy::Never, Some(Duration::from_secs(5))));
    assert_eq!((&*first.args, &*first.env["COLOR"]), (&["--loud".to_owned()][..], "red"));
    assert_eq!(clone, Workload { stop_grace: Some(Duration::from_secs(7)), ..first });
    assert_eq!(world.workload(&id("shop-prod-plain-v000")), Workload::default());
}

#[test]
fn a_stage_timeout_rolls_back_too() {
    let world = with_old_groups();
    world.cloud.break_image("shop:9");
    let mut definition = stage(
        "it",
        "create_server_group",
        json!({
            "cluster": {"account": "local", "region": "east", "stack": "prod", "image": "shop:9",
                "redBlack": {"rollbackOnFailure": true}},
        }),
    );
    definition.timeout = Some(std::time::Duration::from_secs(10));
    let story = world.run(vec![definition]);
    assert_eq!(story.stage("it").status, StageStatus::Terminal, "{}", story.tree());
    assert_eq!(story.world.groups()[2], "east/shop-prod-v003 disabled 1");
}
