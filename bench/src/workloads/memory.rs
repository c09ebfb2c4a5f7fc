//! W4: what an execution costs that waits.

use std::time::Duration;

use anyhow::ensure;
use futures::{StreamExt, TryStreamExt, stream};
use gennaker_client::{Client, v1};

use crate::bench::Bench;
use crate::drive;
use crate::pipelines::{self, Work};
use crate::process::Memory;
use crate::report::{Section, Unit};

pub(super) const METHOD: &str = "The server is warmed up and left alone for a moment, then executions are started that wait at a \
    manual judgment, 16 at a time. The growth of the server's memory is divided by their number. *Resident* has the pages \
    of files in it that the database reads and writes.";

const AT_A_TIME: usize = 16;
/// How long the server is left alone before its memory is read.
const SETTLE: Duration = Duration::from_secs(2);

pub(super) async fn measure(bench: &Bench, section: &mut Section) -> anyhow::Result<()> {
    for _ in 0..bench.sizes.repetitions {
        let server = bench.server().await?;
        let client = server.client()?;
        pipelines::create_application(&client).await?;
        let nothing = pipelines::create(&client, "w4-nothing", pipelines::chain([Work::Nothing; 5])).await?;
        drive::warm_up(&client, &nothing, bench.sizes.warm_up).await?;
        let pipeline = pipelines::create(&client, "w4", pipelines::chain([Work::Judgment])).await?;
        wait(&client, &pipeline).await?;
        tokio::time::sleep(SETTLE).await;
        let before = server.memory()?;
        let count = bench.sizes.waiting;
        stream::iter(0..count)
            .map(|_| wait(&client, &pipeline))
            .buffer_unordered(AT_A_TIME)
            .try_collect::<()>()
            .await?;
        tokio::time::sleep(SETTLE).await;
        record(section, before, server.memory()?, count);
        server.stop().await?;
    }
    section.bar("w4.resident", 40.0);
    Ok(())
}

/// Starts an execution that waits for a judgment, and sees that it does.
async fn wait(client: &Client, pipeline: &str) -> anyhow::Result<()> {
    let execution = drive::start(client, pipeline).await?;
    let waits = |stage: &v1::StageExecution| stage.judgment.is_some() && stage.status() == v1::StageStatus::Running;
    ensure!(execution.stages.iter().any(waits), "{} does not wait at its judgment", execution.name);
    Ok(())
}

fn record(section: &mut Section, before: Memory, after: Memory, count: usize) {
    const MEGABYTE: f64 = 1024.0 * 1024.0;
    let each = |before: u64, after: u64| after.saturating_sub(before) as f64 / 1024.0 / count as f64;
    let resident = each(before.resident, after.resident);
    section.record("w4.resident", "Resident memory for each", Unit::Kilobytes, resident);
    let anonymous = each(before.anonymous, after.anonymous);
    section.record("w4.anonymous", "Of that its own data", Unit::Kilobytes, anonymous);
    section.record("w4.before", "Resident memory before", Unit::Megabytes, before.resident as f64 / MEGABYTE);
    section.record("w4.after", "Resident memory after", Unit::Megabytes, after.resident as f64 / MEGABYTE);
}
