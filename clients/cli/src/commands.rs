//! The commands: each a file with its arguments and what it does.

mod apply;
mod clusters;
mod delete;
mod evaluate;
mod explain;
mod fire;
mod follow;
mod get;
mod input;
mod judge;
mod list;
mod logs;
mod operate;
mod plan;
mod register;
mod resource;
mod revisions;
mod run;
mod spinnaker;
mod steer;
mod validate;
mod version;
mod watch;

use std::process::ExitCode;

use clap::Subcommand;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::globals::GlobalOptions;
use crate::palette::Tone;
use crate::session::Session;
use crate::terminal::Terminal;

/// The commands of a client.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// Creates or updates what files describe: applications, pipelines, triggers, projects, load balancers...
    Apply(apply::Apply),
    /// Checks files without saving anything
    Validate(validate::Validate),
    /// Shows one thing
    Get(get::Get),
    /// Lists things
    List(list::List),
    /// Deletes something
    Delete(delete::Delete),
    /// Shows what a run of a pipeline would do, expression by expression, without starting anything
    Plan(plan::Plan),
    /// Starts a pipeline
    Run(run::Run),
    /// Follows an execution until it ends
    Watch(watch::Watch),
    /// Answers a judgment that an execution waits for
    Judge(judge::Judge),
    /// Cancels an execution
    Cancel(steer::Cancel),
    /// Pauses an execution: what runs ends, nothing new starts
    Pause(steer::Pause),
    /// Resumes a paused execution
    Resume(steer::Resume),
    /// Runs a stage that has ended, and all stages after it, again
    Retry(steer::Retry),
    /// Skips a stage, or ends its wait
    Skip(steer::Skip),
    /// Says what an execution waits for, until when, and who can act
    Explain(explain::Explain),
    /// Evaluates an expression as a stage of an execution would
    Evaluate(evaluate::Evaluate),
    /// Shows clusters with their server groups and instances
    Clusters(clusters::Clusters),
    /// Shows what an instance wrote to its output
    Logs(logs::Logs),
    /// Registers an image
    Register(register::Register),
    /// Changes the capacity of a server group
    Resize(operate::Resize),
    /// Gives traffic to a server group
    Enable(operate::Enable),
    /// Takes the traffic from a server group
    Disable(operate::Disable),
    /// Goes back from a server group to another one of its cluster
    Rollback(operate::Rollback),
    /// Destroys a server group
    Destroy(operate::Destroy),
    /// Shows the difference of two revisions of a pipeline
    Diff(revisions::Diff),
    /// Lists the revisions of a pipeline
    Revisions(revisions::Revisions),
    /// Saves the content of an old revision of a pipeline as a new one
    Restore(revisions::Restore),
    /// Fires a trigger by hand
    Fire(fire::Fire),
    /// Lists what a trigger, or all triggers of an application, saw and did
    Events(fire::Events),
    /// Brings pipelines from Spinnaker
    #[command(subcommand)]
    Import(spinnaker::Import),
    /// Turns pipelines into those of Spinnaker
    #[command(subcommand)]
    Export(spinnaker::Export),
    /// Shows the versions of this program and of the server
    Version(version::Version),
}

/// Carries a command out on the terminal of the process.
pub async fn run(command: Command, globals: GlobalOptions) -> ExitCode {
    let terminal = Terminal::stdio(globals.no_color);
    run_on(command, globals, &terminal).await.into()
}

/// Carries a command out and prints to a terminal, errors included.
pub async fn run_on(command: Command, globals: GlobalOptions, terminal: &Terminal) -> Exit {
    match attempt(command, globals, terminal).await {
        Ok(exit) => exit,
        Err(failure) => {
            if !failure.is_silent() {
                let label = terminal.palette().paint(Tone::Bad, "error:");
                // There is nobody left to tell when the standard error is closed too.
                let _ = terminal.note(&format!("{label} {failure}{}", hint(&failure)));
            }
            failure.exit()
        }
    }
}

fn hint(failure: &Failure) -> &'static str {
    match failure.exit() {
        Exit::Unreachable => "; start one with `gennaker serve`, or name another with --server",
        Exit::Success
        | Exit::Terminal
        | Exit::Canceled
        | Exit::Usage
        | Exit::Data
        | Exit::NotFound
        | Exit::Internal
        | Exit::Io
        | Exit::TryAgain
        | Exit::Denied
        | Exit::Interrupted => "",
    }
}

async fn attempt(command: Command, globals: GlobalOptions, terminal: &Terminal) -> Result<Exit, Failure> {
    let session = &Session::new(globals, terminal.clone())?;
    match command {
        Command::Apply(apply) => apply.run(session).await,
        Command::Validate(validate) => validate.run(session).await,
        Command::Get(get) => get.run(session).await,
        Command::List(list) => list.run(session).await,
        Command::Delete(delete) => delete.run(session).await,
        Command::Plan(plan) => plan.run(session).await,
        Command::Run(run) => run.run(session).await,
        Command::Watch(watch) => watch.run(session).await,
        Command::Judge(judge) => judge.run(session).await,
        Command::Cancel(cancel) => cancel.run(session).await,
        Command::Pause(pause) => pause.run(session).await,
        Command::Resume(resume) => resume.run(session).await,
        Command::Retry(retry) => retry.run(session).await,
        Command::Skip(skip) => skip.run(session).await,
        Command::Explain(explain) => explain.run(session).await,
        Command::Evaluate(evaluate) => evaluate.run(session).await,
        Command::Clusters(clusters) => clusters.run(session).await,
        Command::Logs(logs) => logs.run(session).await,
        Command::Register(register) => register.run(session).await,
        Command::Resize(resize) => resize.run(session).await,
        Command::Enable(enable) => enable.run(session).await,
        Command::Disable(disable) => disable.run(session).await,
        Command::Rollback(rollback) => rollback.run(session).await,
        Command::Destroy(destroy) => destroy.run(session).await,
        Command::Diff(diff) => diff.run(session).await,
        Command::Revisions(revisions) => revisions.run(session).await,
        Command::Restore(restore) => restore.run(session).await,
        Command::Fire(fire) => fire.run(session).await,
        Command::Events(events) => events.run(session).await,
        Command::Import(import) => import.run(session).await,
        Command::Export(export) => export.run(session).await,
        Command::Version(version) => version.run(session).await,
    }
}

#[cfg(test)]
mod tests;
