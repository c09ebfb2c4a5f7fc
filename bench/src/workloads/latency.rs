//! W1: how long five stages take that do nothing.

use std::time::{Duration, Instant};

use gennaker_client::Client;

use crate::bench::Bench;
use crate::disk::Database;
use crate::drive::{self, Watching};
use crate::feed::Feed;
use crate::latencies::Latencies;
use crate::pipelines::{self, Work};
use crate::report::{Section, Unit};

pub(super) const METHOD: &str = "Executions one after the other, each from the StartExecution call to the event of its end at \
    the client, with `synchronous=FULL`. *No work*: five waits of 0 s. *Effects*: five stages that each look at a cloud, in a \
    stage of their own, so 10 stages and 5 tasks. *Timers*: five waits of 1 ms. *Own watch*: WatchExecution after sequence 0, \
    opened when the start was answered. *Shared watch*: one WatchExecutions for the pipeline, opened before. *In commits*: the \
    time over that of a single-row commit on the same disk, measured just before and after.";

/// How long commits are measured around each series.
const COMMITS: Duration = Duration::from_millis(250);

struct Variant {
    key: &'static str,
    label: &'static str,
    work: Work,
    shared: bool,
}

const VARIANTS: [Variant; 5] = [
    Variant { key: "w1.nothing", label: "No work, own watch", work: Work::Nothing, shared: false },
    Variant { key: "w1.nothing.shared", label: "No work, shared watch", work: Work::Nothing, shared: true },
    Variant { key: "w1.effects", label: "Effects, own watch", work: Work::Effect, shared: false },
    Variant { key: "w1.effects.shared", label: "Effects, shared watch", work: Work::Effect, shared: true },
    Variant { key: "w1.timers", label: "Timers, own watch", work: Work::Wait(Duration::from_millis(1)), shared: false },
];

pub(super) async fn measure(bench: &Bench, section: &mut Section) -> anyhow::Result<()> {
    let server = bench.server().await?;
    let client = server.client()?;
    pipelines::create_application(&client).await?;
    for variant in &VARIANTS {
        let id = variant.key.replace('.', "-");
        let pipeline = pipelines::create(&client, &id, pipelines::chain([variant.work; 5])).await?;
        drive::warm_up(&client, &pipeline, bench.sizes.warm_up).await?;
        let mut all = Latencies::new();
        for _ in 0..bench.sizes.repetitions {
            let mut commits = single_commits(bench).await?;
            let latencies = series(bench, &client, &pipeline, variant.shared).await?;
            commits.add(&single_commits(bench).await?);
            section.record_latencies(variant.key, variant.label, &latencies);
            let in_commits = latencies.quantile(0.5) / commits.quantile(0.5);
            let (key, label) = (format!("{}.commits", variant.key), format!("{}, p50 in commits", variant.label));
            section.record(&key, &label, Unit::Commits, in_commits);
            all.add(&latencies);
        }
        section.plot(variant.label, &all);
    }
    section.bar("w1.nothing.p50", 5.0);
    section.bar("w1.effects.p50", 5.0);
    server.stop().await
}

async fn series(bench: &Bench, client: &Client, pipeline: &str, shared: bool) -> anyhow::Result<Latencies> {
    let feed = if shared { Some(Feed::open(client, pipeline).await?) } else { None };
    let watching = feed.as_ref().map_or(Watching::Own, Watching::Shared);
    let mut latencies = Latencies::new();
    let begun = Instant::now();
    for _ in 0..bench.sizes.latency {
        latencies.record(drive::run(client, pipeline, &watching).await?);
    }
    latencies.over(begun.elapsed());
    Ok(latencies)
}

async fn single_commits(bench: &Bench) -> anyhow::Result<Latencies> {
    let (directory, period) = (bench.scratch().to_owned(), COMMITS.min(bench.sizes.limit));
    tokio::task::spawn_blocking(move || Database::create(&directory)?.single_commits(period)).await?
}
