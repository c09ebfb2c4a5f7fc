//! Paths into a stage.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value as Json};

use super::fit::Target;
use crate::reflect::descriptor;
use crate::rules::table;
use crate::v1::Stage;

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    /// To a field of a message.
    Field(FieldDescriptor),
    /// To a key of a map or of a JSON object.
    Key(String),
    /// To an element of a list.
    Index(usize),
}

/// One step of a path as it is written.
enum Part<'p> {
    Name(&'p str),
    Index(usize),
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
    /// A field of another kind than the stage's.
    #[error("the stage is of the kind `{0}`, and the path is not one of it")]
    OtherKind(String),
}

/// Where a walk along a path stands.
enum Place {
    Message(MessageDescriptor),
    /// A field as a whole, which may be a list or a map.
    Field(FieldDescriptor),
    /// An element of a list or a value of a map.
    Element(FieldDescriptor),
    /// Somewhere in a JSON value, where everything may be.
    Json,
}

/// Reads a path and walks it through the descriptors, from a stage on.
pub(super) fn parse(path: &str) -> Result<(Vec<Step>, Target), PathError> {
    let mut place = Place::Message(descriptor::<Stage>());
    let mut steps = Vec::new();
    for part in parts(path).ok_or_else(|| PathError::Syntax(path.to_owned()))? {
        let step;
        (step, place) = match part {
            Part::Name(name) => into_field(place, name)?,
            Part::Index(index) => (Step::Index(index), into_element(place)?),
        };
        steps.push(step);
    }
    let target = match place {
        Place::Field(field) if field.is_map() => return Err(PathError::NotAllowed(field.name().to_owned())),
        Place::Field(field) if field.is_list() => Target::List(field.kind()),
        Place::Field(field) | Place::Element(field) => match value_kind(&field) {
            Kind::Message(message) if holds_json(&message) => Target::Any,
            kind => Target::One(kind),
        },
        Place::Json => Target::Any,
        Place::Message(_) => return Err(PathError::Syntax(path.to_owned())),
    };
    Ok((steps, target))
}

fn parts(path: &str) -> Option<Vec<Part<'_>>> {
    let mut parts = Vec::new();
    for part in path.split('.') {
        let (name, index) = part.split_once('[').map_or((part, None), |(name, rest)| (name, Some(rest)));
        if name.is_empty() {
            return None;
        }
        parts.push(Part::Name(name));
        if let Some(index) = index {
            parts.push(Part::Index(index.strip_suffix(']')?.parse().ok()?));
        }
    }
    Some(parts)
}

fn into_field(place: Place, name: &str) -> Result<(Step, Place), PathError> {
    let key = || Step::Key(name.to_owned());
    let message = match place {
        Place::Json => return Ok((key(), Place::Json)),
        Place::Field(field) if field.is_map() => return Ok((key(), Place::Element(field))),
        Place::Field(field) if field.is_list() => return Err(PathError::NoParts(field.name().to_owned())),
        Place::Field(field) | Place::Element(field) => match value_kind(&field) {
            Kind::Message(message) if holds_json(&message) => return Ok((key(), Place::Json)),
            Kind::Message(message) if message.package_name() != "google.protobuf" => message,
            _ => return Err(PathError::NoParts(field.name().to_owned())),
        },
        Place::Message(message) => message,
    };
    let field = message
        .get_field_by_name(name)
        .ok_or_else(|| PathError::UnknownField { field: name.to_owned(), message: message.name().to_owned() })?;
    if table::rule(&field).is_some_and(|rule| rule.rules.no_expression) {
        return Err(PathError::NotAllowed(name.to_owned()));
    }
    Ok((Step::Field(field.clone()), Place::Field(field)))
}

fn into_element(place: Place) -> Result<Place, PathError> {
    match place {
        Place::Json => Ok(Place::Json),
        Place::Field(field) if field.is_list() => Ok(Place::Element(field)),
        Place::Field(field) | Place::Element(field) => match value_kind(&field) {
            Kind::Message(message) if holds_json(&message) => Ok(Place::Json),
            _ => Err(PathError::NotAList(field.name().to_owned())),
        },
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

/// Whether a message stands for any JSON.
pub(super) fn holds_json(message: &MessageDescriptor) -> bool {
    matches!(message.full_name(), "google.protobuf.Value" | "google.protobuf.Struct" | "google.protobuf.ListValue")
}

/// The field of a message that a member of a JSON object stands for; both forms of names are read.
pub(super) fn field_of(message: &MessageDescriptor, member: &str) -> Option<FieldDescriptor> {
    message.get_field_by_json_name(member).or_else(|| message.get_field_by_name(member))
}

/// Sets what is at the end of the steps, making objects on the way. Null removes it.
pub(super) fn set(document: &mut Json, steps: &[Step], value: Json) -> Result<(), PathError> {
    let Some((step, rest)) = steps.split_first() else {
        *document = value;
        return Ok(());
    };
    let (name, member) = match step {
        Step::Index(index) => {
            let length = document.as_array().map_or(0, Vec::len);
            let no_element = PathError::NoElement { index: *index, length };
            return set(document.get_mut(*index).ok_or(no_element)?, rest, value);
        }
        Step::Field(field) if document.get(field.name()).is_some() => (field.name(), field.name()),
        Step::Field(field) => (field.name(), field.json_name()),
        Step::Key(key) => (key.as_str(), key.as_str()),
    };
    if document.is_null() {
        *document = Json::Object(Map::new());
    }
    let object = document.as_object_mut().ok_or_else(|| PathError::NoParts(name.to_owned()))?;
    if rest.is_empty() && value.is_null() {
        object.remove(member);
        return Ok(());
    }
    set(object.entry(member).or_insert(Json::Null), rest, value)
}

/// Adds a key of a map or of a JSON object to a path.
pub(super) fn push_key(path: &mut String, key: &str) {
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
    if !key.is_empty() && key.chars().all(plain) {
        path.push('.');
        path.push_str(key);
    } else {
        path.push_str(&format!("[{}]", Json::from(key)));
    }
}

/// A path in a message that was read from JSON, with the names that the fields have in the `.proto` files.
pub(super) fn with_proto_names(message: &MessageDescriptor, path: &str) -> String {
    let mut message = Some(message.clone());
    let mut key_of_map = false;
    let mut written = Vec::new();
    for part in path.split('.') {
        let (name, index) = part.split_once('[').map_or((part, ""), |(name, _)| (name, &part[name.len()..]));
        let field = message.as_ref().filter(|_| !key_of_map).and_then(|message| field_of(message, name));
        written.push(format!("{}{index}", field.as_ref().map_or(name, |field| field.name())));
        if let Some(field) = field {
            key_of_map = field.is_map();
            message = value_kind(&field).as_message().cloned();
        } else {
            key_of_map = false;
        }
    }
    written.join(".")
}
