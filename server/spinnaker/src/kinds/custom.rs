//! Kinds that an operator has defined: preconfigured webhooks there, custom kinds here.

use serde_json::Value as Json;

use super::{Kind, PLAIN};
use crate::form::{Form, field};
use crate::import::Names;

pub(super) const CUSTOM: Kind = Kind {
    ours: "custom",
    fields: &[field("parameterValues", "parameters", Form::Map)],
    import: |import, from, to, _| {
        let kind = kind(import.known, &import.sort);
        to.insert("kind".to_owned(), Json::from(kind));
        // What Spinnaker copies from the definition of the kind.
        from.skip(&[
            "url",
            "method",
            "statusUrlResolution",
            "waitForCompletion",
            "customHeaders",
            "payload",
            "cloudProvider",
        ]);
        Ok(())
    },
    export: |_, from, to, _| {
        to.extend(from.take("kind").map(|kind| ("type".to_owned(), kind)));
    },
    ..PLAIN
};

/// The kind here that a type stands for.
pub(super) fn kind(names: &Names<'_>, sort: &str) -> Option<String> {
    let mut kebab = String::new();
    for letter in sort.chars() {
        if letter.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(letter.to_ascii_lowercase());
    }
    [sort.to_owned(), sort.to_ascii_lowercase(), kebab].into_iter().find(|kind| names.is_custom_kind(kind))
}
