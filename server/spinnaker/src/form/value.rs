//! Single values: numbers, durations, texts.

use serde_json::{Map, Value as Json};

use crate::source;

/// A value in a message, cut.
pub(crate) fn shown(value: &Json) -> String {
    match value {
        Json::Null | Json::Array(_) | Json::Object(_) => source::sort(value).to_owned(),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            let text = value.to_string();
            let cut: String = text.chars().take(100).collect();
            if cut.len() < text.len() { format!("{cut}...") } else { cut }
        }
    }
}

/// An object whose values are texts; others are written as JSON.
pub(crate) fn text_map(object: Map<String, Json>) -> Json {
    let text = |value: Json| match value {
        Json::String(text) => Json::String(text),
        Json::Null => Json::from(""),
        other => Json::from(other.to_string()),
    };
    object.into_iter().map(|(key, value)| (key, text(value))).collect()
}

/// Splits at commas outside of expressions.
pub(super) fn split_commas(text: &str) -> Vec<Json> {
    let (mut parts, mut part, mut depth) = (Vec::new(), String::new(), 0_usize);
    for letter in text.chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(std::mem::take(&mut part));
                continue;
            }
            _ => {}
        }
        part.push(letter);
    }
    parts.push(part);
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).map(Json::from).collect()
}

/// A number, also written as a text.
pub(crate) fn number(value: &Json) -> Option<f64> {
    let number = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number: &f64| number.is_finite())
}

/// A whole number that is not negative, also written as a text.
pub(crate) fn whole(value: &Json) -> Option<u32> {
    number(value)
        .filter(|number| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(number))
        .map(|n| n as u32)
}

/// Seconds as a duration is written.
pub(crate) fn duration(seconds: f64) -> String {
    let nanos = (seconds.clamp(-MOST_SECONDS, MOST_SECONDS) * 1000.0).round() / 1000.0;
    format!("{nanos}s")
}

/// More than any limit of a duration here, and less than what a duration holds.
const MOST_SECONDS: f64 = 1e10;

/// The seconds of a duration as it is written: a whole number where it is one.
pub(crate) fn seconds(text: &str) -> Option<Json> {
    text.strip_suffix('s')?.parse().ok().map(tidy_number)
}

/// A number without a fraction as a whole one.
pub(crate) fn tidy_number(number: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT { Json::from(number as i64) } else { Json::from(number) }
}

/// A value in which numbers without a fraction are whole: a message holds all numbers as floating ones.
pub(crate) fn tidy_numbers(value: Json) -> Json {
    match value {
        Json::Number(number) => number.as_f64().map_or(Json::Null, tidy_number),
        Json::Array(elements) => elements.into_iter().map(tidy_numbers).collect(),
        Json::Object(object) => object.into_iter().map(|(key, value)| (key, tidy_numbers(value))).collect(),
        other => other,
    }
}

pub(super) fn timestamp(millis: i64) -> String {
    let millis = millis.clamp(0, LATEST_MILLIS);
    let nanos = i32::try_from(millis.rem_euclid(1000) * 1_000_000).unwrap_or_default();
    prost_types::Timestamp { seconds: millis.div_euclid(1000), nanos }.to_string()
}

/// The end of the year 9999.
const LATEST_MILLIS: i64 = 253_402_300_799_999;

pub(super) fn millis(text: &str) -> Option<i64> {
    let time: prost_types::Timestamp = text.parse().ok()?;
    Some(time.seconds * 1000 + i64::from(time.nanos) / 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_in_both_ways() {
        assert_eq!(duration(90.0), "90s");
        assert_eq!(duration(1.5), "1.5s");
        assert_eq!(seconds("90s"), Some(json!(90)));
        assert_eq!(seconds("1.500s"), Some(json!(1.5)));
        assert_eq!(timestamp(1_700_000_000_123), "2023-11-14T22:13:20.123Z");
        assert_eq!(millis("2023-11-14T22:13:20.123Z"), Some(1_700_000_000_123));
        assert_eq!(whole(&json!("3")), Some(3));
        assert_eq!(whole(&json!(3.0)), Some(3));
        for wrong in [json!(-1), json!(1.5), json!("x"), json!(1e300), json!([])] {
            assert_eq!(whole(&wrong), None, "{wrong}");
        }
        assert_eq!(split_commas("a, b,,${x['a,b']},"), [json!("a"), json!("b"), json!("${x['a,b']}")]);
    }
}
