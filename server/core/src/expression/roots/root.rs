//! What bare names lead to.

use std::collections::HashSet;

use super::{View, artifacts, context, deployed, trigger};
use crate::expression::environment::Environment;
use crate::expression::text::Text;
use crate::expression::value::Value;

/// Names that nothing of a stage hides.
const FIXED: [&str; 8] = [
    "parameters",
    "trigger",
    "execution",
    "stages",
    "templateVariables",
    "artifacts",
    "deployedServerGroups",
    "scmInfo",
];

/// What one of the fixed names leads to.
pub(in crate::expression) fn fixed<'a>(environment: &'a Environment<'a>, name: &str) -> Option<Value<'a>> {
    let execution = environment.execution();
    match name {
        "parameters" => Some(Value::Object(&execution.start.parameters)),
        "trigger" => Some(Value::View(View::Trigger(execution))),
        "execution" => Some(Value::View(View::Execution(execution))),
        "stages" => Some(Value::View(View::Stages(environment))),
        "templateVariables" => {
            let variables = environment.variables().and_then(|variables| variables.get(name));
            Some(variables.map_or_else(|| Value::Map(std::rc::Rc::default()), Value::from))
        }
        "artifacts" => Some(artifacts::received(execution)),
        "deployedServerGroups" => Some(deployed::server_groups(environment, &[])),
        "scmInfo" => Some(trigger::scm(environment)),
        _ => None,
    }
}

/// A fixed name; else one that was given with the environment; else what the stage itself or the nearest stage before it
/// has under the name.
pub(super) fn get<'a>(environment: &'a Environment<'a>, name: &str) -> Option<Value<'a>> {
    if let Some(value) = fixed(environment, name) {
        return Some(value);
    }
    if let Some(value) = environment.variables().and_then(|variables| variables.get(name)) {
        return Some(value.into());
    }
    let stage = environment.stage()?;
    context::get(stage, name)
        .or_else(|| environment.ancestors().find_map(|stage| stage.outputs.get(name)).map(Value::from))
}

/// All names with what they lead to, made in one go.
pub(super) fn entries<'a>(environment: &'a Environment<'a>) -> Vec<(Text<'a>, Value<'a>)> {
    let mut entries: Vec<_> =
        FIXED.iter().filter_map(|name| Some((Text::Borrowed(name), fixed(environment, name)?))).collect();
    let mut known = HashSet::from(FIXED);
    let mut add = |name: &'a str, value: Value<'a>| {
        if known.insert(name) {
            entries.push((Text::Borrowed(name), value));
        }
    };
    for (name, value) in environment.variables().into_iter().flatten() {
        add(name, value.into());
    }
    if let Some(stage) = environment.stage() {
        context::each(stage, &mut add);
        for (name, value) in environment.ancestors().flat_map(|stage| &stage.outputs) {
            add(name, value.into());
        }
    }
    entries
}
