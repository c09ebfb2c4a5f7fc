//! Instants and lengths of time.

use std::time::Duration;

use gennaker_core::Timestamp;

/// An instant as a message.
pub(crate) fn to_proto(time: Timestamp) -> prost_types::Timestamp {
    let micros = time.as_micros();
    let nanos = i32::try_from(micros.rem_euclid(1_000_000) * 1000).expect("below a second");
    prost_types::Timestamp { seconds: micros.div_euclid(1_000_000), nanos }
}

/// A length of time as a message.
pub(crate) fn duration_to_proto(duration: Duration) -> prost_types::Duration {
    let seconds = i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
    let nanos = i32::try_from(duration.subsec_nanos()).expect("below a second");
    prost_types::Duration { seconds, nanos }
}

/// A length of time from a message; one below zero counts as none.
pub(crate) fn duration(message: &prost_types::Duration) -> Duration {
    Duration::try_from(*message).unwrap_or_default()
}
