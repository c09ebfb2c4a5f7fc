//! Running executions as a client does: start one, and watch it until its end is seen.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use gennaker_client::{Client, Update, v1};

use crate::feed::Feed;

/// The end of an execution, as a client saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended {
    pub(crate) status: v1::ExecutionStatus,
    pub(crate) at: Instant,
}

/// Starts an execution; it is in the answer.
pub(crate) async fn start(client: &Client, pipeline: &str) -> anyhow::Result<v1::Execution> {
    let request = v1::StartExecutionRequest { pipeline: pipeline.to_owned(), ..Default::default() };
    let started = client.call(request).await.context("StartExecution failed")?;
    started.execution.context("StartExecution answered without an execution")
}

/// Runs one execution to its end, which must be a good one: the time from the call to the event that tells of the end. It is
/// seen on the feed, or else on a stream of its own, opened when the start was answered, from the first event on.
pub(crate) async fn run(client: &Client, pipeline: &str, feed: Option<&Feed>) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let name = start(client, pipeline).await?.name;
    let ended = match feed {
        None => follow(client, &name).await?,
        Some(feed) => feed.ended(&name).await?,
    };
    if ended.status != v1::ExecutionStatus::Succeeded {
        bail!("{name} ended as {}", ended.status.as_str_name());
    }
    Ok(ended.at - begun)
}

/// How many events an execution has when it has ended.
pub(crate) async fn count_events(client: &Client, execution: &str) -> anyhow::Result<u64> {
    let mut follow = client.follow(execution, Some(0));
    let mut last = 0;
    while let Some(update) = follow.next().await? {
        if let Update::Event(event) = update {
            last = event.sequence;
        }
    }
    Ok(last)
}

async fn follow(client: &Client, name: &str) -> anyhow::Result<Ended> {
    let mut follow = client.follow(name, Some(0));
    let mut ended = None;
    while let Some(update) = follow.next().await? {
        match update {
            Update::Event(event) if event.r#type() == v1::ExecutionEventType::ExecutionCompleted => {
                let status = event.changed.as_ref().map(v1::Execution::status).unwrap_or_default();
                ended = Some(Ended { status, at: Instant::now() });
            }
            Update::Event(_) => {}
            Update::Snapshot(_) => bail!("the watch of {name} gave a snapshot instead of its events"),
            Update::Interrupted { cause, .. } => bail!("the watch of {name} broke: {cause}"),
        }
    }
    ended.with_context(|| format!("the watch of {name} ended without its last event"))
}
