//! A load of starts that goes on whatever happens to the servers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gennaker_client::{Client, Code, v1};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval, timeout};

use crate::follow::{is_passing, read_to_end};

/// How many start at a time.
const WORKERS: usize = 6;
/// How often each starts something: the load is the same on a quick machine as on a slow one.
const PACE: Duration = Duration::from_millis(100);
/// How long a start is tried.
const GIVE_UP: Duration = Duration::from_secs(30);
/// How long one more start may take to be acknowledged while the load waits for it.
const STALLED: Duration = Duration::from_secs(30);
/// How long a worker waits before it tries a start again.
const PAUSE: Duration = Duration::from_millis(50);

/// What became of the starts.
#[derive(Debug, Default)]
pub struct Started {
    /// The executions of those that were acknowledged, by their requests. Each names its request as its reason.
    pub acknowledged: BTreeMap<String, String>,
    /// Requests that nobody acknowledged; each may have started an execution or not.
    pub unknown: Vec<String>,
    /// How often a try failed because a server could not be reached or could not serve, and was repeated elsewhere.
    pub retried: u64,
    /// Tries that failed otherwise, in words; they were repeated as well.
    pub failed: Vec<String>,
    /// Answers and streams that no client should see, in words.
    pub wrong: Vec<String>,
    /// The longest time that a start took to be acknowledged, with all its tries.
    pub slowest: Duration,
}

impl std::fmt::Display for Started {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { acknowledged, unknown, retried, failed, slowest, .. } = self;
        let (acknowledged, unknown, failed) = (acknowledged.len(), unknown.len(), failed.len());
        write!(
            formatter,
            "{acknowledged} starts, {unknown} of unknown fate, {retried} tries that met no server, {failed} that failed, \
             slowest {slowest:.1?}"
        )
    }
}

impl Started {
    fn add(&mut self, other: Self) {
        self.acknowledged.extend(other.acknowledged);
        self.unknown.extend(other.unknown);
        self.wrong.extend(other.wrong);
        self.slowest = self.slowest.max(other.slowest);
        self.retried += other.retried;
        self.failed.extend(other.failed);
    }
}

/// A load of starts of one pipeline, spread over servers. Each start has a request id and is repeated with it at another server
/// until it is acknowledged; then all events of its execution are read to its end.
#[derive(Debug)]
pub struct Starts {
    stop: watch::Sender<bool>,
    acknowledged: watch::Receiver<u64>,
    workers: JoinSet<Started>,
}

impl Starts {
    /// Begins.
    #[must_use]
    pub fn on(clients: &[Client], pipeline: &str) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (count, acknowledged) = watch::channel(0);
        let mut workers = JoinSet::new();
        let worker = Worker {
            clients: clients.into(),
            pipeline: pipeline.into(),
            stopped,
            count: Arc::new(count),
            begun: Arc::default(),
        };
        for _ in 0..WORKERS {
            workers.spawn(worker.clone().run());
        }
        Self { stop, acknowledged, workers }
    }

    /// Waits until so many more are acknowledged.
    ///
    /// # Panics
    /// Where none is for too long.
    pub async fn more(&mut self, number: u64) {
        let goal = *self.acknowledged.borrow() + number;
        loop {
            let next = timeout(STALLED, self.acknowledged.changed()).await;
            next.unwrap_or_else(|_| panic!("no start was acknowledged for {STALLED:?}")).expect("workers go on");
            if *self.acknowledged.borrow() >= goal {
                return;
            }
        }
    }

    /// Stops it, waits until what was acknowledged has been read to its end, and tells what came of it.
    ///
    /// # Panics
    /// Where a worker did.
    pub async fn stop(mut self) -> Started {
        self.stop.send_replace(true);
        let mut total = Started::default();
        while let Some(started) = self.workers.join_next().await {
            total.add(started.expect("workers don't panic"));
        }
        total
    }
}

#[derive(Clone)]
struct Worker {
    clients: Arc<[Client]>,
    pipeline: Arc<str>,
    stopped: watch::Receiver<bool>,
    count: Arc<watch::Sender<u64>>,
    /// How many starts were begun by all workers.
    begun: Arc<AtomicU64>,
}

impl Worker {
    async fn run(mut self) -> Started {
        let mut started = Started::default();
        let mut readers = JoinSet::new();
        let mut pace = interval(PACE);
        loop {
            tokio::select! {
                _ = self.stopped.wait_for(|stopped| *stopped) => break,
                _ = pace.tick() => {}
            }
            // Ids of earlier loads of the story are others.
            let number = self.begun.fetch_add(1, Ordering::Relaxed);
            let request = format!("{}-{number}", next_id());
            let Some(execution) = self.start(number, &request, &mut started).await else { continue };
            self.count.send_modify(|count| *count += 1);
            let (clients, first) = (self.clients.clone(), usize::try_from(number).unwrap_or_default() + 1);
            let reading = execution.clone();
            readers.spawn(async move { read_to_end(&clients, first, &reading).await });
            started.acknowledged.insert(request, execution);
        }
        while let Some(read) = readers.join_next().await {
            started.wrong.extend(read.expect("readers don't panic").err());
        }
        started
    }

    /// Tries to start one until somebody acknowledges it; gives its execution.
    async fn start(&self, number: u64, request: &str, started: &mut Started) -> Option<String> {
        let begun = Instant::now();
        let first = usize::try_from(number).unwrap_or_default() % self.clients.len();
        for client in self.clients.iter().cycle().skip(first) {
            let start = v1::StartExecutionRequest {
                pipeline: self.pipeline.to_string(),
                reason: request.to_owned(),
                request_id: request.to_owned(),
                ..Default::default()
            };
            let error = match client.call(start).await {
                Ok(answer) => {
                    started.slowest = started.slowest.max(begun.elapsed());
                    return Some(answer.execution.unwrap_or_default().name);
                }
                Err(error) => error,
            };
            let code = error.code().unwrap_or(Code::Unknown);
            if !is_passing(code) {
                started.wrong.push(format!("start {request}: {error}"));
                return None;
            }
            if error.is_unreachable() {
                started.retried += 1;
            } else {
                started.failed.push(format!("{code:?}: {error}"));
            }
            if begun.elapsed() > GIVE_UP {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        started.unknown.push(request.to_owned());
        None
    }
}

/// A number that no other request of this process has.
fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
