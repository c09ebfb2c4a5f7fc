//! Conditions of stages.

use super::Machine;
use crate::expression::{Environment, Template, truth};

impl Machine<'_> {
    /// Whether a stage may run by its condition; in `Err` why not. As in Spinnaker, a condition that has no truth value
    /// leaves the stage out.
    pub(super) fn check_condition(&self, place: usize) -> Result<(), String> {
        let condition = self.execution.stages[place].definition.condition.trim();
        if condition.is_empty() {
            return Ok(());
        }
        let template = Template::parse_expression(condition);
        let value = template.and_then(|template| template.evaluate(&Environment::from(&self.scope(place))));
        let value = value.map_err(|error| format!("its condition can't be evaluated: {error}"))?;
        match truth(&value) {
            Some(true) => Ok(()),
            Some(false) => Err(format!("its condition does not hold: {condition}")),
            None => Err(format!("its condition is neither true nor false, but {value}: {condition}")),
        }
    }
}
