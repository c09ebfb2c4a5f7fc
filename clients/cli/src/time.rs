//! Points in time and lengths of time, for people.

use chrono::{DateTime, TimeDelta, Utc};
use prost_types::Timestamp;

/// The time now. Only what is shown depends on it.
#[expect(clippy::disallowed_methods, reason = "a client has no server clock to ask; this is its one place")]
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}

/// A time of the API. `None` when it isn't set or isn't one.
pub(crate) fn from_proto(time: Option<&Timestamp>) -> Option<DateTime<Utc>> {
    let time = time?;
    DateTime::from_timestamp(time.seconds, u32::try_from(time.nanos).ok()?)
}

/// A length of the API.
pub(crate) fn from_length(length: &prost_types::Duration) -> TimeDelta {
    TimeDelta::seconds(length.seconds) + TimeDelta::nanoseconds(length.nanos.into())
}

/// The length between two times, not below zero: clocks differ.
pub(crate) fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
    (to - from).max(TimeDelta::zero())
}

/// A length: `40ms`, `1.4s`, `12s`, `2m05s`, `1h02m`, `3d04h`.
pub(crate) fn length(delta: TimeDelta) -> String {
    let seconds = delta.num_seconds();
    match seconds {
        ..1 => format!("{}ms", delta.subsec_millis()),
        1..10 => format!("{}.{}s", seconds, delta.subsec_millis() / 100),
        10..60 => format!("{seconds}s"),
        60..3600 => format!("{}m{:02}s", seconds / 60, seconds % 60),
        3600..86_400 => format!("{}h{:02}m", seconds / 3600, seconds % 3600 / 60),
        86_400.. => format!("{}d{:02}h", seconds / 86_400, seconds % 86_400 / 3600),
    }
}

/// A time for a table: `2026-11-24 08:30:01`.
pub(crate) fn point(time: Option<&Timestamp>) -> String {
    from_proto(time).map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// How long ago: `3m12s ago`.
pub(crate) fn ago(time: Option<&Timestamp>, now: DateTime<Utc>) -> String {
    from_proto(time).map(|time| format!("{} ago", length(between(time, now)))).unwrap_or_default()
}

/// A deadline: `2026-11-27 08:30 UTC (in 2d23h)`.
pub(crate) fn deadline(time: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let left = if time > now { format!("in {}", length(time - now)) } else { "now".to_owned() };
    format!("{} UTC ({left})", time.format("%Y-%m-%d %H:%M"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_short() {
        let of = |millis| length(TimeDelta::milliseconds(millis));
        assert_eq!([of(0), of(449), of(9_999), of(10_000)], ["0ms", "449ms", "9.9s", "10s"]);
        assert_eq!([of(125_000), of(3_725_000), of(273_600_000)], ["2m05s", "1h02m", "3d04h"]);
    }

    #[test]
    fn clocks_may_differ() {
        let time = DateTime::from_timestamp(1000, 0).unwrap();
        assert_eq!(between(time, time - TimeDelta::seconds(5)), TimeDelta::zero());
        assert_eq!(deadline(time, time), "1970-01-01 00:16 UTC (now)");
        assert_eq!(from_proto(Some(&Timestamp { seconds: 0, nanos: -1 })), None);
    }
}
