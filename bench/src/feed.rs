//! One stream for all executions of a pipeline, opened before any of them is started.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::Context;
use gennaker_client::v1::watch_executions_response::Message;
use gennaker_client::{Client, v1};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::drive::Ended;

/// Tells of the executions that have ended, as the stream brings them. Dropping it closes the stream.
pub(crate) struct Feed {
    known: Arc<Mutex<HashMap<String, Known>>>,
    reader: JoinHandle<()>,
}

/// What is known of an execution: it can end on the stream before the answer to its start has told its name.
enum Known {
    Awaited(oneshot::Sender<Ended>),
    Ended(Ended),
}

impl Feed {
    /// Opens the stream.
    pub(crate) async fn open(client: &Client, pipeline: &str) -> anyhow::Result<Self> {
        let subject = v1::WatchSubject { name: pipeline.to_owned(), ..Default::default() };
        let request = v1::WatchExecutionsRequest { subjects: vec![subject], ..Default::default() };
        let mut stream = client.executions().watch_executions(request).await?.into_inner();
        let known = Arc::new(Mutex::new(HashMap::new()));
        let seen = known.clone();
        let reader = tokio::spawn(async move {
            // Where the stream breaks, those who wait find their senders dropped.
            while let Ok(Some(response)) = stream.message().await {
                if let Some(status) = ended(&response) {
                    note(&seen, response.execution, Ended { status, at: Instant::now() });
                }
            }
            lock(&seen).clear();
        });
        Ok(Self { known, reader })
    }

    /// Waits until an execution has ended.
    pub(crate) async fn ended(&self, execution: &str) -> anyhow::Result<Ended> {
        let awaited = {
            let mut known = lock(&self.known);
            if let Some(Known::Ended(ended)) = known.remove(execution) {
                return Ok(ended);
            }
            let (sender, receiver) = oneshot::channel();
            known.insert(execution.to_owned(), Known::Awaited(sender));
            receiver
        };
        awaited.await.context("the stream of executions broke")
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// How the execution of a message ended, where the message says that it did.
fn ended(response: &v1::WatchExecutionsResponse) -> Option<v1::ExecutionStatus> {
    let execution = match response.message.as_ref()? {
        Message::Snapshot(execution) => execution,
        Message::Event(event) => event.changed.as_ref()?,
        Message::Heartbeat(_) => return None,
    };
    let status = execution.status();
    let final_ones = [v1::ExecutionStatus::Succeeded, v1::ExecutionStatus::Terminal, v1::ExecutionStatus::Canceled];
    final_ones.contains(&status).then_some(status)
}

fn note(known: &Mutex<HashMap<String, Known>>, execution: String, ended: Ended) {
    let mut known = lock(known);
    match known.remove(&execution) {
        // Whoever waited may have gone.
        Some(Known::Awaited(sender)) => drop(sender.send(ended)),
        Some(Known::Ended(_)) | None => drop(known.insert(execution, Known::Ended(ended))),
    }
}

fn lock(known: &Mutex<HashMap<String, Known>>) -> MutexGuard<'_, HashMap<String, Known>> {
    known.lock().unwrap_or_else(PoisonError::into_inner)
}
