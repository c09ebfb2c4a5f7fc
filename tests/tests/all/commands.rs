//! The command line, as a person uses it.

use std::process::Stdio;

use gennaker_tests::{World, binary, gennaker, soon};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

const FILES: &str = "
kind: Application
name: applications/shop
email: shop@example.com
---
kind: Pipeline
name: applications/shop/pipelines/release
displayName: Release
parameters:
  - name: version
    required: true
stages:
  - id: look
    manualJudgment: {instructions: Good enough?}
  - id: rest
    dependsOn: [look]
    wait: {duration: 0.1s}
";

#[tokio::test]
async fn from_a_file_to_a_judged_run() {
    let world = World::new().await;
    let server = Some(world.server.address.as_str());
    let file = world.directory.path().join("shop.yaml");
    std::fs::write(&file, FILES).unwrap();
    let apply = ["apply", "-f", file.to_str().unwrap()];
    assert_eq!(gennaker(server, &apply).await.good().matches("created").count(), 2);
    assert_eq!(gennaker(server, &apply).await.good().matches("unchanged").count(), 2);

    let missing = gennaker(server, &["run", "shop/release"]).await;
    assert!(missing.code != 0 && missing.stderr.contains("version"), "{missing:?}");
    let started = gennaker(server, &["-o", "json", "run", "shop/release", "--param", "version=7"]).await.good();
    let started: Value = serde_json::from_str(&started).unwrap();
    let name = started["name"].as_str().unwrap().to_owned();

    let explained = gennaker(server, &["explain", &name]).await.good();
    assert!(explained.contains("judgment"), "{explained}");
    gennaker(server, &["judge", &name, "look", "--continue", "--comment", "yes"]).await.good();
    let watched = gennaker(server, &["watch", &name]).await;
    assert_eq!(watched.code, 0, "{watched:?}");
    assert!(watched.stdout.contains("SUCCEEDED") || watched.stdout.contains("succeeded"), "{watched:?}");
    let listed = gennaker(server, &["list", "executions", "shop"]).await.good();
    let id = name.rsplit('/').next().unwrap();
    assert!(listed.contains(id), "{listed}");
    for all in [
        vec!["list", "executions"],
        vec!["list", "executions", "-", "--filter", "text=RELEASE status=SUCCEEDED"],
        vec!["list", "executions", "--filter", "text=\"no such text\",7"],
    ] {
        let listed = gennaker(server, &all).await.good();
        assert!(listed.contains(&format!("shop/{id}")), "{all:?}: {listed}");
    }
    let none = gennaker(server, &["list", "executions", "--filter", "text=\"no such text\""]).await.good();
    assert!(!none.contains(id), "{none}");
}

#[tokio::test]
async fn exit_codes_tell_how_it_ended() {
    let world = World::new().await;
    let server = Some(world.server.address.as_str());
    let file = world.directory.path().join("shop.yaml");
    std::fs::write(&file, FILES).unwrap();
    gennaker(server, &["apply", "-f", file.to_str().unwrap()]).await.good();
    for (answer, code) in [("--stop", 1), ("--continue", 0)] {
        let started = gennaker(server, &["-o", "json", "run", "shop/release", "--param", "version=7"]).await.good();
        let started: Value = serde_json::from_str(&started).unwrap();
        let name = started["name"].as_str().unwrap();
        gennaker(server, &["judge", name, "look", answer]).await.good();
        assert_eq!(gennaker(server, &["watch", name]).await.code, code, "{answer}");
    }
    assert_eq!(gennaker(Some("http://127.0.0.1:1"), &["list", "applications"]).await.code, 69);
    assert_eq!(gennaker(server, &["run"]).await.code, 64);
}

#[tokio::test]
async fn unknown_fields_in_files_are_named_and_nothing_is_applied() {
    let world = World::new().await;
    let server = Some(world.server.address.as_str());
    let file = world.directory.path().join("shop.yaml");
    std::fs::write(&file, FILES.replace("dependsOn", "depends_onn")).unwrap();
    let output = gennaker(server, &["apply", "-f", file.to_str().unwrap()]).await;
    assert_eq!(output.code, 65, "{output:?}");
    assert!(output.stderr.contains("depends_onn") && output.stderr.contains("shop.yaml"), "{output:?}");
    let listed = gennaker(server, &["list", "applications"]).await.good();
    assert!(!listed.contains("shop"), "{listed}");
}

#[tokio::test]
async fn the_demo_deploys_under_load_without_a_failed_request() {
    let output = gennaker(None, &["demo", "--exit", "--listen", "127.0.0.1:0"]).await;
    assert_eq!(output.code, 0, "{output:?}");
    let text = &output.stdout;
    for part in ["v1", "v2", "0 failed", "red/black"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[tokio::test]
async fn a_demo_that_is_cut_short_cleans_up_and_is_no_success() {
    let mut demo = Command::new(binary());
    demo.args(["demo", "--exit", "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut demo = demo.kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines();
    let mut directory = None;
    while let Some(line) = soon("the demo", lines.next_line()).await.unwrap() {
        directory =
            directory.or_else(|| line.trim().strip_prefix("data")?.split_whitespace().next().map(str::to_owned));
        if line.contains("Red/black to v2") {
            kill(Pid::from_raw(i32::try_from(demo.id().unwrap()).unwrap()), Signal::SIGINT).unwrap();
        }
    }
    assert_eq!(soon("its end", demo.wait()).await.unwrap().code(), Some(1));
    assert!(!std::path::Path::new(&directory.unwrap()).exists());
}
