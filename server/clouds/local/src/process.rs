//! Operating system processes: starting them in groups of their own, knowing them again after a restart, ending them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use tokio::process::{Child, ChildStdin, Command};

/// Marks all processes of one cloud, so that only its own are ever adopted or ended.
pub(crate) const CLOUD_VARIABLE: &str = "GENNAKER_CLOUD";
/// Names the instance, or the job, that a process belongs to.
pub(crate) const INSTANCE_VARIABLE: &str = "GENNAKER_INSTANCE";

/// Held while a process is started: until it runs its program, it has all files and sockets of the server open.
static STARTING: Mutex<()> = Mutex::new(());

/// Waits until no process holds sockets open that the server has closed.
pub(crate) fn let_starts_finish() {
    drop(STARTING.lock());
}

/// How often it is looked for more processes of an instance: while some are killed they may start others.
const SWEEPS: usize = 5;
/// How often a process that is not our child is looked at.
const POLL: Duration = Duration::from_millis(200);

/// A process beyond doubt: numbers are used again, a number with its start time is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ProcessId {
    pub(crate) pid: i32,
    /// Clock ticks from boot to start.
    pub(crate) started: u64,
}

struct Stat {
    id: ProcessId,
    running: bool,
}

impl ProcessId {
    /// Whether it still runs; a zombie does not.
    pub(crate) fn is_running(self) -> bool {
        stat(self.pid).is_some_and(|stat| stat.id == self && stat.running)
    }

    /// Sends a signal to the process and all its children that stayed in its group.
    fn signal(self, signal: Signal) {
        // An error means that nobody is there any more, which is what a signal is sent for.
        let _ = killpg(Pid::from_raw(self.pid), signal);
    }
}

fn stat(pid: i32) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The command name stands in parentheses and may contain anything.
    let fields: Vec<_> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let running = !matches!(*fields.first()?, "Z" | "X" | "x");
    let started = fields.get(19)?.parse().ok()?;
    Some(Stat { id: ProcessId { pid, started }, running })
}

/// A process that an earlier server started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Survivor {
    pub(crate) id: ProcessId,
    pub(crate) instance: String,
}

/// All running processes of a cloud: the started ones and their children.
pub(crate) fn survivors(cloud: &str) -> Vec<Survivor> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| survivor(cloud, pid))
        .collect()
}

fn survivor(cloud: &str, pid: i32) -> Option<Survivor> {
    let environment = fs::read(format!("/proc/{pid}/environ")).ok()?;
    let stat = stat(pid).filter(|stat| stat.running)?;
    let variable = |name: &str| {
        environment
            .split(|byte| *byte == 0)
            .find_map(|entry| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
            .map(|value| String::from_utf8_lossy(value).into_owned())
    };
    let ours = variable(CLOUD_VARIABLE).is_some_and(|value| value == cloud);
    ours.then(|| variable(INSTANCE_VARIABLE)).flatten().map(|instance| Survivor { id: stat.id, instance })
}

/// Kills a process that nobody knows any more. Where it leads its group, the group goes with it.
pub(crate) fn reap(survivor: &Survivor) {
    if survivor.id.is_running() {
        survivor.id.signal(Signal::SIGKILL);
        let _ = nix::sys::signal::kill(Pid::from_raw(survivor.id.pid), Signal::SIGKILL);
    }
}

/// Kills all processes of an instance or a job, those included that have left its process group.
pub(crate) fn reap_all(cloud: &str, instance: &str) {
    for _ in 0..SWEEPS {
        let left: Vec<_> = survivors(cloud).into_iter().filter(|survivor| survivor.instance == instance).collect();
        if left.is_empty() {
            return;
        }
        left.iter().for_each(reap);
    }
}

/// What to start.
#[derive(Debug)]
pub(crate) struct Launch {
    pub(crate) command: Vec<String>,
    pub(crate) directory: PathBuf,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) input: Stdio,
    pub(crate) output: File,
}

