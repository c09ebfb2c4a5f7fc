//! Faults under load: processes, networks, databases, clocks and disks that fail. After each, every start that was acknowledged
//! has ended exactly once with its effects, and nothing is left behind.

use std::time::Duration;

use gennaker_client::v1;
use gennaker_client::v1::{ExecutionStatus, HealthStatus};
use gennaker_parts::postgres::{Options, Stop};
use gennaker_parts::{Postgres, SmallDisk, SteppedClock};
use gennaker_tests::{
    LEASE, Replicas, Server, Setup, Starts, World, call, check_family, eventually, executions, family, free_address,
    gennaker, pipeline, read_to_end, settle,
};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

/// Randomness that can be repeated: build with `STORY_SEED=...` for what a run printed.
fn randomness() -> StdRng {
    let seed = option_env!("STORY_SEED").and_then(|seed| seed.parse().ok()).unwrap_or_else(rand::random::<u64>);
    println!("STORY_SEED={seed}");
    StdRng::seed_from_u64(seed)
}

/// Saves a pipeline that takes a moment and has no limit, so that its executions belong to who starts them.
async fn slow(replicas: &Replicas) -> String {
    let mut slow = pipeline(json!([{"id": "wait", "wait": {"duration": "2s"}}]));
    slow["concurrency"] = json!({"maxConcurrent": 0});
    slow["displayName"] = json!("Slow");
    replicas.save("slow", &slow).await
}

