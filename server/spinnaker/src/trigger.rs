//! Triggers.

use gennaker_proto::{json, v1};
use serde_json::{Map, Value as Json, json};

use crate::export::Export;
use crate::form::{FOREIGN, Field, Form, UNKNOWN, field, text_map, tidy_numbers};
use crate::import::Import;
use crate::names::{self, Taken};
use crate::source::Source;

const TRIGGER: &[Field] =
    &[field("description", "description", Form::Text), field("parameters", "parameters", Form::Map)];

/// What a trigger of Spinnaker has that no trigger here has.
const LEFT_OUT: [(&str, &str); 4] = [
    ("runAsUser", "a trigger here starts its pipeline with the rights of who made it"),
    ("rebake", "there is no baking here yet"),
    ("dryRun", "a trigger here starts real executions"),
    ("notifications", "a trigger here sends no messages; give them to the pipeline"),
];

impl Import<'_> {
    /// The triggers of a pipeline of this name.
    pub(crate) fn triggers(&mut self, from: &mut Source, pipeline: &str) -> Vec<v1::Trigger> {
        let mut taken = Taken::new();
        let list = from.take_list("triggers");
        list.into_iter().filter_map(|(path, element)| self.trigger(path, element, pipeline, &mut taken)).collect()
    }

    fn trigger(&mut self, path: String, element: Json, pipeline: &str, taken: &mut Taken) -> Option<v1::Trigger> {
        let Json::Object(object) = element else {
            self.findings.error(path, "a trigger is an object");
            return None;
        };
        let (mut from, mut to) = (Source::new(&path, object), Map::new());
        let sort = from.take_text("type").unwrap_or_default();
        self.common(&mut from, &mut to);
        let ending = match sort.as_str() {
            "webhook" => self.webhook_trigger(&mut from, &mut to),
            "manual" => {
                to.insert("manual".to_owned(), json!({}));
                "manual".to_owned()
            }
            "" => {
                self.findings.error(&path, "a trigger has a `type`");
                return None;
            }
            other => {
                let reason = format!(
                    "this server can't listen to the source {other:?} yet; the trigger is kept, and never fires"
                );
                self.findings.unsupported(&path, reason);
                let context = std::mem::replace(&mut from, Source::new(&path, Map::new())).into_rest();
                to.insert("spinnaker".to_owned(), json!({"type": other, "context": context}));
                other.to_owned()
            }
        };
        from.finish(&mut self.findings, UNKNOWN);
        let id = names::unique(&names::trigger_id(pipeline.rsplit('/').next().unwrap_or_default(), &ending), taken);
        to.insert("name".to_owned(), Json::from(format!("applications/{}/triggers/{id}", self.known.application())));
        to.insert("pipeline".to_owned(), Json::from(pipeline));
        let trigger = json::decode(&Json::Object(to));
        trigger.map_err(|error| self.findings.error(path, error.to_string())).ok()
    }

    fn common(&mut self, from: &mut Source, to: &mut Map<String, Json>) {
        let enabled = from.take_flag("enabled").unwrap_or(true);
        to.insert("disabled".to_owned(), Json::Bool(!enabled));
        self.fields(TRIGGER, from, to, "trigger");
        let mut ids = Vec::new();
        for (path, id) in from.take_list("expectedArtifactIds") {
            // The whole expected artifact may be there instead of its id.
            let id = id.as_str().or_else(|| id["id"].as_str()).map(str::to_owned);
            match id.and_then(|id| self.artifacts.get(&id)) {
                Some(id) => ids.push(Json::from(id.as_str())),
                None => self.findings.dropped(path, "it is no expected artifact of the pipeline"),
            }
        }
        to.insert("expected_artifacts".to_owned(), Json::Array(ids));
        for (key, reason) in LEFT_OUT {
            let said = from.take(key).filter(|value| !crate::source::is_empty(value) && *value != Json::Bool(false));
            if said.is_some() {
                self.findings.dropped(from.at(key), reason);
            }
        }
        from.skip(&["id"]);
    }

    /// A webhook's URL in Spinnaker ends with its source, which is all that its senders must know.
    fn webhook_trigger(&mut self, from: &mut Source, to: &mut Map<String, Json>) -> String {
        let source = from.take_text("source").unwrap_or_default();
        let reason = "senders need another URL: the trigger has a path of its own with an unguessable token, see \
                      `webhook.path` of the trigger; or set `webhook.hmac_secret`";
        self.findings.note(from.path(), reason);
        let mut constraints = Map::new();
        if let Some(theirs) = from.take_object("payloadConstraints") {
            let path = theirs.path().to_owned();
            for (key, value) in theirs.into_rest() {
                match payload_path(&key) {
                    Some(key) => {
                        constraints.insert(key, value);
                    }
                    None => self
                        .findings
                        .dropped(&path, format!("{key:?} can't be written as a path such as `commits[0].id`")),
                }
            }
        }
        to.insert("display_name".to_owned(), Json::from(source.as_str()));
        to.insert("webhook".to_owned(), json!({"payload_constraints": text_map(constraints)}));
        source
    }
}

