//! Server groups: what is wished comes to be.

use gennaker_core::cloud::{Capacity, Health, RestartPolicy};
use gennaker_ports::cloud::ServerGroupFilter;
use gennaker_ports::{Cloud, CloudError};

use crate::bench::{Bench, all, get, id, image, names, spec, with_env};

#[tokio::test]
async fn a_group_comes_up_once_for_its_request_and_goes() {
    let bench = Bench::new().await;
    let spec = spec("shop-v000", "1", 2, None);
    let created = bench.cloud.create_server_group("r1", &spec).await.unwrap();
    assert_eq!((created.image.as_str(), created.moniker.sequence), ("hello:1", Some(0)));
    bench.cloud.create_server_group("r1", &spec).await.unwrap();
    let up = bench.until_group("shop-v000", |group| group.counts().up == 2).await;
    assert!(up.instances[0].reason.contains("GET /health answers 200"), "{:?}", up.instances);
    let (status, body) = get(up.instances[1].address.as_ref().unwrap().parse().unwrap(), "/").await;
    let about: serde_json::Value = serde_json::from_str(&body).unwrap();
    let expected = serde_json::json!({"version": "1", "instance": up.instances[1].name, "server_group": "shop-v000"});
    assert_eq!((status, about), (200, expected));

    let again = bench.cloud.create_server_group("r2", &spec).await;
    assert!(matches!(again, Err(CloudError::Exists { .. })), "{again:?}");
    let other = bench.cloud.destroy_server_group("r1", &spec.id).await;
    assert!(matches!(other, Err(CloudError::Invalid(_))), "a request key has one meaning: {other:?}");
    let filter = ServerGroupFilter { application: Some("shop".into()), ..ServerGroupFilter::default() };
    assert_eq!(bench.cloud.server_groups(&filter).await.unwrap().len(), 1);

    bench.cloud.destroy_server_group("r3", &spec.id).await.unwrap();
    bench.until_gone("shop-v000").await;
    bench.cloud.destroy_server_group("r3", &spec.id).await.unwrap();
    bench.cloud.destroy_server_group("r4", &spec.id).await.unwrap();
    let late = bench.cloud.create_server_group("r1", &spec).await;
    assert!(matches!(late, Err(CloudError::NotFound { .. })), "a late repetition does not bring it back: {late:?}");
}

#[tokio::test]
async fn a_resize_keeps_the_oldest() {
    let bench = Bench::new().await;
    let before = names(&bench.deploy(&spec("shop-v000", "1", 2, None)).await);
    bench.cloud.resize_server_group("r1", &id("shop-v000"), Capacity::pinned(4)).await.unwrap();
    let larger = names(&bench.until_group("shop-v000", |group| group.counts().up == 4).await);
    assert_eq!(larger[..2], before);
    bench.cloud.resize_server_group("r2", &id("shop-v000"), Capacity::pinned(1)).await.unwrap();
    bench.cloud.resize_server_group("r1", &id("shop-v000"), Capacity::pinned(4)).await.unwrap();
    let smaller = bench.until_group("shop-v000", |group| group.instances.len() == 1).await;
    assert_eq!(names(&smaller), before[..1]);
    assert_eq!(smaller.capacity, Capacity::pinned(1), "an old request does not come back");
    bench.cloud.resize_server_group("r3", &id("shop-v000"), Capacity::pinned(0)).await.unwrap();
    bench.until_group("shop-v000", |group| group.instances.is_empty()).await;
}

#[tokio::test]
async fn a_terminated_instance_is_replaced() {
    let bench = Bench::new().await;
    let before = names(&bench.deploy(&spec("shop-v000", "1", 2, None)).await);
    let ended = bench.cloud.terminate_instance("r1", &id("shop-v000"), &before[0]).await.unwrap();
    let replaced =
        |group: &gennaker_core::cloud::ServerGroup| group.counts().up == 2 && !names(group).contains(&before[0]);
    let after = bench.until_group("shop-v000", replaced).await;
    assert!(names(&after).contains(&before[1]));
    let repeated = bench.cloud.terminate_instance("r1", &id("shop-v000"), &before[0]).await.unwrap();
    assert_eq!(repeated, ended, "the same answer, and nothing ended");
    assert_eq!(names(&bench.cloud.server_group(&id("shop-v000")).await.unwrap()), names(&after));
    let unknown = bench.cloud.terminate_instance("r2", &id("shop-v000"), &before[0]).await;
    assert!(matches!(unknown, Err(CloudError::NotFound { kind: "instance", .. })));
}

#[tokio::test]
async fn what_crashes_is_started_again_with_pauses() {
    let bench = Bench::new().await;
    let crashing = with_env(spec("shop-v000", "1", 1, None), &[("CRASH_AFTER_MS", "1")]);
    bench.cloud.create_server_group("r1", &crashing).await.unwrap();
    let group = bench
        .until_group("shop-v000", |group| group.instances.iter().any(|i| i.restarts >= 2 && i.health == Health::Down))
        .await;
    let reason = &group.instances[0].reason;
    assert!(reason.contains("exited with status 3; starts again in"), "{reason}");
}

