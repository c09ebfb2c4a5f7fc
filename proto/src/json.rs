//! The canonical JSON form of messages, in which unknown fields are errors.
//!
//! Field names are written in lowerCamelCase and read in either form, 64-bit integers are texts, durations are
//! `"90s"`, and fields with their default value are left out. Objects are sorted by key, so that equal messages are
//! equal texts.

use prost::{Message, Name};
use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde::Deserializer;
use serde_json::Value;

use crate::reflect::{descriptor, from_dynamic, to_dynamic};

/// Why a JSON value is not the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", if path.is_empty() { String::new() } else { format!("{path}: ") })]
pub struct DecodeError {
    /// Where, `stages[2].wait` for instance. Empty for the value itself.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

/// A message as JSON.
pub fn encode<T: Message + Name>(message: &T) -> Value {
    encode_dynamic(&to_dynamic(message))
}

/// A message as JSON whose keys are the names in the `.proto` files.
pub fn encode_with_proto_names<T: Message + Name>(message: &T) -> Value {
    encode_with(&to_dynamic(message), &SerializeOptions::new().use_proto_field_name(true))
}

/// A dynamic message as JSON.
pub fn encode_dynamic(message: &DynamicMessage) -> Value {
    encode_with(message, &SerializeOptions::new())
}

fn encode_with(message: &DynamicMessage, options: &SerializeOptions) -> Value {
    let mut value =
        message.serialize_with_options(serde_json::value::Serializer, options).expect("every message has a JSON form");
    value.sort_all_objects();
    value
}

/// A message from JSON.
pub fn decode<T: Message + Name + Default>(value: &Value) -> Result<T, DecodeError> {
    Ok(from_dynamic(&decode_dynamic(descriptor::<T>(), value)?))
}

/// A message from a JSON text.
pub fn decode_str<T: Message + Name + Default>(text: &str) -> Result<T, DecodeError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let message = deserialize(descriptor::<T>(), &mut deserializer)?;
    deserializer.end().map_err(|error| DecodeError { path: String::new(), message: error.to_string() })?;
    Ok(from_dynamic(&message))
}

/// A message of a type that is known only at run time, from JSON.
pub fn decode_dynamic(descriptor: MessageDescriptor, value: &Value) -> Result<DynamicMessage, DecodeError> {
    deserialize(descriptor, value)
}

fn deserialize<'de, D: Deserializer<'de>>(
    descriptor: MessageDescriptor,
    deserializer: D,
) -> Result<DynamicMessage, DecodeError> {
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(deserializer, &mut track);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let result = DynamicMessage::deserialize_with_options(descriptor, tracked, &options);
    result.map_err(|error| DecodeError { path: path_text(&track.path()), message: error.to_string() })
}

/// serde_path_to_error writes the path of the whole value as a dot.
fn path_text(path: &serde_path_to_error::Path) -> String {
    let text = path.to_string();
    if text == "." { String::new() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1;
    use serde_json::json;

    fn error_of(value: &Value) -> String {
        decode::<v1::Pipeline>(value).unwrap_err().to_string()
    }

    #[test]
    fn reads_both_forms_of_names_and_writes_one() {
        let snake: v1::Pipeline = decode(&json!({"display_name": "A", "stages": [
            {"id": "w", "depends_on": ["a"], "wait": {"duration": "1.500s"}}]}))
        .unwrap();
        let camel = encode(&snake);
        assert_eq!(
            camel,
            json!({"displayName": "A", "stages": [{"id": "w", "dependsOn": ["a"], "wait": {"duration": "1.500s"}}]})
        );
        assert_eq!(decode::<v1::Pipeline>(&camel).unwrap(), snake);
        assert_eq!(decode_str::<v1::Pipeline>(&camel.to_string()).unwrap(), snake);
    }

    #[test]
    fn names_the_place_of_an_error() {
        let stage = |stage: &Value| json!({"stages": [{"id": "a"}, stage]});
        assert_eq!(
            error_of(&stage(&json!({"wait": {"durration": "1s"}}))),
            "stages[1].wait: unrecognized field name 'durration'"
        );
        assert_eq!(
            error_of(&stage(&json!({"wait": {"duration": "soon"}}))),
            "stages[1].wait.duration: failed to parse duration"
        );
        assert_eq!(
            error_of(&stage(&json!({"on_failure": "IGNORED"}))),
            "stages[1].on_failure: unrecognized enum value 'IGNORED'"
        );
        assert_eq!(
            error_of(&stage(&json!({"wait": {}, "deploy": {}}))),
            "stages[1]: multiple fields provided for oneof 'kind'"
        );
        assert!(error_of(&json!({"concurrency": {"max_concurrent": -1}})).starts_with("concurrency.max_concurrent: "));
        assert!(error_of(&json!([])).starts_with("invalid type: sequence"));
    }

    #[test]
    fn an_empty_kind_is_kept() {
        let stage: v1::Stage =
            decode(&json!({"id": "d", "deploy": {"clusters": [{"env": {"b": "2", "a": "1"}}]}})).unwrap();
        assert!(matches!(stage.kind, Some(v1::stage::Kind::Deploy(_))));
        let trigger: v1::Trigger = decode(&json!({"manual": {}})).unwrap();
        assert_eq!(encode(&trigger), json!({"manual": {}}));
    }

    #[test]
    fn trailing_text_is_an_error() {
        assert!(decode_str::<v1::Pipeline>("{} {}").unwrap_err().message.contains("trailing"));
    }
}
