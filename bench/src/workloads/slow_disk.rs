//! W8: the throughput on a disk that takes its time, where gathering commits is what counts.

use std::time::Duration;

use anyhow::{Context, ensure};
use gennaker_parts::SlowDisk;
use tokio::process::Command;

use crate::bench::{Bench, Variation};
use crate::course::{Course, Watching};
use crate::limits::Place;
use crate::pipelines::{self, Work};
use crate::report::{Sheet, Unit};
use crate::target::{Database, Target};

pub(super) const METHOD: &str = "As W2 without work on a shared watch, with every sync of the server and of its database made 5 ms \
    longer, by a library that is loaded before the system's. *Over commits* is the rate over that of single-row commits by one \
    client of the same database on the same slow disk.";

const DELAY: Duration = Duration::from_millis(5);

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (sizes, disk) = (&bench.sizes, SlowDisk::new(DELAY)?);
    let variation = Variation { environment: disk.environment(), ..Variation::default() };
    let postgres = match target.database() {
        Database::Sqlite(_) => None,
        Database::Postgres => Some(bench.start_postgres(&variation).await?),
    };
    let commits = match &postgres {
        None => sqlite_commits(bench, &disk).await?,
        Some(server) => Place::Postgres(server.url("postgres")).single_commits(1, sizes.limit).await?.per_second(),
    };
    let deployment = bench.deploy_varied(target, postgres.as_ref(), &variation).await?;
    deployment.balance().await?;
    let stages = pipelines::chain([Work::Nothing; 5]);
    let course = Course::prepare(&deployment, "w8", &stages, Watching::Shared).await?;
    course.run(sizes.warm_up, sizes.in_flight).await?;
    let latencies = course.run(sizes.throughput, sizes.in_flight).await?;
    sheet.record("w8.rate", "Executions", Unit::PerSecond, latencies.per_second());
    sheet.record("w8.single", "Single-row commits, 1 client", Unit::PerSecond, commits);
    sheet.record("w8.commits", "Executions, over commits", Unit::Times, latencies.per_second() / commits);
    sheet.record_latencies("w8", "Execution", &latencies);
    deployment.stop().await
}

/// Single commits of SQLite a second: by this program in a process of its own, on the slow disk.
async fn sqlite_commits(bench: &Bench, disk: &SlowDisk) -> anyhow::Result<f64> {
    let mut command = Command::new(std::env::current_exe().context("can't find this program")?);
    command.arg("--commits-in").arg(bench.scratch()).args(bench.short.then_some("--short"));
    let output = command.envs(disk.environment()).kill_on_drop(true).output().await?;
    ensure!(output.status.success(), "can't measure the slow disk: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout)?;
    said.trim().parse().with_context(|| format!("{said:?} is no rate"))
}
