//! L: what the disk and gRPC give at most, for comparison.

use std::time::{Duration, Instant};

use gennaker_client::{Client, v1};
use tokio::task::JoinSet;

use crate::bench::Bench;
use crate::disk::{self, Database};
use crate::latencies::Latencies;
use crate::report::{Section, Unit};

pub(super) const METHOD: &str = "One writer appends 4 KiB and waits for fdatasync; one SQLite connection commits single rows \
    with a write-ahead log and `synchronous=FULL`; one client calls GetVersion again and again, then 50 at a time on one \
    connection.";

pub(super) async fn measure(bench: &Bench, section: &mut Section) -> anyhow::Result<()> {
    let server = bench.server().await?;
    let client = server.client()?;
    for _ in 0..bench.sizes.repetitions {
        let (directory, period) = (bench.scratch().to_owned(), bench.sizes.limit);
        let (appends, commits) = tokio::task::spawn_blocking(move || {
            let database = Database::create(&directory)?;
            Ok::<_, anyhow::Error>((disk::synced_appends(&directory, period)?, database.single_commits(period)?))
        })
        .await??;
        section.record("l.appends", "Synced appends", Unit::PerSecond, appends.per_second());
        section.record("l.commits", "SQLite single-row commits", Unit::PerSecond, commits.per_second());
        section.record_latencies("l.commit", "SQLite single-row commit", &commits);
        let one = echo(&client, period).await?;
        section.record("l.echo", "gRPC echoes, one client", Unit::PerSecond, one.per_second());
        section.record("l.echo.p50", "gRPC echo, p50", Unit::Milliseconds, one.quantile(0.5));
        let many = echoes(&client, period, bench.sizes.in_flight).await?;
        section.record("l.echoes", "gRPC echoes, 50 in flight", Unit::PerSecond, many.per_second());
    }
    server.stop().await
}

async fn echo(client: &Client, period: Duration) -> anyhow::Result<Latencies> {
    let mut latencies = Latencies::new();
    let begun = Instant::now();
    while begun.elapsed() < period {
        let one = Instant::now();
        client.call(v1::GetVersionRequest {}).await?;
        latencies.record(one.elapsed());
    }
    latencies.over(begun.elapsed());
    Ok(latencies)
}

async fn echoes(client: &Client, period: Duration, in_flight: usize) -> anyhow::Result<Latencies> {
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..in_flight {
        let client = client.clone();
        callers.spawn(async move { echo(&client, period).await });
    }
    let mut all = Latencies::new();
    while let Some(latencies) = callers.join_next().await {
        all.add(&latencies??);
    }
    all.over(begun.elapsed());
    Ok(all)
}
