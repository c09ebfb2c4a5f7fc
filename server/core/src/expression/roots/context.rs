//! A stage's context: what Spinnaker keeps of a stage in one map.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::execution::Stage;
use crate::expression::text::Text;
use crate::expression::value::Value;

/// What the stage has put out, else what it works with, else what its author wrote, else what Spinnaker calls its judgment.
pub(super) fn get<'a>(stage: &'a Stage, name: &str) -> Option<Value<'a>> {
    let output = stage.outputs.get(name);
    let found = output.or_else(|| stage.inputs.get(name)).or_else(|| stage.definition.config.get(name));
    found.map(Value::from).or_else(|| judgment(stage, name))
}

/// What a judgment is called in Spinnaker.
const JUDGMENT: [&str; 2] = ["judgmentStatus", "judgmentInput"];

fn judgment<'a>(stage: &'a Stage, name: &str) -> Option<Value<'a>> {
    let decision = stage.outputs.get("decision")?.as_str().filter(|_| JUDGMENT.contains(&name))?;
    if name == "judgmentStatus" {
        return Some(if decision == "CONTINUE" { "continue" } else { "stop" }.into());
    }
    stage.outputs.get("input").map(Value::from)
}

pub(super) fn each_name<'a>(stage: &'a Stage, add: &mut impl FnMut(&'a str)) {
    stage.outputs.keys().for_each(|name| add(name));
    for config in [&stage.inputs, &stage.definition.config] {
        config.as_object().into_iter().flat_map(serde_json::Map::<String, Json>::keys).for_each(|name| add(name));
    }
}

pub(super) fn names(stage: &Stage) -> Vec<Text<'_>> {
    let mut names = BTreeSet::new();
    each_name(stage, &mut |name| {
        names.insert(name);
    });
    names.extend(JUDGMENT.iter().filter(|name| judgment(stage, name).is_some()));
    names.into_iter().map(Text::Borrowed).collect()
}
