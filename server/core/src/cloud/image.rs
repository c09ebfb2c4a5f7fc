//! What a server group runs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Location;
use crate::Timestamp;

/// A versioned, immutable thing that instances are started from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// The reference that deploys name: `hello:2`, `ami-0123`, `registry/app@sha256:...`. Unique in a location.
    pub id: String,
    /// The name without the version, for people and patterns.
    pub name: String,
    /// The version, as its builder named it.
    pub version: String,
    /// Where it can be used.
    pub location: Location,
    /// A digest of the content, where the provider has one (`sha256:...`).
    pub digest: Option<String>,
    /// When it was registered.
    pub created: Timestamp,
    /// Labels, for searching.
    pub labels: BTreeMap<String, String>,
}
