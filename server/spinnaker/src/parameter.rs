//! Parameters.

use serde_json::{Map, Value as Json};

use crate::export::Export;
use crate::form::{FOREIGN, Field, Form, UNKNOWN, field};
use crate::import::Import;
use crate::source::{Source, flag, is_empty};

const PARAMETER: &[Field] = &[
    field("name", "name", Form::Text),
    field("label", "label", Form::Text),
    field("description", "description", Form::Text),
    field("default", "default_value", Form::Text),
    field("required", "required", Form::Flag),
    field("pinned", "pinned", Form::Flag),
];

const OPTIONS: Form = Form::Wrapped("value");

impl Import<'_> {
    /// The parameters of a pipeline.
    pub(crate) fn parameters(&mut self, from: &mut Source) -> Vec<Json> {
        let list = from.take_list("parameterConfig");
        list.into_iter().filter_map(|(path, element)| self.parameter(path, element)).collect()
    }

    fn parameter(&mut self, path: String, element: Json) -> Option<Json> {
        let Json::Object(object) = element else {
            self.findings.error(path, "a parameter is an object");
            return None;
        };
        let (mut from, mut to) = (Source::new(path, object), Map::new());
        self.fields(PARAMETER, &mut from, &mut to, "parameter");
        // Forms write an empty default for none.
        to.retain(|key, value| key != "default_value" || !is_empty(value));
        let has_options = from.take("hasOptions").as_ref().and_then(flag).unwrap_or_default();
        if let Some(options) = from.take("options") {
            let path = from.at("options");
            if has_options {
                to.extend(self.value(&OPTIONS, options, &path, "options").map(|list| ("options".to_owned(), list)));
            } else if options
                .as_array()
                .is_some_and(|list| list.iter().any(|o| !o["value"].as_str().is_none_or(str::is_empty)))
            {
                self.findings.note(path, "they are not used, because `hasOptions` is not true, and are left out");
            }
        }
        match from.take_text("constraint").as_deref() {
            None | Some("") => {}
            Some("date") => {
                to.insert("type".to_owned(), Json::from("TYPE_DATE"));
            }
            Some(other) => {
                self.findings.dropped(from.at("constraint"), format!("there is no constraint {other:?} here"))
            }
        }
        from.finish(&mut self.findings, UNKNOWN);
        Some(Json::Object(to))
    }
}

impl Export<'_> {
    /// The parameters of a pipeline.
    pub(crate) fn parameters(&mut self, from: &mut Source) -> Vec<Json> {
        let list = from.take_list("parameters").into_iter().filter_map(|(path, element)| match element {
            Json::Object(object) => Some(self.parameter(Source::new(path, object))),
            _ => None,
        });
        list.collect()
    }

    fn parameter(&mut self, mut from: Source) -> Json {
        let mut to = Map::new();
        self.fields(PARAMETER, &mut from, &mut to, "parameter");
        let options = from.take("options").and_then(|options| self.value(&OPTIONS, options, "options"));
        to.insert("hasOptions".to_owned(), Json::Bool(options.is_some()));
        to.extend(options.map(|options| ("options".to_owned(), options)));
        match from.take_text("type").as_deref() {
            None | Some("TYPE_STRING") => {}
            Some("TYPE_DATE") => {
                to.insert("constraint".to_owned(), Json::from("date"));
            }
            Some(other) => {
                let reason = format!("Spinnaker's parameters are texts; it does not check that this is a {other}");
                self.findings.note(from.at("type"), reason);
            }
        }
        from.finish(&mut self.findings, FOREIGN);
        Json::Object(to)
    }
}
