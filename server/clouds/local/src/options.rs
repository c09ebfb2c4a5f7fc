//! Settings of the local cloud, and why it may not start.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// How the local cloud runs. [`Options::new`] has the defaults.
#[derive(Clone, Debug)]
pub struct Options {
    /// Everything is kept in `DATA_DIR/local`.
    pub data_dir: PathBuf,
    /// The name of its one account.
    pub account: String,
    /// The regions; they are names only.
    pub regions: Vec<String>,
    /// The address on which load balancers listen. Instances always listen on 127.0.0.1.
    pub bind: IpAddr,
    /// The environment that all instances and jobs start with. Nothing else of the server's own environment reaches them.
    pub base_env: BTreeMap<String, String>,
    /// How long requests in flight may take to finish when an instance leaves its load balancers; then they are cut.
    pub drain_timeout: Duration,
    /// How long an instance may take to end after SIGTERM, where its workload does not say; then it is killed.
    pub stop_grace: Duration,
    /// Whether instances and jobs end with the server. By default they go on and the next server adopts them.
    pub stop_on_shutdown: bool,
    /// The command that calls [`supervise`](crate::supervisor::supervise) with the arguments after it. Jobs run under it, so
    /// that how they ended is known also when the server was away. Without one there are no jobs.
    pub supervisor: Vec<String>,
    /// What it may use.
    pub limits: Limits,
}

impl Options {
    /// The defaults: account `local` with the one region `local`, listening on loopback only.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        Self {
            data_dir: data_dir.into(),
            account: "local".to_owned(),
            regions: vec!["local".to_owned()],
            bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
            base_env: BTreeMap::from([("PATH".to_owned(), path.to_owned())]),
            drain_timeout: Duration::from_secs(30),
            stop_grace: Duration::from_secs(10),
            stop_on_shutdown: false,
            supervisor: Vec::new(),
            limits: Limits::default(),
        }
    }
}

impl Options {
    /// The environment of a process: the usual one, that of its image over it, then what was asked for, then what the cloud
    /// sets itself.
    pub(crate) fn environment<const N: usize>(
        &self,
        image: BTreeMap<String, String>,
        given: BTreeMap<String, String>,
        own: [(&str, String); N],
    ) -> BTreeMap<String, String> {
        let mut env = self.base_env.clone();
        env.extend(image);
        env.extend(given);
        env.extend(own.map(|(key, value)| (key.to_owned(), value)));
        env
    }
}

/// What the local cloud may use.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Server groups.
    pub server_groups: usize,
    /// Instances of all server groups together.
    pub instances: u32,
    /// Jobs that run at the same time.
    pub jobs: usize,
    /// Jobs that have ended and are remembered, with the end of their output.
    pub ended_jobs: usize,
    /// How long a job that has ended is remembered.
    pub job_retention: Duration,
    /// Ports given to instances. The default lies below the range from which Linux takes ports of outgoing connections.
    pub instance_ports: RangeInclusive<u16>,
    /// Client connections of all load balancers together; more wait in the listen queue.
    pub connections: usize,
    /// The head of a request, in bytes.
    pub header_bytes: usize,
    /// How long a client may take to send a request's head, idle time between requests included.
    pub header_timeout: Duration,
    /// How long connecting to an instance may take.
    pub connect_timeout: Duration,
    /// How long an instance may take until the head of its response.
    pub response_timeout: Duration,
    /// All files of an image together, in bytes.
    pub image_bytes: u64,
    /// Files, directories and links of an image.
    pub image_entries: usize,
    /// One instance's or job's log file, in bytes; one older file of that size is kept beside it.
    pub log_bytes: u64,
    /// How long the logs of destroyed server groups stay.
    pub log_retention: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            server_groups: 500,
            instances: 1000,
            jobs: 50,
            ended_jobs: 500,
            job_retention: Duration::from_hours(24),
            instance_ports: 21_000..=31_999,
            connections: 4096,
            header_bytes: 64 * 1024,
            header_timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(2),
            response_timeout: Duration::from_secs(120),
            image_bytes: 2 << 30,
            image_entries: 50_000,
            log_bytes: 8 << 20,
            log_retention: Duration::from_hours(24),
        }
    }
}

/// Why the local cloud did not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or directory of its own cannot be used.
    #[error("cannot use {path}: {source}", path = .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Another server works in the same directory.
    #[error("{path} is in use by another server", path = .0.display())]
    InUse(PathBuf),
    /// The journal is not what this program wrote.
    #[error("{path} is damaged at line {line}: {reason}", path = .path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// Where.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
}

impl Error {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
