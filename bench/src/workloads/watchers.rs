//! W5: how soon watchers see what happened.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, bail, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use gennaker_client::{Client, Update, v1};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::now;
use crate::bench::Bench;
use crate::deployment::Deployment;
use crate::drive;
use crate::latencies::Latencies;
use crate::pipelines::{self, Work};
use crate::report::{Sheet, Unit};
use crate::sizes::Sizes;
use crate::target::Target;

pub(super) const METHOD: &str = "200 executions wait at a judgment, and 2,000 watchers open a WatchExecution on them, 50 on each \
    connection; with three replicas, two of three watch through another replica than the one that started the execution. Then the \
    judgments are submitted, evenly over a second, and each execution passes five waits of a second. Each event is timed at \
    each watcher: from the event's `time`, which is when it was decided, to its receipt. The time of the commit, which comes \
    in between, is not visible to clients; how long one took in the mean, the servers' metrics tell. On PostgreSQL `time` is \
    by the database's clock as the servers know it, so that times are off by up to half of a round trip to the database. \
    Every watcher must see every event.";

const WATCHERS_ON_A_CONNECTION: usize = 50;
const AT_A_TIME: usize = 16;

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (sizes, deployment) = (&bench.sizes, bench.deploy(target).await?);
    let stages = pipelines::chain([Work::Judgment].into_iter().chain(vec![Work::Wait(sizes.wait); sizes.waits]));
    let clients = (0..deployment.replicas()).map(|turn| deployment.client(turn)).collect::<Result<Vec<_>, _>>()?;
    let pipeline = &pipelines::create(&clients[0], "w5", stages).await?;
    let starts = clients.iter().cycle().take(sizes.watched).map(async |client| drive::start(client, pipeline).await);
    let started: Vec<v1::Execution> = stream::iter(starts).buffered(AT_A_TIME).try_collect().await?;
    let executions: Vec<String> = started.into_iter().map(|execution| execution.name).collect();
    let watchers = open_watches(&deployment, &executions, sizes).await?;
    let (before, begun) = (deployment.commits().await?, Instant::now());
    submit_judgments(&clients, &executions, sizes.wait).await?;
    let mut latencies = Latencies::new();
    watchers.join_all().await.into_iter().try_for_each(|one| one.map(|one| latencies.add(&one)))?;
    latencies.over(begun.elapsed());
    let commits = deployment.commits().await? - before;
    sheet.record_latencies("w5", "Event to watcher", &latencies);
    sheet.record("w5.commit", "of that the commit, mean", Unit::Milliseconds, commits.mean());
    sheet.record("w5.rate", "Events at watchers", Unit::PerSecond, latencies.per_second());
    sheet.plot("", &latencies);
    deployment.stop().await
}

/// Has the executions watched, and waits until all watches are open. They are opened a few at a time: this is not about
/// that.
async fn open_watches(
    deployment: &Deployment,
    executions: &[String],
    sizes: &Sizes,
) -> anyhow::Result<JoinSet<anyhow::Result<Latencies>>> {
    let (opened, mut openings) = mpsc::unbounded_channel();
    let turns = Arc::new(Semaphore::new(AT_A_TIME));
    let mut watchers = JoinSet::new();
    let mut connection = deployment.client(0)?;
    for (number, execution) in (0..sizes.watchers).zip(executions.iter().cycle()) {
        if number % WATCHERS_ON_A_CONNECTION == 0 {
            connection = deployment.client(number / WATCHERS_ON_A_CONNECTION)?;
        }
        let (client, execution, opened, turns) = (connection.clone(), execution.clone(), opened.clone(), turns.clone());
        watchers.spawn(async move {
            let turn = turns.acquire_owned().await.context("nobody opens watches any more")?;
            watch(client, execution, move || {
                drop(turn);
                // Whoever waited may have given up.
                let _ = opened.send(());
            })
            .await
        });
    }
    let mut open = 0;
    while open < sizes.watchers {
        tokio::select! {
            Some(()) = openings.recv() => open += 1,
            Some(ended) = watchers.join_next() => {
                ended??;
                bail!("a watch ended before its execution");
            }
        }
    }
    Ok(watchers)
}

/// Watches an execution to its end, which must be a good one. The times of all events after the snapshot.
async fn watch(client: Client, execution: String, opened: impl FnOnce()) -> anyhow::Result<Latencies> {
    let (mut latencies, mut opened) = (Latencies::new(), Some(opened));
    let mut status = v1::ExecutionStatus::Unspecified;
    let mut follow = client.follow(execution.clone(), None);
    while let Some(update) = follow.next().await? {
        match update {
            Update::Snapshot(_) => opened.take().into_iter().for_each(|opened| opened()),
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
async fn submit_judgments(clients: &[Client], executions: &[String], period: Duration) -> anyhow::Result<()> {
    let count = u32::try_from(executions.len()).context("there are too many executions")?;
    let mut turns = tokio::time::interval(period / count.max(1));
    for (client, name) in clients.iter().cycle().zip(executions) {
        turns.tick().await;
        let decision = v1::judgment::Decision::Continue.into();
        let request = v1::SubmitJudgmentRequest { name: name.clone(), decision, ..Default::default() };
        client.call(request).await.context("SubmitJudgment failed")?;
    }
    Ok(())
}
