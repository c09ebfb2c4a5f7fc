//! A stage's context: what Spinnaker keeps of a stage in one map.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::execution::Stage;
use crate::expression::text::Text;
use crate::expression::value::Value;

/// What the stage has put out, else what it works with, else what its author wrote, else what Spinnaker calls its judgment. A text
/// with an expression is none: it would hide what `image: "${ image }"` means to read from a stage before.
pub(super) fn get<'a>(stage: &'a Stage, name: &str) -> Option<Value<'a>> {
    let output = stage.outputs.get(name);
    let found =
        output.or_else(|| stage.inputs.get(name)).or_else(|| stage.definition.config.get(name).filter(is_value));
    found.map(Value::from).or_else(|| judgment(stage, name))
}

/// Whether a part of a configuration is a value, and no text with an expression.
fn is_value(part: &&Json) -> bool {
    !part.as_str().is_some_and(|text| text.contains("${"))
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

/// Each name with its value. A name may come again: the first one counts.
pub(super) fn each<'a>(stage: &'a Stage, add: &mut impl FnMut(&'a str, Value<'a>)) {
    for (name, value) in std::iter::once(&stage.outputs).chain(stage.inputs.as_object()).flatten() {
        add(name, value.into());
    }
    for (name, value) in stage.definition.config.as_object().into_iter().flatten().filter(|(_, value)| is_value(value))
    {
        add(name, value.into());
    }
    for name in JUDGMENT {
        if let Some(value) = judgment(stage, name) {
            add(name, value);
        }
    }
}

pub(super) fn entries(stage: &Stage) -> Vec<(Text<'_>, Value<'_>)> {
    let mut entries = BTreeMap::new();
    each(stage, &mut |name, value| {
        entries.entry(name).or_insert(value);
    });
    entries.into_iter().map(|(name, value)| (Text::Borrowed(name), value)).collect()
}
