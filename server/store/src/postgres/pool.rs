//! The connections to the database, how often something is tried, and for how long.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use gennaker_ports::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{Connection, PgPool, Postgres};
use tokio::time::{sleep, timeout};

use super::error::{Error, Outcome, is_disconnect, is_read_only, timed_out};
use super::options::Options;

/// So often something is tried, with growing pauses in between: about half a second in all.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(15);

/// A connection that lay unused for longer is tried before it is used: it may have been cut meanwhile.
const TRUSTED: Duration = Duration::from_secs(5);

/// How long a connection may take to prove that it is alive; one that was lost without a word never does.
const PROOF: Duration = Duration::from_secs(1);

/// What takes longer is worth a line in the log.
const SLOW: Duration = Duration::from_secs(2);

/// Which failures something is tried again after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// After those that the database has undone.
    Undone,
    /// Also where it is unknown whether it was done: doing it twice does nothing more.
    Harmless,
}

/// A connection in use. It is given back when it is dropped, or closed where no answer is to be expected any more.
pub(super) struct Connected {
    connection: PoolConnection<Postgres>,
    is_given_up: Arc<AtomicBool>,
}

impl Deref for Connected {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Connected {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        if self.is_given_up.load(Ordering::Relaxed) {
            self.connection.close_on_drop();
        }
    }
}

/// The connections.
#[derive(Clone, Debug)]
pub(super) struct Pool {
    pool: PgPool,
    /// How long a job may take: longer than the database lets a statement run, so whatever takes longer is not answered at
    /// all. A network can lose a connection in a way that neither end is ever told of.
    silence: Duration,
    findings: Arc<Mutex<Findings>>,
}

/// What was last found of connections, and when. Others that are as old may be the same.
#[derive(Clone, Copy, Debug, Default)]
struct Findings {
    /// One was cut.
    cut: Option<Instant>,
    /// One can't write: it leads to what was the primary, or began while the database took no writes, and stays so.
    read_only: Option<Instant>,
}

impl Findings {
    /// What to do with a connection of an age that was not in use for a while.
    fn judge(&self, age: Duration, idle: Duration) -> Verdict {
        let is_older = |found: Option<Instant>| found.is_some_and(|found| age > found.elapsed());
        if is_older(self.read_only) {
            Verdict::Close
        } else if is_older(self.cut) || idle >= TRUSTED {
            Verdict::Try
        } else {
            Verdict::Use
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Use,
    Try,
    Close,
}

impl Pool {
    /// At most so many connections, which are made when they are needed.
    pub(super) fn new(options: &Options, connect: PgConnectOptions, most: u32) -> Self {
        let findings = Arc::new(Mutex::new(Findings::default()));
        let found = Arc::clone(&findings);
        let pool = PgPoolOptions::new()
            .max_connections(most)
            .acquire_timeout(options.acquire_timeout)
            .idle_timeout(Duration::from_secs(600))
            .max_lifetime(Duration::from_secs(3600))
            // A round trip before each use would double the time of most; `before_acquire` knows when it is worth it.
            .test_before_acquire(false)
            .before_acquire(move |connection, metadata| {
                let found = *found.lock().unwrap_or_else(PoisonError::into_inner);
                let verdict = found.judge(metadata.age, metadata.idle_for);
                Box::pin(async move {
                    Ok(match verdict {
                        Verdict::Use => true,
                        Verdict::Try => matches!(timeout(PROOF, connection.ping()).await, Ok(Ok(()))),
                        Verdict::Close => false,
                    })
                })
            })
            .connect_lazy_with(connect);
        Self { pool, silence: options.statement_timeout + options.acquire_timeout, findings }
    }

    /// Has something done on a connection, again where it failed in a way that may be different the next time.
    pub(super) async fn run<T, F>(
        &self,
        operation: &'static str,
        repeat: Repeat,
        job: impl Fn(Connected) -> F,
    ) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let begun = Instant::now();
        let mut attempt = 1;
        let result = loop {
            let result = match self.acquire().await {
                Ok(connection) => self.in_time(connection, &job).await,
                Err(error) => Err(Error::Unconnected(error)),
            };
            let Err(error) = result else { break result };
            self.note(&error);
            let again = match error.outcome() {
                Outcome::Final => false,
                Outcome::Undone => true,
                Outcome::Unknown => repeat == Repeat::Harmless,
            };
            if !again || attempt == ATTEMPTS || begun.elapsed() >= self.silence {
                break Err(error);
            }
            tracing::debug!(operation, attempt, ?error, "the database failed; trying again");
            metrics::counter!("gennaker_store_retries_total", "operation" => operation).increment(1);
            sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
            attempt += 1;
        };
        let took = begun.elapsed();
        metrics::histogram!("gennaker_store_seconds", "operation" => operation).record(took);
        if took > SLOW {
            tracing::warn!(operation, attempt, ?took, "the database was slow");
        }
        Ok(result?)
    }

    /// Does a job once, and gives it and its connection up where no answer comes.
    async fn in_time<T, F>(
        &self,
        connection: PoolConnection<Postgres>,
        job: impl Fn(Connected) -> F,
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let is_given_up = Arc::new(AtomicBool::new(false));
        let mut job = std::pin::pin!(job(Connected { connection, is_given_up: Arc::clone(&is_given_up) }));
        match timeout(self.silence, job.as_mut()).await {
            Ok(result) => result,
            Err(_) => {
                is_given_up.store(true, Ordering::Relaxed);
                Err(Error::Database(timed_out()))
            }
        }
    }

    /// Waits for a connection.
    pub(super) async fn acquire(&self) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        let begun = Instant::now();
        let connection = self.pool.acquire().await;
        metrics::histogram!("gennaker_store_queue_seconds", "role" => "pool").record(begun.elapsed());
        connection
    }

    /// Notes what a failure tells of other connections.
    fn note(&self, error: &Error) {
        let Error::Database(error) = error else { return };
        let mut findings = self.findings.lock().unwrap_or_else(PoisonError::into_inner);
        if is_disconnect(error) {
            findings.cut = Some(Instant::now());
        } else if is_read_only(error) {
            findings.read_only = Some(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::str::FromStr;

    use gennaker_parts as parts;
    use sqlx::query;

    use super::*;

    #[tokio::test]
    async fn what_is_not_answered_is_given_up_with_its_connection() {
        let url = parts::Postgres::shared().await.url("postgres");
        let statement_timeout = Duration::from_millis(200);
        let options = Options { statement_timeout, ..Options::new(&url) };
        let pool = Pool::new(&options, PgConnectOptions::from_str(&url).unwrap(), 1);
        let pool = Pool { silence: statement_timeout, ..pool };
        let execute = async |sql: &'static str| {
            let job = |mut c: Connected| async move { Ok(query(sql).execute(&mut *c).await?.rows_affected()) };
            pool.run("test", Repeat::Undone, job).await
        };
        let unanswered = execute("SELECT pg_sleep(600)").await;
        assert!(matches!(unanswered, Err(StoreError::Unavailable(_))), "{unanswered:?}");
        // There is only one connection, so this needs its place.
        assert_eq!(execute("SELECT 1").await, Ok(1));
    }
}
