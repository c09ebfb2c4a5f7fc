//! Artifacts, and those that are expected.

use serde_json::{Map, Value as Json};

use crate::export::Export;
use crate::form::{FOREIGN, Field, Form, UNKNOWN, field};
use crate::import::Import;
use crate::source::{Source, is_empty};

const ARTIFACT: &[Field] = &[
    field("type", "type", Form::Text),
    field("name", "name", Form::Text),
    field("version", "version", Form::Text),
    field("location", "location", Form::Text),
    field("reference", "reference", Form::Text),
    field("metadata", "metadata", Form::Map),
    field("artifactAccount", "account", Form::Text),
    field("provenance", "provenance", Form::Text),
];

const EXPECTED: &[Field] =
    &[field("displayName", "display_name", Form::Text), field("usePriorArtifact", "use_prior", Form::Flag)];

/// What Spinnaker's forms and resolutions note in an artifact for themselves.
const NOTED: &[&str] = &["customKind", "id", "kind", "uuid"];

impl Import<'_> {
    /// The artifacts that a pipeline or stage expects.
    pub(crate) fn expected_artifacts(&mut self, from: &mut Source) -> Vec<Json> {
        let elements = from.take_list("expectedArtifacts");
        elements.into_iter().filter_map(|(path, element)| self.expected_artifact(path, element)).collect()
    }

    fn expected_artifact(&mut self, path: String, element: Json) -> Option<Json> {
        let Json::Object(object) = element else {
            self.findings.error(path, "an expected artifact is an object");
            return None;
        };
        let (mut from, mut to) = (Source::new(&path, object), Map::new());
        let id = self.artifact_id(&mut from);
        to.insert("id".to_owned(), Json::from(id));
        if let Some(prior) = from.take("usePriorExecution").filter(|_| from.peek("usePriorArtifact").is_none()) {
            // Its name in the first years.
            from.put("usePriorArtifact", prior);
        }
        self.fields(EXPECTED, &mut from, &mut to, "expected_artifact");
        let matched = from.take_object("matchArtifact");
        let matched = matched.map_or_else(|| Json::Object(Map::new()), |object| self.artifact(object));
        to.insert("match".to_owned(), matched);
        let used = from.take_flag("useDefaultArtifact").unwrap_or_default();
        if let Some(object) = from.take_object("defaultArtifact") {
            let path = object.path().to_owned();
            let default = self.artifact(object);
            if used {
                to.insert("default_artifact".to_owned(), default);
            } else if !is_empty(&default) {
                self.findings.note(path, "it is not used, because `useDefaultArtifact` is not true, and is left out");
            }
        }
        from.skip(&["boundArtifact"]);
        from.finish(&mut self.findings, UNKNOWN);
        Some(Json::Object(to))
    }

    /// An expected artifact's id; one without gets one.
    fn artifact_id(&mut self, from: &mut Source) -> String {
        let wanted = from.take_text("id").unwrap_or_default();
        let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let mut id: String = wanted.chars().map(|c| if legal(c) { c } else { '-' }).take(100).collect();
        if !id.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            id = format!("artifact-{}{id}", self.artifacts.len() + 1);
        }
        if id != wanted && !wanted.is_empty() {
            self.findings
                .note(from.at("id"), format!("an id has letters, digits, `.`, `_` and `-`: it is {id:?} here"));
        }
        self.artifacts.insert(wanted, id.clone());
        id
    }

    fn artifact(&mut self, mut from: Source) -> Json {
        let mut to = Map::new();
        self.fields(ARTIFACT, &mut from, &mut to, "artifact");
        to.retain(|_, value| !is_empty(value));
        from.skip(NOTED);
        from.finish(&mut self.findings, UNKNOWN);
        Json::Object(to)
    }
}

impl Export<'_> {
    /// The artifacts that a pipeline or stage expects.
    pub(crate) fn expected_artifacts(&mut self, from: &mut Source, to: &mut Map<String, Json>) {
        let expected = from.take_list("expected_artifacts");
        if expected.is_empty() {
            return;
        }
        let list = expected.into_iter().filter_map(|(path, element)| match element {
            Json::Object(object) => Some(self.expected_artifact(Source::new(path, object))),
            _ => None,
        });
        let list = list.collect();
        to.insert("expectedArtifacts".to_owned(), Json::Array(list));
    }

    fn expected_artifact(&mut self, mut from: Source) -> Json {
        let mut to = Map::new();
        to.extend(from.take("id").map(|id| ("id".to_owned(), id)));
        self.fields(EXPECTED, &mut from, &mut to, "expected_artifact");
        if let Some(object) = from.take_object("match") {
            to.insert("matchArtifact".to_owned(), self.artifact(object));
        }
        let default = from.take_object("default_artifact");
        to.insert("useDefaultArtifact".to_owned(), Json::Bool(default.is_some()));
        if let Some(object) = default {
            to.insert("defaultArtifact".to_owned(), self.artifact(object));
        }
        from.finish(&mut self.findings, FOREIGN);
        Json::Object(to)
    }

    fn artifact(&mut self, mut from: Source) -> Json {
        let mut to = Map::new();
        self.fields(ARTIFACT, &mut from, &mut to, "artifact");
        Json::Object(to)
    }
}
