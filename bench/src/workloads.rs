//! What is measured. Each measurement has servers of its own with empty data, so that none disturbs the next.

mod expressions;
mod fan_out;
mod history;
mod latency;
mod limits;
mod memory;
mod slow_disk;
mod start;
mod throughput;
mod triggers;
mod watchers;

use std::time::{Duration, SystemTime};

use anyhow::Context;
use clap::ValueEnum;
use gennaker_client::v1;

use crate::arguments::Arguments;
use crate::bench::Bench;
use crate::latencies::Latencies;
use crate::limits::Place;
use crate::machine::Machine;
use crate::report::{Report, Section, Sheet};
use crate::target::Target;

/// How long one measurement may take.
const LIMIT: Duration = Duration::from_secs(600);
/// How long one may take that fills a database first.
const LONG_LIMIT: Duration = Duration::from_secs(3600);

/// The workloads, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Workload {
    /// The limits of the disk, of the databases and of gRPC
    #[value(name = "L")]
    Limits,
    /// From start to ready, and the idle server
    #[value(name = "S")]
    Start,
    /// Latency of a pipeline of five stages that do nothing
    #[value(name = "W1")]
    Latency,
    /// Throughput of many of them at a time
    #[value(name = "W2")]
    Throughput,
    /// Latency of a fan-out and its join
    #[value(name = "W3")]
    FanOut,
    /// Memory of executions that wait
    #[value(name = "W4")]
    Memory,
    /// From an event to its watchers
    #[value(name = "W5")]
    Watchers,
    /// Triggers fired
    #[value(name = "W6")]
    Triggers,
    /// The same with many executions stored
    #[value(name = "W7")]
    History,
    /// Throughput on a slow disk
    #[value(name = "W8")]
    SlowDisk,
    /// What expressions add to a long pipeline
    #[value(name = "W9")]
    Expressions,
}

/// A report without results.
pub(crate) async fn begin(bench: &Bench) -> anyhow::Result<Report> {
    let time = prost_types::Timestamp::from(now()).to_string();
    let (server, binary) = (version(bench).await?, bench.binary.display().to_string());
    Ok(Report { time, server, binary, short: bench.short, machine: Machine::this(), sections: Vec::new() })
}

/// Runs the selected workloads on the selected targets: in each repetition of a workload the targets take turns, so that a
/// disk that swings is the same for all. What does not work is not repeated, and keeps nothing else from running.
pub(crate) async fn run(bench: &Bench, arguments: &Arguments, sections: &mut Vec<Section>) {
    for workload in Workload::value_variants().iter().copied().filter(|workload| arguments.selects(*workload)) {
        sections.push(workload.section());
        let section = sections.last_mut().expect("it was pushed");
        let mut targets = workload.targets().to_vec();
        targets.retain(|target| arguments.aims_at(*target));
        for repetition in 1..=workload.repetitions(bench) {
            let mut working = Vec::new();
            for target in targets {
                eprintln!("{} {}: {target}, {repetition}", section.id, section.title);
                match workload.measure_in_time(bench, target, &mut section.sheet(target)).await {
                    Ok(()) => working.push(target),
                    Err(error) => section.failures.push(format!("{target}: {error:#}")),
                }
            }
            targets = working;
        }
    }
}

impl Workload {
    fn section(self) -> Section {
        let (id, title, method) = match self {
            Self::Limits => ("L", "Limits of the machine", limits::METHOD),
            Self::Start => ("S", "Start and rest", start::METHOD),
            Self::Latency => ("W1", "Latency of five stages", latency::METHOD),
            Self::Throughput => ("W2", "Throughput of five stages", throughput::METHOD),
            Self::FanOut => ("W3", "Fan-out 1 → 20 → 1", fan_out::METHOD),
            Self::Memory => ("W4", "Memory of waiting executions", memory::METHOD),
            Self::Watchers => ("W5", "From event to watcher", watchers::METHOD),
            Self::Triggers => ("W6", "Triggers", triggers::METHOD),
            Self::History => ("W7", "History", history::METHOD),
            Self::SlowDisk => ("W8", "Throughput on a slow disk", slow_disk::METHOD),
            Self::Expressions => ("W9", "A thousand expressions", expressions::METHOD),
        };
        Section { id: id.to_owned(), title: title.to_owned(), method: method.to_owned(), ..Section::default() }
    }

    /// What it is measured on.
    const fn targets(self) -> &'static [Target] {
        match self {
            Self::Limits
            | Self::Start
            | Self::Latency
            | Self::Throughput
            | Self::FanOut
            | Self::Memory
            | Self::Watchers
            | Self::Triggers => &[Target::Sqlite, Target::SqliteNormal, Target::Postgres, Target::Postgres3],
            Self::History | Self::SlowDisk => &[Target::Sqlite, Target::Postgres],
            // Expressions are evaluated before anything is written.
            Self::Expressions => &[Target::Sqlite],
        }
    }

    /// How often it is measured.
    const fn repetitions(self, bench: &Bench) -> usize {
        match self {
            // It repeats itself, so that the database is filled once.
            Self::History => 1,
            Self::Limits
            | Self::Start
            | Self::Latency
            | Self::Throughput
            | Self::FanOut
            | Self::Memory
            | Self::Watchers
            | Self::Triggers
            | Self::SlowDisk
            | Self::Expressions => bench.sizes.repetitions,
        }
    }

    async fn measure_in_time(self, bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
        let limit = if self == Self::History { LONG_LIMIT } else { LIMIT };
        let measured = tokio::time::timeout(limit, self.measure(bench, target, sheet)).await;
        measured.unwrap_or_else(|_| Err(anyhow::anyhow!("it was not done within {limit:?}")))
    }

    async fn measure(self, bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
        match self {
            Self::Limits => limits::measure(bench, target, sheet).await,
            Self::Start => start::measure(bench, target, sheet).await,
            Self::Latency => latency::measure(bench, target, sheet).await,
            Self::Throughput => throughput::measure(bench, target, sheet).await,
            Self::FanOut => fan_out::measure(bench, target, sheet).await,
            Self::Memory => memory::measure(bench, target, sheet).await,
            Self::Watchers => watchers::measure(bench, target, sheet).await,
            Self::Triggers => triggers::measure(bench, target, sheet).await,
            Self::History => history::measure(bench, target, sheet).await,
            Self::SlowDisk => slow_disk::measure(bench, target, sheet).await,
            Self::Expressions => expressions::measure(bench, target, sheet).await,
        }
    }
}

/// Measures something between two short measurements of the single commits of the same database.
async fn beside_commits<T>(
    bench: &Bench,
    place: &Place,
    measured: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<(T, Latencies)> {
    let period = bench.sizes.limit / 2;
    let mut commits = place.single_commits(1, period).await?;
    let measured = measured.await?;
    commits.add(&place.single_commits(1, period).await?);
    Ok((measured, commits))
}

async fn version(bench: &Bench) -> anyhow::Result<String> {
    let server = bench.deploy_bare(Target::Sqlite).await.context("the server can't be asked for its version")?;
    let version = server.client(0)?.call(v1::GetVersionRequest {}).await?;
    server.stop().await?;
    let commit = if version.commit.is_empty() { String::new() } else { format!(" ({})", version.commit) };
    Ok(format!("gennaker {}{commit}", version.version))
}

/// The time of day, by the same clock as the server's.
#[expect(clippy::disallowed_methods, reason = "a benchmark compares the machine's clock with the server's events")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
