//! The difference of two definitions: line by line, and field by field.

use gennaker_proto::v1::FieldChange;
use serde_json::{Map, Value};
use similar::TextDiff;

/// Compares two definitions as indented JSON, in the unified format; empty where they are equal. The names stand at the
/// top.
pub(crate) fn unified(old: (&str, &Value), new: (&str, &Value)) -> String {
    let (before, after) = (lines(old.1), lines(new.1));
    if before == after {
        return String::new();
    }
    let diff = TextDiff::from_lines(&before, &after);
    diff.unified_diff().context_radius(3).header(old.0, new.0).to_string()
}

fn lines(value: &Value) -> String {
    let mut sorted = value.clone();
    sorted.sort_all_objects();
    format!("{sorted:#}\n")
}

/// What is different field by field, in the order of the paths. Elements that have an id or a name are told apart by it,
/// so that a new one does not change the paths of the others.
pub(crate) fn changes(old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare(String::new(), Some(old), Some(new), &mut changes);
    changes
}

fn compare(path: String, old: Option<&Value>, new: Option<&Value>, changes: &mut Vec<FieldChange>) {
    if old == new {
        return;
    }
    let (Some(before), Some(after)) = (old.and_then(fields), new.and_then(fields)) else {
        let text = |value: Option<&Value>| value.map(Value::to_string).unwrap_or_default();
        changes.push(FieldChange { path, before: text(old), after: text(new) });
        return;
    };
    let mut keys: Vec<&String> = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key))).collect();
    keys.sort();
    for key in keys {
        let dot = if path.is_empty() || key.starts_with('[') { "" } else { "." };
        compare(format!("{path}{dot}{key}"), before.get(key), after.get(key), changes);
    }
}

/// The parts of an object or a list, by what follows the path to it. `None` for a list whose elements can't be told
/// apart, and for a plain value.
fn fields(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(object) => Some(object.clone()),
        Value::Array(elements) => {
            let mut parts = Map::new();
            for (place, element) in elements.iter().enumerate() {
                let name = ["id", "name"].iter().find_map(|key| element.get(*key)?.as_str());
                let key = name.map_or_else(|| place.to_string(), str::to_owned);
                if parts.insert(format!("[{key}]"), element.clone()).is_some() {
                    return None;
                }
            }
            Some(parts)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changed_lines_are_shown() {
        let (old, new) = (json!({"a": 1, "b": [1, 2]}), json!({"b": [1, 3], "a": 1}));
        let text = unified(("1", &old), ("2", &new));
        assert!(text.starts_with("--- 1\n+++ 2\n@@"), "{text}");
        assert!(text.contains("-    2\n+    3\n"), "{text}");
        assert_eq!(unified(("1", &old), ("2", &old)), "");
    }

    #[test]
    fn changed_fields_are_named() {
        let old = json!({"disabled": true, "stages": [
            {"id": "a", "deploy": {"clusters": [{"image": "v1", "stack": "x"}]}},
            {"id": "gone", "wait": {"duration": "1s"}},
        ]});
        let new = json!({"stages": [
            {"id": "new", "wait": {"duration": "2s"}},
            {"id": "a", "deploy": {"clusters": [{"image": "v2", "stack": "x"}]}},
        ]});
        let changes: Vec<String> =
            changes(&old, &new).into_iter().map(|c| format!("{}: {} -> {}", c.path, c.before, c.after)).collect();
        assert_eq!(
            changes,
            [
                "disabled: true -> ",
                "stages[a].deploy.clusters[0].image: \"v1\" -> \"v2\"",
                "stages[gone]: {\"id\":\"gone\",\"wait\":{\"duration\":\"1s\"}} -> ",
                "stages[new]:  -> {\"id\":\"new\",\"wait\":{\"duration\":\"2s\"}}",
            ]
        );
    }
}
