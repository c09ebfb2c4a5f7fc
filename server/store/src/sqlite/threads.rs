//! Threads that own connections, and the queue in front of them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{fmt, io};

use gennaker_ports::StoreError;
use rusqlite::Connection;
use tokio::sync::mpsc::error::SendTimeoutError;
use tokio::sync::{mpsc, oneshot};

use super::error::Error;
use super::options::Options;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;
type Queue = Arc<Mutex<mpsc::Receiver<Job>>>;

/// Threads, one per connection, that share a bounded queue of jobs. Dropping this waits for the jobs in the queue.
pub(super) struct Threads {
    /// `None` only while it is dropped.
    jobs: Option<mpsc::Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    role: &'static str,
    patience: Duration,
}

impl fmt::Debug for Threads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Threads").field("role", &self.role).finish_non_exhaustive()
    }
}

impl Threads {
    /// Starts a thread for each connection; `after` is called on it after each job.
    pub(super) fn start(
        role: &'static str,
        connections: Vec<Connection>,
        options: &Options,
        after: impl FnMut(&Connection) + Clone + Send + 'static,
    ) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel(options.queue.max(1));
        let queue = Arc::new(Mutex::new(queue));
        let mut threads = Self { jobs: Some(jobs), threads: Vec::new(), role, patience: options.patience };
        for connection in connections {
            let (queue, after) = (Arc::clone(&queue), after.clone());
            let thread = thread::Builder::new().name(format!("store-{role}"));
            threads.threads.push(thread.spawn(move || work(&queue, connection, after))?);
        }
        Ok(threads)
    }

    /// Has a job done and waits for its answer. A job that has been queued is done even where the caller stops waiting.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        operation: &'static str,
        job: impl FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let (role, queued) = (self.role, Instant::now());
        let job = Box::new(move |connection: &mut Connection| {
            let begun = Instant::now();
            let result = job(connection);
            metrics::histogram!("gennaker_store_queue_seconds", "role" => role).record(begun - queued);
            metrics::histogram!("gennaker_store_seconds", "operation" => operation).record(begun.elapsed());
            // A caller that stopped waiting has no use for the answer.
            let _ = answer.send(result);
        });
        let jobs = self.jobs.as_ref().expect("the queue is closed only by drop");
        jobs.send_timeout(job, self.patience).await.map_err(|error| {
            StoreError::Unavailable(match error {
                SendTimeoutError::Timeout(_) => format!("the {role} has fallen behind; try again later"),
                SendTimeoutError::Closed(_) => format!("the {role} has stopped"),
            })
        })?;
        let result =
            answered.await.map_err(|_| StoreError::Unavailable(format!("the {role} failed in {operation}")))?;
        Ok(result?)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // Jobs' panics were caught and logged where they happened.
            let _ = thread.join();
        }
    }
}

fn work(queue: &Queue, mut connection: Connection, mut after: impl FnMut(&Connection)) {
    while let Some(job) = next(queue) {
        // A panic has been reported by the panic hook, and the caller sees its answer dropped. Transactions roll back when
        // they are dropped, so the connection is as before.
        let _ = catch_unwind(AssertUnwindSafe(|| job(&mut connection)));
        after(&connection);
    }
}

/// The next job. Threads without work wait at the lock, the first of them at the queue.
fn next(queue: &Queue) -> Option<Job> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv()
}
