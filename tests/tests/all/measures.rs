//! The benchmark runs, in its short form. Its figures are of no interest here.

use std::process::Stdio;

use gennaker_tests::binary;
use tokio::process::Command;

#[tokio::test]
async fn every_workload_of_the_benchmark_works() {
    let out = tempfile::tempdir().unwrap();
    let bench = binary().with_file_name("gennaker-bench");
    assert!(bench.exists(), "{} is missing: run `cargo build -p gennaker-bench` first", bench.display());
    let mut command = Command::new(bench);
    command.args(["--short", "--out"]).arg(out.path()).stdin(Stdio::null()).kill_on_drop(true);
    let ended = command.output().await.unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.path().join("report.json")).unwrap()).unwrap();
    let workloads: Vec<_> = report["sections"].as_array().unwrap().iter().map(|section| &section["id"]).collect();
    assert_eq!(workloads, ["L", "S", "W1", "W2", "W3", "W4", "W5", "W6", "W7", "W8", "W9"]);
}
