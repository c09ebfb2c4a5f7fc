//! The ways to and from Spinnaker: its pipelines, triggers and templates as JSON become ours, and back.
//!
//! Both ways go by the same tables ([`form`]): which field of Spinnaker's is which field of ours, and in which form. A
//! field that no table and no kind has taken in the end is reported by its path, so that nothing is dropped in silence.
//! Expressions are carried over as they are; where a field of ours is no text, its expression goes to
//! `Stage.expressions`.
//!
//! This crate is pure: texts in, messages and findings out. It saves nothing and checks only what it must in order to
//! read; the use cases validate what it makes like any other pipeline.

mod artifact;
mod document;
mod export;
mod finding;
mod form;
mod import;
mod kinds;
mod names;
mod notification;
mod parameter;
mod pipeline;
mod source;
mod stage;
mod template;
mod trigger;
mod window;

use std::collections::{BTreeMap, BTreeSet};

use gennaker_proto::v1;

pub use export::export;
pub use import::import;
pub use kinds::stage_kinds;
pub use names::trigger_id;

/// What the importer must know of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// The id of the application that the pipelines will belong to.
    pub application: String,
    /// The accounts whose names differ: the name in Spinnaker to the name here.
    pub accounts: BTreeMap<String, String>,
    /// The pipelines of the server that were imported before: their ids in Spinnaker to their full names here.
    pub imported: BTreeMap<String, String>,
    /// The ids of the application's pipelines, which new ones must not take.
    pub taken: BTreeSet<String>,
    /// The kinds of stages that the operator has defined.
    pub custom_kinds: BTreeSet<String>,
}

/// The label that keeps Spinnaker's id of a pipeline.
pub const ID_LABEL: &str = "spinnaker_id";

/// A pipeline for Spinnaker.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// As Spinnaker saves it.
    pub document: serde_json::Value,
    /// What could not be carried over.
    pub findings: Vec<v1::ImportFinding>,
}
