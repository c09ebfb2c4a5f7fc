//! Functions: `#toInt('3')`.

mod artifacts;
mod convert;
mod look_up;
mod people;
mod read;
mod stages;

pub(super) use convert::decimal;

use std::ptr;

use super::Problem;
use super::builtin::Builtin;

/// Functions that belong together.
pub(super) struct Group {
    pub(super) title: &'static str,
    pub(super) rows: &'static [Builtin],
}

/// All functions.
pub(super) static GROUPS: [Group; 6] = [
    Group { title: "Converting", rows: &convert::ROWS },
    Group { title: "Reading JSON and YAML", rows: &read::ROWS },
    Group { title: "Stages", rows: &stages::ROWS },
    Group { title: "People", rows: &people::ROWS },
    Group { title: "Artifacts and manifests", rows: &artifacts::ROWS },
    Group { title: "Looking up outside the execution", rows: &look_up::ROWS },
];

fn all() -> impl Iterator<Item = &'static Builtin> {
    GROUPS.iter().flat_map(|group| group.rows)
}

pub(super) fn find(name: &str) -> Option<&'static Builtin> {
    all().find(|function| function.name == name)
}

pub(super) fn unknown(name: &str) -> Problem {
    Problem::NotOffered {
        what: "function",
        name: format!("#{name}"),
        known: all().map(|function| format!("#{}", function.name)).collect(),
    }
}

/// Whether a function may need an answer from outside.
pub(super) fn may_look_up(function: &'static Builtin) -> bool {
    look_up::ROWS.iter().any(|row| ptr::eq(row, function))
}

/// Whether what a function gives is a part of the execution.
pub(super) fn reads_execution(function: &'static Builtin) -> bool {
    [&stages::ROWS[..], &people::ROWS[..], &artifacts::ROWS[..]].into_iter().flatten().any(|row| ptr::eq(row, function))
}
