//! `evaluate`: the value of an expression in an execution.

use clap::Args;
use gennaker_client::v1;
use gennaker_proto::values::value_of;

use super::plan::{outcome, reads};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::palette::{Palette, Tone};
use crate::session::Session;
use crate::terminal::harmless;

/// The arguments of `evaluate`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "The value is printed as JSON, and what was read goes to the standard error. The exit code is 65 where \
    there is no value."
)]
pub struct Evaluate {
    /// The execution: its id, or APPLICATION/ID
    execution: String,

    /// The expression, `parameters.size * 2` for instance, or a text with some in `${ }`
    expression: String,

    /// The id of the stage that would evaluate it; default: a stage after all others
    #[arg(long, value_name = "STAGE", default_value = "", hide_default_value = true)]
    stage: String,
}

impl Evaluate {
    pub(super) async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let request = v1::EvaluateExpressionRequest {
            execution: names::execution(&session.client, &self.execution).await?,
            expression: self.expression,
            stage: self.stage,
        };
        let answer = session.client.call(request).await?;
        let result = answer.result.clone().unwrap_or_default();
        let palette = session.terminal.palette();
        if session.is_text() {
            for read in reads(&result) {
                session.terminal.note(&palette.paint(Tone::Muted, &format!("from {read}")))?;
            }
        }
        let is_value = result.value.is_some() && result.error.is_empty();
        if session.is_text() && !is_value {
            return Err(Failure::Data(format!("there is no value: {}", outcome(&result, Palette::new(false)))));
        }
        session.print_or(&answer, |_| value(&result))?;
        Ok(if is_value { Exit::Success } else { Exit::Data })
    }
}

/// The whole value, on several lines where it has parts.
fn value(result: &v1::PlannedExpression) -> String {
    let value = result.value.as_ref().map(value_of).unwrap_or_default();
    harmless(&serde_json::to_string_pretty(&value).expect("every value has a JSON form"))
}
