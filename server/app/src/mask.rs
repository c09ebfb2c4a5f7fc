//! Update masks: which fields of a resource an update replaces.

use gennaker_proto::{from_dynamic, to_dynamic};
use prost::{Message, Name};
use prost_reflect::{DynamicMessage, ReflectMessage};
use prost_types::FieldMask;

use crate::AppError;

/// The current resource with the fields of a mask taken from the new one. An empty mask takes everything.
///
/// # Errors
/// [`AppError::InvalidArgument`] for a path that leads to no field.
pub(crate) fn merge<T: Message + Name + Default + Clone>(
    current: &T,
    new: &T,
    mask: Option<&FieldMask>,
) -> Result<T, AppError> {
    let Some(mask) = mask.filter(|mask| !mask.paths.is_empty()) else { return Ok(new.clone()) };
    if mask.paths.iter().any(|path| path == "*") {
        return Ok(new.clone());
    }
    let mut merged = to_dynamic(current);
    let source = to_dynamic(new);
    for path in &mask.paths {
        replace(&mut merged, &source, path)
            .ok_or_else(|| AppError::invalid("update_mask", format!("{path:?} is not a field of {}", T::NAME)))?;
    }
    Ok(from_dynamic(&merged))
}

/// Replaces one field, or a field inside of a message. `None` where there is no such field.
fn replace(target: &mut DynamicMessage, source: &DynamicMessage, path: &str) -> Option<()> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let descriptor = target.descriptor();
    let field = descriptor.get_field_by_name(name).or_else(|| descriptor.get_field_by_json_name(name))?;
    let Some(rest) = rest else {
        if source.has_field(&field) {
            target.set_field(&field, source.get_field(&field).into_owned());
        } else {
            target.clear_field(&field);
        }
        return Some(());
    };
    if field.is_list() || field.is_map() {
        return None;
    }
    let inner = source.get_field(&field);
    replace(target.get_field_mut(&field).as_message_mut()?, inner.as_message()?, rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_proto::v1;

    fn mask(paths: &[&str]) -> FieldMask {
        FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() }
    }

    #[test]
    fn replaces_what_is_named_and_nothing_else() {
        let current = v1::Pipeline {
            display_name: "old".into(),
            description: "kept".into(),
            concurrency: Some(v1::Concurrency { max_concurrent: Some(3), queue_policy: 2 }),
            ..Default::default()
        };
        let new = v1::Pipeline {
            display_name: "new".into(),
            concurrency: Some(v1::Concurrency { max_concurrent: None, queue_policy: 3 }),
            ..Default::default()
        };
        let merge_with = |paths: &[&str]| merge(&current, &new, Some(&mask(paths)));
        let merged = merge_with(&["display_name", "concurrency.queue_policy"]).unwrap();
        assert_eq!(merged.display_name, "new");
        assert_eq!(merged.description, "kept");
        assert_eq!(merged.concurrency, Some(v1::Concurrency { max_concurrent: Some(3), queue_policy: 3 }));
        assert_eq!(merge_with(&["concurrency.max_concurrent"]).unwrap().concurrency.unwrap().max_concurrent, None);
        assert_eq!(merge_with(&["description"]).unwrap().description, "");
        assert_eq!(merge_with(&[]).unwrap(), new);
        assert_eq!(merge_with(&["*"]).unwrap(), new);
        assert_eq!(
            merge_with(&["colour"]).unwrap_err().to_string(),
            "update_mask: \"colour\" is not a field of Pipeline"
        );
        assert!(merge_with(&["stages.id"]).is_err());
        assert!(merge_with(&["description.x"]).is_err());
    }
}
