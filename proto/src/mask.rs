//! Updates with a field mask.

use prost::{Message, Name};
use prost_reflect::{DynamicMessage, Kind, ReflectMessage};
use prost_types::FieldMask;

use crate::reflect::{from_dynamic, to_dynamic};
use crate::v1::FieldViolation;

/// What an update makes of a resource: the fields that the mask names come from `update`, the others from `current`.
/// Without a mask, or with an empty one, everything comes from `update`. Paths are dotted names of the `.proto` files
/// and don't go into lists and maps.
pub fn merge<T>(current: &T, update: &T, mask: Option<&FieldMask>) -> Result<T, Vec<FieldViolation>>
where
    T: Message + Name + Default + Clone,
{
    let paths = mask.map(|mask| mask.paths.as_slice()).unwrap_or_default();
    if paths.is_empty() {
        return Ok(update.clone());
    }
    let mut merged = to_dynamic(current);
    let update = to_dynamic(update);
    let mut violations = Vec::new();
    for (index, path) in paths.iter().enumerate() {
        if let Err(description) = merge_path(&mut merged, &update, path) {
            violations.push(FieldViolation { field: format!("update_mask.paths[{index}]"), description });
        }
    }
    if violations.is_empty() { Ok(from_dynamic(&merged)) } else { Err(violations) }
}

fn merge_path(into: &mut DynamicMessage, from: &DynamicMessage, path: &str) -> Result<(), String> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let descriptor = into.descriptor();
    let unknown = || format!("there is no field `{name}` in `{}`", descriptor.name());
    let field = descriptor.get_field_by_name(name).ok_or_else(unknown)?;
    let Some(rest) = rest else {
        if from.has_field(&field) {
            into.set_field(&field, from.get_field(&field).into_owned());
        } else {
            into.clear_field(&field);
        }
        return Ok(());
    };
    if field.is_list() || field.is_map() || !matches!(field.kind(), Kind::Message(_)) {
        return Err(format!("`{name}` is not a message and can only be named as a whole"));
    }
    let from = from.get_field(&field);
    let from = from.as_message().expect("the field was checked to be a message");
    let into = into.get_field_mut(&field).as_message_mut().expect("the field was checked to be a message");
    merge_path(into, from, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::decode;
    use crate::v1::Pipeline;
    use serde_json::json;

    fn merged(paths: &[&str]) -> Result<serde_json::Value, Vec<FieldViolation>> {
        let current: Pipeline = decode(&json!({
            "displayName": "old", "disabled": true, "labels": {"a": "1"},
            "concurrency": {"maxConcurrent": 3, "queuePolicy": "QUEUE_POLICY_SKIP"},
        }))
        .unwrap();
        let update: Pipeline = decode(&json!({"displayName": "new", "concurrency": {"maxConcurrent": 5}})).unwrap();
        let mask = FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
        merge(&current, &update, Some(&mask)).map(|pipeline| crate::json::encode(&pipeline))
    }

    #[test]
    fn takes_only_what_the_mask_names() {
        assert_eq!(
            merged(&["disabled", "labels", "concurrency.max_concurrent"]).unwrap(),
            json!({"displayName": "old", "concurrency": {"maxConcurrent": 5, "queuePolicy": "QUEUE_POLICY_SKIP"}})
        );
        assert_eq!(
            merged(&[]).unwrap(),
            json!({"displayName": "new", "concurrency": {"maxConcurrent": 5}}),
            "an empty mask means everything"
        );
    }

    #[test]
    fn a_path_must_lead_to_a_field() {
        let violations = merged(&["display_name", "nam", "labels.a"]).unwrap_err();
        let lines: Vec<_> = violations.iter().map(|v| format!("{}: {}", v.field, v.description)).collect();
        assert_eq!(
            lines,
            [
                "update_mask.paths[1]: there is no field `nam` in `Pipeline`",
                "update_mask.paths[2]: `labels` is not a message and can only be named as a whole",
            ]
        );
    }
}
