//! Pipelines: what they have besides their stages and triggers.

use gennaker_proto::{json, v1};
use serde_json::{Map, Value as Json, json};

use crate::document::MOST_ELEMENTS;
use crate::export::Export;
use crate::form::{self, FOREIGN, UNKNOWN};
use crate::import::{self, Import};
use crate::notification::Level;
use crate::source::{Source, flag};
use crate::{ID_LABEL, names, stage};

/// What Spinnaker notes for itself.
const NOTED: &[&str] = &[
    "createTs",
    "updateTs",
    "lastModified",
    "lastModifiedBy",
    "createdAt",
    "createdBy",
    "version",
    "schema",
    "parallel",
    "type",
    "id",
    "executionEngine",
];

/// What has no counterpart, and why.
const LEFT_OUT: [(&str, &str); 8] = [
    ("index", "pipelines are listed by name here"),
    ("locked", "give the right to change the application to those who may change its pipelines"),
    ("roles", "who may start the pipeline is decided by the rights on the application"),
    ("runAsUser", "executions here have the rights of who or what started them"),
    ("templateVariables", "the variables of a template are filled in by the import"),
    ("respectQuietPeriod", "there are no quiet periods here; use an execution window"),
    ("manualStartAlert", "nothing is shown before a start here; put it into the description"),
    ("tags", "use labels"),
];

const LAZY_EXPRESSIONS: &str =
    "the expressions of a stage are evaluated when it starts here, not when the pipeline does";

/// The pipeline in an object, under its name here. Its triggers are left.
pub(crate) fn import(import: &mut Import<'_>, from: &mut Source, name: &str) -> Option<v1::Pipeline> {
    let label = from.with(import::label);
    check_lists(import, from);
    let mut to = Map::new();
    to.insert("name".to_owned(), Json::from(name));
    to.insert("labels".to_owned(), Json::from_iter([(ID_LABEL, label)]));
    description(import, from, &mut to);
    to.insert("concurrency".to_owned(), concurrency(import, from));
    to.insert("parameters".to_owned(), Json::Array(import.parameters(from)));
    import.no_expressions("parameterConfig");
    to.insert("expected_artifacts".to_owned(), Json::Array(import.expected_artifacts(from)));
    import.no_expressions("expectedArtifacts");
    to.insert("notifications".to_owned(), Json::Array(import.pipeline_notifications(from)));
    to.insert("stages".to_owned(), Json::Array(stage::import_all(import, from)));
    match json::decode(&Json::Object(to)) {
        Ok(pipeline) => Some(pipeline),
        Err(error) => {
            import.findings.error(error.path, error.message);
            None
        }
    }
}

/// Empties the lists that are too long to be read.
fn check_lists(import: &mut Import<'_>, from: &mut Source) {
    for key in ["stages", "triggers", "parameterConfig", "notifications", "expectedArtifacts"] {
        let count = from.peek(key).and_then(Json::as_array).map_or(0, Vec::len);
        if count > MOST_ELEMENTS {
            import.findings.error(key, format!("there are at most {MOST_ELEMENTS}, and here are {count}"));
            from.skip(&[key]);
        }
    }
}

fn description(import: &mut Import<'_>, from: &mut Source, to: &mut Map<String, Json>) {
    match from.take_text("name").filter(|name| !name.is_empty()) {
        Some(name) => {
            to.insert("display_name".to_owned(), Json::from(name));
        }
        None => import.findings.error("name", "a pipeline has a name; Spinnaker's form for JSON leaves it out"),
    }
    to.extend(from.take_text("description").map(|text| ("description".to_owned(), Json::from(text))));
    to.insert("disabled".to_owned(), Json::Bool(from.take_flag("disabled").unwrap_or_default()));
    let application = from.take_text("application").unwrap_or_default();
    if !application.is_empty() && names::application(&application) != import.known.application() {
        let reason =
            format!("it belongs to {application:?} in Spinnaker, and to {:?} here", import.known.application());
        import.findings.note("application", reason);
    }
    if from.take_text("spelEvaluator").is_some_and(|evaluator| evaluator == "v3") {
        import.findings.note("spelEvaluator", LAZY_EXPRESSIONS);
    }
}

