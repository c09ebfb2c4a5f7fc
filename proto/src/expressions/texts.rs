//! The texts with expressions in a message that is written as JSON.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::Value as Json;

use super::fit::Target;
use super::path::{field_of, holds_json, push_key};
use crate::rules::table;

/// What is done with a text: its path, the type of its field, and the text itself, which may become something else.
pub(super) type Visit<'v> = dyn FnMut(&str, &Target, &mut Json) + 'v;

/// Goes to each text with an expression in a message that is written as JSON. `path` is where the message is.
pub(super) fn each(message: &MessageDescriptor, document: &mut Json, path: &str, visit: &mut Visit<'_>) {
    Walk { path: path.to_owned(), visit }.message(message, document);
}

struct Walk<'w, 'v> {
    path: String,
    visit: &'w mut Visit<'v>,
}

impl Walk<'_, '_> {
    fn message(&mut self, message: &MessageDescriptor, document: &mut Json) {
        let Json::Object(members) = document else { return };
        for (name, value) in members {
            // A field that does not exist is found when the message is read.
            let Some(field) = field_of(message, name) else { continue };
            if !table::rule(&field).is_some_and(|rule| rule.rules.no_expression) {
                self.at(|path| push_field(path, field.name()), |walk| walk.field(&field, value));
            }
        }
    }

    fn field(&mut self, field: &FieldDescriptor, value: &mut Json) {
        match (field.kind(), value) {
            (Kind::Message(entry), Json::Object(entries)) if field.is_map() => {
                let kind = entry.map_entry_value_field().kind();
                for (key, value) in entries {
                    self.at(|path| push_key(path, key), |walk| walk.value(&kind, value));
                }
            }
            (kind, Json::Array(elements)) if field.is_list() => {
                for (index, element) in elements.iter_mut().enumerate() {
                    self.at(|path| push_index(path, index), |walk| walk.value(&kind, element));
                }
            }
            (kind, value) => self.value(&kind, value),
        }
    }

    fn value(&mut self, kind: &Kind, value: &mut Json) {
        match (kind, value) {
            (Kind::String, value) if has_expression(value) => {
                (self.visit)(&self.path, &Target::One(Kind::String), value);
            }
            (Kind::Message(message), value) if holds_json(message) => self.json(value),
            (Kind::Message(message), value) if message.package_name() != "google.protobuf" => {
                self.message(message, value);
            }
            _ => {}
        }
    }

    fn json(&mut self, value: &mut Json) {
        match value {
            Json::Array(elements) => {
                for (index, element) in elements.iter_mut().enumerate() {
                    self.at(|path| push_index(path, index), |walk| walk.json(element));
                }
            }
            Json::Object(members) => {
                for (key, value) in members {
                    self.at(|path| push_key(path, key), |walk| walk.json(value));
                }
            }
            value if has_expression(value) => (self.visit)(&self.path, &Target::Any, value),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    /// Does something with one more step at the end of the path.
    fn at(&mut self, step: impl FnOnce(&mut String), action: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        step(&mut self.path);
        action(self);
        self.path.truncate(length);
    }
}

fn push_field(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

fn push_index(path: &mut String, index: usize) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}

fn has_expression(value: &Json) -> bool {
    value.as_str().is_some_and(|text| text.contains("${"))
}
