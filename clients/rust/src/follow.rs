//! Following one execution over broken connections.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::time::Instant;
use tonic::{Code, Status, Streaming};

use crate::client::{Client, delay_after};
use crate::error::Error;
use crate::v1;
use crate::v1::watch_execution_response::Message;
use crate::view::is_ended;

/// What [`Follow::next`] brings.
#[derive(Debug, Clone)]
pub enum Update {
    /// The execution as it stands: first of all when no sequence was given, and later only when the server no longer
    /// has the events in between.
    Snapshot(Box<v1::Execution>),
    /// The next event; its sequence is one more than that of the update before.
    Event(Box<v1::ExecutionEvent>),
    /// The connection broke; nothing is lost, and it is tried again by itself.
    Interrupted {
        /// What broke it.
        cause: Box<Status>,
        /// When it is tried again.
        retry_in: Duration,
    },
}

/// Follows an execution until it ends: each of its events once, in order and without gaps, over any number of broken
/// connections. Made by [`Client::follow`].
///
/// ```no_run
/// # async fn example(client: gennaker_client::Client, name: String) -> Result<(), gennaker_client::Error> {
/// use gennaker_client::Update;
///
/// let mut follow = client.follow(name, Some(0));
/// while let Some(update) = follow.next().await? {
///     match update {
///         Update::Snapshot(execution) => println!("at {}", execution.sequence),
///         Update::Event(event) => println!("{}: {}", event.sequence, event.message),
///         Update::Interrupted { cause, retry_in } => println!("{cause}, again in {retry_in:?}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Follow {
    client: Client,
    name: String,
    /// The sequence of the last update; `None` asks for a snapshot.
    position: Option<u64>,
    link: Link,
    /// The execution had ended at `position`.
    ended: bool,
    failures: u32,
    /// Since when nothing came through.
    broken_since: Option<Instant>,
}

/// Each state is kept in the struct, so that a call of `next` that is dropped loses nothing.
enum Link {
    Connecting(BoxFuture<'static, Result<Streaming<v1::WatchExecutionResponse>, Status>>),
    Open {
        stream: Box<Streaming<v1::WatchExecutionResponse>>,
        heard: Instant,
    },
    /// The server ended the stream, but nothing it sent says that the execution ended.
    Checking(BoxFuture<'static, Result<v1::GetExecutionResponse, Status>>),
    Closed,
}

impl std::fmt::Debug for Follow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Follow").field("name", &self.name).field("position", &self.position).finish()
    }
}

impl Follow {
    pub(crate) fn new(client: Client, name: String, after: Option<u64>) -> Self {
        let link = connect(&client, &name, after, Duration::ZERO);
        Self { client, name, position: after, link, ended: false, failures: 0, broken_since: None }
    }

    /// The sequence of the last update, to follow from later. `None` before the first one.
    #[must_use]
    pub fn position(&self) -> Option<u64> {
        self.position
    }

    /// The next update, or `None` when the execution has ended and everything was brought. It can be dropped and
    /// called again at any time without a loss.
    ///
    /// # Errors
    /// If the server refuses, because there is no such execution for instance, or if there is no connection for
    /// longer than [`crate::Options::give_up_after`].
    pub async fn next(&mut self) -> Result<Option<Update>, Error> {
        while !matches!(self.link, Link::Closed) {
            if let Some(update) = self.step().await? {
                return Ok(Some(update));
            }
        }
        Ok(None)
    }

    /// Waits for one thing to happen.
    async fn step(&mut self) -> Result<Option<Update>, Error> {
        match &mut self.link {
            Link::Closed => Ok(None),
            Link::Connecting(connecting) => match connecting.await {
                Ok(stream) => {
                    self.link = Link::Open { stream: Box::new(stream), heard: Instant::now() };
                    Ok(None)
                }
                Err(status) => self.broken(status),
            },
            Link::Checking(checking) => match checking.await {
                Ok(response) => self.checked(&response.execution.unwrap_or_default()),
                Err(status) => self.broken(status),
            },
            Link::Open { stream, heard } => {
                let idle_timeout = self.client.options().idle_timeout;
                let message = match tokio::time::timeout_at(*heard + idle_timeout, stream.message()).await {
                    Ok(message) => message,
                    Err(_) => Err(Status::deadline_exceeded("the stream fell silent")),
                };
                *heard = Instant::now();
                self.received(message)
            }
        }
    }

