//! W5: how soon watchers see what happened.

use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use gennaker_client::{Client, Update, v1};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::now;
use crate::bench::Bench;
use crate::drive;
use crate::latencies::Latencies;
use crate::pipelines::{self, Work};
use crate::process::Server;
use crate::report::{Section, Unit};

pub(super) const METHOD: &str = "100 executions wait at a judgment, and 1,000 watchers open a WatchExecution on them, 50 on each \
    connection. Then the judgments are submitted, evenly over a second, and each execution passes ten waits of a second. \
    Each event is timed at each watcher: from the event's `time`, which is when it was decided and so before its commit, to \
    its receipt, by the same clock. Every watcher must see every event.";

const WATCHERS_ON_A_CONNECTION: usize = 50;
const AT_A_TIME: usize = 16;

pub(super) async fn measure(bench: &Bench, section: &mut Section) -> anyhow::Result<()> {
    let server = bench.server().await?;
    let client = server.client()?;
    pipelines::create_application(&client).await?;
    let sizes = &bench.sizes;
    let stages = pipelines::chain([Work::Judgment].into_iter().chain(vec![Work::Wait(sizes.wait); sizes.waits]));
    let pipeline = pipelines::create(&client, "w5", stages).await?;
    let mut all = Latencies::new();
    for _ in 0..sizes.repetitions {
        let latencies = repetition(bench, &server, &client, &pipeline).await?;
        section.record_latencies("w5", "Event to watcher", &latencies);
        section.record("w5.rate", "Events at watchers", Unit::PerSecond, latencies.per_second());
        all.add(&latencies);
    }
    section.plot("Event to watcher", &all);
    section.bar("w5.p99", 20.0);
    server.stop().await
}

async fn repetition(bench: &Bench, server: &Server, client: &Client, pipeline: &str) -> anyhow::Result<Latencies> {
    let sizes = &bench.sizes;
    let executions: Vec<String> = stream::iter(0..sizes.watched)
        .map(|_| async { Ok::<_, anyhow::Error>(drive::start(client, pipeline).await?.name) })
        .buffered(AT_A_TIME)
        .try_collect()
        .await?;
    let (opened, mut openings) = mpsc::unbounded_channel();
    let mut watchers = JoinSet::new();
    let mut connection = server.client()?;
    for (number, execution) in (0..sizes.watchers).zip(executions.iter().cycle()) {
        if number % WATCHERS_ON_A_CONNECTION == 0 {
            connection = server.client()?;
        }
        watchers.spawn(watch(connection.clone(), execution.clone(), opened.clone()));
    }
    drop(opened);
    for _ in 0..sizes.watchers {
        openings.recv().await.context("a watcher ended before its watch was open")?;
    }
    let begun = Instant::now();
    submit_judgments(client, &executions, sizes.wait).await?;
    let mut all = Latencies::new();
    while let Some(latencies) = watchers.join_next().await {
        all.add(&latencies??);
    }
    all.over(begun.elapsed());
    Ok(all)
}

/// Watches an execution to its end, which must be a good one. The times of all events after the snapshot.
async fn watch(client: Client, execution: String, opened: mpsc::UnboundedSender<()>) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::new();
    let mut status = v1::ExecutionStatus::Unspecified;
    let mut follow = client.follow(execution.clone(), None);
    while let Some(update) = follow.next().await? {
        match update {
            Update::Snapshot(_) => opened.send(()).context("nobody waits for the watchers any more")?,
            Update::Event(event) => {
                latencies.record(age(&event)?);
                status = event.changed.as_ref().map_or(status, v1::Execution::status);
            }
            Update::Interrupted { cause, .. } => bail!("the watch of {execution} broke: {cause}"),
        }
    }
    ensure!(status == v1::ExecutionStatus::Succeeded, "{execution} ended as {}", status.as_str_name());
    Ok(latencies)
}

/// How long ago an event happened. A step of the clock could make it come from the future; then it is new.
fn age(event: &v1::ExecutionEvent) -> anyhow::Result<Duration> {
    let time = event.time.context("an event has no time")?;
    let time = SystemTime::try_from(time).context("the time of an event can't be read")?;
    Ok(now().duration_since(time).unwrap_or_default())
}

/// Submits one judgment after the other, evenly over a time.
async fn submit_judgments(client: &Client, executions: &[String], period: Duration) -> anyhow::Result<()> {
    let count = u32::try_from(executions.len()).context("there are too many executions")?;
    let mut turns = tokio::time::interval(period / count.max(1));
    for name in executions {
        turns.tick().await;
        let decision = v1::judgment::Decision::Continue.into();
        let request = v1::SubmitJudgmentRequest { name: name.clone(), decision, ..Default::default() };
        client.call(request).await.context("SubmitJudgment failed")?;
    }
    Ok(())
}
