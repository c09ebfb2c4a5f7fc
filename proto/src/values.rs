//! JSON values as messages, `google.protobuf.Value` and `google.protobuf.Struct`, and back.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value};
use serde_json::{Map, Value as Json};

/// An object as a message.
pub fn struct_to_proto(object: &Map<String, Json>) -> Struct {
    Struct { fields: object.iter().map(|(key, value)| (key.clone(), to_proto(value))).collect() }
}

/// A value as a message, if it is an object with something in it.
pub fn object_to_proto(value: &Json) -> Option<Struct> {
    value.as_object().filter(|object| !object.is_empty()).map(struct_to_proto)
}

/// A value as a message.
pub fn to_proto(value: &Json) -> Value {
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
pub fn object(message: &Struct) -> Map<String, Json> {
    message.fields.iter().map(|(key, value)| (key.clone(), value_of(value))).collect()
}

/// A value from a message. Whole numbers become whole numbers again.
pub fn value_of(message: &Value) -> Json {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_come_back_as_they_were() {
        let value = json!({"a": [1, 2.5, -3, null, true, "x"], "b": {"c": {}}});
        assert_eq!(Json::from(object(&object_to_proto(&value).unwrap())), value);
        assert_eq!(value_of(&to_proto(&value)), value);
        assert_eq!(object_to_proto(&json!({})), None);
        assert_eq!(object_to_proto(&json!(1)), None);
    }
}
