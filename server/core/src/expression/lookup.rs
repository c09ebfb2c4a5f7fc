//! Values from outside the execution: what has to be asked for, and the answers.
//!
//! Evaluation does no IO. A function that needs an answer from outside takes it from the facts that were gathered before;
//! where there is none, the evaluation ends with [`Problem::Missing`](super::Problem::Missing). The engine then looks it
//! up in a task of its own, keeps the [`Fact`] under [`Lookup::key`], and evaluates again.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A question to the world outside the execution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lookup {
    /// What is asked for.
    pub function: LookupFunction,
    /// Of what.
    pub arguments: Vec<Value>,
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LookupFunction {
    /// The text behind a URL; the argument is the URL.
    FromUrl,
    /// The id of a pipeline or null; the arguments are its application and its name.
    PipelineId,
    /// An application's metadata as an object; the argument is its name.
    ApplicationMetadata,
}

/// The answer to a look-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Fact {
    /// What was found.
    Value(Value),
    /// Why there is no answer, for people.
    Error(String),
}

impl Fact {
    pub(super) const VALUE: &str = "value";
    pub(super) const ERROR: &str = "error";
}

impl LookupFunction {
    /// Its name in keys and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FromUrl => "fromUrl",
            Self::PipelineId => "pipelineId",
            Self::ApplicationMetadata => "applicationMetadata",
        }
    }
}

impl Lookup {
    pub(super) fn new(function: LookupFunction, arguments: &[&str]) -> Self {
        Self { function, arguments: arguments.iter().map(|&argument| argument.into()).collect() }
    }

    /// The key of its answer among the facts: the same question always has the same key.
    pub fn key(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.function.name())?;
        for (place, argument) in self.arguments.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{argument}")?;
        }
        f.write_str(")")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_stable() {
        let lookup = Lookup::new(LookupFunction::PipelineId, &["shop", "Deploy \"it\""]);
        assert_eq!(lookup.key(), r#"pipelineId("shop", "Deploy \"it\"")"#);
    }

    #[test]
    fn facts_are_objects() {
        assert_eq!(serde_json::to_value(Fact::Value(json!("a"))).unwrap(), json!({"value": "a"}));
        assert_eq!(serde_json::to_value(Fact::Error("no".into())).unwrap(), json!({"error": "no"}));
    }
}
