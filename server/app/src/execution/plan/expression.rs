//! Single expressions of a plan.

use gennaker_core::expression::{Environment, ExpressionError, Problem, Template, Traced};
use gennaker_proto::v1;
use serde_json::Value;

use crate::convert;

/// The longest value that is shown, in bytes of its JSON.
const MAX_VALUE: usize = 64 * 1024;

/// A text with expressions and what became of it. `blind` says that stages before have outputs that are not known, so that
/// what is missing may be there in a run.
pub(super) struct Tried {
    pub(super) shown: v1::PlannedExpression,
    pub(super) value: Result<Value, ExpressionError>,
}

impl Tried {
    /// Evaluates a text; a `bare` one is an expression also without `${ }` around it.
    pub(super) fn new(field: &str, text: &str, bare: bool, environment: &Environment<'_>, blind: bool) -> Self {
        let template = if bare { Template::parse_expression(text) } else { Template::parse(text) };
        let Traced { value, inputs } = match template {
            Ok(template) => template.evaluate_traced(environment),
            Err(error) => Traced { value: Err(error), inputs: Default::default() },
        };
        let unknown = value.as_ref().err().is_some_and(|error| is_unknown(error, blind));
        let shown = v1::PlannedExpression {
            field: field.to_owned(),
            source: text.to_owned(),
            reads: inputs.iter().map(|(path, value)| (path.clone(), convert::json::to_proto(value))).collect(),
            value: value.as_ref().ok().map(|value| convert::json::to_proto(&cut(value))),
            error: value.as_ref().err().map(ToString::to_string).unwrap_or_default(),
            unknown,
        };
        Self { shown, value }
    }
}

/// What a text is as an answer to a caller who knows all that has happened.
pub(in crate::execution) fn shown(text: &str, environment: &Environment<'_>) -> v1::PlannedExpression {
    Tried::new("", text, true, environment, false).shown
}

/// Whether a run may know what is missing here: an answer from outside, or something of stages whose outputs are not known.
fn is_unknown(error: &ExpressionError, blind: bool) -> bool {
    let of_the_start = |owner: &str| owner.starts_with("parameters") || owner.starts_with("trigger");
    match &error.problem {
        Problem::Missing(_) => true,
        Problem::Unknown { owner, .. } | Problem::OutOfRange { owner, .. } | Problem::NotAContainer { owner, .. } => {
            blind && !of_the_start(owner)
        }
        Problem::NullInText { owner } => blind && !of_the_start(owner),
        Problem::Type { .. } | Problem::Failed(_) => blind,
        Problem::Unexpected { .. }
        | Problem::TooLong { .. }
        | Problem::TooDeep { .. }
        | Problem::TooCostly { .. }
        | Problem::NotOffered { .. }
        | Problem::Arguments { .. }
        | Problem::Overflow { .. }
        | Problem::DivisionByZero { .. }
        | Problem::NotAllowed(_) => false,
    }
}

/// A value that is not too long to show.
fn cut(value: &Value) -> Value {
    let text = value.to_string();
    if text.len() <= MAX_VALUE {
        return value.clone();
    }
    let end = text.floor_char_boundary(MAX_VALUE);
    Value::String(format!("{}…", &text[..end]))
}
