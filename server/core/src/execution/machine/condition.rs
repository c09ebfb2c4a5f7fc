//! Conditions of stages.

use std::borrow::Cow;

use serde_json::Value;

use super::Machine;
use crate::expression::evaluate;

impl Machine<'_> {
    /// Whether a stage may run by its condition; in `Err` why not. As in Spinnaker, a condition that has no truth value
    /// leaves the stage out.
    pub(super) fn check_condition(&self, place: usize) -> Result<(), String> {
        let condition = self.execution.stages[place].definition.condition.trim();
        if condition.is_empty() {
            return Ok(());
        }
        let text = if condition.contains("${") { Cow::from(condition) } else { format!("${{ {condition} }}").into() };
        match evaluate(&text, &self.scope(place)) {
            Ok(value) if is(&value, true) => Ok(()),
            Ok(value) if is(&value, false) => Err(format!("its condition does not hold: {condition}")),
            Ok(value) => Err(format!("its condition is neither true nor false, but {value}: {condition}")),
            Err(error) => Err(format!("its condition can't be evaluated: {error}")),
        }
    }
}

/// Whether a value is a truth value, or a text that reads like it.
fn is(value: &Value, truth: bool) -> bool {
    match value {
        Value::Bool(found) => *found == truth,
        Value::String(text) => text.trim().eq_ignore_ascii_case(if truth { "true" } else { "false" }),
        Value::Null | Value::Number(_) | Value::Array(_) | Value::Object(_) => false,
    }
}
