//! How the operator defines a kind.

use std::collections::{BTreeMap, HashSet};

use gennaker_core::expression::Template;
use gennaker_proto::v1::{Stage, WebhookStage, stage::Kind};
use gennaker_proto::{expressions, json, rules};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::parameter::CustomParameter;
use crate::webhook;

/// A kind of stage that the operator of the server has defined: a call of a URL under a name of its own.
///
/// Beside the fields here it has those of the kind `webhook`, by their names in its `.proto` file: `url`, `method`, `headers`,
/// `secret_headers`, `payload`, `monitor` and so on. The values of enums can be written without what they begin with: `GET`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct CustomKind {
    /// The name by which stages refer to it: small letters, digits, `_` and `-`.
    pub name: String,
    /// What people call it. Default: the name.
    #[serde(default)]
    pub label: String,
    /// What it does, for people.
    #[serde(default)]
    pub description: String,
    /// Whether it can be used.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// What a stage of it must, or can, say.
    #[serde(default)]
    pub parameters: Vec<CustomParameter>,
    /// The call, as JSON of a webhook stage.
    #[serde(flatten, deserialize_with = "call")]
    webhook: Value,
}

const fn yes() -> bool {
    true
}

/// Enums whose values the settings may shorten: the fields on the way, and what the values begin with.
const ENUMS: [(&[&str], &str); 3] = [
    (&["method"], "HTTP_METHOD_"),
    (&["cancellation", "method"], "HTTP_METHOD_"),
    (&["monitor", "status_url_from"], "STATUS_URL_"),
];

fn call<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    let mut call = Value::Object(Map::deserialize(deserializer)?);
    for (path, prefix) in ENUMS {
        let field = path.iter().try_fold(&mut call, |inside, name| inside.get_mut(*name));
        if let Some(Value::String(value)) = field
            && !value.starts_with(prefix)
        {
            *value = format!("{prefix}{}", value.to_uppercase());
        }
    }
    Ok(call)
}

impl CustomKind {
    /// What people call it.
    pub(super) fn label(&self) -> &str {
        if self.label.is_empty() { &self.name } else { &self.label }
    }

    /// The call, as JSON of a webhook stage whose texts refer to the parameters.
    pub(super) const fn template(&self) -> &Value {
        &self.webhook
    }

    /// The values of the parameters by what a stage says of them; in `Err` the fields that are wrong.
    pub(super) fn values(&self, given: &BTreeMap<String, String>) -> Result<Map<String, Value>, Vec<(String, String)>> {
        let mut problems = Vec::new();
        for name in given.keys().filter(|name| self.parameters.iter().all(|parameter| parameter.name != **name)) {
            let known: Vec<&str> = self.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let problem = format!("the kind {:?} has no such parameter; it has: {known}", self.name);
            problems.push((format!("parameters.{name}"), problem));
        }
        let mut values = Map::new();
        for parameter in &self.parameters {
            match parameter.value(given.get(&parameter.name)) {
                Ok(value) => {
                    values.insert(parameter.name.clone(), value);
                }
                Err(problem) => problems.push((format!("parameters.{}", parameter.name), problem)),
            }
        }
        if problems.is_empty() { Ok(values) } else { Err(problems) }
    }

    /// Everything that is wrong with the definition.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let valid =
            |character: char| character.is_ascii_lowercase() || character.is_ascii_digit() || "_-".contains(character);
        let begins = self.name.starts_with(|character: char| character.is_ascii_lowercase());
        if !begins || self.name.len() > 63 || !self.name.chars().all(valid) {
            problems
                .push("the name is not up to 63 small letters, digits, `_` and `-` that begin with a letter".into());
        }
        let mut names = HashSet::new();
        for parameter in &self.parameters {
            let name = &parameter.name;
            if !names.insert(name) {
                problems.push(format!("there are two parameters {name:?}"));
            }
            problems.extend(parameter.problem().map(|problem| format!("the parameter {name:?} {problem}")));
        }
        match json::decode::<WebhookStage>(&self.webhook) {
            Ok(webhook) => problems.extend(problems_of(webhook)),
            Err(error) => problems.push(error.to_string()),
        }
        problems
    }
}

fn problems_of(webhook: WebhookStage) -> Vec<String> {
    let mut problems: Vec<String> =
        webhook::problems(&webhook).into_iter().map(|(field, problem)| format!("{field}: {problem}")).collect();
    let stage = Stage { id: "it".to_owned(), kind: Some(Kind::Webhook(webhook)), ..Stage::default() };
    let within = |path: &str| path.strip_prefix("webhook.").unwrap_or(path).to_owned();
    let violations = rules::check(&stage).into_iter();
    problems.extend(violations.map(|violation| format!("{}: {}", within(&violation.field), violation.description)));
    for (path, text) in expressions::all(&stage) {
        problems.extend(Template::parse(&text).err().map(|error| format!("{}: {error}", within(&path))));
    }
    problems
}