/// A process that is watched.
#[derive(Debug)]
pub(crate) struct Process {
    id: ProcessId,
    /// `None` where an earlier server started it: then its exit status is not to be had.
    child: Option<Child>,
}

impl Process {
    /// Starts a process in a group of its own. It outlives the server.
    pub(crate) fn start(launch: Launch) -> io::Result<Self> {
        let (program, arguments) =
            launch.command.split_first().ok_or_else(|| io::Error::other("the command is empty"))?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&launch.directory)
            .env_clear()
            .envs(&launch.env)
            .stdin(launch.input)
            .stdout(launch.output.try_clone()?)
            .stderr(launch.output)
            .process_group(0);
        let mut child = {
            let _starting = STARTING.lock();
            command.spawn()?
        };
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
        match pid.and_then(stat) {
            Some(stat) => Ok(Self { id: stat.id, child: Some(child) }),
            None => {
                let _ = child.start_kill();
                Err(io::Error::other("the started process is not in /proc"))
            }
        }
    }

    /// Watches a process that an earlier server started, if it runs still.
    pub(crate) fn adopt(id: ProcessId) -> Option<Self> {
        id.is_running().then_some(Self { id, child: None })
    }

    pub(crate) const fn id(&self) -> ProcessId {
        self.id
    }

    /// The other end of its standard input, where that was asked for.
    pub(crate) fn take_input(&mut self) -> Option<ChildStdin> {
        self.child.as_mut()?.stdin.take()
    }

    /// Waits for its end and says how it ended. What it left behind in its group is killed. May be called again.
    pub(crate) async fn ended(&mut self) -> String {
        let how = match &mut self.child {
            Some(child) => child.wait().await.map_or_else(|error| error.to_string(), describe),
            None => {
                while self.id.is_running() {
                    tokio::time::sleep(POLL).await;
                }
                "ended".to_owned()
            }
        };
        self.id.signal(Signal::SIGKILL);
        how
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) {
        self.id.signal(Signal::SIGTERM);
    }

    /// Ends it.
    pub(crate) fn kill(&self) {
        self.id.signal(Signal::SIGKILL);
    }
}

fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt as _;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with status {code}"),
        (None, Some(signal)) => match Signal::try_from(signal) {
            Ok(signal) => format!("killed by {signal}"),
            Err(_) => format!("killed by signal {signal}"),
        },
        (None, None) => "ended".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(cloud: &str) -> Process {
        let env = [(CLOUD_VARIABLE, cloud), (INSTANCE_VARIABLE, "i-1")];
        Process::start(Launch {
            command: vec!["/bin/sleep".into(), "60".into()],
            directory: "/".into(),
            env: env.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            input: Stdio::null(),
            output: tempfile::tempfile().unwrap(),
        })
        .unwrap()
    }

    #[tokio::test]
    async fn a_process_is_known_again_and_ended() {
        let cloud = format!("test-{}", std::process::id());
        let mut process = sleeper(&cloud);
        let adopted = Process::adopt(process.id()).unwrap();
        let stranger = ProcessId { started: process.id().started + 1, ..process.id() };
        assert!(Process::adopt(stranger).is_none());
        adopted.terminate();
        assert_eq!(process.ended().await, "killed by SIGTERM");
        assert!(Process::adopt(process.id()).is_none());
        assert!(survivors(&cloud).is_empty());
    }

    #[tokio::test]
    async fn only_processes_of_this_cloud_are_reaped() {
        let cloud = format!("other-{}", std::process::id());
        let mut process = sleeper(&cloud);
        // Between fork and exec a child still shows its parent's environment.
        let found = loop {
            match survivors(&cloud).pop() {
                Some(found) => break found,
                None => tokio::task::yield_now().await,
            }
        };
        assert_eq!((found.id, found.instance.as_str()), (process.id(), "i-1"));
        reap(&found);
        assert_eq!(process.ended().await, "killed by SIGKILL");
    }
}
