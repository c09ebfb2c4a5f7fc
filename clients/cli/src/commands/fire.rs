//! `fire` and `events`: triggers and what they saw.

use clap::Args;
use gennaker_client::v1;
use gennaker_client::v1::trigger_event::Decision;

use super::follow::follow;
use super::input::{Inputs, payload};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names::{self, last, short};
use crate::output::Document;
use crate::session::Session;
use crate::table::Table;
use crate::terminal::one_line;
use crate::time::point;

/// The arguments of `fire`.
#[derive(Debug, Clone, Args)]
pub struct Fire {
    /// The trigger, APPLICATION/TRIGGER
    trigger: String,

    #[command(flatten)]
    inputs: Inputs,

    /// The JSON value that the trigger is to see
    #[arg(long, value_name = "JSON")]
    payload: Option<String>,

    /// Why, for the people who read the history
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: String,

    /// Follows the execution until it ends, with its result as the exit code
    #[arg(short, long)]
    follow: bool,
}

/// The arguments of `events`.
#[derive(Debug, Clone, Args)]
pub struct Events {
    /// The trigger, APPLICATION/TRIGGER, or an application
    trigger: String,

    /// The most events, the newest first
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
}

impl Fire {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let request = v1::FireTriggerRequest {
            name: names::trigger(&self.trigger)?,
            parameters: self.inputs.parameters()?,
            artifacts: self.inputs.artifacts,
            payload: payload(self.payload.as_deref())?,
            reason: self.reason,
            ..Default::default()
        };
        let answer = session.client.call(request).await?;
        if self.follow && !answer.execution.is_empty() {
            return follow(session, &answer.execution, Some(0)).await;
        }
        session.print_or(&answer, |answer| {
            let event = answer.event.clone().unwrap_or_default();
            let execution = short(&answer.execution);
            let parts = [decision(event.decision()).to_owned(), execution, one_line(&event.reason)];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
        })?;
        Ok(Exit::Success)
    }
}

impl Events {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let parent = names::trigger(&self.trigger).or_else(|_| names::application(&self.trigger))?;
        let request = v1::ListTriggerEventsRequest { parent, ..Default::default() };
        let events = session.client.list_at_most(request, self.limit).await?;
        if !session.is_text() {
            session.print_all(&events.iter().map(Document::new).collect::<Vec<_>>())?;
            return Ok(Exit::Success);
        }
        let mut table = Table::new(["TIME", "TRIGGER", "DECISION", "EXECUTION", "BY", "REASON"]);
        for event in &events {
            table.row([
                point(event.time.as_ref()),
                last(&event.trigger).to_owned(),
                decision(event.decision()).to_owned(),
                last(&event.execution).to_owned(),
                one_line(&event.actor),
                one_line(&event.reason),
            ]);
        }
        session.line(&table.render())?;
        Ok(Exit::Success)
    }
}

fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Unspecified => "unknown",
        Decision::Fired => "fired",
        Decision::Filtered => "filtered",
        Decision::Deduplicated => "seen before",
        Decision::Disabled => "disabled",
        Decision::Capped => "capped",
        Decision::Failed => "failed",
        Decision::Pending => "pending",
    }
}
