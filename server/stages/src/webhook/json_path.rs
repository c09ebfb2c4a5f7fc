//! JSONPath (RFC 9535), as far as it can be evaluated in bounded time.

use serde_json::Value;
use serde_json_path::JsonPath;

/// How deep brackets may lie within brackets.
const MAX_DEPTH: usize = 8;

/// Reads a path. As in Spinnaker, `$.` may be left out.
///
/// The work that a path makes must be in proportion to the answer that it looks into, whatever both are: one step through all
/// descendants and one filter do that, several multiply.
pub(super) fn parse(path: &str) -> Result<JsonPath, String> {
    let path = if path.starts_with('$') { path.to_owned() } else { format!("$.{path}") };
    bounded(&path)?;
    JsonPath::parse(&path).map_err(|error| format!("{path:?} is no JSONPath: {error}"))
}

/// The one value at a path: a text, a number, or true or false.
pub(super) fn scalar(path: &str, body: &Value) -> Result<Value, String> {
    let path = parse(path)?;
    let nodes = path.query(body).all();
    match nodes.as_slice() {
        [] => Err("there is nothing at it".to_owned()),
        [value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))] => Ok((*value).clone()),
        [Value::Null] => Err("it is null".to_owned()),
        [Value::Array(_) | Value::Object(_)] => Err("it is neither a text nor a number".to_owned()),
        several => Err(format!("there are {} values at it, and one is needed", several.len())),
    }
}

fn bounded(path: &str) -> Result<(), String> {
    let (mut depth, mut filters, mut descents) = (0_usize, 0, 0);
    let mut quote = None;
    let mut characters = path.chars().skip(1).peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(_), '\\') => {
                characters.next();
            }
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, '?') => filters += 1,
            (None, '.') if characters.next_if_eq(&'.').is_some() => descents += 1,
            (None, '$') => return Err(format!("{path:?} looks from the root more than once, which is not supported")),
            (None, _) => {}
        }
        if depth > MAX_DEPTH {
            return Err(format!("{path:?} is nested more than {MAX_DEPTH} deep"));
        }
    }
    if filters > 1 || descents > 1 {
        return Err(format!("{path:?} has more than one filter or more than one `..`, which is not supported"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_one_scalar() {
        let body =
            json!({"a": {"b-c": [1, {"d": "x", "on": true}]}, "items": [{"n": "p", "s": 5}, {"n": "q", "s": 7}]});
        let found = |path: &str| scalar(path, &body);
        assert_eq!(found("$.a['b-c'][1].d"), Ok(json!("x")));
        assert_eq!(found("a['b-c'][-2]"), Ok(json!(1)));
        assert_eq!(found("$..on"), Ok(json!(true)));
        assert_eq!(found("$.items[?(@.n == 'q')].s"), Ok(json!(7)));
        assert_eq!(found("$.items[?@.s > 9].s").unwrap_err(), "there is nothing at it");
        assert_eq!(found("$.items[*].s").unwrap_err(), "there are 2 values at it, and one is needed");
        assert_eq!(found("$.a").unwrap_err(), "it is neither a text nor a number");
        assert!(found("$.a[").unwrap_err().contains("is no JSONPath"));
    }

    #[test]
    fn what_could_take_long_is_refused() {
        for path in [
            "$..a..b",
            "$[?@.a[?@.b]]",
            "$[?$.a]",
            "$[?@..a && @..b]",
            &format!("$[?{}@.a{}]", "(".repeat(400), ")".repeat(400)),
        ] {
            assert!(parse(path).is_err(), "{path}");
        }
        for path in ["$['a..b..c?d?$']", "$.a[?@.b == \"?..\\\"..$\"]", "$..[?@.a]"] {
            assert!(parse(path).is_ok(), "{path}");
        }
    }

    /// Parts of paths, right ones and wrong ones.
    const PARTS: [&str; 34] = [
        "$", "@", ".", "..", "*", "[", "]", "(", ")", "?", "!", "&&", "||", "==", "<", ":", ",", "-", "'", "\"", "\\",
        "a", "'b'", "\"c\"", "0", "12", "é", "length(", "count(", "true", " ", "[?", "@.a", ")]",
    ];

    proptest! {
        #[test]
        fn no_path_takes_long_or_crashes(parts in prop::collection::vec(prop::sample::select(&PARTS), 0..60)) {
            let path = parts.concat();
            let began = Instant::now();
            let body = json!({"a": [{"a": {"a": [1, 2, 3]}}, {"b": "c"}], "b": [[0, 12], "é"]});
            let _found = scalar(&path, &body);
            prop_assert!(began.elapsed() < Duration::from_secs(2), "{path}");
        }
    }

    #[test]
    fn the_longest_answers_are_looked_through_quickly() {
        let deep = "[".repeat(120) + &"0,".repeat(400_000) + "0" + &"]".repeat(120);
        let body: Value = serde_json::from_str(&deep).unwrap();
        let nested = format!("$..[?{}@ > 0{}]", "(".repeat(7), ")".repeat(7));
        for path in ["$..a", "$..[?@.a == 1]", "$..*", &nested] {
            let began = Instant::now();
            let _found = scalar(path, &body);
            assert!(began.elapsed() < Duration::from_secs(20), "{path} took {:?}", began.elapsed());
        }
    }
}
