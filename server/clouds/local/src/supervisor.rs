//! The supervisor of a job: a small process between the server and the job. It outlives the server and writes down how the
//! job ended, which only a parent is told.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use nix::sys::signal::Signal;
use serde::{Deserialize, Serialize};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// A report has no more than this.
const MAX_REPORT: u64 = 64 * 1024;

/// How a job ended, as its supervisor writes it down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub(crate) enum Report {
    /// It was never begun, and may be: the server was gone before it had recorded the supervisor.
    NotBegun,
    /// It exited.
    Exited { code: i32 },
    /// A signal ended it.
    Signaled { signal: String },
    /// Its program could not be started.
    Unstartable { reason: String },
}

/// Runs a job: `command` in this process's directory and with its environment, and writes to the file `report` how it ended.
///
/// It begins when a byte comes on standard input. Where input ends without one, nothing is run: whoever wanted the job could
/// not record that there is a supervisor, and would start another one. Signals to end are left to the job, which gets them
/// too, as it is in the same process group.
///
/// # Errors
/// Where the report can't be written.
pub async fn supervise(report: &Path, command: &[String]) -> io::Result<()> {
    // A signal that is handled here is back at its default in the job; one that is ignored would be ignored there too.
    let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
    let _handled = kinds.into_iter().map(signal).collect::<io::Result<Vec<_>>>()?;
    let told = io::stdin().lock().read_exact(&mut [0]).is_ok();
    let ended = if told { run(command).await } else { Report::NotBegun };
    ended.write(report)
}

async fn run(command: &[String]) -> Report {
    let Some((program, arguments)) = command.split_first() else {
        return Report::Unstartable { reason: "the command is empty".to_owned() };
    };
    match Command::new(program).args(arguments).stdin(Stdio::null()).status().await {
        Ok(status) => Report::from(status),
        Err(error) => Report::Unstartable { reason: format!("{program}: {error}") },
    }
}

impl From<ExitStatus> for Report {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Exited { code },
            (None, signal) => {
                let signal = signal.unwrap_or_default();
                let name =
                    Signal::try_from(signal).map_or_else(|_| format!("signal {signal}"), |name| name.to_string());
                Self::Signaled { signal: name }
            }
        }
    }
}

impl Report {
    /// Reads a report; `None` where none was written.
    pub(crate) fn read(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened?,
        };
        Ok(Some(serde_json::from_reader(file.take(MAX_REPORT))?))
    }

    /// Puts the report in its place as a whole.
    fn write(&self, path: &Path) -> io::Result<()> {
        let beside = path.with_extension("new");
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        file.sync_all()?;
        fs::rename(beside, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run_words(words: &[&str]) -> Report {
        run(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>()).await
    }

    #[tokio::test]
    async fn reports_say_how_it_ended() {
        assert_eq!(run_words(&["/bin/sh", "-c", "exit 7"]).await, Report::Exited { code: 7 });
        let killed = run_words(&["/bin/sh", "-c", "kill -KILL $$"]).await;
        assert_eq!(killed, Report::Signaled { signal: "SIGKILL".into() });
        let Report::Unstartable { reason } = run_words(&["/no/such"]).await else { panic!("there is no such program") };
        assert!(reason.starts_with("/no/such: No such file"), "{reason}");
        assert!(matches!(run_words(&[]).await, Report::Unstartable { .. }));
    }

    #[test]
    fn reports_are_read_as_they_were_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("report.json");
        assert_eq!(Report::read(&path).unwrap(), None);
        Report::Exited { code: 0 }.write(&path).unwrap();
        assert_eq!(Report::read(&path).unwrap(), Some(Report::Exited { code: 0 }));
    }
}
