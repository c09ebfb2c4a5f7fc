//! W7: whether a step costs the same however many executions are stored.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use gennaker_client::{Client, v1};

use crate::bench::{Bench, Variation};
use crate::course::{Course, Watching};
use crate::deployment::Deployment;
use crate::drive;
use crate::history;
use crate::latencies::Latencies;
use crate::pipelines::{self, APPLICATION, Work};
use crate::report::{Sheet, Unit};
use crate::target::Target;

pub(super) const METHOD: &str = "The database is filled with copies of an execution of five stages that do nothing, all of the one \
    pipeline that is then run, with retention off. *Latency*: as in W1 without work, on own watches. *Events*: those that 1,000 \
    further executions commit in a second, 50 at a time on a shared watch. *List*: the first 50 executions of the application, or of the pipeline \
    among those that succeeded. *Over the least*: the events a second over those of the shortest history. A million stored \
    executions are measured with `--history` only.";

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let settings = ["retention.max_age=0", "retention.max_per_pipeline=0", "retention.requests=90d"];
    let settings = settings.map(str::to_owned).to_vec();
    let variation = Variation { settings, ..Variation::default() };
    let postgres = bench.postgres_of(target).await?;
    let mut deployment = bench.deploy_varied(target, postgres, &variation).await?;
    let (original, events) = original(&deployment).await?;
    let sizes = &bench.sizes;
    let long = bench.long_history.then_some(sizes.long_history);
    let (mut stored, mut least) = (0, Vec::new());
    for size in sizes.histories.iter().copied().chain(long) {
        deployment.pause().await?;
        history::grow(deployment.store(), &original, stored, size).await?;
        stored = size;
        deployment.resume().await?;
        deployment.balance().await?;
        let rates = measure_at(bench, &deployment, size, events, sheet).await?;
        if least.is_empty() {
            least = rates;
            continue;
        }
        for (rate, least) in rates.iter().zip(&least) {
            let label = format!("{} stored: events, over the least", thousands(size));
            sheet.record(&format!("w7.{size}.flat"), &label, Unit::Times, rate / least);
        }
    }
    deployment.stop().await
}

/// The execution that is copied, and how many events it has.
async fn original(deployment: &Deployment) -> anyhow::Result<(String, u64)> {
    let course = course(deployment, Watching::Own).await?;
    let (client, pipeline) = course.first();
    let name = drive::start(client, pipeline).await?.name;
    let events = drive::count_events(client, &name).await?;
    let (_, id) = name.rsplit_once('/').context("an execution has a name with slashes")?;
    Ok((id.to_owned(), events))
}

async fn course(deployment: &Deployment, watching: Watching) -> anyhow::Result<Course> {
    Course::prepare(deployment, "w7", &pipelines::chain([Work::Nothing; 5]), watching).await
}

/// Measures all at one length of the history. The events a second of each repetition.
async fn measure_at(
    bench: &Bench,
    deployment: &Deployment,
    size: u32,
    events: u64,
    sheet: &mut Sheet<'_>,
) -> anyhow::Result<Vec<f64>> {
    let (sizes, mut rates) = (&bench.sizes, Vec::new());
    let (own, shared) = (course(deployment, Watching::Own).await?, course(deployment, Watching::Shared).await?);
    let (key, stored) = (format!("w7.{size}"), format!("{} stored", thousands(size)));
    own.run(sizes.warm_up, 1).await?;
    for _ in 0..sizes.repetitions {
        let latencies = own.run(sizes.latency, 1).await?;
        sheet.record_latencies(&key, &format!("{stored}: latency"), &latencies);
        sheet.plot(&stored, &latencies);
        let flood = shared.run(sizes.throughput / 2, sizes.in_flight).await?;
        let rate = flood.per_second() * events as f64;
        sheet.record(&format!("{key}.events"), &format!("{stored}: events"), Unit::PerSecond, rate);
        rates.push(rate);
        let (client, pipeline) = own.first();
        for (key, label, filter) in [
            (format!("{key}.list"), "list of the application, p95", String::new()),
            (format!("{key}.filtered"), "list of the pipeline, p95", format!("pipeline={pipeline} status=SUCCEEDED")),
        ] {
            let mut lists = Latencies::new();
            for _ in 0..sizes.lists {
                lists.record(list(client, &filter).await?);
            }
            sheet.record(&key, &format!("{stored}: {label}"), Unit::Milliseconds, lists.quantile(0.95));
        }
    }
    Ok(rates)
}

async fn list(client: &Client, filter: &str) -> anyhow::Result<Duration> {
    let (parent, filter) = (APPLICATION.to_owned(), filter.to_owned());
    let request = v1::ListExecutionsRequest { parent, filter, page_size: 50, ..Default::default() };
    let begun = Instant::now();
    let page = client.call(request).await.context("ListExecutions failed")?.executions;
    let time = begun.elapsed();
    ensure!(page.len() == 50, "a page has {} executions of 50", page.len());
    Ok(time)
}

fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy);
    groups.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!([7, 1000, 100_000, 1_000_000].map(thousands), ["7", "1,000", "100,000", "1,000,000"]);
    }
}
