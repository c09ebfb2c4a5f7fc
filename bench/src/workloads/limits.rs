//! L: what the disk, the databases and gRPC give at most, for comparison.

use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::bench::Bench;
use crate::latencies::Latencies;
use crate::limits::synced_appends;
use crate::report::{Sheet, Unit};
use crate::series::Series;
use crate::target::Target;

pub(super) const METHOD: &str = "On the disk and in the run of everything else. One writer appends 4 KiB and waits for fdatasync. \
    Clients with a connection each commit single rows of 200 bytes in the database of the target: SQLite with a write-ahead \
    log, PostgreSQL as it is after its installation but for `max_wal_size=2GB`. One client calls the server's gRPC health check \
    again and again, then 16 at a time on one connection.";

/// How many clients there are where there are many.
const MANY: usize = 16;

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (directory, period) = (bench.scratch().to_owned(), bench.sizes.limit);
    let appends = tokio::task::spawn_blocking(move || synced_appends(&directory, period)).await??;
    sheet.record("l.appends", "Synced appends", Unit::PerSecond, appends.per_second());
    let place = bench.place(target).await?;
    let one = place.single_commits(1, period).await?;
    sheet.record("l.commits", "Single-row commits, 1 client", Unit::PerSecond, one.per_second());
    let many = place.single_commits(MANY, period).await?;
    sheet.record("l.commits.16", "Single-row commits, 16 clients", Unit::PerSecond, many.per_second());
    sheet.record_latencies("l.commit", "Single-row commit, 1 client", &one);
    let deployment = bench.deploy(target).await?;
    let health = HealthClient::new(Endpoint::from_shared(deployment.url(0))?.tcp_nodelay(true).connect().await?);
    let one = echoes(&health, period, 1).await?;
    sheet.record("l.health", "gRPC health checks, 1 client", Unit::PerSecond, one.per_second());
    let many = echoes(&health, period, MANY).await?;
    sheet.record("l.health.16", "gRPC health checks, 16 at a time", Unit::PerSecond, many.per_second());
    sheet.record("l.health.p50", "gRPC health check, 1 client, p50", Unit::Milliseconds, one.quantile(0.5));
    deployment.stop().await
}

async fn echoes(health: &HealthClient<Channel>, period: Duration, in_flight: usize) -> anyhow::Result<Latencies> {
    let begun = Instant::now();
    let mut callers = JoinSet::new();
    for _ in 0..in_flight {
        let mut health = health.clone();
        callers.spawn(async move {
            let mut series = Series::over(period);
            while let Some(begun) = series.next() {
                health.check(HealthCheckRequest::default()).await?;
                series.record(begun);
            }
            Ok::<_, anyhow::Error>(series.end())
        });
    }
    let mut all = Latencies::new();
    while let Some(latencies) = callers.join_next().await {
        all.add(&latencies??);
    }
    all.over(begun.elapsed());
    Ok(all)
}
