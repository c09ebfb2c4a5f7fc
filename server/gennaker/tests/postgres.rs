//! The program on PostgreSQL, as operators use it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use gennaker_parts::Postgres;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The program with a database, and nothing else, in its environment.
fn gennaker(store: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gennaker"));
    command.args(arguments).env_clear().env("GENNAKER_STORE", store);
    command
}

fn output(store: &str, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = gennaker(store, arguments).output().unwrap();
    (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}

/// A server that ends with its test.
struct Running(Child);

impl Running {
    /// Starts it, and waits until it says something.
    fn until(store: &str, settings: &[&str], word: &str) -> Self {
        let arguments = ["serve", "--listen", "127.0.0.1:0", "--log-format", "json"];
        let mut command = gennaker(store, &[&arguments, settings].concat());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains(word)), "it ended before it said {word:?}");
        // The log goes on, and a full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child)
    }

    /// Stops it; the exit code, and how long that took.
    fn stop(mut self) -> (Option<i32>, Duration) {
        let begin = Instant::now();
        kill(Pid::from_raw(self.0.id().try_into().unwrap()), Signal::SIGTERM).unwrap();
        (self.0.wait().unwrap().code(), begin.elapsed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address at which nobody listens, with a password.
fn nowhere() -> String {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    format!("postgres://me:hunter2@{address}/gennaker")
}

#[test]
fn a_database_that_does_not_answer() {
    for command in ["serve", "migrate", "fsck"] {
        let (code, text) = output(&nowhere(), &[command, "--set", "store.connect_timeout=700ms"]);
        assert_eq!(code, Some(69), "{text}");
        assert!(text.contains("trying again") && text.contains("127.0.0.1"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[test]
fn a_stop_while_the_database_is_waited_for() {
    let waiting = Running::until(&nowhere(), &[], "trying again");
    let (code, took) = waiting.stop();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(2), "{took:?}");
}

#[test]
fn a_backup_is_not_ours_to_make() {
    let (code, text) = output(&nowhere(), &["backup", "/nowhere/copy"]);
    assert_eq!(code, Some(64));
    assert!(text.contains("pg_dump") && !text.contains("hunter2"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_share_a_database() {
    let store = Postgres::shared().await.database().await.unwrap();
    let (code, text) = output(&store, &["migrate"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("schema version") && text.contains("(was 0)"), "{text}");
    let servers = [(); 2].map(|()| Running::until(&store, &[], "\"ready\""));
    let (code, text) = output(&store, &["fsck", "-o", "json"]);
    assert_eq!(code, Some(0), "{text}");
    let summary: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
    assert_eq!(summary["findings"], 0);
    for server in servers {
        let (code, took) = server.stop();
        assert_eq!(code, Some(0));
        assert!(took < Duration::from_secs(3), "{took:?}");
    }
}
