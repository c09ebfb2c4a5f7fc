//! `run`: starts a pipeline.

use std::collections::BTreeMap;

use clap::Args;
use gennaker_client::v1;

use super::follow::follow;
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

    /// The value of a parameter; can be given several times
    #[arg(short, long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    parameters: Vec<(String, String)>,

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

/// Reads `NAME=VALUE`.
pub(super) fn parameter(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err(format!("{text:?} is not NAME=VALUE")),
    }
}

/// The parameters as a request has them.
pub(super) fn parameters(pairs: Vec<(String, String)>) -> Result<BTreeMap<String, String>, Failure> {
    let mut parameters = BTreeMap::new();
    for (name, value) in pairs {
        if parameters.insert(name.clone(), value).is_some() {
            return Err(Failure::Usage(format!("the parameter `{name}` is given twice")));
        }
    }
    Ok(parameters)
}

impl Run {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let request = v1::StartExecutionRequest {
            pipeline: names::pipeline(&self.pipeline)?,
            parameters: parameters(self.parameters)?,
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
