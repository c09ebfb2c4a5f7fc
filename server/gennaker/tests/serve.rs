//! The program as people start it: how it fails, how fast it is ready, how it ends.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The program with an environment of its own.
fn gennaker(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gennaker"));
    command.args(arguments).env_clear();
    command
}

fn output(arguments: &[&str]) -> Output {
    gennaker(arguments).output().unwrap()
}

/// The exit code, and the one line that says why.
fn failure(arguments: &[&str]) -> (i32, String) {
    let output = output(arguments);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(text.lines().filter(|line| line.starts_with("gennaker: ")).count(), 1, "{text}");
    (output.status.code().unwrap(), text)
}

/// A server on a free port.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(data_dir: &Path) -> Self {
        let data_dir = data_dir.to_str().unwrap();
        let mut child = gennaker(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir, "--log-format", "json"])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let mut lines = log.lines();
        let ready = lines.find_map(|line| {
            let entry: serde_json::Value = serde_json::from_str(&line.unwrap()).ok()?;
            (entry["message"] == "ready").then(|| entry["address"].as_str().unwrap().to_owned())
        });
        // The log goes on, and a full pipe would stop the server.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: ready.expect("the server says when it is ready") }
    }

    fn get(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id().try_into().unwrap()), signal).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn is_ready_soon_answers_and_ends_in_order() {
    let dir = tempfile::tempdir().unwrap();
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let begin = Instant::now();
        let mut server = Running::start(dir.path());
        assert!(begin.elapsed() < Duration::from_secs(5), "ready after {:?}", begin.elapsed());
        assert!(server.get("/healthz").starts_with("HTTP/1.1 200"));
        assert!(server.get("/readyz").contains("true"));
        server.signal(signal);
        assert_eq!(server.child.wait().unwrap().code(), Some(0), "{signal}");
        // The database is closed, so that the one file is all of it.
        assert!(!dir.path().join("gennaker.db-wal").exists(), "{signal}");
    }
}

#[test]
fn a_wrong_command_line_or_setting() {
    for arguments in [
        &["serve", "--nothing"][..],
        &["nothing"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--set", "limits"],
        &["serve", "--set", "limits.frogs=1"],
        &["serve", "--config", "/nowhere/gennaker.toml"],
        &["config", "check", "--set", "telemetry.log_format=loud"],
    ] {
        assert_eq!(output(arguments).status.code(), Some(64), "{arguments:?}");
    }
    let wrong = gennaker(&["config", "check"]).env("GENNAKER_LIMITS_MAX_PAGE_SIZE", "many").output().unwrap();
    assert_eq!(wrong.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("GENNAKER_LIMITS_MAX_PAGE_SIZE"));
}

#[test]
fn the_configuration_is_shown() {
    let output = output(&["config", "check", "--listen", "127.0.0.1:9"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0));
    assert!(text.contains("listen = \"127.0.0.1:9\"") && text.contains("# flag --listen"), "{text}");
}

#[test]
fn an_address_that_others_reach_needs_a_word() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().to_str().unwrap();
    let (code, text) = failure(&["serve", "--listen", "0.0.0.0:0", "--data-dir", data_dir]);
    assert_eq!(code, 64);
    assert!(text.contains("--insecure"), "{text}");
}

#[test]
fn a_port_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, text) = failure(&["serve", "--listen", &address, "--data-dir", dir.path().to_str().unwrap()]);
    assert_eq!(code, 69);
    assert!(text.contains(&address), "{text}");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_data_directory_in_use() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(dir.path());
    let data_dir = dir.path().to_str().unwrap();
    let (code, text) = failure(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir]);
    assert_eq!(code, 69);
    assert!(text.contains(data_dir) && text.contains(&server.child.id().to_string()), "{text}");
}

#[test]
fn a_data_directory_that_cannot_be_made() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let below = file.join("data");
    let (code, text) = failure(&["serve", "--listen", "127.0.0.1:0", "--data-dir", below.to_str().unwrap()]);
    assert_eq!(code, 73);
    assert!(text.contains(below.to_str().unwrap()), "{text}");
}

#[test]
fn a_database_that_is_none() {
    let dir = tempfile::tempdir().unwrap();
    let server = Running::start(dir.path());
    drop(server);
    let files = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path());
    let database = files.filter(|path| path.extension().is_some_and(|e| e == "db" || e == "sqlite")).last().unwrap();
    for leftover in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{leftover}", database.display()));
    }
    std::fs::write(&database, "this is not a database, and long enough to be looked at".repeat(100)).unwrap();
    let data_dir = dir.path().to_str().unwrap();
    let (code, text) = failure(&["serve", "--listen", "127.0.0.1:0", "--data-dir", data_dir]);
    assert_eq!(code, 65);
    assert!(text.contains(database.to_str().unwrap()), "{text}");
}

#[test]
fn a_migration_by_itself() {
    let dir = tempfile::tempdir().unwrap();
    let output = output(&["migrate", "--data-dir", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("schema version"));
}

#[test]
fn a_copy_of_a_database_in_use_and_a_look_at_it() {
    let dir = tempfile::tempdir().unwrap();
    let data_dir = dir.path().join("data");
    let server = Running::start(&data_dir);
    let copy = dir.path().join("restored").join("gennaker.db");
    std::fs::create_dir(copy.parent().unwrap()).unwrap();
    let arguments = ["backup", copy.to_str().unwrap(), "--data-dir", data_dir.to_str().unwrap()];
    assert_eq!(output(&arguments).status.code(), Some(0));
    let (code, text) = failure(&arguments);
    assert_eq!(code, 73, "{text}");
    assert!(text.contains(copy.to_str().unwrap()), "{text}");
    for place in [&data_dir, copy.parent().unwrap()] {
        let output = output(&["fsck", "--data-dir", place.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(String::from_utf8_lossy(&output.stdout).contains("nothing is wrong"), "{place:?}");
    }
    let nowhere = dir.path().join("nowhere");
    assert_eq!(failure(&["fsck", "--data-dir", nowhere.to_str().unwrap()]).0, 66);
    assert!(!nowhere.exists());
    drop(server);
    drop(Running::start(copy.parent().unwrap()));
}

#[test]
fn completions_for_shells() {
    for shell in ["bash", "zsh", "fish"] {
        let output = output(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0));
        assert!(String::from_utf8_lossy(&output.stdout).contains("gennaker"), "{shell}");
    }
}
