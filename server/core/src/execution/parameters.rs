//! What a pipeline asks of whoever starts it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::command::Object;

/// A parameter of a pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ParameterSpec {
    /// The name, as stages refer to it.
    pub name: String,
    /// What its values are.
    pub kind: ParameterType,
    /// Whether a start without it, and without a default, is refused.
    pub required: bool,
    /// The value where none is given.
    pub default: Option<String>,
    /// The only values allowed; empty for any.
    pub options: Vec<String>,
}

/// What a parameter's values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// Any text.
    #[default]
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A day, `YYYY-MM-DD`.
    Date,
}

/// A value that a parameter does not take.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parameter {name:?} {problem}")]
pub struct ParameterError {
    /// The parameter.
    pub name: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// Checks the values given against the parameters, fills in defaults, and turns texts into values of their types.
/// Values of parameters that the pipeline does not declare are refused.
///
/// # Errors
/// All mistakes.
pub fn bind_parameters(specs: &[ParameterSpec], given: &Object) -> Result<Object, Vec<ParameterError>> {
    let mut bound = Object::new();
    let mut errors = Vec::new();
    for name in given.keys().filter(|name| specs.iter().all(|spec| spec.name != **name)) {
        let known: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        errors.push(error(name, format!("is not declared by the pipeline; it declares {known}")));
    }
    for spec in specs {
        match bind(spec, given.get(&spec.name)) {
            Ok(Some(value)) => {
                bound.insert(spec.name.clone(), value);
            }
            Ok(None) => {}
            Err(problem) => errors.push(error(&spec.name, problem)),
        }
    }
    if errors.is_empty() { Ok(bound) } else { Err(errors) }
}

fn error(name: &str, problem: String) -> ParameterError {
    ParameterError { name: name.to_owned(), problem }
}

fn bind(spec: &ParameterSpec, given: Option<&Value>) -> Result<Option<Value>, String> {
    let default = spec.default.clone().map(Value::String);
    let Some(value) = given.filter(|value| !value.is_null()).cloned().or(default) else {
        return if spec.required { Err("is required; give it a value".into()) } else { Ok(None) };
    };
    let text = match &value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if spec.required && text.is_empty() {
        return Err("is required; give it a value".into());
    }
    if !spec.options.is_empty() && !spec.options.contains(&text) {
        return Err(format!("has no option {text:?}; it takes one of {}", spec.options.join(", ")));
    }
    convert(spec.kind, value, &text).map(Some)
}

fn convert(kind: ParameterType, value: Value, text: &str) -> Result<Value, String> {
    match kind {
        ParameterType::Text => match value {
            Value::Array(_) | Value::Object(_) => Ok(value),
            _ => Ok(text.into()),
        },
        ParameterType::Integer => {
            text.parse::<i64>().map(Value::from).map_err(|_| format!("must be a whole number, not {text:?}"))
        }
        ParameterType::Number => text
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| format!("must be a number, not {text:?}")),
        ParameterType::Boolean => match text {
            "true" => Ok(true.into()),
            "false" => Ok(false.into()),
            _ => Err(format!("must be true or false, not {text:?}")),
        },
        ParameterType::Date => NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(|_| text.into())
            .map_err(|_| format!("must be a day written YYYY-MM-DD, not {text:?}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn spec(name: &str, kind: ParameterType) -> ParameterSpec {
        ParameterSpec { name: name.into(), kind, required: false, default: None, options: vec![] }
    }

    fn object(value: Value) -> Object {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn values_take_their_types_and_defaults() {
        let specs = [
            ParameterSpec { default: Some("3".into()), ..spec("size", ParameterType::Integer) },
            ParameterSpec { required: true, ..spec("version", ParameterType::Text) },
            spec("dry", ParameterType::Boolean),
            spec("ratio", ParameterType::Number),
            spec("day", ParameterType::Date),
        ];
        let given = object(json!({"version": "v2", "dry": "true", "ratio": "0.5", "day": "2026-02-28"}));
        let bound = bind_parameters(&specs, &given).unwrap();
        assert_eq!(
            Value::Object(bound),
            json!({"size": 3, "version": "v2", "dry": true, "ratio": 0.5, "day": "2026-02-28"})
        );
    }

    #[test]
    fn every_mistake_is_reported() {
        let specs = [
            ParameterSpec { options: vec!["a".into(), "b".into()], ..spec("env", ParameterType::Text) },
            ParameterSpec { required: true, ..spec("version", ParameterType::Text) },
            spec("size", ParameterType::Integer),
            spec("day", ParameterType::Date),
        ];
        let given = object(json!({"env": "c", "size": "x", "day": "2026-02-30", "colour": "red"}));
        let errors: Vec<String> =
            bind_parameters(&specs, &given).unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(
            errors,
            [
                "parameter \"colour\" is not declared by the pipeline; it declares env, version, size, day",
                "parameter \"env\" has no option \"c\"; it takes one of a, b",
                "parameter \"version\" is required; give it a value",
                "parameter \"size\" must be a whole number, not \"x\"",
                "parameter \"day\" must be a day written YYYY-MM-DD, not \"2026-02-30\"",
            ]
        );
    }
}
