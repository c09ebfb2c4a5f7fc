//! Upgrades without a stop: the binary of the commit before and this one on one database.

use std::path::PathBuf;

use gennaker_tests::{Replicas, Setup, Starts};

/// The binary that `tools/previous.sh` has built.
fn previous() -> PathBuf {
    let binary = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.cache/previous/gennaker");
    assert!(binary.exists(), "the binary of the commit before is missing: run tools/previous.sh");
    binary
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_are_replaced_one_by_one_under_load_and_back() {
    let old = Setup { binary: Some(previous()), ..Setup::default() };
    let mut replicas = Replicas::start_as(2, old).await;
    let parent = replicas.furnish().await;
    let mut load = Starts::on(&replicas.clients(), &parent);
    load.more(20).await;
    // The first is taken back when both versions have written: a way back is part of an upgrade.
    for (member, binary) in [(0, None), (0, Some(previous())), (0, None), (1, None)] {
        let (status, logs) = replicas.members[member].stop().await;
        assert!(status.success(), "{status}: {logs:#?}");
        replicas.members[member].setup.binary = binary;
        replicas.members[member].restart().await;
        load.more(30).await;
    }
    let started = load.stop().await;
    println!("an upgrade and back: {started}");
    assert!(started.failed.is_empty() && started.unknown.is_empty(), "{started:#?}");
    replicas.audit(&started).await;
}
