//! The server's process, and the one that watches over it.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};

use anyhow::{Context, Result};

use super::cluster;

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Orderly, cutting all connections.
    Fast,
    /// As if it had crashed: the next start recovers from the log.
    Immediate,
}

/// Ends the server by the signal that is written to its input, or kills it, and removes its directory, when the input ends:
/// that is when this process has ended, however it did.
const WATCHER: &str = r#"
dir=$1; shift
exec 3<&0
"$@" 3<&- </dev/null >>"$dir/log" 2>&1 &
server=$!
{
    read -r signal <&3 || : >"$dir/abandoned"
    kill -"${signal:-QUIT}" "$server"
} 2>/dev/null &
watcher=$!
wait "$server"
kill "$watcher" 2>/dev/null
if [ -e "$dir/abandoned" ]; then rm -rf "$dir"; fi
"#;

#[derive(Debug)]
pub(super) struct Process {
    watcher: Child,
    orders: ChildStdin,
    dir: PathBuf,
}

impl Process {
    /// Starts the server of the cluster in a directory.
    pub(super) fn start(dir: &Path, port: u16, environment: &[(&str, OsString)]) -> Result<Self> {
        let data = cluster::data(dir);
        let mut command = cluster::unprivileged(Path::new("/bin/sh"));
        command.args(["-c", WATCHER, "watcher"]).arg(dir).arg(cluster::programs()?.join("postgres"));
        command.arg("-D").arg(data).arg("-p").arg(port.to_string());
        command.envs(environment.iter().map(|(name, value)| (name, value)));
        // A group of its own, so that an interrupt on the terminal reaches the tests first.
        command.current_dir(dir).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let mut watcher = command.spawn().context("cannot start PostgreSQL")?;
        let orders = watcher.stdin.take().context("the watcher has no input")?;
        Ok(Self { watcher, orders, dir: dir.to_owned() })
    }

    /// Whether it takes connections. Its own word counts, and not an answer at the port, where another one may listen.
    pub(super) fn is_ready(&self) -> bool {
        let said = fs::read_to_string(cluster::data(&self.dir).join("postmaster.pid")).unwrap_or_default();
        said.lines().nth(7).is_some_and(|status| status.trim() == "ready")
    }

    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.watcher.try_wait(), Ok(None))
    }

    /// The end of what it logged.
    pub(super) fn log(&self) -> String {
        let log = fs::read_to_string(self.dir.join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    /// Tells it to stop; it takes a moment.
    pub(super) fn stop(&mut self, how: Stop) -> Result<()> {
        let signal = match how {
            Stop::Fast => "INT",
            Stop::Immediate => "QUIT",
        };
        writeln!(self.orders, "{signal}").context("the watcher is gone")
    }

    /// Stops it and waits until it has.
    pub(super) fn kill(mut self) {
        if self.stop(Stop::Immediate).is_ok() {
            let _ = self.watcher.wait();
        }
    }
}
