//! Objects that are read field by field.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::finding::Findings;

/// An object that is being read. What is taken was dealt with; what is left in the end is reported.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    path: String,
    object: Map<String, Json>,
    /// Fields that were left because they are something else than they should be: what they should be.
    wrong: BTreeMap<String, &'static str>,
}

const LIST: &str = "a list";
const OBJECT: &str = "an object";
const TEXT: &str = "a text";

impl Source {
    pub(crate) fn new(path: impl Into<String>, object: Map<String, Json>) -> Self {
        Self { path: path.into(), object, wrong: BTreeMap::new() }
    }

    /// Where the object is.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Where one of its fields is.
    pub(crate) fn at(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// The value of a field, which is dealt with by that. Null is no value.
    pub(crate) fn take(&mut self, key: &str) -> Option<Json> {
        self.object.remove(key).filter(|value| !value.is_null())
    }

    /// The first of some fields that has a value, with its path. All of them are dealt with by that.
    pub(crate) fn take_first(&mut self, keys: &[&str]) -> Option<(String, Json)> {
        let mut found = None;
        for key in keys {
            let value = self.take(key).filter(|value| !is_empty(value));
            found = found.or_else(|| value.map(|value| (self.at(key), value)));
        }
        found
    }

    /// The object in a field, to be read itself.
    pub(crate) fn take_object(&mut self, key: &str) -> Option<Self> {
        match self.object.remove(key) {
            Some(Json::Object(object)) => Some(Self::new(self.at(key), object)),
            Some(Json::Null) | None => None,
            Some(other) => self.leave(key, other, OBJECT),
        }
    }

    /// The elements of a list, with their paths. Something that is no list is left.
    pub(crate) fn take_list(&mut self, key: &str) -> Vec<(String, Json)> {
        match self.object.remove(key) {
            Some(Json::Array(elements)) => {
                let path = self.at(key);
                elements.into_iter().enumerate().map(|(place, value)| (format!("{path}[{place}]"), value)).collect()
            }
            Some(Json::Null) | None => Vec::new(),
            Some(other) => self.leave(key, other, LIST).unwrap_or_default(),
        }
    }

    /// A text; something that is no text is left.
    pub(crate) fn take_text(&mut self, key: &str) -> Option<String> {
        match self.object.remove(key) {
            Some(Json::String(text)) => Some(text),
            Some(Json::Null) | None => None,
            Some(other) => self.leave(key, other, TEXT),
        }
    }

    fn leave<T>(&mut self, key: &str, value: Json, wanted: &'static str) -> Option<T> {
        self.object.insert(key.to_owned(), value);
        self.wrong.insert(key.to_owned(), wanted);
        None
    }

    /// A truth value, also written as a text.
    pub(crate) fn take_flag(&mut self, key: &str) -> Option<bool> {
        let flag = self.object.get(key).and_then(flag)?;
        self.object.remove(key);
        Some(flag)
    }

    /// What a function says of the object.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&Map<String, Json>) -> T) -> T {
        look(&self.object)
    }

    pub(crate) fn peek(&self, key: &str) -> Option<&Json> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// Puts something back.
    pub(crate) fn put(&mut self, key: &str, value: Json) {
        self.object.insert(key.to_owned(), value);
    }

    /// Leaves fields aside that say nothing of their own: copies, and what a server or a form notes for itself.
    pub(crate) fn skip(&mut self, keys: &[&str]) {
        for key in keys {
            self.object.remove(*key);
        }
    }

    /// Reports what was not taken. A field that is empty says nothing.
    pub(crate) fn finish(self, findings: &mut Findings, reason: &str) {
        for (key, value) in &self.object {
            match self.wrong.get(key) {
                _ if is_empty(value) => {}
                Some(&wanted) if wanted == TEXT => {
                    findings.dropped(self.at(key), format!("must be {wanted}, and is {}", sort(value)));
                }
                Some(wanted) => findings.error(self.at(key), format!("must be {wanted}, and is {}", sort(value))),
                None => findings.dropped(self.at(key), reason),
            }
        }
    }

    /// What was not taken.
    pub(crate) fn into_rest(self) -> Map<String, Json> {
        self.object
    }
}

/// A path with one more part.
pub(crate) fn join(path: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    match (path, plain) {
        ("", true) => key.to_owned(),
        (path, true) => format!("{path}.{key}"),
        (path, false) => format!("{path}[{key:?}]"),
    }
}

/// Nothing is said by it.
pub(crate) fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(elements) => elements.is_empty(),
        Json::Object(object) => object.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A truth value, also written as a text.
pub(crate) fn flag(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        Json::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Json::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// What a value is, in words.
pub(crate) fn sort(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "a truth value",
        Json::Number(_) => "a number",
        Json::String(_) => "a text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}
