//! Artifacts: things that executions use and make, by reference.

mod binding;
mod matching;
mod of;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use binding::{Unbound, bind_produced, needs_prior, resolve};
pub use matching::{Matcher, PatternProblem, problems};
pub use of::{of_execution, produced, read, visible};

/// A thing that an execution uses or makes. A text that is empty is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Artifact {
    /// What it is: `docker/image`, `local/image`, `git/repo`.
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// What it is called, without its version.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Which version of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Where it is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub location: String,
    /// How it is fetched or used; for `embedded/base64`, its content.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// More about it.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, serde_json::Value>,
    /// The account with which it is fetched.
    #[serde(alias = "artifactAccount", skip_serializing_if = "String::is_empty")]
    pub account: String,
    /// Where it comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub provenance: String,
}

/// As messages name it: `docker/image app 1.2 (gcr.io/team/app:1.2)`. Contents are left out.
impl fmt::Display for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = [&self.kind, &self.name, &self.version].into_iter().filter(|text| !text.is_empty());
        let texts: Vec<&str> = texts.map(String::as_str).collect();
        f.write_str(&texts.join(" "))?;
        match (texts.is_empty(), self.reference.as_str()) {
            (true, "") => f.write_str("any artifact"),
            (false, "") => Ok(()),
            (_, _) if matching::is_content(&self.kind) => Ok(()),
            (true, reference) => f.write_str(reference),
            (false, reference) => write!(f, " ({reference})"),
        }
    }
}

/// An artifact that a pipeline needs at its start, or that a stage makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExpectedArtifact {
    /// The id, unique in the pipeline.
    pub id: String,
    /// What people call it.
    pub display_name: String,
    /// What matches: each text that is set is a pattern for the whole of that field, or the same text.
    pub matches: Artifact,
    /// Whether the artifact of the execution before is taken where none was received.
    #[serde(default)]
    pub use_prior: bool,
    /// What is taken where there is nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Artifact>,
}

/// What an expected artifact was bound to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResolvedArtifact {
    /// The id of the expected artifact.
    pub id: String,
    /// What people call it.
    pub display_name: String,
    /// The artifact.
    #[serde(rename = "boundArtifact")]
    pub artifact: Artifact,
    /// Where the artifact comes from.
    pub source: ArtifactSource,
}

/// Where the artifact comes from that an expected one was bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactSource {
    /// The trigger or the caller brought it.
    Received,
    /// The execution before had it.
    Prior,
    /// It is the default.
    Default,
    /// The stage made it.
    Produced,
}
