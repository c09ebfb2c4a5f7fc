//! The sources of triggers: what each kind checks of its definition, who may send to it, and what of what was seen starts
//! a pipeline. One file for each kind.
//!
//! Everything here is pure: what was seen comes in, a verdict goes out. Loading, noting and starting is the use cases'.

mod manual;
mod path;
mod registry;
mod spinnaker;
mod webhook;

pub use registry::{problems, verdict};
pub use webhook::{AuthenticationError, Proof, artifacts, authenticate, delivery_id, parameters};

/// The headers of a request, by their names in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Headers from pairs of name and value; the case of the names does not matter.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect())
    }

    /// The value of a header; the first, where it is there several times.
    pub fn get(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// What of what was seen is decided without looking at anything else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The trigger's constraints hold.
    Matches,
    /// They don't, because of this.
    Filtered(String),
}
