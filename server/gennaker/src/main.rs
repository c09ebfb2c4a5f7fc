//! The program `gennaker`: the server, the demo, and the commands of the client.
//!
//! It reads the configuration, puts the adapters behind the ports, and stops in order. It decides nothing: what the server
//! does is in `gennaker-app` and below, what clients do in `gennaker-cli`.

mod arguments;
mod config;
mod demo;
mod failure;
mod fsck;
mod late;
mod maintenance;
mod open;
mod options;
mod outside;
mod serve;
mod shutdown;
mod storage;
mod telemetry;
mod wiring;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use gennaker_cloud_local::sample::{SampleOptions, sample_program};
use gennaker_cloud_local::supervisor::supervise;

use crate::arguments::{Arguments, Command, Look, Place, Settings};
use crate::config::{Config, Loaded};
use crate::failure::Failure;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    run(arguments).unwrap_or_else(|failure| failure.report())
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::internal(format!("can't start: {error}")))?;
    runtime.block_on(async {
        match arguments.command {
            Command::Serve(settings) => serve::serve(load(&settings)?.config).await,
            Command::Demo(options) => demo::demo(&options, arguments.globals.no_color).await,
            Command::Migrate(place) => maintenance::migrate(&load_place(&place)?).await,
            Command::Fsck(place) => fsck::fsck(&load_place(&place)?, arguments.globals.output).await,
            Command::Backup { file, place } => maintenance::backup(&load_place(&place)?, &file).await,
            Command::Config(Look::Check(settings)) => print(&config::effective(&load(&settings)?)),
            Command::Config(Look::Reference) => print(&config::reference()),
            Command::Completions { shell } => completions(shell),
            Command::SampleProgram { version } => sample(version).await,
            Command::SuperviseJob { report, command } => supervise_job(&report, &command).await,
            Command::Client(command) => Ok(gennaker_cli::run(command, arguments.globals).await),
        }
    })
}

fn load(settings: &Settings) -> Result<Loaded, Failure> {
    let flags = settings.flags().map_err(Failure::usage)?;
    Ok(config::load(settings.place.config.as_deref(), &config::environment(), &flags)?)
}

/// For a command that does its work on the database, without a server.
fn load_place(place: &Place) -> Result<Config, Failure> {
    let flags = place.flags().map_err(Failure::usage)?;
    let loaded = config::load(place.config.as_deref(), &config::environment(), &flags)?;
    telemetry::complain()?;
    Ok(loaded.config)
}

fn completions(shell: clap_complete::Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "gennaker", &mut script);
    print(&String::from_utf8_lossy(&script))
}

async fn sample(version: String) -> Result<ExitCode, Failure> {
    let environment = config::environment();
    let options = SampleOptions::from_environment(version, |name| environment.get(name).cloned());
    let ended = sample_program(options).await;
    ended
        .map(|()| ExitCode::SUCCESS)
        .map_err(|error| Failure::unavailable(format!("the sample program ended: {error}")))
}

async fn supervise_job(report: &Path, command: &[String]) -> Result<ExitCode, Failure> {
    let reported = supervise(report, command).await;
    reported
        .map(|()| ExitCode::SUCCESS)
        .map_err(|error| Failure::cant_create(format!("can't write the report {}: {error}", report.display())))
}

fn print(text: &str) -> Result<ExitCode, Failure> {
    wrote(std::io::stdout().write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// What became of the output; a reader that went away is no failure.
fn wrote(written: std::io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::unavailable(format!("can't write the output: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// A wrong command line ends with the code of wrong usage, which is not clap's own.
fn usage(error: &clap::Error) -> ExitCode {
    let printed = error.print().is_ok();
    if error.use_stderr() || !printed { ExitCode::from(64) } else { ExitCode::SUCCESS }
}
