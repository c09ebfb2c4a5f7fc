//! `kill -9` at any moment: what was acknowledged holds, what was not is there wholly or not at all, no process is lost.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use gennaker_cloud_local::{LocalCloud, Options};
use gennaker_core::cloud::{Capacity, ServerGroup};
use gennaker_ports::cloud::ServerGroupFilter;
use gennaker_ports::{Cloud, CloudError, SystemClock};

use crate::bench::{Bench, id, names, spec};

/// Names the directory of a server that is there to be killed.
const VICTIM: &str = "GENNAKER_TEST_VICTIM";

/// Works without end, and writes a line for all that has been acknowledged. Run by the story below only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn victim() {
    let Some(directory) = victims_directory() else { return };
    let (cloud, _service) = LocalCloud::start(Options::new(directory), Arc::new(SystemClock)).await.unwrap();
    let say = |line: String| writeln!(std::io::stderr().lock(), "\n{line}").unwrap();
    for turn in 0.. {
        let name = format!("shop-v{turn:03}");
        match cloud.create_server_group(&format!("create {name}"), &spec(&name, "1", 1, None)).await {
            Ok(_) => say(format!("created {name}")),
            Err(CloudError::NotFound { .. }) => continue, // destroyed in an earlier life
            Err(error) => panic!("{error}"),
        }
        match cloud.resize_server_group(&format!("resize {name}"), &id(&name), Capacity::pinned(2)).await {
            Ok(_) => say(format!("resized {name}")),
            Err(CloudError::NotFound { .. }) => {}
            Err(error) => panic!("{error}"),
        }
        if is_destroyed(&name) {
            cloud.destroy_server_group(&format!("destroy {name}"), &id(&name)).await.unwrap();
            say(format!("destroyed {name}"));
        }
    }
}

/// Whether the victim destroys the group again.
fn is_destroyed(name: &str) -> bool {
    name.trim_start_matches("shop-v").parse::<usize>().is_ok_and(|number| number % 3 == 2)
}

/// The directory that the story gave its victim.
pub(crate) fn victims_directory() -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is how the story speaks to its victim")]
    std::env::var(VICTIM).ok()
}

/// Lets a victim, which is a test, work in `dir` until it has said `lines` lines that begin with one of `words`, kills it,
/// and gives what it said.
pub(crate) fn run_victim(test: &str, words: &[&str], dir: &Path, lines: usize) -> Vec<String> {
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(VICTIM, dir)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(victim.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = output.filter(|line| words.iter().any(|word| line.starts_with(word)));
    let mut acknowledged: Vec<_> = said.by_ref().take(lines).collect();
    assert_eq!(acknowledged.len(), lines, "the victim ended too early");
    victim.kill().unwrap();
    acknowledged.extend(said);
    victim.wait().unwrap();
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_kill() {
    let mut home = Bench::new().await.stop().await;
    let mut acknowledged = BTreeSet::new();
    for lines in [1, 2, 5, 9, 14] {
        let words = ["created", "resized", "destroyed"];
        acknowledged.extend(run_victim("crashes::victim", &words, home.path(), lines));
        let bench = Bench::start(home, |_| {}).await;
        check(&bench, &acknowledged).await;
        home = bench.stop().await;
    }
}

/// Waits until all is as wished, and looks whether what is wished is what was acknowledged.
async fn check(bench: &Bench, acknowledged: &BTreeSet<String>) {
    let well = |group: &ServerGroup| {
        group.counts().up == group.capacity.desired && group.counts().total == group.capacity.desired
    };
    let groups = bench
        .until(async |cloud| {
            let groups = cloud.server_groups(&ServerGroupFilter::default()).await.unwrap();
            groups.iter().all(well).then_some(groups)
        })
        .await;
    let size = |name: &str| groups.iter().find(|group| group.id.name == name).map(|group| group.capacity.desired);
    for line in acknowledged {
        let (word, name) = line.split_once(' ').unwrap();
        match (word, size(name)) {
            ("destroyed", size) => assert_eq!(size, None, "{name} is back"),
            (_, None) => assert!(is_destroyed(name), "{name} is lost"),
            ("resized", Some(size)) => assert_eq!(size, 2, "{name}"),
            (_, Some(_)) => {}
        }
    }
    let known: BTreeSet<_> = groups.iter().flat_map(names).collect();
    assert_eq!(bench.home.running_instances(), known, "no process is lost, and none is too much");
}
