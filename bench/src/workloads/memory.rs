//! W4: what an execution costs that waits.

use anyhow::ensure;
use futures::{StreamExt, TryStreamExt, stream};
use gennaker_client::{Client, v1};

use crate::bench::Bench;
use crate::course::{Course, Watching};
use crate::drive;
use crate::pipelines::{self, Work};
use crate::process::Memory;
use crate::report::{Sheet, Unit};
use crate::target::Target;

pub(super) const METHOD: &str = "The server is warmed up and left alone for a moment, then 10,000 executions are started that wait \
    at a manual judgment, 16 at a time. *For each* is the growth of the memory of all servers over the number of executions. \
    *Resident* has the pages of files in it that the database reads and writes; the memory of PostgreSQL does not count.";

const AT_A_TIME: usize = 16;
const MEGABYTE: f64 = 1024.0 * 1024.0;

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (sizes, deployment) = (&bench.sizes, bench.deploy(target).await?);
    let nothing = pipelines::chain([Work::Nothing; 5]);
    Course::prepare(&deployment, "w4-nothing", &nothing, Watching::Own).await?.run(sizes.warm_up, 1).await?;
    let pipeline = pipelines::create(&deployment.client(0)?, "w4", pipelines::chain([Work::Judgment])).await?;
    let clients = (0..deployment.replicas()).map(|turn| deployment.client(turn)).collect::<Result<Vec<_>, _>>()?;
    for client in &clients {
        wait(client, &pipeline).await?;
    }
    tokio::time::sleep(sizes.settle).await;
    let before = deployment.memory()?;
    let waits = clients.iter().cycle().take(sizes.waiting).map(|client| wait(client, &pipeline));
    stream::iter(waits).buffer_unordered(AT_A_TIME).try_collect::<()>().await?;
    tokio::time::sleep(sizes.settle).await;
    record(sheet, [before, deployment.memory()?], sizes.waiting, clients.len());
    deployment.stop().await
}

/// Starts an execution that waits for a judgment, and sees that it does.
async fn wait(client: &Client, pipeline: &str) -> anyhow::Result<()> {
    let execution = drive::start(client, pipeline).await?;
    let waits = |stage: &v1::StageExecution| stage.judgment.is_some() && stage.status() == v1::StageStatus::Running;
    ensure!(execution.stages.iter().any(waits), "{} does not wait at its judgment", execution.name);
    Ok(())
}

fn record(sheet: &mut Sheet<'_>, [before, after]: [Memory; 2], count: usize, replicas: usize) {
    let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / 1024.0 / count as f64;
    let resident = each(before.resident, after.resident);
    sheet.record("w4.resident", "Resident memory for each", Unit::Kilobytes, resident);
    let anonymous = each(before.anonymous, after.anonymous);
    sheet.record("w4.anonymous", "of that its own data", Unit::Kilobytes, anonymous);
    let server = |memory: Memory| memory.resident as f64 / MEGABYTE / replicas as f64;
    sheet.record("w4.before", "Resident memory of a server before", Unit::Megabytes, server(before));
    sheet.record("w4.after", "Resident memory of a server after", Unit::Megabytes, server(after));
}
