//! What stages put out and later stages read.

use gennaker_core::artifact::ResolvedArtifact;
use gennaker_core::cloud::{Location, ResourceId};
use gennaker_core::execution::{Failure, Scope, TaskOutcome};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The key under which deploying stages list what they made.
const DEPLOYMENTS: &str = "deployments";
/// The key under which images that were found are listed.
const IMAGES: &str = "images";

/// The key under which stages list the artifacts that they made.
pub(crate) const ARTIFACTS: &str = "artifacts";
/// The key under which stages list what their expected artifacts were bound to.
pub(crate) const RESOLVED_ARTIFACTS: &str = "resolvedExpectedArtifacts";

/// A server group that a stage made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) cluster: String,
    pub(crate) server_group: String,
    pub(crate) image: String,
    pub(crate) source_server_group: Option<String>,
}

/// An image that a stage found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FoundImage {
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) image: String,
    pub(crate) server_group: String,
}

/// Names of the server groups in an account that stages before this one made.
pub(crate) fn deployed_before(scope: &Scope<'_>, account: &str) -> Vec<ResourceId> {
    let deployments = scope.ancestors().into_iter().flat_map(|stage| list::<Deployment>(&stage.outputs, DEPLOYMENTS));
    deployments
        .filter(|deployment| deployment.account == account)
        .map(|deployment| ResourceId::new(Location::new(account, deployment.region), deployment.server_group))
        .collect()
}

/// The image that the nearest stage before this one found for a location.
pub(crate) fn found_image(scope: &Scope<'_>, location: &Location) -> Option<String> {
    let images = scope.ancestors().into_iter().flat_map(|stage| list::<FoundImage>(&stage.outputs, IMAGES));
    let mut here = images.filter(|found| found.account == location.account && found.region == location.region);
    here.next().map(|found| found.image)
}

/// What expected artifacts were bound to: those of the pipeline, and then those of the stages before this one, the nearest first.
pub(crate) fn resolved_before(scope: &Scope<'_>) -> Vec<ResolvedArtifact> {
    let bound = scope.execution.start.resolved_artifacts.iter().cloned();
    let made = scope.ancestors().into_iter().flat_map(|stage| list(&stage.outputs, RESOLVED_ARTIFACTS));
    bound.chain(made).collect()
}

fn list<T: for<'de> Deserialize<'de>>(outputs: &Map<String, Value>, key: &str) -> Vec<T> {
    let entries = outputs.get(key).and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| T::deserialize(entry).ok()).collect()
}

/// What a task before has put out.
pub(crate) fn read<T: for<'de> Deserialize<'de>>(outputs: &Map<String, Value>, key: &str) -> Result<T, Failure> {
    let value = outputs.get(key).unwrap_or(&Value::Null);
    T::deserialize(value)
        .map_err(|error| Failure::permanent(format!("the stage's output `{key}` can't be read: {error}")))
}

/// The end of a task that put something out. `outputs` is a JSON object.
pub(crate) fn succeeded(message: impl Into<String>, outputs: Value) -> TaskOutcome {
    let outputs = match outputs {
        Value::Object(outputs) => outputs,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    };
    TaskOutcome::Succeeded { outputs, message: message.into(), child: None }
}

/// The end of a task that puts out nothing.
pub(crate) fn done(message: impl Into<String>) -> TaskOutcome {
    succeeded(message, Value::Null)
}
