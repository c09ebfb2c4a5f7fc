//! The program `gennaker-bench`: starts the real server, measures it from outside as a client sees it, and writes a report.
//!
//! It sees the API and nothing else of the server; the limits of the disk and of gRPC are measured in the same run, because
//! only ratios to them mean something on another machine. A slow server is a result, not a failure: the exit code tells only
//! whether every workload did what it should.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the command line")]

mod arguments;
mod bench;
mod disk;
mod drive;
mod feed;
mod latencies;
mod machine;
mod pipelines;
mod process;
mod report;
mod sizes;
mod workloads;

use std::process::ExitCode;

use anyhow::Context;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::arguments::Arguments;
use crate::bench::Bench;
use crate::report::{Baseline, Report};

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(report) if report.worked() => ExitCode::SUCCESS,
        Ok(report) => {
            report.failures().for_each(|failure| eprintln!("gennaker-bench: {failure}"));
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("gennaker-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<Report> {
    let baseline = arguments.baseline.as_deref().map(Baseline::read).transpose()?;
    let runtime = tokio::runtime::Runtime::new().context("can't start")?;
    let report = runtime.block_on(async {
        let bench = Bench::new(arguments)?;
        tokio::select! {
            report = workloads::run(&bench, arguments) => report,
            name = interrupted() => anyhow::bail!("stopped by {}", name?),
        }
    })?;
    let text = report::write(&report, baseline.as_ref(), &arguments.out)?;
    println!("{text}");
    println!("The whole report is in {}.", arguments.out.join("report.md").display());
    Ok(report)
}

/// The signal that came. The servers end with the values that hold them.
async fn interrupted() -> anyhow::Result<&'static str> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    })
}
