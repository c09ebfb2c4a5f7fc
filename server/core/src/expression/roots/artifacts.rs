//! Artifacts, in Spinnaker's shape.

use super::View;
use crate::artifact::{Artifact, ResolvedArtifact};
use crate::execution::Execution;
use crate::expression::text::Text;
use crate::expression::value::Value;

/// What an artifact has.
pub(super) const NAMES: [&str; 8] =
    ["type", "name", "version", "location", "reference", "metadata", "artifactAccount", "provenance"];

pub(super) fn get<'a>(artifact: &'a Artifact, name: &str) -> Option<Value<'a>> {
    let text = match name {
        "type" => &artifact.kind,
        "name" => &artifact.name,
        "version" => &artifact.version,
        "location" => &artifact.location,
        "reference" => &artifact.reference,
        "artifactAccount" | "account" => &artifact.account,
        "provenance" => &artifact.provenance,
        "metadata" => {
            let entries = artifact.metadata.iter().map(|(key, value)| (Text::Borrowed(key), Value::from(value)));
            return Some(entries.collect::<std::collections::BTreeMap<_, _>>().into());
        }
        _ => return None,
    };
    Some(text.as_str().into())
}

/// What a bound artifact has.
pub(super) const RESOLVED: [&str; 3] = ["id", "displayName", "boundArtifact"];

pub(super) fn get_resolved<'a>(resolved: &'a ResolvedArtifact, name: &str) -> Option<Value<'a>> {
    Some(match name {
        "id" => resolved.id.as_str().into(),
        "displayName" => resolved.display_name.as_str().into(),
        "boundArtifact" => Value::View(View::Artifact(&resolved.artifact)),
        _ => return None,
    })
}

/// The artifacts that the execution was given.
pub(super) fn received(execution: &Execution) -> Value<'_> {
    let artifacts = execution.start.artifacts.iter().map(|artifact| Value::View(View::Artifact(artifact)));
    artifacts.collect::<Vec<_>>().into()
}

/// What the expected artifacts were bound to.
pub(super) fn all_resolved(execution: &Execution) -> Value<'_> {
    let resolved = execution.start.resolved_artifacts.iter();
    resolved.map(|resolved| Value::View(View::ResolvedArtifact(resolved))).collect::<Vec<_>>().into()
}

/// By what a bound artifact is looked for.
#[derive(Clone, Copy)]
pub(in crate::expression) enum Bound<'n> {
    Name(&'n str),
    Type(&'n str),
}

/// The first bound artifact of a name or a type.
pub(in crate::expression) fn resolved<'a>(execution: &'a Execution, by: Bound<'_>) -> Option<Value<'a>> {
    let wanted = |artifact: &&Artifact| match by {
        Bound::Name(name) => artifact.name == name,
        Bound::Type(kind) => artifact.kind == kind,
    };
    let artifacts = execution.start.resolved_artifacts.iter().map(|resolved| &resolved.artifact);
    artifacts.into_iter().find(wanted).map(|artifact| Value::View(View::Artifact(artifact)))
}
