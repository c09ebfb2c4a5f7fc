//! From a stage's definition to its configuration, and back to inputs and to definitions of synthetic stages.

use std::collections::BTreeMap;
use std::time::Duration;

use gennaker_core::execution::{Failure, Scope, SyntheticStage};
use gennaker_core::expression::{Environment, ExpressionError, Template};
use gennaker_engine::TaskRun;
use gennaker_proto::expressions::{self, Unresolved};
use gennaker_proto::json;
use prost::{Message, Name};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::kind::Unplanned;

/// The configuration of a stage with its expressions evaluated. This is the only place where that is done, and only for
/// stages of the pipeline: a synthetic stage has values, which must not be taken for expressions.
pub(crate) fn resolve<T: Message + Name + Default>(scope: &Scope<'_>) -> Result<T, Unplanned> {
    let config = scope.config();
    let declared = &scope.stage.definition.expressions;
    if scope.stage.parent.is_some() || (declared.is_empty() && !may_have_expression(config)) {
        return Ok(decode(config)?);
    }
    evaluated(&scope.stage.definition.kind, config, declared, &Environment::from(scope))
}

/// A configuration of a kind with the values of its expressions.
pub(crate) fn evaluated<T: Message + Name + Default>(
    kind: &str,
    config: &Value,
    declared: &BTreeMap<String, String>,
    environment: &Environment<'_>,
) -> Result<T, Unplanned> {
    let value = |text: &str| Template::parse(text)?.evaluate(environment);
    expressions::evaluate(kind, config, declared, value).map_err(|error| match error {
        Unresolved::Expressions(failed) => unplanned(&failed),
        Unresolved::Violations(violations) => {
            let all: Vec<String> = violations.iter().map(|v| format!("{}: {}", v.field, v.description)).collect();
            Failure::permanent(all.join("; ")).into()
        }
    })
}

/// Mistakes come before answers that are missing: looking something up would not mend them.
fn unplanned(failed: &[(String, ExpressionError)]) -> Unplanned {
    let mistakes = failed.iter().filter(|(_, error)| error.missing().is_none());
    let mistakes: Vec<String> = mistakes.map(|(path, error)| format!("{path}: {error}")).collect();
    if mistakes.is_empty() {
        Unplanned::Missing(failed.iter().filter_map(|(_, error)| error.missing().cloned()).collect())
    } else {
        Failure::permanent(mistakes.join("; ")).into()
    }
}

/// Whether there is a text anywhere that could be an expression. Most stages have none, and looking is much cheaper than
/// going through the stage by its descriptors.
fn may_have_expression(config: &Value) -> bool {
    match config {
        Value::String(text) => text.contains("${"),
        Value::Array(elements) => elements.iter().any(may_have_expression),
        Value::Object(fields) => fields.values().any(may_have_expression),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The message of a kind, without a look at its texts.
pub(crate) fn decode<T: Message + Name + Default>(config: &Value) -> Result<T, Failure> {
    json::decode(config).map_err(|error| Failure::permanent(format!("the stage's configuration is wrong: {error}")))
}

/// A part of a configuration that must be there.
pub(crate) fn required<T>(part: Option<T>, name: &str) -> Result<T, Failure> {
    part.ok_or_else(|| Failure::permanent(format!("the stage's configuration lacks `{name}`")))
}

/// The time that a configuration gives, or what it is without.
pub(crate) fn duration(given: Option<&prost_types::Duration>, default: Duration) -> Result<Duration, Failure> {
    given.map_or(Ok(default), |given| {
        Duration::try_from(*given)
            .map_err(|_| Failure::permanent("a duration in the stage's configuration is negative"))
    })
}

/// What a plan keeps as inputs, for people to see and for the tasks to read.
pub(crate) fn to_inputs<T: Serialize>(inputs: &T) -> Value {
    serde_json::to_value(inputs).expect("inputs have text keys and finite numbers")
}

/// Reads back what [`to_inputs`] wrote.
pub(crate) fn from_inputs<T: DeserializeOwned>(inputs: &Value) -> Result<T, Failure> {
    T::deserialize(inputs).map_err(|error| Failure::permanent(format!("the stage's inputs can't be read: {error}")))
}

/// The inputs of the stage whose task this is.
pub(crate) fn inputs<T: DeserializeOwned>(run: &TaskRun) -> Result<T, Failure> {
    from_inputs(&run.inputs)
}

/// A synthetic stage of a kind, configured by its message.
pub(crate) fn synthetic<T: Message + Name>(name: impl Into<String>, kind: &str, config: &T) -> SyntheticStage {
    SyntheticStage::new(name, kind, json::encode(config))
}
