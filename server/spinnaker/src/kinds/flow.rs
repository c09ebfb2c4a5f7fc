//! Waiting, variables, other executions, groups.

use serde_json::Value as Json;

use super::{Kind, PLAIN};
use crate::form::{Field, Form, field};

pub(super) const WAIT: Kind = Kind {
    types: &["wait"],
    ours: "wait",
    fields: &[field("waitTime", "duration", Form::Seconds), field("skipWaitText", "skip_text", Form::Text)],
    import: |_, from, _, _| {
        from.skip(&["skipRemainingWait"]);
        Ok(())
    },
    ..PLAIN
};

pub(super) const WAIT_UNTIL: Kind = Kind {
    types: &["waitUntil"],
    ours: "wait_until",
    fields: &[field("epochMillis", "time", Form::Time), field("skipWaitText", "skip_text", Form::Text)],
    import: |_, from, _, _| {
        from.skip(&["startTime", "skipRemainingWait"]);
        Ok(())
    },
    ..PLAIN
};

const VARIABLE: &[Field] = &[
    field("key", "name", Form::Text),
    field("value", "value", Form::Text),
    field("description", "description", Form::Text),
];

pub(super) const EVALUATE_VARIABLES: Kind = Kind {
    types: &["evaluateVariables"],
    ours: "evaluate_variables",
    fields: &[field("variables", "variables", Form::Each(VARIABLE))],
    import: |_, from, _, _| {
        if let Some(Json::Array(mut variables)) = from.take("variables") {
            variables.iter_mut().filter_map(Json::as_object_mut).for_each(|variable| {
                variable.remove("sourceValue");
                if let Some(value) = variable.get_mut("value") {
                    *value = typed(std::mem::take(value));
                }
            });
            from.put("variables", Json::Array(variables));
        }
        Ok(())
    },
    ..PLAIN
};

/// A value that is no text as an expression that has it, because a text here stays a text.
fn typed(value: Json) -> Json {
    match value {
        Json::Bool(_) | Json::Number(_) => Json::from(format!("${{ {value} }}")),
        Json::Array(_) | Json::Object(_) => {
            Json::from(format!("${{ #readJson('{}') }}", value.to_string().replace('\'', "''")))
        }
        Json::Null | Json::String(_) => value,
    }
}

pub(super) const DEPENDS_ON_EXECUTION: Kind = Kind {
    types: &["dependsOnExecution"],
    ours: "depends_on_execution",
    fields: &[field("executionId", "execution", Form::Text)],
    limit: Some("timeout"),
    import: |_, from, _, _| match from.take_text("executionType").as_deref() {
        None | Some("" | "PIPELINE" | "pipeline") => Ok(()),
        Some(other) => Err(format!("it waits for an execution of the type {other:?}")),
    },
    export: |_, _, to, _| {
        to.insert("executionType".to_owned(), Json::from("PIPELINE"));
    },
};

/// Also what checks no preconditions: people wrote that for want of it.
pub(super) const GROUP: Kind = Kind { types: &["noop", "group"], ours: "group", ..PLAIN };
