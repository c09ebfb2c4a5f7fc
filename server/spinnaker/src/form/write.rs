//! From our fields to Spinnaker's.

use serde_json::{Map, Value as Json};

use super::value::millis;
use super::{FOREIGN, Field, Form, empty, into_theirs, seconds, tidy_numbers, unset};
use crate::export::Export;
use crate::source::Source;

impl Export<'_> {
    /// Takes the fields of a table out of an object of ours, which is at a path in its stage, and puts them into one of
    /// Spinnaker's.
    pub(crate) fn fields(&mut self, table: &'static [Field], from: &mut Source, to: &mut Map<String, Json>, at: &str) {
        for field in table {
            let place = format!("{at}.{}", field.ours);
            let value = match (from.take(field.ours), self.expressions.remove(&place)) {
                (_, Some(text)) => Some(Json::from(into_theirs(&field.form, text))),
                (None, None) if self.has_below(&place) => self.value(&field.form, empty(&field.form), &place),
                (None, None) => unset(&field.form),
                (Some(value), None) => self.value(&field.form, value, &place),
            };
            if let Some(value) = value {
                to.insert(field.theirs.to_owned(), value);
            }
        }
    }

    /// A value of ours as Spinnaker writes it.
    pub(crate) fn value(&mut self, form: &'static Form, value: Json, place: &str) -> Option<Json> {
        Some(match (form, value) {
            (Form::Unless, Json::Bool(flag)) => Json::Bool(!flag),
            (Form::Seconds, Json::String(text)) => seconds(&text)?,
            (Form::Time, Json::String(text)) => Json::from(millis(&text)?),
            (Form::Choice(words), Json::String(text)) => {
                let Some((theirs, _)) = words.iter().find(|(_, ours)| *ours == text) else {
                    self.findings.dropped(self.at(place), format!("Spinnaker has no word for {text}"));
                    return None;
                };
                Json::from(*theirs)
            }
            (Form::Commas, Json::Array(elements)) => {
                Json::from(elements.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(","))
            }
            (Form::Wrapped(key), Json::Array(elements)) => {
                elements.into_iter().map(|element| Json::from_iter([(*key, element)])).collect()
            }
            (Form::Wholes, Json::Array(elements)) => {
                let whole = |(number, element)| {
                    let expression = self.expressions.remove(&format!("{place}[{number}]"));
                    expression.map_or(element, Json::from)
                };
                elements.into_iter().enumerate().map(whole).collect()
            }
            (Form::Any, value) => tidy_numbers(value),
            (Form::Inner(table), Json::Object(object)) => self.object(table, object, place),
            (Form::Each(table), Json::Array(elements)) => {
                let mut list = Vec::new();
                for (number, element) in elements.into_iter().enumerate() {
                    let Json::Object(object) = element else { continue };
                    list.push(self.object(table, object, &format!("{place}[{number}]")));
                }
                Json::Array(list)
            }
            (_, value) => value,
        })
    }

    fn object(&mut self, table: &'static [Field], object: Map<String, Json>, place: &str) -> Json {
        let (mut from, mut to) = (Source::new(self.at(place), object), Map::new());
        self.fields(table, &mut from, &mut to, place);
        from.finish(&mut self.findings, FOREIGN);
        Json::Object(to)
    }
}