/// A key, or a JSONPath of names and numbers, as the path that our webhooks know.
fn payload_path(key: &str) -> Option<String> {
    let Some(path) = key.strip_prefix('$') else { return Some(key.to_owned()) };
    let path = path.replace("['", ".").replace("']", "");
    let path = path.strip_prefix('.')?;
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '[' | ']');
    (!path.is_empty() && !path.starts_with('.') && !path.contains("..") && path.chars().all(legal))
        .then(|| path.to_owned())
}

/// And back: a path of several steps is a JSONPath there.
fn json_path(path: String) -> String {
    let json_path = format!("$.{path}");
    let has_steps = path.contains(['.', '[']) && payload_path(&json_path).as_ref() == Some(&path);
    if has_steps { json_path } else { path }
}

impl Export<'_> {
    /// The triggers of a pipeline.
    pub(crate) fn triggers(&mut self, triggers: &[v1::Trigger]) -> Vec<Json> {
        let list = triggers.iter().enumerate().map(|(number, trigger)| self.trigger(number, trigger));
        list.collect()
    }

    fn trigger(&mut self, number: usize, trigger: &v1::Trigger) -> Json {
        let Json::Object(object) = json::encode_with_proto_names(trigger) else {
            unreachable!("a message is an object")
        };
        let (mut from, mut to) = (Source::new(format!("triggers[{number}]"), object), Map::new());
        from.skip(&["name", "pipeline", "etag", "revision", "create_time", "update_time", "update_actor"]);
        let disabled = from.take_flag("disabled").unwrap_or_default();
        to.insert("enabled".to_owned(), Json::Bool(!disabled));
        self.fields(TRIGGER, &mut from, &mut to, "trigger");
        to.extend(from.take("expected_artifacts").map(|ids| ("expectedArtifactIds".to_owned(), ids)));
        let sort = self.source_of(&mut from, &mut to);
        to.insert("type".to_owned(), Json::from(sort));
        from.finish(&mut self.findings, FOREIGN);
        Json::Object(to)
    }

    fn source_of(&mut self, from: &mut Source, to: &mut Map<String, Json>) -> String {
        if let Some(mut webhook) = from.take_object("webhook") {
            let id = from.take_text("display_name").unwrap_or_default();
            to.insert("source".to_owned(), Json::from(id));
            if let Some(constraints) = webhook.take_object("payload_constraints").map(Source::into_rest) {
                let constraints = constraints.into_iter().map(|(path, value)| (json_path(path), value)).collect();
                to.insert("payloadConstraints".to_owned(), constraints);
            }
            webhook.skip(&["path", "token"]);
            webhook.finish(&mut self.findings, FOREIGN);
            return "webhook".to_owned();
        }
        if let Some(mut theirs) = from.take_object("spinnaker") {
            let context = theirs.take_object("context").map(Source::into_rest).unwrap_or_default();
            to.extend(context.into_iter().map(|(key, value)| (key, tidy_numbers(value))));
            return theirs.take_text("type").unwrap_or_default();
        }
        from.skip(&["manual"]);
        "manual".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_paths_of_names_become_paths() {
        assert_eq!(payload_path("ref").as_deref(), Some("ref"));
        assert_eq!(payload_path("$.repository.name").as_deref(), Some("repository.name"));
        assert_eq!(payload_path("$['commits'][0]['id']").as_deref(), Some("commits[0].id"));
        assert_eq!(payload_path("$..id"), None);
        assert_eq!(payload_path("$.a[?(@.b)]"), None);
    }
}
