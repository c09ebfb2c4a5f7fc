//! The program `gennaker-bench`: starts the real server, measures it from outside as a client sees it, and writes a report.
//!
//! It sees the API and nothing else of the server; the limits of the disk and of gRPC are measured in the same run, because
//! only ratios to them mean something on another machine. A slow server is a result, not a failure: the exit code tells only
//! whether every workload did what it should.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the command line")]

mod arguments;
mod bench;
mod course;
mod deployment;
mod drive;
mod feed;
mod history;
mod http;
mod latencies;
mod limits;
mod machine;
mod metrics;
mod pipelines;
mod process;
mod report;
mod series;
mod sizes;
mod target;
mod workloads;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::Arguments;
use crate::bench::Bench;
use crate::limits::Place;
use crate::report::Baseline;
use crate::sizes::Sizes;
use crate::target::Synchronous;

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("gennaker-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Runtime::new().context("can't start")?;
    match &arguments.commits_in {
        None => measure(arguments, &runtime),
        Some(directory) => {
            let place = Place::Sqlite(directory.clone(), Synchronous::Full);
            let commits = runtime.block_on(place.single_commits(1, Sizes::of(arguments).limit))?;
            println!("{}", commits.per_second());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn measure(arguments: &Arguments, runtime: &Runtime) -> anyhow::Result<ExitCode> {
    let baseline = arguments.baseline.as_deref().map(Baseline::read).transpose()?;
    let report = runtime.block_on(async {
        let bench = Bench::new(arguments)?;
        let mut report = workloads::begin(&bench).await?;
        let stopped = tokio::select! {
            () = workloads::run(&bench, arguments, &mut report.sections) => None,
            name = interrupted() => Some(name?),
        };
        // What was measured until then is still worth reading.
        if let (Some(name), Some(section)) = (stopped, report.sections.last_mut()) {
            section.failures.push(format!("stopped by {name}"));
        }
        Ok::<_, anyhow::Error>(report.finish())
    })?;
    let text = report::write(&report, baseline.as_ref(), &arguments.out)?;
    println!("{text}");
    println!("The whole report is in {}.", arguments.out.join("report.md").display());
    report.failures().for_each(|failure| eprintln!("gennaker-bench: {failure}"));
    Ok(if report.worked() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The signal that came. The servers end with the values that hold them.
async fn interrupted() -> anyhow::Result<&'static str> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    })
}
