//! What started the execution.

use std::rc::Rc;

use serde_json::Value as Json;

use super::{View, artifacts};
use crate::execution::{Execution, Origin, ParentStage};
use crate::expression::environment::Environment;
use crate::expression::value::Value;

/// What every trigger has.
const NAMES: [&str; 10] = [
    "actor",
    "type",
    "name",
    "reason",
    "payload",
    "user",
    "parameters",
    "artifacts",
    "resolvedExpectedArtifacts",
    "parentExecution",
];

/// A fixed name, else a field of what the trigger saw.
pub(super) fn get<'a>(execution: &'a Execution, name: &str) -> Option<Value<'a>> {
    let cause = &execution.start.cause;
    let (origin, trigger) = match &cause.origin {
        Origin::Manual => ("manual", ""),
        Origin::Trigger { trigger, .. } => ("trigger", trigger.as_str()),
        Origin::Parent(_) => ("pipeline", ""),
        Origin::Operation => ("operation", ""),
    };
    Some(match name {
        "actor" | "user" => cause.actor.as_str().into(),
        "type" => origin.into(),
        "name" => trigger.into(),
        "reason" => cause.reason.as_str().into(),
        "payload" => (&cause.payload).into(),
        "parameters" => Value::Object(&execution.start.parameters),
        "artifacts" => artifacts::received(execution),
        "resolvedExpectedArtifacts" => artifacts::all_resolved(execution),
        "parentExecution" => match &cause.origin {
            Origin::Parent(parent) => Value::View(View::ParentExecution(parent)),
            Origin::Manual | Origin::Trigger { .. } | Origin::Operation => Value::Null,
        },
        _ => return cause.payload.get(name).map(Value::from),
    })
}

pub(super) fn names(execution: &Execution) -> impl Iterator<Item = &str> {
    let payload = execution.start.cause.payload.as_object();
    let seen = payload.into_iter().flat_map(|payload| payload.keys()).map(String::as_str);
    NAMES.into_iter().chain(seen.filter(|name| !NAMES.contains(name)))
}

/// What is known of the execution that started this one.
pub(super) const PARENT: [&str; 3] = ["id", "application", "stage"];

pub(super) fn parent<'a>(parent: &'a ParentStage, name: &str) -> Option<Value<'a>> {
    Some(match name {
        "id" => parent.execution.to_string().into(),
        "application" => parent.application.as_str().into(),
        "stage" => parent.stage.as_str().into(),
        _ => return None,
    })
}

/// Branches that are the trunk by their names.
const TRUNKS: [&str; 2] = ["master", "develop"];

/// What the trigger's build, or that of the nearest stage before, says of its source: of several repositories the first one
/// that was built from a branch, else the first. An empty map where nothing is known.
pub(super) fn scm<'a>(environment: &'a Environment<'a>) -> Value<'a> {
    let of_trigger = environment.execution().start.cause.payload.pointer("/buildInfo/scm");
    let of_stages = || environment.ancestors().find_map(|stage| stage.outputs.get("buildInfo")?.get("scm"));
    match of_trigger.filter(|scm| !scm.is_null()).or_else(of_stages) {
        Some(Json::Array(several)) => {
            let trunk =
                |scm: &&Json| scm.get("branch").and_then(Json::as_str).is_some_and(|name| TRUNKS.contains(&name));
            let found = several.iter().find(|scm| !trunk(scm)).or_else(|| several.first());
            found.map_or_else(|| Value::Map(Rc::default()), Value::from)
        }
        Some(one) => one.into(),
        None => Value::Map(Rc::default()),
    }
}
