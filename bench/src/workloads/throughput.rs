//! W2: how many executions of five stages a second.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use gennaker_client::Client;
use tokio::task::JoinSet;

use crate::bench::Bench;
use crate::drive::{self, Watching};
use crate::feed::Feed;
use crate::latencies::Latencies;
use crate::pipelines::{self, Work};
use crate::process::Server;
use crate::report::{Section, Unit};

pub(super) const METHOD: &str = "2,000 executions, 50 at a time on one connection: each of 50 callers starts one, waits until its \
    client has seen the end, and starts the next. *Shared watch*: all ends are seen on one WatchExecutions stream. *Own \
    watch*: a WatchExecution for each. CPU is that of the server, all threads together.";

struct Variant {
    key: &'static str,
    label: &'static str,
    work: Work,
    shared: bool,
}

const VARIANTS: [Variant; 4] = [
    Variant { key: "w2.nothing", label: "No work, shared watch", work: Work::Nothing, shared: true },
    Variant { key: "w2.nothing.own", label: "No work, own watch", work: Work::Nothing, shared: false },
    Variant { key: "w2.effects", label: "Effects, shared watch", work: Work::Effect, shared: true },
    Variant { key: "w2.effects.own", label: "Effects, own watch", work: Work::Effect, shared: false },
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
            all.add(&repetition(bench, &server, &client, &pipeline, variant, section).await?);
        }
        section.plot(variant.label, &all);
    }
    server.stop().await
}

async fn repetition(
    bench: &Bench,
    server: &Server,
    client: &Client,
    pipeline: &str,
    variant: &Variant,
    section: &mut Section,
) -> anyhow::Result<Latencies> {
    let feed = if variant.shared { Some(Arc::new(Feed::open(client, pipeline).await?)) } else { None };
    let before = server.cpu_time()?;
    let latencies = flood(bench, client, pipeline, feed).await?;
    let used = server.cpu_time()?.saturating_sub(before);
    let Variant { key, label, .. } = variant;
    section.record(&format!("{key}.rate"), &format!("{label}, executions"), Unit::PerSecond, latencies.per_second());
    section.record_latencies(key, label, &latencies);
    let each = used.as_secs_f64() * 1e6 / latencies.count() as f64;
    section.record(&format!("{key}.cpu"), &format!("{label}, CPU for each"), Unit::Microseconds, each);
    Ok(latencies)
}

/// Runs all executions, some at a time.
async fn flood(bench: &Bench, client: &Client, pipeline: &str, feed: Option<Arc<Feed>>) -> anyhow::Result<Latencies> {
    let left = Arc::new(AtomicUsize::new(bench.sizes.throughput));
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..bench.sizes.in_flight {
        let (client, pipeline, feed, left) = (client.clone(), pipeline.to_owned(), feed.clone(), left.clone());
        callers.spawn(async move {
            let watching = feed.as_deref().map_or(Watching::Own, Watching::Shared);
            let mut latencies = Latencies::new();
            while take(&left) {
                latencies.record(drive::run(&client, &pipeline, &watching).await?);
            }
            Ok::<_, anyhow::Error>(latencies)
        });
    }
    let mut all = Latencies::new();
    while let Some(latencies) = callers.join_next().await {
        all.add(&latencies??);
    }
    all.over(begun.elapsed());
    Ok(all)
}

fn take(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok()
}
