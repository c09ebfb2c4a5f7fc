//! What is measured. Each workload has a server of its own with empty data, so that none disturbs the next.

mod fan_out;
mod latency;
mod limits;
mod memory;
mod start;
mod throughput;
mod watchers;

use std::time::{Duration, SystemTime};

use anyhow::Context;
use clap::ValueEnum;
use gennaker_client::v1;

use crate::arguments::Arguments;
use crate::bench::Bench;
use crate::machine::Machine;
use crate::report::{Report, Section};

/// How long a workload may take.
const LIMIT: Duration = Duration::from_secs(600);

/// The workloads, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Workload {
    /// The limits of the disk and of gRPC
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
}

/// Runs the selected workloads. One that does not work does not keep the others from running.
pub(crate) async fn run(bench: &Bench, arguments: &Arguments) -> anyhow::Result<Report> {
    let time = prost_types::Timestamp::from(now()).to_string();
    let mut sections = Vec::new();
    for workload in Workload::value_variants().iter().copied().filter(|workload| arguments.selects(*workload)) {
        let mut section = workload.section();
        eprintln!("{} {}", section.id, section.title);
        let measured = tokio::time::timeout(LIMIT, workload.measure(bench, &mut section)).await;
        let result = measured.unwrap_or_else(|_| Err(anyhow::anyhow!("it was not done within {LIMIT:?}")));
        section.failure = result.err().map(|error| format!("{error:#}"));
        sections.push(section);
    }
    let (server, binary) = (version(bench).await?, bench.binary.display().to_string());
    Ok(Report { time, server, binary, short: arguments.short, machine: Machine::this(), sections })
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
        };
        Section { id: id.to_owned(), title: title.to_owned(), method: method.to_owned(), ..Section::default() }
    }

    async fn measure(self, bench: &Bench, section: &mut Section) -> anyhow::Result<()> {
        match self {
            Self::Limits => limits::measure(bench, section).await,
            Self::Start => start::measure(bench, section).await,
            Self::Latency => latency::measure(bench, section).await,
            Self::Throughput => throughput::measure(bench, section).await,
            Self::FanOut => fan_out::measure(bench, section).await,
            Self::Memory => memory::measure(bench, section).await,
            Self::Watchers => watchers::measure(bench, section).await,
        }
    }
}

async fn version(bench: &Bench) -> anyhow::Result<String> {
    let server = bench.server().await.context("the server can't be asked for its version")?;
    let version = server.client()?.call(v1::GetVersionRequest {}).await?;
    server.stop().await?;
    let commit = if version.commit.is_empty() { String::new() } else { format!(" ({})", version.commit) };
    Ok(format!("gennaker {}{commit}", version.version))
}

/// The time of day, by the same clock as the server's.
#[expect(clippy::disallowed_methods, reason = "a benchmark compares the machine's clock with the server's events")]
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
