//! What an evaluation has read of the execution.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::MAX_TRACED;
use super::budget::Budget;
use super::output::to_json;
use super::value::Value;

/// The most paths that are kept.
const MAX_PATHS: usize = 100;

/// Paths that were read, with their values.
#[derive(Debug, Default)]
pub(super) struct Trace {
    inputs: BTreeMap<String, Json>,
}

impl Trace {
    pub(super) fn record(&mut self, path: &str, value: &Value<'_>) {
        if self.inputs.len() == MAX_PATHS || self.inputs.contains_key(path) {
            return;
        }
        let preview = value.preview(MAX_TRACED);
        let complete = preview.len() <= MAX_TRACED && !preview.ends_with('…');
        let whole = if complete { to_json(value, &mut Budget::new()).ok() } else { None };
        self.inputs.insert(path.to_owned(), whole.unwrap_or(Json::String(preview)));
    }

    pub(super) fn into_inputs(self) -> BTreeMap<String, Json> {
        self.inputs
    }
}
