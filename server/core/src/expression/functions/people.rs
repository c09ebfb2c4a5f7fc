//! Who is behind the execution.

use crate::expression::builtin::{Builtin, Call, Outcome, row};

pub(super) static ROWS: [Builtin; 1] =
    [row("currentUser", "", "Who started the execution.", "#currentUser()", r#""ada""#, current_user)];

fn current_user<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(call.environment.execution().start.cause.actor.as_str().into())
}
