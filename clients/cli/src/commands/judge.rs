//! `judge`: answers a judgment.

use clap::{ArgGroup, Args};
use gennaker_client::v1;
use gennaker_client::v1::judgment::Decision;

use super::steer::done;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::session::Session;

/// The arguments of `judge`.
#[derive(Debug, Clone, Args)]
#[command(group(ArgGroup::new("decision").required(true).args(["go_on", "stop"])))]
pub struct Judge {
    /// The execution: its id, or APPLICATION/ID
    execution: String,

    /// The id of the stage, when more than one waits for a judgment
    #[arg(default_value = "", hide_default_value = true)]
    stage: String,

    /// The execution goes on
    #[arg(long = "continue")]
    go_on: bool,

    /// The stage fails
    #[arg(long)]
    stop: bool,

    /// One of the inputs that the stage offers
    #[arg(long, value_name = "INPUT", default_value = "", hide_default_value = true)]
    input: String,

    /// What to write about the decision
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    comment: String,
}

impl Judge {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let (decision, what) =
            if self.go_on { (Decision::Continue, "goes on") } else { (Decision::Stop, "is told to stop") };
        let request = v1::SubmitJudgmentRequest {
            name: names::execution(&session.client, &self.execution).await?,
            stage: self.stage,
            decision: decision.into(),
            input: self.input,
            comment: self.comment,
            ..Default::default()
        };
        done(session, session.client.call(request).await?.execution, what)
    }
}
