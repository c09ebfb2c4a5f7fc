//! From Spinnaker's fields to ours.

use serde_json::{Map, Value as Json};

use super::value::{split_commas, timestamp};
use super::{Field, Form, UNKNOWN, duration, into_ours, number, shown, text_map, whole};
use crate::import::Import;
use crate::source::{self, Source};

impl Import<'_> {
    /// Takes the fields of a table out of an object of Spinnaker's and puts them into one of ours, which is at a path in
    /// its stage.
    pub(crate) fn fields(&mut self, table: &'static [Field], from: &mut Source, to: &mut Map<String, Json>, at: &str) {
        for field in table {
            let Some(value) = from.take(field.theirs) else { continue };
            let (path, place) = (from.at(field.theirs), format!("{at}.{}", field.ours));
            if let Some(value) = self.value(&field.form, value, &path, &place) {
                to.insert(field.ours.to_owned(), value);
            }
        }
    }

    /// A value as it is written here; `None` where it says nothing, is wrong, or is left to an expression.
    pub(crate) fn value(&mut self, form: &'static Form, value: Json, path: &str, place: &str) -> Option<Json> {
        if let Json::String(text) = &value {
            if text.contains("${") && !form.is_text() {
                self.expressions.insert(place.to_owned(), into_ours(form, text));
                return None;
            }
            if text.trim().is_empty() && !form.is_text() {
                return None;
            }
        }
        let wanted = match form {
            Form::Text => return self.text(value, path),
            Form::Account => return self.text(value, path).map(|name| self.known.account(name)),
            Form::Any => return Some(value),
            Form::Inner(table) => match value {
                Json::Object(object) => return Some(self.inner(table, Source::new(path, object), place)),
                _ => "an object",
            },
            Form::Each(_) | Form::Texts | Form::Wholes | Form::Wrapped(_) | Form::Commas => {
                return self.list(form, value, path, place);
            }
            Form::Map => match value {
                Json::Object(object) => return Some(text_map(object)),
                _ => "an object",
            },
            Form::Flag | Form::Unless => match source::flag(&value) {
                Some(flag) => return Some(Json::Bool(flag == matches!(form, Form::Flag))),
                None => "true or false",
            },
            Form::Whole | Form::Count => match whole(&value) {
                Some(number) => return Some(Json::from(number)),
                None => "a whole number that is not negative",
            },
            Form::Seconds => match number(&value) {
                Some(seconds) => return Some(Json::from(duration(seconds))),
                None => "a number of seconds",
            },
            Form::Time => match number(&value) {
                Some(millis) => return Some(Json::from(timestamp(millis as i64))),
                None => "a number of milliseconds since 1970",
            },
            Form::Choice(words) => {
                let theirs = value.as_str().unwrap_or_default();
                match words.iter().find(|(word, _)| word.eq_ignore_ascii_case(theirs)) {
                    Some((_, ours)) => return Some(Json::from(*ours)),
                    None => return self.not_a_choice(words, &value, path),
                }
            }
        };
        self.findings.error(path, format!("must be {wanted}, and is {}", shown(&value)));
        None
    }

    fn inner(&mut self, table: &'static [Field], mut from: Source, place: &str) -> Json {
        let mut to = Map::new();
        self.fields(table, &mut from, &mut to, place);
        from.finish(&mut self.findings, UNKNOWN);
        Json::Object(to)
    }

    fn list(&mut self, form: &'static Form, value: Json, path: &str, place: &str) -> Option<Json> {
        let elements = match (form, value) {
            (_, Json::Array(elements)) => elements,
            (Form::Commas, Json::String(text)) => split_commas(&text),
            (Form::Texts, Json::String(text)) => vec![Json::from(text)],
            (_, other) => {
                self.findings.error(path, format!("must be a list, and is {}", shown(&other)));
                return None;
            }
        };
        let mut list = Vec::new();
        for (number, element) in elements.into_iter().enumerate() {
            let (path, place) = (format!("{path}[{number}]"), format!("{place}[{}]", list.len()));
            let element = match (form, element) {
                (Form::Each(table), Json::Object(object)) => Some(self.inner(table, Source::new(path, object), &place)),
                (Form::Wrapped(key), Json::Object(mut object)) => match object.remove(*key) {
                    Some(value) if object.is_empty() => {
                        self.value(&Form::Text, value, &source::join(&path, key), &place)
                    }
                    _ => self.wrong(&path, &format!("must be an object with `{key}` alone")),
                },
                (Form::Texts | Form::Commas | Form::Wrapped(_), element) => {
                    self.value(&Form::Text, element, &path, &place)
                }
                (Form::Wholes, element) => match self.value(&Form::Whole, element, &path, &place) {
                    // An expression sets an element that is there.
                    None if self.expressions.contains_key(&place) => Some(Json::from(0)),
                    number => number,
                },
                (_, other) => self.wrong(&path, &format!("must be an object, and is {}", shown(&other))),
            };
            list.extend(element);
        }
        Some(Json::Array(list))
    }

    fn wrong(&mut self, path: &str, problem: &str) -> Option<Json> {
        self.findings.error(path, problem);
        None
    }

    fn text(&mut self, value: Json, path: &str) -> Option<Json> {
        match value {
            Json::String(text) => Some(Json::String(text)),
            Json::Bool(_) | Json::Number(_) => Some(Json::String(value.to_string())),
            other => self.wrong(path, &format!("must be a text, and is {}", shown(&other))),
        }
    }

    fn not_a_choice(&mut self, words: &[(&str, &str)], value: &Json, path: &str) -> Option<Json> {
        let words: Vec<&str> = words.iter().map(|(theirs, _)| *theirs).collect();
        self.wrong(path, &format!("must be one of {}, and is {}", words.join(", "), shown(value)))
    }
}
