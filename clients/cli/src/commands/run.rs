//! `run`: starts a pipeline.

use clap::Args;
use gennaker_client::v1;

use super::follow::follow;
use super::input::Inputs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{self, short};
use crate::output::Document;
use crate::render::execution_word;
use crate::session::Session;

/// The arguments of `run`.
#[derive(Debug, Clone, Args)]
pub struct Run {
    /// The pipeline, APPLICATION/PIPELINE
    pipeline: String,

    #[command(flatten)]
    inputs: Inputs,

    /// Why, for the people who read the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// Follows the execution until it ends, with its result as the exit code
    #[arg(short, long)]
    follow: bool,

    /// Checks the start, and starts nothing
    #[arg(long, conflicts_with = "follow")]
    dry_run: bool,
}

impl Run {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let request = v1::StartExecutionRequest {
            pipeline: names::pipeline(&self.pipeline)?,
            parameters: self.inputs.parameters()?,
            artifacts: self.inputs.artifacts,
            reason: self.reason.unwrap_or_default(),
            validate_only: self.dry_run,
            ..Default::default()
        };
        let execution = session.client.call(request).await?.execution.unwrap_or_default();
        if self.dry_run {
            session.line("the pipeline could be started")?;
            return Ok(Exit::Success);
        }
        started(session, &execution, self.follow).await
    }
}

/// Shows an execution that was started, or follows it.
pub(super) async fn started(session: &Session, execution: &v1::Execution, follow_it: bool) -> Result<Exit, Failure> {
    if follow_it {
        return follow(session, &execution.name, Some(0)).await;
    }
    if !session.is_text() {
        session.print(&Document::new(execution))?;
        return Ok(Exit::Success);
    }
    let word = execution_word(execution.status()).text(session.terminal.palette());
    session.line(&format!("{} {word}", short(&execution.name)))?;
    session.terminal.note(&format!("to follow it: {} watch {}", session.globals.program(), short(&execution.name)))?;
    Ok(Exit::Success)
}
