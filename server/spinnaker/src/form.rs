//! Fields that both know: one table for both ways.

mod read;
mod value;
mod write;

use serde_json::{Map, Value as Json};

pub(crate) use value::{duration, number, seconds, shown, text_map, tidy_number, tidy_numbers, whole};

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

#[cfg(test)]
mod tests {
    use super::*;

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
