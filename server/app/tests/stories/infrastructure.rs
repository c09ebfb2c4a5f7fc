//! Infrastructure: what is there, what changes it, and operations.

use std::sync::Arc;

use gennaker_core::cloud::{Account, Health, Location, ResourceId};
use gennaker_ports::testing::cloud::{MemoryCloud, Mode, Operation};
use gennaker_ports::testing::store::MemoryStore;
use gennaker_ports::{Access, CloudError, Target};
use gennaker_proto::v1;
use gennaker_proto::v1::watch_infrastructure_response::Message;
use serde_json::{Value, json};

use crate::world::{World, ann, next, reason, request, violations};

const REGION: &str = "accounts/local/regions/local";

fn local() -> Location {
    Location::new("local", "local")
}

async fn balancer(world: &World, more: Value) -> Result<v1::LoadBalancer, gennaker_app::AppError> {
    let mut body = json!({"parent": REGION, "loadBalancerId": "shop",
        "loadBalancer": {"application": "applications/shop", "listeners": [{"port": 8080}]}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.app.create_load_balancer(ann(), request(body)).await.map(|response| response.load_balancer.unwrap())
}

/// Deploys a server group of `shop-main` behind the load balancer and waits for it.
async fn deploy(world: &World, image: &str) -> v1::Execution {
    let cluster = json!({"account": "local", "region": "local", "stack": "main", "image": image,
        "loadBalancers": ["shop"], "capacity": {"min": 2, "desired": 2, "max": 2}});
    let body = json!({"parent": "applications/shop", "cluster": cluster, "reason": "try"});
    let execution = world.app.create_server_group(ann(), request(body)).await.unwrap().execution.unwrap();
    world.follow(&execution.name).await
}

#[tokio::test(start_paused = true)]
async fn server_groups_are_made_and_shown() {
    let world = World::with_shop().await;
    balancer(&world, json!({})).await.unwrap();
    let made = deploy(&world, "hello:1").await;
    assert_eq!(made.status(), v1::ExecutionStatus::Succeeded, "{:?}", made.failure);
    assert_eq!((made.pipeline.as_str(), made.display_name.as_str()), ("", "Create a server group of shop-main"));
    assert_eq!(made.cause.as_ref().unwrap().kind(), v1::cause::Kind::Operation);
    deploy(&world, "hello:2").await;

    let clusters =
        world.app.list_clusters(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap().clusters;
    assert_eq!(clusters.len(), 1);
    let groups: Vec<_> =
        clusters[0].server_groups.iter().map(|g| (g.name.rsplit('/').next().unwrap(), g.traffic_share)).collect();
    assert_eq!(groups, [("shop-main-v001", 0.5), ("shop-main-v000", 0.5)], "newest first");
    let name = format!("{REGION}/serverGroups/shop-main-v001");
    let group =
        world.app.get_server_group(ann(), request(json!({ "name": name }))).await.unwrap().server_group.unwrap();
    assert_eq!(group, clusters[0].server_groups[0]);
    assert_eq!(group.image, format!("{REGION}/images/hello:2"));
    assert_eq!((group.health(), group.instance_counts.unwrap().up), (v1::HealthState::Up, 2));
    let cluster =
        world.app.get_cluster(ann(), request(json!({"name": "accounts/local/clusters/shop-main"}))).await.unwrap();
    assert_eq!(cluster.cluster.unwrap(), clusters[0]);

    let listed = world.app.list_server_groups(ann(), request(json!({"parent": REGION, "pageSize": 1}))).await.unwrap();
    assert_eq!(listed.server_groups[0].name, format!("{REGION}/serverGroups/shop-main-v000"));
    let body = json!({"parent": REGION, "pageSize": 1, "pageToken": listed.next_page_token});
    assert_eq!(world.app.list_server_groups(ann(), request(body)).await.unwrap().server_groups, [group]);

    let instances = world.app.list_instances(ann(), request(json!({ "parent": name }))).await.unwrap().instances;
    assert_eq!(instances.len(), 2);
    let instance = world.app.get_instance(ann(), request(json!({"name": instances[0].name}))).await.unwrap();
    assert_eq!(instance.instance.as_ref(), Some(&instances[0]));
    world.cloud.set_log(instances[0].name.rsplit('/').next().unwrap(), "one\ntwo\nthree\n");
    let log = json!({"name": instances[0].name, "tailLines": 2});
    let log = world.app.get_instance_log(ann(), request(log)).await.unwrap();
    assert_eq!((log.text.trim_end(), log.truncated), ("two\nthree", true));

    let shown = world
        .app
        .get_load_balancer(ann(), request(json!({"name": format!("{REGION}/loadBalancers/shop")})))
        .await
        .unwrap();
    let targets: Vec<_> =
        shown.load_balancer.unwrap().targets.iter().map(|t| (t.traffic_share, t.healthy_instances)).collect();
    assert_eq!(targets, [(0.5, 2), (0.5, 2)]);
    for missing in ["accounts/moon/regions/local", "accounts/local/regions/mars"] {
        assert_eq!(
            reason(world.app.list_server_groups(ann(), request(json!({ "parent": missing }))).await),
            "NOT_FOUND"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn operations_are_executions() {
    let world = World::with_shop().await;
    balancer(&world, json!({})).await.unwrap();
    deploy(&world, "hello:1").await;
    deploy(&world, "hello:2").await;
    let name = format!("{REGION}/serverGroups/shop-main-v000");
    let resize = json!({"name": name, "resize": {"exact": {"min": 3, "desired": 3, "max": 3}}, "requestId": "r", "reason": "more"});
    let started = world.app.resize_server_group(ann(), request(resize.clone())).await.unwrap().execution.unwrap();
    assert_eq!(world.follow(&started.name).await.status(), v1::ExecutionStatus::Succeeded);
    let again = world.app.resize_server_group(ann(), request(resize)).await.unwrap().execution.unwrap();
    assert_eq!(again.name, started.name);
    assert_eq!(world.cloud.count(Operation::Resize), 1);

    let done = |execution: Option<v1::Execution>| {
        let world = &world;
        async move {
            let ended = world.follow(&execution.unwrap().name).await;
            assert_eq!(ended.status(), v1::ExecutionStatus::Succeeded, "{:?}", ended.failure);
        }
    };
    let body = || json!({ "name": name });
    done(world.app.disable_server_group(ann(), request(body())).await.unwrap().execution).await;
    done(world.app.enable_server_group(ann(), request(body())).await.unwrap().execution).await;
    let back = json!({"name": format!("{REGION}/serverGroups/shop-main-v001"), "restoreServerGroup": "shop-main-v000"});
    done(world.app.rollback_server_group(ann(), request(back)).await.unwrap().execution).await;
    let newest = json!({"name": format!("{REGION}/serverGroups/shop-main-v001")});
    let group = world.app.get_server_group(ann(), request(newest.clone())).await.unwrap().server_group.unwrap();
    assert!(group.disabled && group.traffic_share == 0.0);
    done(world.app.destroy_server_group(ann(), request(newest.clone())).await.unwrap().execution).await;
    assert_eq!(reason(world.app.get_server_group(ann(), request(newest.clone())).await), "NOT_FOUND");
    assert_eq!(reason(world.app.enable_server_group(ann(), request(newest)).await), "NOT_FOUND");
    let cluster = json!({"name": "accounts/local/clusters/shop-none"});
    assert_eq!(reason(world.app.rollback_cluster(ann(), request(cluster)).await), "NOT_FOUND");
    let listed = world
        .app
        .list_executions(ann(), request(json!({"parent": "applications/shop", "filter": "cause=OPERATION"})))
        .await
        .unwrap();
    assert_eq!(listed.executions.len(), 7);
}

#[tokio::test(start_paused = true)]
async fn operations_need_rights_on_account_and_application() {
    let world = World::with_shop().await;
    world.rights.deny(Some(Access::Execute), Some(Target::Application("shop".into())));
    let body = json!({"name": format!("{REGION}/serverGroups/shop-main-v000")});
    assert_eq!(reason(world.app.destroy_server_group(ann(), request(body)).await), "PERMISSION_DENIED");
    let world = World::with_shop().await;
    world.rights.deny(Some(Access::Write), Some(Target::Account("local".into())));
    let body = json!({"parent": "applications/shop", "cluster": {"account": "local", "region": "local", "image": "x"}});
    assert_eq!(reason(world.app.create_server_group(ann(), request(body)).await), "PERMISSION_DENIED");
}

#[tokio::test(start_paused = true)]
async fn a_traffic_guard_is_respected() {
    let world = World::with_shop().await;
    let guard = json!({"application": {"name": "applications/shop",
        "trafficGuards": [{"account": "local", "region": "*", "stack": "*", "detail": "*"}]}, "updateMask": "trafficGuards"});
    world.app.update_application(ann(), request(guard)).await.unwrap();
    balancer(&world, json!({})).await.unwrap();
    deploy(&world, "hello:1").await;
    let body = json!({"name": format!("{REGION}/serverGroups/shop-main-v000")});
    let started = world.app.destroy_server_group(ann(), request(body)).await.unwrap().execution.unwrap();
    let ended = world.follow(&started.name).await;
    assert_eq!(ended.status(), v1::ExecutionStatus::Terminal);
    assert!(ended.failure.unwrap().message.contains("guard"));
}

#[tokio::test(start_paused = true)]
async fn load_balancers_are_changed_at_once() {
    let world = World::with_shop().await;
    let made = balancer(&world, json!({"requestId": "1"})).await.unwrap();
    assert_eq!((made.provider.as_str(), made.listeners[0].port), ("memory", 8080));
    assert_eq!(reason(balancer(&world, json!({})).await), "ALREADY_EXISTS");
    assert_eq!(balancer(&world, json!({"requestId": "1"})).await.unwrap(), made, "a repeat finds what it made");
    let name = made.name.clone();
    let update = |listeners: Value| json!({"loadBalancer": {"name": name, "application": "applications/shop", "listeners": listeners}});
    let changed = world
        .app
        .update_load_balancer(ann(), request(update(json!([{"port": 81, "protocol": "PROTOCOL_TCP"}]))))
        .await
        .unwrap();
    assert_eq!(changed.load_balancer.unwrap().listeners[0].protocol(), v1::listener::Protocol::Tcp);
    assert_eq!(reason(world.app.update_load_balancer(ann(), request(update(json!([])))).await), "INVALID_ARGUMENT");
    deploy(&world, "hello:1").await;
    let delete = || world.app.delete_load_balancer(ann(), request(json!({ "name": made.name })));
    assert_eq!(reason(delete().await), "RESOURCE_IN_USE");
    let group = json!({"name": format!("{REGION}/serverGroups/shop-main-v000")});
    let gone = world.app.destroy_server_group(ann(), request(group)).await.unwrap().execution.unwrap();
    world.follow(&gone.name).await;
    delete().await.unwrap();
    assert_eq!(reason(delete().await), "NOT_FOUND");
    let allow = json!({"name": made.name, "allowMissing": true});
    world.app.delete_load_balancer(ann(), request(allow)).await.unwrap();
    let listed = world.app.list_load_balancers(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap();
    assert!(listed.load_balancers.is_empty());
}

#[tokio::test(start_paused = true)]
async fn firewalls_are_changed_at_once() {
    let world = World::with_shop().await;
    let rules = json!([{"cidrs": ["10.0.0.0/8"], "ports": [{"from": 80, "to": 90}], "protocol": "PROTOCOL_TCP"}]);
    let create = json!({"parent": REGION, "firewallId": "shop", "firewall": {"application": "applications/shop", "rules": rules}});
    let made = world.app.create_firewall(ann(), request(create)).await.unwrap().firewall.unwrap();
    assert_eq!(made.rules.len(), 1);
    let guarded = json!({"loadBalancer": {"application": "applications/shop", "listeners": [{"port": 80}], "firewalls": ["shop"]}});
    let guarded = balancer(&world, guarded).await.unwrap();
    let read = world.app.get_firewall(ann(), request(json!({"name": made.name}))).await.unwrap().firewall.unwrap();
    assert_eq!(read.load_balancers, [guarded.name]);
    assert_eq!(reason(world.app.delete_firewall(ann(), request(json!({"name": made.name}))).await), "RESOURCE_IN_USE");
    let update = json!({"firewall": {"name": made.name, "application": "applications/shop"}, "validateOnly": true});
    let preview = world.app.update_firewall(ann(), request(update)).await.unwrap().firewall.unwrap();
    assert!(preview.rules.is_empty());
    let listed = world.app.list_firewalls(ann(), request(json!({"parent": REGION}))).await.unwrap().firewalls;
    assert_eq!(listed, [read], "validate_only changed nothing");
}

#[tokio::test]
async fn images_are_registered() {
    let world = World::new();
    for version in ["1", "2"] {
        let body = json!({"parent": REGION, "imageId": format!("hello:{version}"), "source": "/images/hello"});
        let image = world.app.register_image(ann(), request(body)).await.unwrap().image.unwrap();
        assert_eq!((image.family.as_str(), image.version.as_str()), ("hello", version));
    }
    let first = world.app.list_images(ann(), request(json!({"parent": REGION, "pageSize": 1}))).await.unwrap();
    assert_eq!(first.images.len(), 1);
    let body = json!({"parent": REGION, "pageSize": 1, "pageToken": first.next_page_token});
    let second = world.app.list_images(ann(), request(body)).await.unwrap();
    assert_eq!((second.images.len(), second.next_page_token.as_str()), (1, ""));
    let name = json!({"name": format!("{REGION}/images/hello:1")});
    assert_eq!(world.app.get_image(ann(), request(name)).await.unwrap().image.unwrap().version, "1");
    assert_eq!(
        reason(world.app.get_image(ann(), request(json!({"name": format!("{REGION}/images/x")}))).await),
        "NOT_FOUND"
    );
    let bad = json!({"parent": REGION, "imageId": "-", "source": ""});
    assert_eq!(violations(world.app.register_image(ann(), request(bad)).await.unwrap_err()).len(), 2);
}

#[tokio::test]
async fn a_dead_account_does_not_hide_the_others() {
    let account = Account {
        name: "moon".into(),
        provider: "memory".into(),
        regions: vec!["dark".into()],
        problem: Some("no signal".into()),
    };
    let dead = MemoryCloud::with_accounts(vec![account]);
    let world = World::on(Arc::new(MemoryStore::new()), vec![Arc::new(dead.clone())], |_| {});
    world.shop().await;
    world.cloud.seed(&local(), "shop-v000", "hello:1", 1, false);
    dead.fail_next(Operation::Read, CloudError::Unavailable("no signal".into()));
    let listed = world.app.list_clusters(ann(), request(json!({"parent": "applications/shop"}))).await.unwrap();
    assert_eq!((listed.clusters.len(), listed.unreachable.as_slice()), (1, &["accounts/moon".to_owned()][..]));
    let accounts = world.app.list_accounts(ann(), request(json!({}))).await.unwrap().accounts;
    assert_eq!(
        accounts.iter().map(v1::Account::health).collect::<Vec<_>>(),
        [v1::account::Health::Ok, v1::account::Health::Failing]
    );
    let health = world.app.get_health(ann(), request(json!({}))).await.unwrap();
    assert_eq!(health.status(), v1::HealthStatus::Degraded);
    assert_eq!(reason(world.app.get_account(ann(), request(json!({"name": "accounts/sun"}))).await), "NOT_FOUND");
}

#[tokio::test(start_paused = true)]
async fn changes_are_told() {
    let world = World::with_shop().await;
    balancer(&world, json!({})).await.unwrap();
    world.cloud.set_mode(Mode::Manual);
    world.cloud.seed(&local(), "shop-v000", "hello:1", 2, false);
    let body = json!({"application": "applications/shop"});
    let mut stream = world.app.watch_infrastructure(ann(), request(body.clone())).await.unwrap();
    let Some(Message::Snapshot(snapshot)) = next(&mut stream).await.message else {
        panic!("it begins with a snapshot")
    };
    let counts = (snapshot.server_groups.len(), snapshot.instances.len(), snapshot.load_balancers.len());
    assert_eq!(counts, (1, 2, 1));

    let id = ResourceId::new(local(), "shop-v000");
    world.cloud.set_health(&id, 0, Health::Down, "it fell");
    let Some(Message::Delta(delta)) = next(&mut stream).await.message else { panic!("a change is told") };
    assert!(delta.revision > snapshot.revision);
    assert_eq!((delta.server_groups.len(), delta.instances.len(), delta.load_balancers.len()), (1, 1, 0));
    assert_eq!(delta.instances[0].reason, "it fell");

    let Some(Message::Heartbeat(heartbeat)) = next(&mut stream).await.message else { panic!("it is idle") };
    assert_eq!(heartbeat.sequence, delta.revision);
    drop(stream);
    let resume = json!({"application": "applications/shop", "afterRevision": delta.revision.to_string()});
    let mut stream = world.app.watch_infrastructure(ann(), request(resume)).await.unwrap();
    world.cloud.seed(&Location::new("local", "east"), "other-v000", "hello:1", 1, false);
    world.cloud.seed(&Location::new("local", "east"), "shop-v000", "hello:1", 0, false);
    let Some(Message::Delta(delta)) = next(&mut stream).await.message else { panic!("it goes on without a snapshot") };
    assert_eq!(delta.server_groups.len(), 1, "of this application only");
    gennaker_ports::Cloud::destroy_server_group(&world.cloud, "x", &id).await.unwrap();
    let Some(Message::Delta(delta)) = next(&mut stream).await.message else { panic!() };
    assert_eq!(delta.removed.len(), 3, "{:?}", delta.removed);
}

#[tokio::test(start_paused = true)]
async fn watches_are_counted() {
    let world = World::with(|options| options.limits.max_concurrent_watches = 1);
    let watch = || world.app.watch_infrastructure(ann(), request(json!({"application": "applications/shop"})));
    let mut first = watch().await.unwrap();
    next(&mut first).await;
    assert_eq!(reason(watch().await.map(drop)), "LIMIT_REACHED");
    drop(first);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    next(&mut watch().await.unwrap()).await;
}
