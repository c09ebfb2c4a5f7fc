//! From Spinnaker to here.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_proto::v1;
use serde_json::{Map, Value as Json};

use crate::finding::Findings;
use crate::source::Source;
use crate::template::Templates;
use crate::{Known, document, names, pipeline};

/// Turns the JSON texts of pipelines into pipelines and triggers. The answer has one element for each pipeline, in the
/// order of the documents. One with a finding of the severity `ERROR` is not to be saved.
pub fn import(documents: &[String], templates: &[String], known: &Known) -> Vec<v1::ImportedPipeline> {
    let mut findings = Findings::default();
    let templates = Templates::read(templates, &mut findings);
    let mut drafts: Vec<Draft> =
        document::pipelines(documents).into_iter().map(|document| draft(document, &templates)).collect();
    if let Some(first) = drafts.first_mut() {
        first.findings.append(findings);
    }
    let names = Names::of(&mut drafts, known);
    drafts.into_iter().map(|draft| finish(draft, &names)).collect()
}

/// A pipeline whose template has been filled in.
struct Draft {
    place: String,
    spinnaker_id: String,
    object: Option<Map<String, Json>>,
    findings: Findings,
    /// Its full name here.
    name: String,
}

fn draft(document: document::Document, templates: &Templates) -> Draft {
    let mut findings = Findings::default();
    let planned = document.object.and_then(|object| templates.plan(object, &mut findings));
    let object = planned.map_err(|problem| findings.error("", problem)).ok();
    let text = |key: &str| object.as_ref().and_then(|object| object.get(key)?.as_str());
    let spinnaker_id = text("id").unwrap_or_default().to_owned();
    Draft { place: document.place, spinnaker_id, object, findings, name: String::new() }
}

fn finish(draft: Draft, names: &Names<'_>) -> v1::ImportedPipeline {
    let mut imported = v1::ImportedPipeline {
        document: draft.place,
        spinnaker_id: draft.spinnaker_id,
        ..v1::ImportedPipeline::default()
    };
    let mut import = Import::new(names, draft.findings);
    if let Some(object) = draft.object {
        let mut from = Source::new("", object);
        imported.pipeline = pipeline::import(&mut import, &mut from, &draft.name);
        imported.triggers = import.triggers(&mut from, &draft.name);
        pipeline::finish(&mut import, from);
    }
    imported.findings = import.findings.into_vec();
    imported
}

/// What the pipelines are called here.
pub(crate) struct Names<'a> {
    known: &'a Known,
    /// The full names of pipelines by their ids in Spinnaker.
    pipelines: BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    /// Gives each draft a name: the one that it got before, or a new one.
    fn of(drafts: &mut [Draft], known: &'a Known) -> Self {
        let mut names = Self { known, pipelines: known.imported.clone() };
        let prefix = format!("applications/{}/pipelines/", known.application);
        let (mut taken, mut seen) = (names::taken(&known.taken), BTreeSet::new());
        for draft in drafts {
            let Some(object) = &draft.object else { continue };
            let label = label(object);
            if !seen.insert(label.clone()) {
                draft
                    .findings
                    .error("id", "another pipeline of this import has the same id, or the same name and no id");
                draft.object = None;
                continue;
            }
            let before = known.imported.get(&label).filter(|name| name.starts_with(&prefix));
            draft.name = before.cloned().unwrap_or_else(|| {
                let slug = names::slug(object.get("name").and_then(Json::as_str).unwrap_or_default(), "pipeline");
                format!("{prefix}{}", names::unique(&slug, &mut taken))
            });
            names.pipelines.insert(label, draft.name.clone());
        }
        names
    }

    /// The name of an account here.
    pub(crate) fn account(&self, name: Json) -> Json {
        let renamed = name.as_str().and_then(|name| self.known.accounts.get(name));
        renamed.map_or(name.clone(), |renamed| Json::from(renamed.as_str()))
    }

    /// The id of the application that everything belongs to.
    pub(crate) fn application(&self) -> &str {
        &self.known.application
    }

    /// The operator has defined such a kind of stage.
    pub(crate) fn is_custom_kind(&self, kind: &str) -> bool {
        self.known.custom_kinds.contains(kind)
    }

    /// The name of a pipeline that was imported, now or before.
    pub(crate) fn pipeline(&self, spinnaker_id: &str) -> Option<&str> {
        self.pipelines.get(spinnaker_id).map(String::as_str)
    }
}

/// What a pipeline is known by over imports: its id in Spinnaker, or else its application and name, which are unique there.
pub(crate) fn label(object: &Map<String, Json>) -> String {
    let text = |key: &str| object.get(key).and_then(Json::as_str).unwrap_or_default();
    let label =
        if text("id").is_empty() { format!("{}/{}", text("application"), text("name")) } else { text("id").to_owned() };
    label.chars().take(LONGEST_LABEL).collect()
}

const LONGEST_LABEL: usize = 256;

/// A pipeline on its way.
pub(crate) struct Import<'a> {
    pub(crate) known: &'a Names<'a>,
    pub(crate) findings: Findings,
    /// The expressions of the stage that is being read, by the paths of our fields.
    pub(crate) expressions: BTreeMap<String, String>,
    /// The ids of expected artifacts here by those there.
    pub(crate) artifacts: BTreeMap<String, String>,
    /// The ids of stages by their names; one without a name is called by its id.
    pub(crate) stages: BTreeMap<String, String>,
    /// Spinnaker's type of the stage that is being read.
    pub(crate) sort: String,
    /// The preconditions of the stage that is being read all spare the pipeline, and so does the stage.
    pub(crate) lenient: bool,
}

impl<'a> Import<'a> {
    fn new(known: &'a Names<'a>, findings: Findings) -> Self {
        Self {
            known,
            findings,
            expressions: BTreeMap::new(),
            artifacts: BTreeMap::new(),
            stages: BTreeMap::new(),
            sort: String::new(),
            lenient: false,
        }
    }

    /// Reports expressions where the fields here take none.
    pub(crate) fn no_expressions(&mut self, path: &str) {
        for (place, text) in std::mem::take(&mut self.expressions) {
            self.findings.dropped(path, format!("`{place}` can't be set by an expression, and {text:?} is one"));
        }
    }
}
