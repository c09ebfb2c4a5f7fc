//! Fields that both know: one table for both ways.

use serde_json::{Map, Value as Json};

use crate::export::Export;
use crate::import::Import;
use crate::source::{self, Source};

/// A field of Spinnaker's that is a field of ours.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name there.
    pub(crate) theirs: &'static str,
    /// Its name here, as in the `.proto` file.
    pub(crate) ours: &'static str,
    pub(crate) form: Form,
}

/// A field of a table.
pub(crate) const fn field(theirs: &'static str, ours: &'static str, form: Form) -> Field {
    Field { theirs, ours, form }
}

/// How a value is written there and here.
#[derive(Debug)]
pub(crate) enum Form {
    /// A text in both.
    Text,
    /// The name of an account.
    Account,
    /// A truth value in both.
    Flag,
    /// A truth value, true here where it is false there. Not set means true there.
    Unless,
    /// A whole number in both.
    Whole,
    /// The same, where not set means 0 here.
    Count,
    /// A number of seconds there, a duration here.
    Seconds,
    /// Milliseconds since 1970 there, a timestamp here.
    Time,
    /// One of some words: theirs and ours.
    Choice(&'static [(&'static str, &'static str)]),
    /// A list of texts in both.
    Texts,
    /// A list of whole numbers in both.
    Wholes,
    /// A text with commas there, a list of texts here.
    Commas,
    /// A list of objects there whose one field is an element of the list here.
    Wrapped(&'static str),
    /// An object of texts in both.
    Map,
    /// Any JSON in both.
    Any,
    /// An object in both.
    Inner(&'static [Field]),
    /// A list of objects in both.
    Each(&'static [Field]),
}

impl Form {
    /// An expression in such a field is a text here too.
    fn is_text(&self) -> bool {
        match self {
            Self::Text | Self::Account | Self::Map | Self::Any | Self::Wrapped(_) | Self::Commas => true,
            Self::Flag
            | Self::Unless
            | Self::Whole
            | Self::Count
            | Self::Seconds
            | Self::Time
            | Self::Choice(_)
            | Self::Texts
            | Self::Wholes
            | Self::Inner(_)
            | Self::Each(_) => false,
        }
    }
}

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

/// Why a field of Spinnaker's is left out.
pub(crate) const UNKNOWN: &str = "there is no such field here";

/// Why a field of ours is left out.
pub(crate) const FOREIGN: &str = "Spinnaker has no such field";

/// What Spinnaker has for a field that is not set here.
fn unset(form: &Form) -> Option<Json> {
    match form {
        Form::Unless => Some(Json::Bool(true)),
        Form::Count => Some(Json::from(0)),
        _ => None,
    }
}

/// What stands in for a part that only expressions will fill.
fn empty(form: &Form) -> Json {
    match form {
        Form::Inner(_) => Json::Object(Map::new()),
        _ => Json::Array(Vec::new()),
    }
}

/// An expression for a field there as one for the field here.
fn into_ours(form: &Form, text: &str) -> String {
    match (form, lone(text)) {
        (Form::Unless, Some(inner)) => format!("{NOT}{inner}) }}"),
        (Form::Choice(words), Some(inner)) => format!("{}{inner}) }}", choice_prefix(words)),
        _ => text.to_owned(),
    }
}

/// And back.
fn into_theirs(form: &Form, text: String) -> String {
    let inner = |prefix: &str| text.strip_prefix(prefix)?.strip_suffix(") }").map(str::to_owned);
    match form {
        Form::Unless => match (inner(NOT), lone(&text)) {
            (Some(inner), _) => format!("${{{inner}}}"),
            (None, Some(inner)) => format!("${{ !({inner}) }}"),
            (None, None) => text,
        },
        Form::Choice(words) => inner(&choice_prefix(words)).map_or(text, |inner| format!("${{{inner}}}")),
        _ => text,
    }
}

/// An expression for the opposite begins like this. Parameters are texts, so that there is something to convert.
const NOT: &str = "${ !#toBoolean(";

/// An expression that turns their words into ours begins like this.
fn choice_prefix(words: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = words.iter().map(|(theirs, ours)| format!("'{theirs}': '{ours}'")).collect();
    format!("${{ {{{}}}.get(", pairs.join(", "))
}

/// The inside of a text that is one expression and nothing else.
pub(crate) fn lone(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("${")?.strip_suffix('}')?;
    (!inner.contains("${")).then_some(inner)
}

/// A value in a message, cut.
pub(crate) fn shown(value: &Json) -> String {
    match value {
        Json::Null | Json::Array(_) | Json::Object(_) => source::sort(value).to_owned(),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            let text = value.to_string();
            let cut: String = text.chars().take(100).collect();
            if cut.len() < text.len() { format!("{cut}...") } else { cut }
        }
    }
}

/// An object whose values are texts; others are written as JSON.
pub(crate) fn text_map(object: Map<String, Json>) -> Json {
    let text = |value: Json| match value {
        Json::String(text) => Json::String(text),
        Json::Null => Json::from(""),
        other => Json::from(other.to_string()),
    };
    object.into_iter().map(|(key, value)| (key, text(value))).collect()
}

/// Splits at commas outside of expressions.
fn split_commas(text: &str) -> Vec<Json> {
    let (mut parts, mut part, mut depth) = (Vec::new(), String::new(), 0_usize);
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(letter);
    }
    parts.push(part);
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).map(Json::from).collect()
}

/// A number, also written as a text.
pub(crate) fn number(value: &Json) -> Option<f64> {
    let number = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// A whole number that is not negative, also written as a text.
pub(crate) fn whole(value: &Json) -> Option<u32> {
    number(value)
        .filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number))
        .map(|n| n as u32)
}