    fn received(
        &mut self,
        message: Result<Option<v1::WatchExecutionResponse>, Status>,
    ) -> Result<Option<Update>, Error> {
        match message.and_then(|message| message.map(|response| self.accept(response)).transpose()) {
            Ok(Some(update)) => Ok(update),
            Ok(None) => {
                self.link = if self.ended { Link::Closed } else { check(&self.client, &self.name) };
                Ok(None)
            }
            Err(status) => self.broken(status),
        }
    }

    /// Lets through what comes next, drops what was seen before, and refuses what leaves a gap.
    fn accept(&mut self, response: v1::WatchExecutionResponse) -> Result<Option<Update>, Status> {
        match response.message {
            Some(Message::Snapshot(execution)) => {
                if self.position.is_some_and(|position| execution.sequence < position) {
                    return Ok(None);
                }
                self.advance(execution.sequence, is_ended(execution.status()));
                Ok(Some(Update::Snapshot(Box::new(execution))))
            }
            Some(Message::Event(event)) => {
                let position = self.position.ok_or_else(|| gap("an event came before the snapshot"))?;
                if event.sequence <= position {
                    return Ok(None);
                }
                if event.sequence != position + 1 {
                    return Err(gap(&format!("event {} came after event {position}", event.sequence)));
                }
                let status = event.changed.as_ref().map(v1::Execution::status);
                self.advance(event.sequence, status.map_or(self.ended, is_ended));
                Ok(Some(Update::Event(Box::new(event))))
            }
            Some(Message::Heartbeat(heartbeat)) => match self.position {
                Some(position) if heartbeat.sequence > position => {
                    Err(gap(&format!("the server is at event {}, but sent none after {position}", heartbeat.sequence)))
                }
                Some(_) | None => {
                    self.came_through();
                    Ok(None)
                }
            },
            None => Ok(None),
        }
    }

    fn advance(&mut self, sequence: u64, ended: bool) {
        self.position = Some(sequence);
        self.ended = ended;
        self.came_through();
    }

    /// What was seen before doesn't count: a server that repeats itself for ever is as good as none.
    fn came_through(&mut self) {
        self.failures = 0;
        self.broken_since = None;
    }

    /// The stream ended without a word: the execution may have ended before the position, or the server went away.
    fn checked(&mut self, execution: &v1::Execution) -> Result<Option<Update>, Error> {
        if is_ended(execution.status()) && self.position.is_some_and(|seen| execution.sequence <= seen) {
            self.link = Link::Closed;
            return Ok(None);
        }
        self.broken(Status::unavailable("the server ended the stream early"))
    }

    /// Prepares the next try, unless there is no point in it.
    fn broken(&mut self, status: Status) -> Result<Option<Update>, Error> {
        if status.code() == Code::OutOfRange && self.position.take().is_some() {
            self.link = connect(&self.client, &self.name, None, Duration::ZERO);
            return Ok(None);
        }
        if is_final(status.code()) {
            self.link = Link::Closed;
            return Err(Error::from(status));
        }
        self.failures += 1;
        let options = self.client.options();
        let retry_in = delay_after(&status, self.failures, options);
        let now = Instant::now();
        let broken_since = *self.broken_since.get_or_insert(now);
        if now + retry_in > broken_since + options.give_up_after {
            self.link = Link::Closed;
            return Err(Error::GaveUp { after: now - broken_since, last: Box::new(status) });
        }
        self.link = connect(&self.client, &self.name, self.position, retry_in);
        Ok(Some(Update::Interrupted { cause: Box::new(status), retry_in }))
    }
}

fn connect(client: &Client, name: &str, after_sequence: Option<u64>, delay: Duration) -> Link {
    let mut executions = client.executions();
    let request = v1::WatchExecutionRequest { name: name.to_owned(), after_sequence };
    Link::Connecting(Box::pin(async move {
        // Even a sleep of no time lasts until the timer's next tick.
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        executions.watch_execution(request).await.map(tonic::Response::into_inner)
    }))
}

fn check(client: &Client, name: &str) -> Link {
    let mut executions = client.executions();
    let request = v1::GetExecutionRequest { name: name.to_owned() };
    Link::Checking(Box::pin(async move { executions.get_execution(request).await.map(tonic::Response::into_inner) }))
}

fn gap(message: &str) -> Status {
    Status::data_loss(message)
}

/// Whether a repeat of the call would meet the same answer.
fn is_final(code: Code) -> bool {
    match code {
        Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::Unauthenticated
        | Code::FailedPrecondition
        | Code::Unimplemented
        | Code::OutOfRange => true,
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::DeadlineExceeded
        | Code::ResourceExhausted
        | Code::Aborted
        | Code::Internal
        | Code::Unavailable
        | Code::DataLoss => false,
    }
}