/// Waits until others have ended what the first replica owned.
async fn taken_over(replicas: &Replicas, owned: &str) {
    let others = &replicas.clients()[1..];
    assert_eq!(read_to_end(others, 0, owned).await.unwrap().status(), ExecutionStatus::Succeeded);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_of_replicas_under_load() {
    let mut random = randomness();
    let mut replicas = Replicas::start(3).await;
    let parent = replicas.furnish().await;
    let mut load = Starts::on(&replicas.clients(), &parent);
    for _ in 0..5 {
        load.more(random.random_range(10..60)).await;
        let victim = random.random_range(0..replicas.members.len());
        replicas.members[victim].kill().await;
        load.more(random.random_range(10..60)).await;
        replicas.members[victim].restart().await;
    }
    let started = load.stop().await;
    println!("crashes: {started}");
    replicas.audit(&started).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crashes_of_a_server_with_the_embedded_store_under_load() {
    let mut world = World::new().await;
    let mut parent = String::new();
    for (id, pipeline) in family() {
        parent = world.save(id, &pipeline).await;
    }
    let mut load = Starts::on(std::slice::from_ref(&world.server.client), &parent);
    for _ in 0..4 {
        load.more(30).await;
        world.crash().await;
    }
    let started = load.stop().await;
    check_family(&settle(&world.server.client).await, &started);
    let data = format!("--data-dir={}", world.directory.path().join("data").display());
    gennaker(None, &["fsck", &data]).await.good();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_that_hung_past_its_lease_is_fenced_off() {
    let replicas = Replicas::start(3).await;
    let (parent, slow) = (replicas.furnish().await, slow(&replicas).await);
    let mut load = Starts::on(&replicas.clients(), &parent);
    load.more(20).await;
    let owned = replicas.members[0].start(&slow).await;
    replicas.members[0].freeze();
    taken_over(&replicas, &owned).await;
    replicas.members[0].thaw();
    load.more(60).await;
    let started = load.stop().await;
    println!("an owner that hung: {started}");
    let lost = replicas.members[0].server().metric("gennaker_shards_lost_total").await;
    assert!(lost > 0.0, "it did not notice that others had taken its shards");
    replicas.audit(&started).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_cut_off_from_the_database_loses_its_shards_and_comes_back() {
    let replicas = Replicas::start(3).await;
    let (parent, slow) = (replicas.furnish().await, slow(&replicas).await);
    let mut load = Starts::on(&replicas.clients(), &parent);
    // First nobody is told that nothing passes, and what was sent arrives after the takeover; then connections are refused.
    for silent in [true, false] {
        load.more(20).await;
        let owned = replicas.members[0].start(&slow).await;
        let relay = &replicas.members[0].relay;
        if silent {
            relay.silence()
        } else {
            relay.refuse()
        }
        taken_over(&replicas, &owned).await;
        relay.restore();
        load.more(40).await;
    }
    let started = load.stop().await;
    println!("a replica cut off: {started}");
    replicas.audit(&started).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_to_the_database_that_break_or_are_slow() {
    let replicas = Replicas::start_as(3, Setup::with(&["engine.lease=10s"])).await;
    let parent = replicas.furnish().await;
    let mut load = Starts::on(&replicas.clients(), &parent);
    for _ in 0..4 {
        load.more(20).await;
        replicas.members.iter().for_each(|member| member.relay.cut());
    }
    // 200 ms there and back.
    replicas.members.iter().for_each(|member| member.relay.delay(Duration::from_millis(100)));
    load.more(30).await;
    replicas.members.iter().for_each(|member| member.relay.restore());
    load.more(20).await;
    let started = load.stop().await;
    println!("slow and broken connections: {started}");
    replicas.audit(&started).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restarts_of_the_database() {
    let options = Options { durable: true, ..Options::default() };
    let mut postgres = Postgres::start(options).await.unwrap();
    let replicas = Replicas::on(&postgres, 3, Setup::default()).await;
    let parent = replicas.furnish().await;
    let mut load = Starts::on(&replicas.clients(), &parent);
    for how in [Stop::Fast, Stop::Immediate] {
        load.more(30).await;
        postgres.stop(how).await.unwrap();
        postgres.begin().await.unwrap();
        load.more(30).await;
    }
    let started = load.stop().await;
    println!("restarts of the database: {started}");
    replicas.audit(&started).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_whose_clock_is_wrong() {
    let clock = SteppedClock::new().unwrap();
    let mut replicas = Replicas::start(2).await;
    replicas.add_as(|setup| setup.environment.extend(clock.environment())).await;
    let parent = replicas.furnish().await;
    let mut load = Starts::on(&replicas.clients(), &parent);
    for offset in [3600, -3600, 0] {
        load.more(40).await;
        clock.step(offset).unwrap();
        load.more(40).await;
    }
    let started = load.stop().await;
    println!("a wrong clock: {started}");
    assert!(started.slowest < LEASE, "a wrong clock must not cost a lease: {:?}", started.slowest);
    replicas.audit(&started).await;
    let all = executions(&replicas.members[0].client, "").await.unwrap();
    let seconds = |time: Option<prost_types::Timestamp>| time.unwrap_or_default().seconds;
    let (first, last) =
        (all.iter().map(|e| seconds(e.create_time)).min(), all.iter().map(|e| seconds(e.end_time)).max());
    assert!(last.unwrap() - first.unwrap() < 600, "times are the database's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fills_up_under_load() {
    let Some(disk) = SmallDisk::mount(32) else {
        eprintln!("skipped: file systems can only be mounted by root");
        return;
    };
    let data = disk.path().join("data");
    let server = Server::start_with(&data, &free_address(), &[]).await;
    let client = server.client.clone();
    call::<v1::CreateApplicationRequest>(&client, json!({"applicationId": "hello", "application": {}})).await.unwrap();
    for (id, pipeline) in family() {
        let request = json!({"parent": "applications/hello", "pipelineId": id, "pipeline": pipeline});
        call::<v1::CreatePipelineRequest>(&client, request).await.unwrap();
    }
    let mut load = Starts::on(std::slice::from_ref(&client), "applications/hello/pipelines/parent");
    for _ in 0..3 {
        load.more(20).await;
        disk.fill().unwrap();
        eventually("the server says that its disk is full", Duration::from_secs(10), async || {
            let health = call::<v1::GetHealthRequest>(&client, json!({})).await.ok()?;
            (health.status() == HealthStatus::Failing).then_some(())
        })
        .await;
        disk.clear().unwrap();
    }
    load.more(20).await;
    let started = load.stop().await;
    check_family(&settle(&client).await, &started);
    assert!(server.stop().await.0.success());
    gennaker(None, &["fsck", &format!("--data-dir={}", data.display())]).await.good();
}
