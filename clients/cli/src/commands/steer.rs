//! `cancel`, `pause`, `resume`, `retry` and `skip`: steer an execution.

use clap::Args;
use gennaker_client::v1;

use super::follow::follow;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{self, short};
use crate::output::Document;
use crate::render::execution_word;
use crate::session::Session;

/// The arguments of `cancel`.
#[derive(Debug, Clone, Args)]
pub struct Cancel {
    /// The execution: its id, or APPLICATION/ID
    execution: String,
    /// Why, for the people who read the history
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
}

/// The arguments of `pause`.
#[derive(Debug, Clone, Args)]
pub struct Pause {
    /// The execution: its id, or APPLICATION/ID
    execution: String,
}

/// The arguments of `resume`.
#[derive(Debug, Clone, Args)]
pub struct Resume {
    /// The execution: its id, or APPLICATION/ID
    execution: String,
}

/// The arguments of `retry`.
#[derive(Debug, Clone, Args)]
pub struct Retry {
    /// The execution: its id, or APPLICATION/ID
    execution: String,
    /// The id of the stage
    stage: String,
    /// Follows the execution until it ends, with its result as the exit code
    #[arg(short, long)]
    follow: bool,
}

/// The arguments of `skip`.
#[derive(Debug, Clone, Args)]
pub struct Skip {
    /// The execution: its id, or APPLICATION/ID
    execution: String,
    /// The id of the stage
    stage: String,
    /// Why, for the people who read the history
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,
}

impl Cancel {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::execution(&session.client, &self.execution).await?;
        let request = v1::CancelExecutionRequest { name, reason: self.reason, ..Default::default() };
        done(session, session.client.call(request).await?.execution, "is cancelled")
    }
}

impl Pause {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::execution(&session.client, &self.execution).await?;
        let request = v1::PauseExecutionRequest { name, ..Default::default() };
        done(session, session.client.call(request).await?.execution, "is paused")
    }
}

impl Resume {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::execution(&session.client, &self.execution).await?;
        let request = v1::ResumeExecutionRequest { name, ..Default::default() };
        done(session, session.client.call(request).await?.execution, "goes on")
    }
}

impl Retry {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::execution(&session.client, &self.execution).await?;
        let request = v1::RetryStageRequest { name, stage: self.stage.clone(), ..Default::default() };
        let execution = session.client.call(request).await?.execution.unwrap_or_default();
        if self.follow {
            return follow(session, &execution.name, None).await;
        }
        done(session, Some(execution), &format!("runs `{}` again", self.stage))
    }
}

impl Skip {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::execution(&session.client, &self.execution).await?;
        let request =
            v1::SkipStageRequest { name, stage: self.stage.clone(), reason: self.reason, ..Default::default() };
        done(session, session.client.call(request).await?.execution, &format!("goes on without `{}`", self.stage))
    }
}

/// Says what was done, or prints the execution.
pub(super) fn done(session: &Session, execution: Option<v1::Execution>, what: &str) -> Result<Exit, Failure> {
    let execution = execution.unwrap_or_default();
    if session.is_text() {
        let word = execution_word(execution.status()).text(session.terminal.palette());
        session.line(&format!("{} {what} ({word})", short(&execution.name)))?;
    } else {
        session.print(&Document::new(&execution))?;
    }
    Ok(Exit::Success)
}
