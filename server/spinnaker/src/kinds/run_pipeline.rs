//! Other pipelines: running them, and finding their artifacts.

use serde_json::{Map, Value as Json, json};

use super::{Kind, PLAIN};
use crate::export::Export;
use crate::form::{Form, field};
use crate::import::Import;
use crate::names;
use crate::source::{Source, flag, is_empty};

pub(super) const RUN_PIPELINE: Kind = Kind {
    types: &["pipeline"],
    ours: "run_pipeline",
    fields: &[
        field("pipelineParameters", "parameters", Form::Map),
        field("waitForCompletion", "detached", Form::Unless),
    ],
    import: |import, from, to, _| {
        pipeline(import, from, to);
        for key in ["skipDownstreamOutput", "skippable"] {
            if from.take(key).as_ref().and_then(flag).unwrap_or_default() {
                import.findings.dropped(from.at(key), "there is no such choice here");
            }
        }
        Ok(())
    },
    export: |export, from, to, _| export_pipeline(export, from, to),
    ..PLAIN
};

/// Spinnaker's three groups of statuses.
const STATUSES: [(&str, &[&str]); 3] = [
    ("successful", &["EXECUTION_STATUS_SUCCEEDED"]),
    ("running", &["EXECUTION_STATUS_RUNNING"]),
    ("terminal", &["EXECUTION_STATUS_TERMINAL", "EXECUTION_STATUS_CANCELED"]),
];

pub(super) const FIND_ARTIFACT: Kind = Kind {
    types: &["findArtifactFromExecution"],
    ours: "find_artifact",
    import: |import, from, to, _| {
        pipeline(import, from, to);
        let mut statuses: Vec<&str> = Vec::new();
        if let Some(mut options) = from.take_object("executionOptions") {
            for (key, ours) in STATUSES {
                if options.take_flag(key).unwrap_or_default() {
                    statuses.extend(ours);
                }
            }
        }
        if statuses.is_empty() {
            statuses.extend(STATUSES[0].1);
        }
        to.insert("statuses".to_owned(), Json::from(statuses));
        Ok(())
    },
    export: |export, from, to, _| {
        export_pipeline(export, from, to);
        let statuses: Vec<Json> = from.take_list("statuses").into_iter().map(|(_, status)| status).collect();
        let has = |ours: &[&str]| ours.iter().any(|status| statuses.iter().any(|known| known == status));
        let mut options: Map<String, Json> =
            STATUSES.iter().map(|(key, ours)| ((*key).to_owned(), Json::Bool(has(ours)))).collect();
        if statuses.is_empty() {
            options["successful"] = Json::Bool(true);
        }
        to.insert("executionOptions".to_owned(), json!(options));
    },
    ..PLAIN
};

/// Spinnaker names a pipeline by its id.
fn pipeline(import: &mut Import<'_>, from: &mut Source, to: &mut Map<String, Json>) {
    let application = from.take_first(&["pipelineApplication", "application"]);
    let application = application.and_then(|(_, name)| name.as_str().map(str::to_owned)).unwrap_or_default();
    let id = match from.take("pipeline") {
        Some(Json::String(id)) if !id.is_empty() => id,
        other => {
            let found = other.filter(|other| !is_empty(other)).map_or("nothing".to_owned(), |other| other.to_string());
            import.findings.error(from.at("pipeline"), format!("must be the id of a pipeline, and is {found}"));
            return;
        }
    };
    let name = match import.known.pipeline(&id) {
        Some(name) => name.to_owned(),
        None if id.contains("${") => {
            let reason = "here its value must be a name, `applications/{application}/pipelines/{pipeline}`, and not an id of Spinnaker";
            import.findings.note(from.at("pipeline"), reason);
            id
        }
        None => {
            let application = Some(application).filter(|name| !name.is_empty() && !name.contains("${"));
            let application =
                application.map_or(import.known.application().to_owned(), |name| names::application(&name));
            let name = format!("applications/{application}/pipelines/{}", names::slug(&id, "unknown"));
            let reason = format!(
                "the pipeline {id} was not imported yet; import it, and then this one again, or correct {name}"
            );
            import.findings.unsupported(from.at("pipeline"), reason);
            name
        }
    };
    to.insert("pipeline".to_owned(), Json::from(name));
}

fn export_pipeline(export: &mut Export<'_>, from: &mut Source, to: &mut Map<String, Json>) {
    let name = from.take_text("pipeline").unwrap_or_default();
    let mut parts = name.split('/').skip(1).step_by(2);
    let (application, last) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    if name.contains("${") {
        to.insert("pipeline".to_owned(), Json::from(name));
        return;
    }
    to.insert("application".to_owned(), Json::from(application));
    let id = export.ids.get(&name).filter(|id| !id.contains('/')).map_or(last, String::as_str);
    if !is_uuid(id) && !export.ids.contains_key(&name) {
        let reason = format!("Spinnaker names pipelines by ids; put that of {name} here");
        export.findings.note(from.at("pipeline"), reason);
    }
    to.insert("pipeline".to_owned(), Json::from(id));
}

/// An id that Spinnaker has made.
fn is_uuid(id: &str) -> bool {
    id.len() == 36 && id.split('-').map(str::len).eq([8, 4, 4, 4, 12])
}
