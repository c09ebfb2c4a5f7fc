//! `watch`: follows an execution until it ends.

use clap::Args;

use super::follow::follow;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::session::Session;

/// The arguments of `watch`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Ends with 0 when the execution ends in SUCCEEDED, with 1 for TERMINAL and 2 for CANCELED. \
    Ctrl-C ends the following, not the execution.")]
pub struct Watch {
    /// The execution: its id, or APPLICATION/ID
    execution: String,

    /// Shows only what happened after this event, in lines; 0 shows everything from the first
    #[arg(long, value_name = "SEQUENCE")]
    after: Option<u64>,
}

impl Watch {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let name = names::execution(&session.client, &self.execution).await?;
        follow(session, &name, self.after).await
    }
}
