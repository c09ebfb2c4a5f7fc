//! Artifacts that were bound, and labels of manifests that were deployed.

use super::stages::{find, found};
use crate::expression::builtin::{Builtin, Call, Outcome, row};
use crate::expression::roots::{Bound, View, resolved_artifacts};
use crate::expression::value::Value;

pub(super) static ROWS: [Builtin; 4] = [
    row(
        "triggerResolvedArtifact",
        "name",
        "The first artifact of a name that an expected artifact was bound to.",
        "#triggerResolvedArtifact('shop').version",
        r#""42""#,
        by_name,
    ),
    row(
        "triggerResolvedArtifactByType",
        "type",
        "The first artifact of a type that an expected artifact was bound to.",
        "#triggerResolvedArtifactByType('docker/image').reference",
        r#""shop:42""#,
        by_type,
    ),
    row(
        "resolvedArtifacts",
        "",
        "All artifacts that expected artifacts were bound to.",
        "#resolvedArtifacts().![name]",
        r#"["shop"]"#,
        all,
    ),
    row(
        "manifestLabelValue",
        "stage, kind, label",
        "The value of a label of the pods of the Deployment or ReplicaSet that a stage deployed.",
        "#manifestLabelValue('Deploy east', 'Deployment', 'app')",
        r#""shop""#,
        manifest_label_value,
    ),
];

fn by_name<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.text(0)?;
    match resolved_artifacts(call.environment.execution(), Bound::Name(&name)) {
        Some(artifact) => Ok(artifact),
        None => call.failed(format!("no expected artifact was bound to one with the name {:?}", &*name)),
    }
}

fn by_type<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let kind = call.text(0)?;
    match resolved_artifacts(call.environment.execution(), Bound::Type(&kind)) {
        Some(artifact) => Ok(artifact),
        None => call.failed(format!("no expected artifact was bound to one of the type {:?}", &*kind)),
    }
}

fn all<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let resolved = &call.environment.execution().start.resolved_artifacts;
    call.session.budget.steps(resolved.len())?;
    Ok(resolved.iter().map(|resolved| Value::View(View::Artifact(&resolved.artifact))).collect::<Vec<_>>().into())
}

/// Kinds of manifests that have pods with labels.
const KINDS: [&str; 2] = ["Deployment", "ReplicaSet"];

fn manifest_label_value<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (name, kind, label) = (call.text(0)?, call.text(1)?, call.text(2)?);
    if !KINDS.contains(&&*kind) {
        return call.failed(format!("labels are read from a Deployment or a ReplicaSet, not from {:?}", &*kind));
    }
    let stage = find(call, &name)?;
    let stage = found(call, &name, stage)?;
    let context = Value::View(View::Context(stage));
    let manifests = context.get("manifests").or_else(|| context.get("outputs.manifests")).unwrap_or(Value::Null);
    let of_kind = |manifest: &Value<'_>| matches!(manifest.get("kind"), Some(Value::Text(found)) if *found == *kind);
    let found = manifests.elements().and_then(|mut manifests| manifests.find(of_kind));
    let Some(manifest) = found else {
        return call.failed(format!("stage {:?} has deployed no {}", &*name, &*kind));
    };
    let labels = ["spec", "template", "metadata", "labels"];
    let value = labels.iter().try_fold(manifest, |value, key| value.get(key)).and_then(|labels| labels.get(&label));
    match value {
        Some(value) => Ok(value),
        None => call.failed(format!("the {} of stage {:?} has no label {:?}", &*kind, &*name, &*label)),
    }
}