fn concurrency(import: &mut Import<'_>, from: &mut Source) -> Json {
    let limited = from.take("limitConcurrent").as_ref().and_then(flag).unwrap_or_default();
    let most = from.take("maxConcurrentExecutions").and_then(|most| {
        let path = from.at("maxConcurrentExecutions");
        import.value(&form::Form::Count, most, &path, "concurrency.max_concurrent")?.as_u64()
    });
    import.no_expressions("maxConcurrentExecutions");
    let keep = from.take("keepWaitingPipelines").as_ref().and_then(flag).unwrap_or_default();
    let most = if limited { 1 } else { most.unwrap_or_default() };
    let policy = if keep { "QUEUE_POLICY_WAIT_IN_ORDER" } else { "QUEUE_POLICY_NEWEST_ONLY" };
    json!({"max_concurrent": most, "queue_policy": policy})
}

/// Reports what is left of a pipeline.
pub(crate) fn finish(import: &mut Import<'_>, mut from: Source) {
    from.skip(NOTED);
    for (key, reason) in LEFT_OUT {
        if from.take(key).is_some_and(|value| !crate::source::is_empty(&value) && value != Json::Bool(false)) {
            import.findings.dropped(key, reason);
        }
    }
    from.finish(&mut import.findings, UNKNOWN);
}

/// A pipeline and its triggers as Spinnaker saves them.
pub(crate) fn export(export: &mut Export<'_>, pipeline: &v1::Pipeline, triggers: &[v1::Trigger]) -> Json {
    let Json::Object(object) = json::encode_with_proto_names(pipeline) else { unreachable!("a message is an object") };
    let (mut from, mut to) = (Source::new("", object), Map::new());
    from.skip(&["etag", "revision", "create_time", "update_time", "update_actor"]);
    identity(export, &mut from, &mut to);
    let disabled = from.take_flag("disabled").unwrap_or_default();
    if disabled {
        to.insert("disabled".to_owned(), Json::Bool(true));
    }
    export_concurrency(export, from.take_object("concurrency"), &mut to);
    to.insert("parameterConfig".to_owned(), Json::Array(export.parameters(&mut from)));
    export.expected_artifacts(&mut from, &mut to);
    to.insert("notifications".to_owned(), Json::Array(export.notifications(&mut from, Level::Pipeline)));
    to.insert("stages".to_owned(), Json::Array(stage::export_all(export, &mut from)));
    to.insert("triggers".to_owned(), Json::Array(export.triggers(triggers)));
    to.insert("spelEvaluator".to_owned(), Json::from("v4"));
    from.finish(&mut export.findings, FOREIGN);
    Json::Object(to)
}

fn identity(export: &mut Export<'_>, from: &mut Source, to: &mut Map<String, Json>) {
    let name = from.take_text("name").unwrap_or_default();
    let mut parts = name.split('/').skip(1).step_by(2);
    let (application, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    to.insert("application".to_owned(), Json::from(application));
    let shown = from.take_text("display_name").filter(|name| !name.is_empty());
    to.insert("name".to_owned(), Json::from(shown.unwrap_or_else(|| id.to_owned())));
    to.extend(from.take("description").map(|text| ("description".to_owned(), text)));
    let Some(mut labels) = from.take_object("labels") else { return };
    match labels.take_text(ID_LABEL) {
        // Without an id of Spinnaker's, the label has the application and the name.
        Some(label) if label.contains('/') => {
            to.extend(
                label.split_once('/').map(|(application, _)| ("application".to_owned(), Json::from(application))),
            );
        }
        Some(label) => {
            to.insert("id".to_owned(), Json::from(label));
        }
        None => {}
    }
    labels.finish(&mut export.findings, FOREIGN);
}

fn export_concurrency(export: &mut Export<'_>, from: Option<Source>, to: &mut Map<String, Json>) {
    let mut from = from.unwrap_or_else(|| Source::new("concurrency", Map::new()));
    let most = from.take("max_concurrent").and_then(|most| most.as_u64()).unwrap_or(1);
    to.insert("limitConcurrent".to_owned(), Json::Bool(most == 1));
    if most > 1 {
        to.insert("maxConcurrentExecutions".to_owned(), Json::from(most));
    }
    let policy = from.take_text("queue_policy").unwrap_or_default();
    if policy == "QUEUE_POLICY_SKIP" {
        export.findings.dropped(from.at("queue_policy"), "Spinnaker lets an execution that can't run at once wait");
    }
    to.insert("keepWaitingPipelines".to_owned(), Json::Bool(policy != "QUEUE_POLICY_NEWEST_ONLY"));
}
