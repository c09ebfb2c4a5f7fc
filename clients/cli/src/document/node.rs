//! YAML with the place of every value, so that errors can name the line.

use std::fmt::{Display, Formatter};

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_saphyr::{Location, Spanned};

/// A place in a file, `12:5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    line: u64,
    column: u64,
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        Self { line: location.line(), column: location.column() }
    }
}

impl Display for Place {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

/// A value with its place.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) content: Content,
}

/// A value.
#[derive(Debug)]
pub(super) enum Content {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key with its place, and its value.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    place: Place,
    pub(super) value: Node,
}

/// The documents of a text, or where and why it isn't YAML. The limits of the parser on depth, aliases and size hold.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, (Place, String)> {
    serde_saphyr::from_multiple::<Node>(text).map_err(|error| {
        let place = error.location().map_or(Place { line: 1, column: 1 }, Place::from);
        let message = error.without_snippet().to_string();
        // The place is told apart, and the options of the parser are not the reader's to set.
        let end = [" at line ", ", set "].iter().filter_map(|mark| message.find(mark)).min().unwrap_or(message.len());
        (place, message[..end].to_owned())
    })
}

impl Node {
    /// The value, if it is a text.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The value as JSON.
    pub(super) fn json(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(value) => Value::Bool(*value),
            Content::Number(number) => Value::Number(number.clone()),
            Content::Text(text) => Value::String(text.clone()),
            Content::List(nodes) => Value::Array(nodes.iter().map(Node::json).collect()),
            Content::Map(entries) => {
                let pairs = entries.iter().map(|entry| (entry.key.clone(), entry.value.json()));
                Value::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }

    /// The place of a path like `stages[2].wait.duration`, in either form of names, or of its nearest parent. The
    /// first part may be the field of the request that holds the resource.
    pub(super) fn locate(&self, path: &str) -> Place {
        let steps: Vec<&str> = path.split(['.', '[']).map(|step| step.trim_end_matches(']')).collect();
        let skip = usize::from(steps.len() > 1 && self.child(steps[0]).is_none());
        let mut place = self.place;
        let mut node = self;
        for step in &steps[skip..] {
            let Some((below, value)) = node.child(step) else { break };
            (place, node) = (below, value);
        }
        place
    }

    fn child(&self, step: &str) -> Option<(Place, &Self)> {
        match &self.content {
            Content::List(nodes) => nodes.get(step.parse::<usize>().ok()?).map(|node| (node.place, node)),
            Content::Map(entries) => entries
                .iter()
                .find(|entry| entry.key == step || plain(&entry.key) == plain(step))
                .map(|entry| (entry.place, &entry.value)),
            Content::Null | Content::Bool(_) | Content::Number(_) | Content::Text(_) => None,
        }
    }
}

/// A name without the differences of lowerCamelCase and snake_case.
fn plain(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Content>::deserialize(deserializer)?;
        Ok(Self { place: spanned.referenced.into(), content: spanned.value })
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ContentVisitor)
    }
}

struct ContentVisitor;

impl<'de> Visitor<'de> for ContentVisitor {
    type Value = Content;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_none<E>(self) -> Result<Content, E> {
        Ok(Content::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Content, D::Error> {
        Content::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Content, E> {
        Ok(Content::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Content, E> {
        Ok(Content::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Content, E> {
        Number::from_f64(value).map(Content::Number).ok_or_else(|| E::custom("the number is not finite"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Content, E> {
        Ok(Content::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = access.next_element()? {
            nodes.push(node);
        }
        Ok(Content::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Content, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = access.next_key::<Spanned<String>>()? {
            entries.push(Entry { place: key.referenced.into(), key: key.value, value: access.next_value()? });
        }
        Ok(Content::Map(entries))
    }
}
