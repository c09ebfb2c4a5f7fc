//! The server goes and comes again: nothing that was acknowledged is lost, nothing is done twice.

use std::fs;
use std::sync::Arc;

use gennaker_cloud_local::{Error, LocalCloud, Options};
use gennaker_core::cloud::{Capacity, ListenerProtocol, ServerGroup};
use gennaker_ports::{Cloud, SystemClock};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::bench::{Bench, get, id, names, spec};

fn launches(group: &ServerGroup) -> Vec<(String, i64, u32)> {
    group.instances.iter().map(|i| (i.name.clone(), i.launched.as_micros(), i.restarts)).collect()
}

fn recorded_pids(journal: &str) -> Vec<i32> {
    journal.split("\"pid\":").skip(1).map(|rest| rest.split(',').next().unwrap().parse().unwrap()).collect()
}

fn is_running(pid: i32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test]
async fn survivors_are_adopted_and_addresses_stay() {
    let bench = Bench::new().await;
    let address = bench.balancer("web", ListenerProtocol::Http, &[]).await;
    let before = bench.deploy(&spec("shop-v000", "1", 2, Some("web"))).await;
    let bench = bench.restart(|_| {}).await;
    let after = bench.until_group("shop-v000", |group| group.counts().up == 2).await;
    assert_eq!(launches(&after), launches(&before), "nothing was started again");
    assert_eq!(get(address, "/").await.0, 200);
    bench
        .cloud
        .create_server_group("create local/local/shop-v000", &spec("shop-v000", "1", 2, Some("web")))
        .await
        .unwrap();
    bench.cloud.resize_server_group("r1", &id("shop-v000"), Capacity::pinned(1)).await.unwrap();
    let one = bench.until_group("shop-v000", |group| group.instances.len() == 1).await;
    assert_eq!(names(&one), names(&before)[..1]);
}

#[tokio::test]
async fn what_died_meanwhile_is_started_again() {
    let bench = Bench::new().await;
    let before = bench.deploy(&spec("shop-v000", "1", 2, None)).await;
    let bench = bench
        .restart(|home| {
            kill(Pid::from_raw(recorded_pids(&home.journal())[0]), Signal::SIGKILL).unwrap();
        })
        .await;
    let restarted = |group: &ServerGroup| {
        group.counts().up == 2 && group.instances.iter().map(|instance| instance.restarts).sum::<u32>() == 1
    };
    let after = bench.until_group("shop-v000", restarted).await;
    assert_eq!(names(&after), names(&before));
}

#[tokio::test]
async fn unknown_processes_of_this_cloud_are_killed() {
    let bench = Bench::new().await;
    bench.deploy(&spec("shop-v000", "1", 1, None)).await;
    let mut orphans = Vec::new();
    let bench = bench
        .restart(|home| {
            // As if the server had died after starting the process and before writing anything down.
            let journal = home.journal();
            orphans = recorded_pids(&journal);
            let identity = journal.lines().find(|line| line.contains("\"identity\"")).unwrap();
            fs::write(home.path().join("local/journal.jsonl"), format!("{identity}\n")).unwrap();
        })
        .await;
    assert!(bench.cloud.server_group(&id("shop-v000")).await.is_err());
    assert_eq!(orphans.len(), 1);
    let gone = async {
        while is_running(orphans[0]) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), gone).await.unwrap();
}

#[tokio::test]
async fn a_destruction_goes_on_after_a_restart() {
    let bench = Bench::new().await;
    bench.deploy(&spec("shop-v000", "1", 2, None)).await;
    let cloud = bench.cloud.clone();
    cloud.destroy_server_group("r1", &id("shop-v000")).await.unwrap();
    let bench = bench.restart(|_| {}).await;
    bench.until_gone("shop-v000").await;
}

#[tokio::test]
async fn instances_end_with_the_server_where_that_is_wished_and_come_again() {
    let bench = Bench::with(|options| options.stop_on_shutdown = true).await;
    bench.deploy(&spec("shop-v000", "1", 2, None)).await;
    let pids = recorded_pids(&bench.home.journal());
    assert_eq!(pids.len(), 2);
    let home = bench.stop().await;
    assert!(pids.into_iter().all(|pid| !is_running(pid)));
    let bench = Bench::start(home, |_| {}).await;
    bench.until_group("shop-v000", |group| group.counts().up == 2).await;
}

#[tokio::test]
async fn one_directory_has_one_server() {
    let bench = Bench::new().await;
    let options = Options::new(bench.home.path());
    let second = LocalCloud::start(options, Arc::new(SystemClock)).await;
    assert!(matches!(second.err(), Some(Error::InUse(_))));
}
