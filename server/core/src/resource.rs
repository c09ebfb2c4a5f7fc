//! Definitions as they are stored: named, versioned JSON documents.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What a stored definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceKind {
    /// `applications/{a}`
    Application,
    /// `projects/{p}`
    Project,
    /// `applications/{a}/pipelines/{p}`
    Pipeline,
    /// `applications/{a}/triggers/{t}`
    Trigger,
}

impl ResourceKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Application, Self::Project, Self::Pipeline, Self::Trigger];

    /// The word that stands for the kind in storage and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Project => "project",
            Self::Pipeline => "pipeline",
            Self::Trigger => "trigger",
        }
    }
}

/// A definition at one revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// What it is.
    pub kind: ResourceKind,
    /// Its full name, for example `applications/shop/pipelines/deploy`.
    pub name: String,
    /// 1 for the first, plus one with every write; never used twice for a name, not even after a deletion.
    pub revision: i64,
    /// The definition as canonical proto3 JSON, without the fields that the server fills in.
    pub body: serde_json::Value,
    /// When the name was first written (since its last deletion).
    pub created: Timestamp,
    /// When this revision was written.
    pub updated: Timestamp,
    /// Who wrote this revision.
    pub actor: String,
    /// What the author said of it.
    pub message: String,
}
