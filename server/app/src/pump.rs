//! Streams to clients.
//!
//! Each stream has a task that fetches and hands over one message at a time; a client that does not read stops its task,
//! and after a while is cut off with an error that it can resume from. No buffer grows.

use std::sync::Mutex;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;

use crate::{App, AppError};

/// Messages to a client; nothing comes after an error.
pub type Stream<T> = BoxStream<'static, Result<T, AppError>>;

/// How many messages wait for the client.
const BUFFER: usize = 16;

/// The tasks behind the streams. They end with the server.
#[derive(Debug, Default)]
pub(crate) struct Pumps(Mutex<JoinSet<()>>);

/// Where a task puts the messages of its stream.
pub(crate) struct Outlet<T> {
    // Boxed, because a channel keeps room for more messages than it may hold, for each of thousands of streams.
    sender: mpsc::Sender<Box<T>>,
    patience: Duration,
}

/// Why a stream ends.
pub(crate) enum End {
    /// The client has left.
    Left,
    /// With an error that the client is told.
    Failed(AppError),
}

impl<E: Into<AppError>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl<T> Outlet<T> {
    /// Hands a message over. `sequence` is where a client that reads too slowly can go on.
    pub(crate) async fn send(&self, message: T, sequence: u64) -> Result<(), End> {
        match self.sender.send_timeout(Box::new(message), self.patience).await {
            Ok(()) => Ok(()),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(End::Left),
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(End::Failed(AppError::TooSlow { sequence })),
        }
    }

    /// Waits for something for as long as the client is there.
    pub(crate) async fn or_left<R>(&self, wait: impl Future<Output = R>) -> Result<R, End> {
        tokio::select! {
            biased;
            () = self.sender.closed() => Err(End::Left),
            result = wait => Ok(result),
        }
    }
}

impl App {
    /// A stream of what a task hands over.
    pub(crate) fn stream<T, F>(&self, run: impl FnOnce(Outlet<T>) -> F) -> Stream<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<(), End>> + Send + 'static,
    {
        let (sender, receiver) = mpsc::channel(BUFFER);
        let (last, error) = oneshot::channel();
        let task = run(Outlet { sender, patience: self.inner.options.limits.slow_watcher });
        self.inner.pumps.spawn(async move {
            if let Err(End::Failed(error)) = task.await {
                // A client that has left wants no error.
                let _ = last.send(error);
            }
        });
        let error = futures::stream::once(error).filter_map(|error| std::future::ready(error.ok().map(Err)));
        ReceiverStream::new(receiver).map(|message: Box<T>| Ok(*message)).chain(error).boxed()
    }
}

impl Pumps {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.lock().expect("no holder of the lock panics");
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }
}
