//! The values that expressions compute with.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::error::{SHOWN, cut};
use super::number::Number;
use super::roots::View;
use super::text::Text;
use super::time::{DateFormat, Time};
use super::write::Writer;

/// A value. Data of the execution is borrowed where it lies and copied only when it comes out; what an expression builds
/// is shared, so that copying a value is always cheap.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Text<'a>),
    /// A list that lies in the execution.
    Array(&'a [Json]),
    /// A map that lies in the execution.
    Object(&'a Map<String, Json>),
    /// A list that an expression made.
    List(Rc<Built<Vec<Self>>>),
    /// A map that an expression made.
    Map(Rc<Built<BTreeMap<Text<'a>, Self>>>),
    /// One key of a map with its value.
    Entry(Rc<(Text<'a>, Self)>),
    /// Something of the execution whose parts are made as they are asked for.
    View(View<'a>),
    Time(Time),
    Format(Rc<DateFormat>),
    /// A source of random numbers.
    Random,
}

/// What an expression made of values.
#[derive(Debug, Default)]
pub(super) struct Built<T> {
    content: T,
    /// How deep such values lie within each other here.
    depth: usize,
}

impl<T> Deref for Built<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.content
    }
}

/// What sort of value one is: what decides which methods it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    List,
    Map,
    Entry,
    Date,
    Instant,
    LocalDate,
    LocalDateTime,
    Duration,
    DayOfWeek,
    Unit,
    Format,
    Random,
}

impl Kind {
    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Map => "an object",
            Self::Entry => "an entry of a map",
            Self::Date => "a Date",
            Self::Instant => "an Instant",
            Self::LocalDate => "a LocalDate",
            Self::LocalDateTime => "a LocalDateTime",
            Self::Duration => "a Duration",
            Self::DayOfWeek => "a DayOfWeek",
            Self::Unit => "a ChronoUnit",
            Self::Format => "a SimpleDateFormat",
            Self::Random => "a Random",
        }
    }
}

impl<'a> From<&'a Json> for Value<'a> {
    fn from(json: &'a Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Number(Number::from_json(number)),
            Json::String(text) => Self::Text(Text::Borrowed(text)),
            Json::Array(list) => Self::Array(list),
            Json::Object(object) => Self::Object(object),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Text::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i32> for Value<'_> {
    fn from(value: i32) -> Self {
        Self::Number(Number::Int(value))
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Number(Number::Long(value))
    }
}

impl From<f64> for Value<'_> {
    fn from(value: f64) -> Self {
        Self::Number(Number::Double(value))
    }
}

impl From<Number> for Value<'_> {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<Time> for Value<'_> {
    fn from(value: Time) -> Self {
        Self::Time(value)
    }
}

impl<'a> From<Vec<Self>> for Value<'a> {
    fn from(list: Vec<Self>) -> Self {
        let depth = 1 + list.iter().map(Self::depth).max().unwrap_or(0);
        Self::List(Rc::new(Built { content: list, depth }))
    }
}

impl<'a> From<BTreeMap<Text<'a>, Self>> for Value<'a> {
    fn from(map: BTreeMap<Text<'a>, Self>) -> Self {
        let depth = 1 + map.values().map(Self::depth).max().unwrap_or(0);
        Self::Map(Rc::new(Built { content: map, depth }))
    }
}

