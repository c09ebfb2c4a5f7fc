//! What can be wrong with one value.

use prost_reflect::{DynamicMessage, FieldDescriptor, ReflectMessage, Value};

use super::table::Rule;

/// A message that stands for one value: a duration.
pub(super) fn is_scalar(message: &DynamicMessage) -> bool {
    message.descriptor().full_name() == "google.protobuf.Duration"
}

/// What is wrong with a value that is set, if anything is.
pub(super) fn problem(field: &FieldDescriptor, rule: Option<&Rule>, value: &Value) -> Option<String> {
    if let Value::EnumNumber(number) = value {
        return enum_problem(field, *number);
    }
    let rule = rule?;
    match value {
        Value::String(text) => text_problem(rule, text),
        Value::Message(message) => range_problem(rule, seconds(message)?, "s"),
        _ => range_problem(rule, number(value)?, ""),
    }
}

/// What is wrong with the key of a map.
pub(super) fn key_problem(rule: &Rule, key: &str) -> Option<String> {
    let pattern = rule.key_pattern.as_ref()?;
    (!pattern.is_match(key)).then(|| format!("the key does not match `{pattern}`"))
}

/// What is wrong with a number of elements that is not zero.
pub(super) fn count_problem(rule: &Rule, count: usize) -> Option<String> {
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    match (rule.rules.min_items, rule.rules.max_items) {
        (Some(min), _) if count < min => Some(format!("must have at least {min} elements, and has {count}")),
        (_, Some(max)) if count > max => Some(format!("must have at most {max} elements, and has {count}")),
        _ => None,
    }
}

fn enum_problem(field: &FieldDescriptor, number: i32) -> Option<String> {
    let kind = field.kind();
    let known = kind.as_enum().is_some_and(|kind| kind.get_value(number).is_some());
    (!known).then(|| format!("{number} is not one of its values"))
}

fn text_problem(rule: &Rule, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    match (rule.rules.min_len, rule.rules.max_len, &rule.pattern) {
        (Some(min), ..) if length < min => Some(format!("must have at least {min} characters, and has {length}")),
        (_, Some(max), _) if length > max => Some(format!("must have at most {max} characters, and has {length}")),
        (.., Some(pattern)) if !pattern.is_match(text) => Some(format!("does not match `{pattern}`")),
        _ => None,
    }
}

fn range_problem(rule: &Rule, number: f64, unit: &str) -> Option<String> {
    match (rule.rules.min, rule.rules.max) {
        (Some(min), _) if number < min => Some(format!("must be at least {min}{unit}, and is {number}{unit}")),
        (_, Some(max)) if number > max => Some(format!("must be at most {max}{unit}, and is {number}{unit}")),
        _ if number.is_nan() => Some("must be a number".to_owned()),
        _ => None,
    }
}

/// The seconds of a duration.
fn seconds(message: &DynamicMessage) -> Option<f64> {
    let duration: prost_types::Duration = message.transcode_to().ok()?;
    Some(duration.seconds as f64 + f64::from(duration.nanos) / 1e9)
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::I32(number) => Some(f64::from(*number)),
        Value::U32(number) => Some(f64::from(*number)),
        Value::I64(number) => Some(*number as f64),
        Value::U64(number) => Some(*number as f64),
        Value::F32(number) => Some(f64::from(*number)),
        Value::F64(number) => Some(*number),
        Value::Bool(_)
        | Value::EnumNumber(_)
        | Value::String(_)
        | Value::Bytes(_)
        | Value::Message(_)
        | Value::List(_)
        | Value::Map(_) => None,
    }
}
