//! From what an expression gives to what a field reads.

use prost_reflect::Kind;
use serde_json::Value as Json;

/// The type of the field that a value is for.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// A value of a kind.
    One(Kind),
    /// A list of such values.
    List(Kind),
    /// Any JSON.
    Any,
}

/// Turns the value of an expression into the JSON that the field reads: numbers and booleans into texts where a text is
/// wanted, texts into booleans, numbers of seconds into durations, and milliseconds since 1970 into points in time.
pub(super) fn fit(target: &Target, value: Json) -> Json {
    match (target, value) {
        (Target::Any, value) => value,
        (Target::List(kind), Json::Array(elements)) => {
            elements.into_iter().map(|element| fit_one(kind, element)).collect()
        }
        (Target::One(kind) | Target::List(kind), value) => fit_one(kind, value),
    }
}

fn fit_one(kind: &Kind, value: Json) -> Json {
    match (kind, &value) {
        (Kind::String, Json::Number(_) | Json::Bool(_)) => Json::from(value.to_string()),
        (Kind::Bool, Json::String(text)) => text.trim().parse::<bool>().map_or(value, Json::from),
        (Kind::Message(message), _) => match message.full_name() {
            "google.protobuf.Duration" => duration(value),
            "google.protobuf.Timestamp" => timestamp(value),
            _ => value,
        },
        _ => value,
    }
}

fn duration(value: Json) -> Json {
    match &value {
        Json::Number(seconds) => Json::from(format!("{seconds}s")),
        // Parameters are texts.
        Json::String(text) if text.trim().parse().is_ok_and(f64::is_finite) => Json::from(format!("{}s", text.trim())),
        _ => value,
    }
}

fn timestamp(value: Json) -> Json {
    let milliseconds = match &value {
        // What is beyond the precision of a float is beyond any calendar too.
        Json::Number(number) => number.as_i64().or_else(|| number.as_f64().map(|number| number as i64)),
        Json::String(text) => text.trim().parse().ok(),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    };
    milliseconds.map_or(value, |milliseconds| {
        let nanos = i32::try_from(milliseconds.rem_euclid(1000) * 1_000_000).expect("less than a second of them");
        Json::from(prost_types::Timestamp { seconds: milliseconds.div_euclid(1000), nanos }.to_string())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reflect::pool;
    use serde_json::json;

    fn fitted(message: &str, value: Json) -> Json {
        let kind = Kind::Message(pool().get_message_by_name(&format!("google.protobuf.{message}")).unwrap());
        fit(&Target::One(kind), value)
    }

    #[test]
    fn times_are_milliseconds_or_texts() {
        assert_eq!(fitted("Timestamp", json!(1_700_000_000_250_i64)), json!("2023-11-14T22:13:20.250Z"));
        assert_eq!(fitted("Timestamp", json!(1.7e12)), json!("2023-11-14T22:13:20Z"));
        assert_eq!(fitted("Timestamp", json!(" 1700000000000 ")), json!("2023-11-14T22:13:20Z"));
        assert_eq!(fitted("Timestamp", json!("2023-11-14T22:13:20+01:00")), json!("2023-11-14T22:13:20+01:00"));
        assert_eq!(fitted("Timestamp", json!(-1)), json!("1969-12-31T23:59:59.999Z"));
        assert_eq!(fitted("Timestamp", json!(true)), json!(true));
    }

    #[test]
    fn durations_are_seconds_or_texts() {
        assert_eq!(fitted("Duration", json!(1.5)), json!("1.5s"));
        assert_eq!(fitted("Duration", json!("90s")), json!("90s"));
        assert_eq!(fitted("Duration", json!(" 90 ")), json!("90s"));
        assert_eq!(fitted("Duration", json!("soon")), json!("soon"));
    }

    #[test]
    fn elements_of_lists_are_fitted() {
        assert_eq!(fit(&Target::List(Kind::String), json!([1, true, "x"])), json!(["1", "true", "x"]));
        assert_eq!(fit(&Target::Any, json!([1])), json!([1]));
    }
}
