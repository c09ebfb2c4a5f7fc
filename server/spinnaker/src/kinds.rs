//! The kinds of stages that both run.

mod cluster;
mod custom;
mod deploy;
mod flow;
mod job;
mod judgment;
pub(crate) mod preconditions;
mod run_pipeline;
mod server_group;
mod strategy;
mod target;
mod webhook;

use serde_json::{Map, Value as Json};

use crate::export::Export;
use crate::form::Field;
use crate::import::{Import, Names};
use crate::source::Source;

/// A kind of stage of Spinnaker's that is a kind of ours.
pub(crate) struct Kind {
    /// Spinnaker's types; the first is the one that is written.
    pub(crate) types: &'static [&'static str],
    /// Our field of the stage.
    pub(crate) ours: &'static str,
    /// What both have alike.
    pub(crate) fields: &'static [Field],
    /// Our field for the limit of time that the kind has itself.
    pub(crate) limit: Option<&'static str>,
    /// Reads what the table can't say, before it. An error says why a stage can't be one of this kind.
    pub(crate) import: Reader,
    /// Writes what the table can't say, before it.
    pub(crate) export: Writer,
}

impl Kind {
    /// It makes server groups.
    pub(crate) fn is_deployment(&self) -> bool {
        let deployments = [&deploy::DEPLOY, &deploy::CREATE_SERVER_GROUP, &deploy::CLONE_SERVER_GROUP];
        deployments.iter().any(|kind| kind.ours == self.ours)
    }
}

/// Takes fields out of an object of Spinnaker's and puts ours into another, which is at a path in its stage.
type Reader = fn(&mut Import<'_>, &mut Source, &mut Map<String, Json>, &str) -> Result<(), String>;

/// The other way round.
type Writer = fn(&mut Export<'_>, &mut Source, &mut Map<String, Json>, &str);

/// A kind that a table says all of.
const PLAIN: Kind =
    Kind { types: &[], ours: "", fields: &[], limit: None, import: |_, _, _, _| Ok(()), export: |_, _, _, _| {} };

const KINDS: [&Kind; 26] = [
    &flow::WAIT,
    &flow::WAIT_UNTIL,
    &flow::EVALUATE_VARIABLES,
    &flow::DEPENDS_ON_EXECUTION,
    &flow::GROUP,
    &judgment::MANUAL_JUDGMENT,
    &run_pipeline::RUN_PIPELINE,
    &run_pipeline::FIND_ARTIFACT,
    &preconditions::CHECK_PRECONDITIONS,
    &preconditions::FAIL,
    &webhook::WEBHOOK,
    &custom::CUSTOM,
    &deploy::DEPLOY,
    &deploy::CREATE_SERVER_GROUP,
    &deploy::CLONE_SERVER_GROUP,
    &server_group::ENABLE,
    &server_group::DISABLE,
    &server_group::RESIZE,
    &server_group::DESTROY,
    &server_group::ROLLBACK,
    &cluster::ROLLBACK,
    &cluster::DISABLE,
    &cluster::SCALE_DOWN,
    &cluster::SHRINK,
    &cluster::FIND_IMAGE,
    &job::RUN_JOB,
];

/// The kinds of stages that both run: Spinnaker's type, and our field of the stage.
pub fn stage_kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().flat_map(|kind| kind.types.iter().map(|sort| (*sort, kind.ours)))
}

/// The kind of a stage of a type.
pub(crate) fn find(names: &Names<'_>, sort: &str, from: &Source) -> Option<&'static Kind> {
    if preconditions::is_fail(sort, from) {
        return Some(&preconditions::FAIL);
    }
    if preconditions::is_empty(sort, from) {
        return Some(&flow::GROUP);
    }
    let known = KINDS.iter().find(|kind| kind.types.contains(&sort)).copied();
    known.or_else(|| custom::kind(names, sort).map(|_| &custom::CUSTOM))
}

/// The kind of a stage of ours.
pub(crate) fn of_ours(from: &Source) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| from.peek(kind.ours).is_some()).copied()
}

/// A stage of ours of this kind acts in one region only.
pub(crate) fn is_of_one_region(sort: &str) -> bool {
    let kinds = [
        &server_group::ENABLE,
        &server_group::DISABLE,
        &server_group::RESIZE,
        &server_group::DESTROY,
        &server_group::ROLLBACK,
        &deploy::CLONE_SERVER_GROUP,
    ];
    kinds.iter().any(|kind| kind.types.contains(&sort))
}
