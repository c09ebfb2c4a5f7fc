//! JSON values.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};
use serde_json::{Map, Value as Json};

/// An object as a message.
pub(crate) fn struct_to_proto(object: &Map<String, Json>) -> Struct {
    Struct { fields: object.iter().map(|(key, value)| (key.clone(), to_proto(value))).collect() }
}

/// A value as a message, if it is an object with something in it.
pub(crate) fn object_to_proto(value: &Json) -> Option<Struct> {
    value.as_object().filter(|object| !object.is_empty()).map(struct_to_proto)
}

/// A value as a message.
pub(crate) fn to_proto(value: &Json) -> Value {
    let kind = match value {
        Json::Null => Kind::NullValue(0),
        Json::Bool(value) => Kind::BoolValue(*value),
        Json::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Json::String(text) => Kind::StringValue(text.clone()),
        Json::Array(values) => Kind::ListValue(ListValue { values: values.iter().map(to_proto).collect() }),
        Json::Object(object) => Kind::StructValue(struct_to_proto(object)),
    };
    Value { kind: Some(kind) }
}

/// An object from a message. Whole numbers become whole numbers again.
pub(crate) fn object(message: &Struct) -> Map<String, Json> {
    message.fields.iter().map(|(key, value)| (key.clone(), value_of(value))).collect()
}

/// A value from a message.
pub(crate) fn value_of(message: &Value) -> Json {
    match &message.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(value)) => (*value).into(),
        Some(Kind::NumberValue(number)) => number_of(*number),
        Some(Kind::StringValue(text)) => text.clone().into(),
        Some(Kind::ListValue(list)) => list.values.iter().map(value_of).collect(),
        Some(Kind::StructValue(inner)) => object(inner).into(),
    }
}

/// The greatest whole number up to which a double has every whole number.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[expect(clippy::cast_possible_truncation, reason = "whole and within the range of exact whole numbers")]
fn number_of(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() <= EXACT { Json::from(number as i64) } else { Json::from(number) }
}

/// The values of parameters as text.
pub(crate) fn texts(object: &Map<String, Json>) -> std::collections::BTreeMap<String, String> {
    object.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

/// A value as text: texts as they are, everything else as JSON.
pub(crate) fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The longest payload that is shown, in bytes of JSON.
const MAX_SHOWN: usize = 4_000;
/// How much of a longer one is shown, in characters.
const SHOWN: usize = 1_000;

/// What a trigger saw, where it is not too long to show with every event; otherwise its beginning as text.
pub(crate) fn shorten(payload: &Json) -> Json {
    let text = payload.to_string();
    if text.len() <= MAX_SHOWN {
        return payload.clone();
    }
    Json::String(text.chars().take(SHOWN).chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_come_back_as_they_were() {
        let value = json!({"a": [1, 2.5, -3, null, true, "x"], "b": {"c": {}}});
        assert_eq!(Json::from(object(&object_to_proto(&value).unwrap())), value);
        assert_eq!(object_to_proto(&json!({})), None);
        assert_eq!(object_to_proto(&json!(1)), None);
        assert_eq!(texts(json!({"n": 1, "t": "x"}).as_object().unwrap()).into_values().collect::<Vec<_>>(), ["1", "x"]);
    }
}