impl<'a, T: Into<Self>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl<'a> Value<'a> {
    /// The number of characters, elements or entries as Java counts them: an `int`.
    pub(super) fn count(count: usize) -> Self {
        Self::Number(Number::whole(i64::try_from(count).unwrap_or(i64::MAX)))
    }

    /// A value that was read from a text: nothing of it lies in the execution.
    pub(super) fn owned(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Number(Number::from_json(&number)),
            Json::String(text) => text.into(),
            Json::Array(list) => list.into_iter().map(Self::owned).collect::<Vec<_>>().into(),
            Json::Object(object) => {
                let entries = object.into_iter().map(|(key, value)| (Text::from(key), Self::owned(value)));
                entries.collect::<BTreeMap<_, _>>().into()
            }
        }
    }

    /// How deep values that an expression made lie within each other. What lies in the execution has a bounded depth.
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::List(list) => list.depth,
            Self::Map(map) => map.depth,
            Self::Entry(entry) => 1 + entry.1.depth(),
            _ => 0,
        }
    }

    pub(super) const fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Bool,
            Self::Number(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::Array(_) | Self::List(_) => Kind::List,
            Self::Object(_) | Self::Map(_) | Self::View(_) => Kind::Map,
            Self::Entry(_) => Kind::Entry,
            Self::Time(time) => time.kind(),
            Self::Format(_) => Kind::Format,
            Self::Random => Kind::Random,
        }
    }

    /// The value with its type, for messages; long values are cut.
    pub(super) fn describe(&self) -> String {
        let noun = match self {
            Self::Null | Self::Random => return self.kind().noun().to_owned(),
            Self::Bool(value) => return value.to_string(),
            Self::Text(text) => return format!("the text {:?}", cut(text, SHOWN)),
            Self::Number(number) => return format!("the number {number}"),
            Self::Array(_) | Self::List(_) => "the list ",
            Self::Object(_) | Self::Map(_) | Self::View(_) => "the object ",
            Self::Entry(_) => "the entry ",
            Self::Time(_) | Self::Format(_) => "the time ",
        };
        format!("{noun}{}", self.preview(SHOWN))
    }

    /// The beginning of the value as JSON.
    pub(super) fn preview(&self, limit: usize) -> String {
        let mut writer = Writer::new(limit * 4);
        let _ = writer.json(self); // a full writer holds the beginning, which is all that is asked for
        cut(&writer.into_text(), limit)
    }

    /// The elements of a list.
    pub(super) fn elements<'v>(&'v self) -> Option<Box<dyn ExactSizeIterator<Item = Self> + 'v>> {
        match self {
            Self::Array(list) => Some(Box::new(list.iter().map(Self::from))),
            Self::List(list) => Some(Box::new(list.iter().cloned())),
            _ => None,
        }
    }

    /// An element of a list.
    pub(super) fn element(&self, place: usize) -> Option<Self> {
        match self {
            Self::Array(list) => list.get(place).map(Self::from),
            Self::List(list) => list.get(place).cloned(),
            _ => None,
        }
    }

    /// How many elements a list has, or entries a map.
    pub(super) fn length(&self) -> Option<usize> {
        match self {
            Self::Array(list) => Some(list.len()),
            Self::List(list) => Some(list.len()),
            Self::Object(object) => Some(object.len()),
            Self::Map(map) => Some(map.len()),
            Self::View(view) => Some(view.names().len()),
            _ => None,
        }
    }

    /// What a map or an entry has under a key.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        match self {
            Self::Object(object) => object.get(key).map(Self::from),
            Self::Map(map) => map.get(key).cloned(),
            Self::View(view) => view.get(key),
            Self::Entry(entry) if key == "key" => Some(Self::Text(entry.0.clone())),
            Self::Entry(entry) if key == "value" => Some(entry.1.clone()),
            _ => None,
        }
    }

    /// The keys of a map, in order.
    pub(super) fn keys(&self) -> Vec<Text<'a>> {
        match self {
            Self::Object(object) => object.keys().map(|key| Text::Borrowed(key)).collect(),
            Self::Map(map) => map.keys().cloned().collect(),
            Self::View(view) => view.names(),
            Self::Entry(_) => vec!["key".into(), "value".into()],
            _ => Vec::new(),
        }
    }

    /// The entries of a map, in order of the keys.
    pub(super) fn entries(&self) -> Option<Vec<(Text<'a>, Self)>> {
        match self {
            Self::Object(object) => {
                Some(object.iter().map(|(key, v)| (Text::Borrowed(key.as_str()), v.into())).collect())
            }
            Self::Map(map) => Some(map.iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
            Self::View(view) => Some(view.entries()),
            _ => None,
        }
    }
}
