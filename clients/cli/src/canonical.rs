//! The JSON form of a message in an order that is always the same: fields by their numbers, maps by their keys.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage as _};
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// A message's JSON form.
pub(crate) struct Canonical<'a>(pub(crate) &'a DynamicMessage);

impl Serialize for Canonical<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = gennaker_proto::json::encode_dynamic(self.0);
        OfMessage { message: &self.0.descriptor(), value: &value }.serialize(serializer)
    }
}

struct OfMessage<'a> {
    message: &'a MessageDescriptor,
    value: &'a Value,
}

impl Serialize for OfMessage<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Google's own types have forms of their own, a duration that of a text.
        let (Value::Object(object), false) = (self.value, self.message.package_name() == "google.protobuf") else {
            return self.value.serialize(serializer);
        };
        let mut fields: Vec<_> = self.message.fields().collect();
        fields.sort_by_key(FieldDescriptor::number);
        let mut map = serializer.serialize_map(None)?;
        for field in &fields {
            if let Some(value) = object.get(field.json_name()) {
                map.serialize_entry(field.json_name(), &OfField { field, value })?;
            }
        }
        map.end()
    }
}

struct OfField<'a> {
    field: &'a FieldDescriptor,
    value: &'a Value,
}

impl Serialize for OfField<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Kind::Message(message) = self.field.kind() else { return self.value.serialize(serializer) };
        match self.value {
            Value::Object(entries) if self.field.is_map() => {
                let field = &message.map_entry_value_field();
                serializer.collect_map(entries.iter().map(|(key, value)| (key, OfField { field, value })))
            }
            Value::Array(items) if self.field.is_list() => {
                serializer.collect_seq(items.iter().map(|value| OfMessage { message: &message, value }))
            }
            value => OfMessage { message: &message, value }.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use gennaker_client::v1;

    use super::*;

    #[test]
    fn equal_messages_are_equal_texts_with_fields_in_their_order() {
        let paths = ["a.b[0].z", "a.b[0].y", "a.b[0].x", "c", "b"];
        let stage = v1::Stage {
            id: "s".into(),
            depends_on: vec!["z".into(), "y".into()],
            expressions: paths.map(|path| (path.to_owned(), "${ parameters.p }".to_owned())).into(),
            kind: Some(v1::stage::Kind::Wait(v1::WaitStage {
                duration: Some(prost_types::Duration { seconds: 1, nanos: 500_000_000 }),
                ..Default::default()
            })),
            ..Default::default()
        };
        let pipeline = v1::Pipeline { stages: vec![stage], display_name: "P".into(), ..Default::default() };
        let text = serde_json::to_string(&Canonical(&gennaker_proto::to_dynamic(&pipeline))).unwrap();
        let maps =
            r#"{"a.b[0].x":"E","a.b[0].y":"E","a.b[0].z":"E","b":"E","c":"E"}"#.replace('E', "${ parameters.p }");
        assert_eq!(
            text,
            format!(
                r#"{{"displayName":"P","stages":[{{"id":"s","dependsOn":["z","y"],"expressions":{maps},"wait":{{"duration":"1.500s"}}}}]}}"#
            )
        );
    }
}
