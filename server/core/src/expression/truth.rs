//! What counts as true and as false where a value decides something.

use serde_json::Value;

/// The truth of a value: a truth value, or as in Spinnaker a text that reads like one. `None` where it is neither true nor
/// false.
pub fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(found) => Some(*found),
        Value::String(text) if text.trim().eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.trim().eq_ignore_ascii_case("false") => Some(false),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_says_so_is_true_or_false() {
        for value in [json!(true), json!("true"), json!(" TRUE ")] {
            assert_eq!(truth(&value), Some(true), "{value}");
        }
        for value in [json!(false), json!("false"), json!("False\n")] {
            assert_eq!(truth(&value), Some(false), "{value}");
        }
        for value in [json!(null), json!(1), json!(0), json!(""), json!("yes"), json!([true]), json!({"a": true})] {
            assert_eq!(truth(&value), None, "{value}");
        }
    }
}
