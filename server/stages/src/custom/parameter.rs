//! The parameters of kinds that the operator has defined.

use gennaker_proto::v1::field_descriptor::Type;
use gennaker_proto::v1::{Choice, FieldDescriptor};
use serde::Deserialize;
use serde_json::{Number, Value};

/// A parameter of a kind that the operator has defined.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomParameter {
    /// Its name: letters, digits and `_`.
    pub name: String,
    /// What people call it. Default: the name.
    #[serde(default)]
    pub label: String,
    /// What it is for, for people.
    #[serde(default)]
    pub description: String,
    /// What its values are.
    #[serde(default, rename = "type")]
    pub kind: ParameterType,
    /// What it is when a stage does not say.
    #[serde(default)]
    pub default: Option<Value>,
    /// Whether a stage must say what it is; a default will do.
    #[serde(default)]
    pub required: bool,
    /// What it can be; empty for everything.
    #[serde(default)]
    pub options: Vec<String>,
}

/// What the values of a parameter are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// Texts.
    #[default]
    String,
    /// Numbers.
    Number,
    /// True and false.
    Boolean,
}

impl ParameterType {
    fn read(self, text: &str) -> Result<Value, String> {
        let trimmed = text.trim();
        match self {
            Self::String => Ok(text.into()),
            Self::Number => {
                let number: Option<Number> = trimmed.parse().ok();
                number.map(Value::Number).ok_or_else(|| format!("{text:?} is not a number"))
            }
            Self::Boolean => match trimmed {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(format!("{text:?} is neither true nor false")),
            },
        }
    }
}

impl CustomParameter {
    /// The value by what a stage says; a text that still has expressions is taken as it is.
    pub(super) fn value(&self, given: Option<&String>) -> Result<Value, String> {
        let default = self.default_text();
        match given.filter(|text| !text.is_empty()).or(default.as_ref()) {
            Some(text) if text.contains("${") => Ok(text.as_str().into()),
            Some(text) if !self.options.is_empty() && !self.options.contains(text) => {
                Err(format!("{text:?} is none of its options: {}", self.options.join(", ")))
            }
            Some(text) => self.kind.read(text),
            None if self.required => Err("must be set".to_owned()),
            None if self.kind == ParameterType::String => Ok("".into()),
            None => Ok(Value::Null),
        }
    }

    /// What is wrong with the definition.
    pub(super) fn problem(&self) -> Option<String> {
        let begins = self.name.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_');
        let valid = |character: char| character.is_ascii_alphanumeric() || character == '_';
        if !begins || self.name.len() > 63 || !self.name.chars().all(valid) {
            return Some("has a name that is not up to 63 letters, digits and `_`".to_owned());
        }
        if matches!(self.default, Some(Value::Array(_) | Value::Object(_))) {
            return Some("has a default that is neither a text nor a number nor a truth value".to_owned());
        }
        if let Some(wrong) = self.options.iter().find_map(|option| self.kind.read(option).err()) {
            return Some(format!("has a wrong option: {wrong}"));
        }
        let default = self.default_text()?;
        self.value(Some(&default)).err().map(|problem| format!("has a wrong default: {problem}"))
    }

    /// Its field in a form.
    pub(super) fn descriptor(&self) -> FieldDescriptor {
        let choice = |option: &String| Choice { value: option.clone(), label: option.clone(), help: String::new() };
        let kind = match self.kind {
            ParameterType::String => Type::String,
            ParameterType::Number => Type::Number,
            ParameterType::Boolean => Type::Boolean,
        };
        FieldDescriptor {
            path: format!("parameters.{}", self.name),
            label: if self.label.is_empty() { self.name.clone() } else { self.label.clone() },
            help: self.description.clone(),
            r#type: kind.into(),
            required: self.required && self.default.is_none(),
            default_value: self.default_text().unwrap_or_default(),
            choices: self.options.iter().map(choice).collect(),
            expression_allowed: true,
            ..FieldDescriptor::default()
        }
    }

    fn default_text(&self) -> Option<String> {
        match self.default.as_ref()? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}
