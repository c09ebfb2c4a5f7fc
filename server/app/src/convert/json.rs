//! JSON values.

pub(crate) use gennaker_proto::values::{object_to_proto, struct_to_proto, to_proto, value_of};
use serde_json::{Map, Value as Json};

/// The values of parameters as text.
pub(crate) fn texts(object: &Map<String, Json>) -> std::collections::BTreeMap<String, String> {
    object.iter().map(|(key, value)| (key.clone(), text(value))).collect()
}

/// A value as text: texts as they are, everything else as JSON.
pub(crate) fn text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The longest payload that is shown, in bytes of JSON.
const MAX_SHOWN: usize = 4_000;
/// How much of a longer one is shown, in characters.
const SHOWN: usize = 1_000;

/// What a trigger saw, where it is not too long to show with every event; otherwise its beginning as text.
pub(crate) fn shorten(payload: &Json) -> Json {
    let text = payload.to_string();
    if text.len() <= MAX_SHOWN { payload.clone() } else { Json::String(shorten_text(&text)) }
}

/// A text, where it is not too long to show with every event; otherwise its beginning.
pub(crate) fn shorten_text(text: &str) -> String {
    if text.len() <= MAX_SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parameters_are_texts() {
        assert_eq!(texts(json!({"n": 1, "t": "x"}).as_object().unwrap()).into_values().collect::<Vec<_>>(), ["1", "x"]);
    }
}
