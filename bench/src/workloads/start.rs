//! S: how soon the server is ready, and what it takes when it has nothing to do.

use std::fs;
use std::time::Duration;

use crate::bench::Bench;
use crate::deployment::{Deployment, Store};
use crate::report::{Sheet, Unit};
use crate::target::Target;

pub(super) const METHOD: &str = "From the start of the process to the first GetHealth that answers OK: with an empty database, and \
    again with the same one; of three replicas, the slowest counts. Then the server is left alone, without any client; its \
    memory is read, and its CPU time and the transactions of its database over a while. Figures of three replicas are those \
    of one of them in the mean; the memory and the CPU time of PostgreSQL itself do not count.";

const MEGABYTE: f64 = 1024.0 * 1024.0;

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let size = fs::metadata(&bench.binary)?.len();
    sheet.record("s.binary", "Size of the program", Unit::Megabytes, size as f64 / MEGABYTE);
    let mut deployment = bench.deploy_bare(target).await?;
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    sheet.record("s.first_start", "First start to ready", Unit::Milliseconds, milliseconds(deployment.ready_after()));
    for _ in 0..bench.sizes.starts {
        deployment.pause().await?;
        deployment.resume().await?;
        sheet.record("s.start", "Start to ready", Unit::Milliseconds, milliseconds(deployment.ready_after()));
    }
    deployment.balance().await?;
    rest(bench, &deployment, sheet).await?;
    deployment.stop().await
}

async fn rest(bench: &Bench, deployment: &Deployment, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let replicas = deployment.replicas() as f64;
    tokio::time::sleep(bench.sizes.settle).await;
    let memory = deployment.memory()?;
    let each = |bytes: u64| bytes as f64 / MEGABYTE / replicas;
    sheet.record("s.rss", "Idle server, resident memory", Unit::Megabytes, each(memory.resident));
    sheet.record("s.anonymous", "of that its own data", Unit::Megabytes, each(memory.anonymous));
    if matches!(deployment.store(), Store::Postgres(_)) {
        tokio::time::sleep(bench.sizes.statistics).await;
    }
    let (cpu, transactions) = (deployment.cpu_time()?, transactions(deployment).await?);
    tokio::time::sleep(bench.sizes.idle).await;
    let each_second = bench.sizes.idle.as_secs_f64() * replicas;
    let used = deployment.cpu_time()?.saturating_sub(cpu).as_secs_f64();
    sheet.record("s.cpu", "Idle server, of one processor", Unit::Percent, used / each_second * 100.0);
    if let (Some(before), Some(after)) = (transactions, self::transactions(deployment).await?) {
        let rate = (after - before) as f64 / each_second;
        sheet.record("s.transactions", "Idle server, transactions", Unit::IdleTransactions, rate);
    }
    Ok(())
}

async fn transactions(deployment: &Deployment) -> anyhow::Result<Option<i64>> {
    match deployment.store() {
        Store::Sqlite(_) => Ok(None),
        Store::Postgres(database) => database.transactions().await.map(Some),
    }
}