#[tokio::test]
async fn what_shall_not_be_restarted_stays_failed() {
    let bench = Bench::new().await;
    let mut once = with_env(spec("shop-v000", "1", 1, None), &[("CRASH_AFTER_MS", "1")]);
    once.workload.restart = RestartPolicy::Never;
    bench.cloud.create_server_group("r1", &once).await.unwrap();
    let group = bench.until_group("shop-v000", |group| !group.instances.is_empty() && all(group, Health::Failed)).await;
    assert_eq!((group.instances[0].reason.as_str(), group.instances[0].restarts), ("exited with status 3", 0));
    let bench = bench.restart(|_| {}).await;
    bench.until_group("shop-v000", |group| all(group, Health::Failed)).await;
    bench.cloud.destroy_server_group("r2", &id("shop-v000")).await.unwrap();
    bench.until_gone("shop-v000").await;
}

#[tokio::test]
async fn bad_health_is_down_with_its_reason() {
    let bench = Bench::new().await;
    let mut failing = with_env(spec("shop-v000", "1", 1, None), &[("FAIL_HEALTH", "1")]);
    let check = failing.workload.health_check.as_mut().unwrap();
    check.interval = std::time::Duration::from_millis(20);
    check.startup_grace = std::time::Duration::from_millis(100);
    bench.cloud.create_server_group("r1", &failing).await.unwrap();
    let group = bench.until_group("shop-v000", |group| group.counts().down == 1).await;
    assert!(group.instances[0].reason.contains("GET /health answers 503"), "{:?}", group.instances);
}

#[tokio::test]
async fn what_ignores_sigterm_is_killed_at_its_deadline() {
    let bench = Bench::new().await;
    let mut stubborn = with_env(spec("shop-v000", "1", 1, None), &[("IGNORE_TERM", "1")]);
    stubborn.workload.stop_grace = Some(std::time::Duration::from_millis(100));
    bench.deploy(&stubborn).await;
    bench.cloud.destroy_server_group("r1", &stubborn.id).await.unwrap();
    bench.until_gone("shop-v000").await;
}

#[tokio::test]
async fn logs_are_readable_within_limits_and_after_the_end() {
    let bench = Bench::new().await;
    let group = bench.deploy(&spec("shop-v000", "1", 1, None)).await;
    let name = &group.instances[0].name;
    let address = group.instances[0].address.as_ref().unwrap().parse().unwrap();
    get(address, "/first").await;
    get(address, "/second").await;
    let log = bench.cloud.instance_log(&group.id, name, 1, 1000).await.unwrap();
    assert!(log.truncated && log.text.lines().count() == 1, "{log:?}");
    let all = bench.cloud.instance_log(&group.id, name, 10_000, 1 << 20).await.unwrap();
    assert!(all.text.starts_with("version 1 listens on 127.0.0.1:") && !all.truncated, "{all:?}");
    assert!(all.text.contains("GET /first\nGET /second") || all.text.contains("GET /first\nGET /health"), "{all:?}");
    bench.cloud.destroy_server_group("r1", &group.id).await.unwrap();
    bench.until_gone("shop-v000").await;
    let after = bench.cloud.instance_log(&group.id, name, 10, 1000).await.unwrap();
    assert!(after.text.ends_with("finishing what is in flight\n"), "{after:?}");
    for (group, instance) in [("shop-v000", "i-unknown"), ("shop-v001", name)] {
        let missing = bench.cloud.instance_log(&id(group), instance, 1, 1).await;
        assert!(matches!(missing, Err(CloudError::NotFound { kind: "instance", .. })), "{missing:?}");
    }
    let outside = bench.cloud.instance_log(&id("shop-v000"), "../../journal", 1, 1).await;
    assert!(matches!(outside, Err(CloudError::Invalid(_))), "{outside:?}");
}

#[tokio::test]
async fn what_is_missing_or_too_much_is_named() {
    let bench = Bench::with(|options| {
        options.limits.instances = 3;
        options.limits.server_groups = 1;
    })
    .await;
    let refused = async |spec| bench.cloud.create_server_group("r", &spec).await.unwrap_err().to_string();
    assert_eq!(refused(spec("shop-v000", "3", 1, None)).await, "image local/local/hello:3 not found");
    assert_eq!(refused(spec("shop-v000", "1", 1, Some("web"))).await, "load balancer local/local/web not found");
    let mut elsewhere = spec("shop-v000", "1", 1, None);
    elsewhere.id.location.region = "moon".into();
    assert_eq!(refused(elsewhere).await, "region local/moon not found");
    let mut upside_down = spec("shop-v000", "1", 1, None);
    upside_down.capacity.min = 2;
    assert!(refused(upside_down).await.contains("min <= desired <= max"));
    assert!(refused(spec("shop-v000", "1", 4, None)).await.contains("may run 3 instances"));
    bench.deploy(&spec("shop-v000", "1", 3, None)).await;
    assert!(refused(spec("shop-v001", "1", 0, None)).await.contains("may have 1 server groups"));
}

#[tokio::test]
async fn an_image_id_has_one_content() {
    let bench = Bench::new().await;
    let first = bench.register("1").await.unwrap();
    assert_eq!(bench.register("1").await.unwrap(), first);
    assert!(first.digest.as_ref().unwrap().starts_with("sha256:"));
    let other = bench.cloud.register_image(&image("1"), "builtin:something else").await;
    assert!(matches!(other, Err(CloudError::Exists { kind: "image", .. })), "{other:?}");
    let ids: Vec<_> = bench.cloud.images(&crate::bench::here()).await.unwrap().into_iter().map(|i| i.id).collect();
    assert_eq!(ids, ["hello:2", "hello:1"]);
}