/// Seconds as a duration is written.
pub(crate) fn duration(seconds: f64) -> String {
    let nanos = (seconds.clamp(-MOST_SECONDS, MOST_SECONDS) * 1000.0).round() / 1000.0;
    format!("{nanos}s")
}

/// More than any limit of a duration here, and less than what a duration holds.
const MOST_SECONDS: f64 = 1e10;

/// The seconds of a duration as it is written: a whole number where it is one.
pub(crate) fn seconds(text: &str) -> Option<Json> {
    text.strip_suffix('s')?.parse().ok().map(tidy_number)
}

/// A number without a fraction as a whole one.
pub(crate) fn tidy_number(number: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT { Json::from(number as i64) } else { Json::from(number) }
}

/// A value in which numbers without a fraction are whole: a message holds all numbers as floating ones.
pub(crate) fn tidy_numbers(value: Json) -> Json {
    match value {
        Json::Number(number) => number.as_f64().map_or(Json::Null, tidy_number),
        Json::Array(elements) => elements.into_iter().map(tidy_numbers).collect(),
        Json::Object(object) => object.into_iter().map(|(key, value)| (key, tidy_numbers(value))).collect(),
        other => other,
    }
}

fn timestamp(millis: i64) -> String {
    let millis = millis.clamp(0, LATEST_MILLIS);
    let nanos = i32::try_from(millis.rem_euclid(1000) * 1_000_000).unwrap_or_default();
    prost_types::Timestamp { seconds: millis.div_euclid(1000), nanos }.to_string()
}

/// The end of the year 9999.
const LATEST_MILLIS: i64 = 253_402_300_799_999;

fn millis(text: &str) -> Option<i64> {
    let time: prost_types::Timestamp = text.parse().ok()?;
    Some(time.seconds * 1000 + i64::from(time.nanos) / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_in_both_ways() {
        assert_eq!(duration(90.0), "90s");
        assert_eq!(duration(1.5), "1.5s");
        assert_eq!(seconds("90s"), Some(json!(90)));
        assert_eq!(seconds("1.500s"), Some(json!(1.5)));
        assert_eq!(timestamp(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(millis("2023-11-14T22:13:20.123Z"), Some(1_700_000_000_123));
        assert_eq!(whole(&json!("3")), Some(3));
        assert_eq!(whole(&json!(3.0)), Some(3));
        for wrong in [json!(-1), json!(1.5), json!("x"), json!(1e300), json!([])] {
            assert_eq!(whole(&wrong), None, "{wrong}");
        }
        assert_eq!(split_commas("a, b,,${x['a,b']},"), [json!("a"), json!("b"), json!("${x['a,b']}")]);
    }

    #[test]
    fn expressions_are_turned_and_turned_back() {
        let words = Form::Choice(&[("NEWEST", "SELECTION_NEWEST"), ("OLDEST", "SELECTION_OLDEST")]);
        let ours = into_ours(&words, "${parameters.which}");
        assert_eq!(ours, "${ {'NEWEST': 'SELECTION_NEWEST', 'OLDEST': 'SELECTION_OLDEST'}.get(parameters.which) }");
        assert_eq!(into_theirs(&words, ours), "${parameters.which}");
        let ours = into_ours(&Form::Unless, "${ parameters.wait }");
        assert_eq!(ours, "${ !#toBoolean( parameters.wait ) }");
        assert_eq!(into_theirs(&Form::Unless, ours), "${ parameters.wait }");
        assert_eq!(into_theirs(&Form::Unless, "${x}".to_owned()), "${ !(x) }");
        assert_eq!(into_theirs(&Form::Whole, "${x}".to_owned()), "${x}");
    }
}
