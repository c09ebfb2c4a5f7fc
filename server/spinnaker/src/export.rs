//! From here to Spinnaker.

use std::collections::BTreeMap;

use gennaker_proto::v1;

use crate::finding::Findings;
use crate::{Exported, pipeline};

/// Turns a pipeline and its triggers into what Spinnaker saves. `ids` has the ids in Spinnaker of the pipelines that it
/// may refer to, by their full names here.
pub fn export(pipeline: &v1::Pipeline, triggers: &[v1::Trigger], ids: &BTreeMap<String, String>) -> Exported {
    let mut export = Export {
        ids,
        application: pipeline.name.split('/').nth(1).unwrap_or_default().to_owned(),
        findings: Findings::default(),
        expressions: BTreeMap::new(),
        place: String::new(),
        stages: pipeline.stages.iter().map(|stage| (stage.id.clone(), stage.name.clone())).collect(),
    };
    let document = pipeline::export(&mut export, pipeline, triggers);
    Exported { document, findings: export.findings.into_vec() }
}

/// A pipeline on its way.
pub(crate) struct Export<'a> {
    /// The ids of pipelines in Spinnaker by their names here.
    pub(crate) ids: &'a BTreeMap<String, String>,
    /// The id of the pipeline's application.
    pub(crate) application: String,
    pub(crate) findings: Findings,
    /// The expressions of the stage that is being written.
    pub(crate) expressions: BTreeMap<String, String>,
    /// Where that stage is.
    pub(crate) place: String,
    /// The names of stages by their ids.
    pub(crate) stages: BTreeMap<String, String>,
}

impl Export<'_> {
    /// The path in the pipeline of a field of the stage.
    pub(crate) fn at(&self, path: &str) -> String {
        if self.place.is_empty() { path.to_owned() } else { format!("{}.{path}", self.place) }
    }

    /// Expressions set parts of what is at a path.
    pub(crate) fn has_below(&self, path: &str) -> bool {
        let mut after = self.expressions.range(path.to_owned()..);
        after.any(|(key, _)| key.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
    }

    /// The name of a stage, as preconditions know it in Spinnaker; the id of one without a name.
    pub(crate) fn stage_name<'a>(&'a self, id: &'a str) -> &'a str {
        self.stages.get(id).filter(|name| !name.is_empty()).map_or(id, String::as_str)
    }
}
