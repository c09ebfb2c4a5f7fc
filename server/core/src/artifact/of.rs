//! Which artifacts there are.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Map, Value};

use super::Artifact;
use crate::execution::{Execution, Scope};

/// The output of stages that has the artifacts that they made.
const ARTIFACTS: &str = "artifacts";

/// Reads an artifact as programs write it, with Spinnaker's names: what is null is not known, and other fields are passed over.
///
/// # Errors
/// Where it is no artifact: the field that is wrong, empty for the whole, and what it must be.
pub fn read(artifact: &Value) -> Result<Artifact, (&'static str, &'static str)> {
    let fields = artifact.as_object().ok_or(("", "must be an object"))?;
    let text = |name: &'static str| match fields.get(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(Value::String(text)) => Ok(text.clone()),
        Some(_) => Err((name, "must be a text")),
    };
    let metadata = match fields.get("metadata") {
        None | Some(Value::Null) => BTreeMap::new(),
        Some(Value::Object(entries)) => entries.clone().into_iter().collect(),
        Some(_) => return Err(("metadata", "must be an object")),
    };
    let account = text("artifactAccount")?;
    Ok(Artifact {
        kind: text("type")?,
        name: text("name")?,
        version: text("version")?,
        location: text("location")?,
        reference: text("reference")?,
        metadata,
        account: if account.is_empty() { text("account")? } else { account },
        provenance: text("provenance")?,
    })
}

/// The artifacts that a stage made, as its outputs tell: what its output `artifacts` has that can be read as one.
pub fn produced(outputs: &Map<String, Value>) -> Vec<Artifact> {
    let made = outputs.get(ARTIFACTS).and_then(Value::as_array);
    made.into_iter().flatten().filter_map(|artifact| read(artifact).ok()).collect()
}

/// The artifacts that an execution had or made, each once: what its expected artifacts were bound to, what it was given,
/// and what its stages put out, in their order.
pub fn of_execution(execution: &Execution) -> Vec<Artifact> {
    let made = execution.stages.iter().flat_map(|stage| produced(&stage.outputs));
    distinct(at_start(execution).chain(made))
}

/// The artifacts that a stage can see, each once: those that its execution began with, and what the stages before it made,
/// nearest first.
pub fn visible(scope: &Scope<'_>) -> Vec<Artifact> {
    let made = scope.ancestors().into_iter().flat_map(|stage| produced(&stage.outputs));
    distinct(at_start(scope.execution).chain(made))
}

fn at_start(execution: &Execution) -> impl Iterator<Item = Artifact> {
    let bound = execution.start.resolved_artifacts.iter().map(|resolved| &resolved.artifact);
    bound.chain(&execution.start.artifacts).cloned()
}

fn distinct(artifacts: impl Iterator<Item = Artifact>) -> Vec<Artifact> {
    let mut seen = HashSet::new();
    let text = |artifact: &Artifact| serde_json::to_string(artifact).expect("an artifact has text keys");
    artifacts.filter(|artifact| seen.insert(text(artifact))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn outputs_tell_what_was_made() {
        let outputs = json!({"artifacts": [
            {
                "type": "docker/image", "name": "app", "version": null, "customKind": true,
                "artifactAccount": "hub", "metadata": {"build": 7},
            },
            "no artifact",
            {"type": 7},
        ]});
        let made = produced(outputs.as_object().unwrap());
        assert_eq!(made.len(), 1);
        assert_eq!((made[0].kind.as_str(), made[0].account.as_str()), ("docker/image", "hub"));
        assert_eq!(made[0].metadata["build"], json!(7));
        assert_eq!(produced(json!({"artifacts": "none"}).as_object().unwrap()), []);
        assert_eq!(produced(&Map::new()), []);
    }

    #[test]
    fn what_is_no_artifact_is_told_by_its_field() {
        assert_eq!(read(&json!({"type": 7})), Err(("type", "must be a text")));
        assert_eq!(read(&json!({"metadata": []})), Err(("metadata", "must be an object")));
        assert_eq!(read(&json!("app:1")), Err(("", "must be an object")));
        assert_eq!(read(&json!({"account": "hub"})).unwrap().account, "hub");
    }
}
