//! Paths into a stage.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value as Json};

use crate::reflect::descriptor;
use crate::rules::table;
use crate::v1::Stage;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// To a field of a message or to a key of a map.
    Field(String),
    /// To an element of a list.
    Index(usize),
}

/// The type of what is at the end of a path.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) kind: Kind,
    pub(super) repeated: bool,
}

/// Why a path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// It is not written like a path.
    #[error("`{0}` is not a path such as `deploy.clusters[0].image`")]
    Syntax(String),
    /// A message has no such field.
    #[error("there is no field `{field}` in `{message}`")]
    UnknownField {
        /// The name in the path.
        field: String,
        /// The name of the message.
        message: String,
    },
    /// Something that has no parts, or the parts of a list without an index.
    #[error("`{0}` has no part of that name")]
    NoParts(String),
    /// Something that is not a list.
    #[error("`{0}` is not a list")]
    NotAList(String),
    /// An element that the list doesn't have.
    #[error("there is no element {index}, the list has {length}")]
    NoElement {
        /// The index in the path.
        index: usize,
        /// The number of elements.
        length: usize,
    },
    /// A field whose rules exclude expressions.
    #[error("`{0}` can't be set by an expression")]
    NotAllowed(String),
}

/// Where a walk along a path stands.
enum Place {
    Message(MessageDescriptor),
    /// A field as a whole, which may be a list or a map.
    Field(FieldDescriptor),
    /// An element of a list or a value of a map.
    Element(FieldDescriptor),
}

/// Reads a path and walks it through the descriptors, from a stage on.
pub(super) fn parse(path: &str) -> Result<(Vec<Step>, Target), PathError> {
    let steps = steps(path).ok_or_else(|| PathError::Syntax(path.to_owned()))?;
    let mut place = Place::Message(descriptor::<Stage>());
    for step in &steps {
        place = match step {
            Step::Field(name) => into_field(place, name)?,
            Step::Index(_) => into_element(place)?,
        };
    }
    match place {
        Place::Field(field) if field.is_map() => Err(PathError::NotAllowed(field.name().to_owned())),
        Place::Field(field) => Ok((steps, Target { kind: field.kind(), repeated: field.is_list() })),
        Place::Element(field) => Ok((steps, Target { kind: value_kind(&field), repeated: false })),
        Place::Message(_) => Err(PathError::Syntax(path.to_owned())),
    }
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, indices) = part.split_once('[').map_or((part, None), |(name, rest)| (name, Some(rest)));
        if name.is_empty() {
            return None;
        }
        steps.push(Step::Field(name.to_owned()));
        if let Some(indices) = indices {
            steps.push(Step::Index(indices.strip_suffix(']')?.parse().ok()?));
        }
    }
    Some(steps)
}

fn into_field(place: Place, name: &str) -> Result<Place, PathError> {
    let message = match place {
        Place::Field(field) if field.is_map() => return Ok(Place::Element(field)),
        Place::Field(field) if field.is_list() => return Err(PathError::NoParts(field.name().to_owned())),
        Place::Field(field) | Place::Element(field) => {
            value_message(&field).ok_or_else(|| PathError::NoParts(field.name().to_owned()))?
        }
        Place::Message(message) => message,
    };
    let field = message
        .get_field_by_name(name)
        .ok_or_else(|| PathError::UnknownField { field: name.to_owned(), message: message.name().to_owned() })?;
    if table::rule(&field).is_some_and(|rule| rule.rules.no_expression) {
        return Err(PathError::NotAllowed(name.to_owned()));
    }
    Ok(Place::Field(field))
}

fn into_element(place: Place) -> Result<Place, PathError> {
    match place {
        Place::Field(field) if field.is_list() => Ok(Place::Element(field)),
        Place::Field(field) | Place::Element(field) => Err(PathError::NotAList(field.name().to_owned())),
        Place::Message(message) => Err(PathError::NotAList(message.name().to_owned())),
    }
}

/// The kind of an element of a list or of a value of a map.
fn value_kind(field: &FieldDescriptor) -> Kind {
    match field.kind() {
        Kind::Message(entry) if field.is_map() => entry.map_entry_value_field().kind(),
        kind => kind,
    }
}

/// The message inside, if there is one with fields of our own.
fn value_message(field: &FieldDescriptor) -> Option<MessageDescriptor> {
    let message = value_kind(field).as_message()?.clone();
    (message.package_name() != "google.protobuf").then_some(message)
}

/// Sets what is at the end of the steps, making objects on the way. Null removes it.
pub(super) fn set(document: &mut Json, steps: &[Step], value: Json) -> Result<(), PathError> {
    let Some((step, rest)) = steps.split_first() else {
        *document = value;
        return Ok(());
    };
    match step {
        Step::Field(name) => {
            if document.is_null() {
                *document = Json::Object(Map::new());
            }
            let object = document.as_object_mut().ok_or_else(|| PathError::NoParts(name.clone()))?;
            if rest.is_empty() && value.is_null() {
                object.remove(name);
                return Ok(());
            }
            set(object.entry(name).or_insert(Json::Null), rest, value)
        }
        Step::Index(index) => {
            let length = document.as_array().map_or(0, Vec::len);
            let no_element = PathError::NoElement { index: *index, length };
            set(document.get_mut(*index).ok_or(no_element)?, rest, value)
        }
    }
}
