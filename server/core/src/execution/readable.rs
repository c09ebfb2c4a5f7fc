//! Durations in messages.

use std::fmt;
use std::time::Duration;

/// A duration as people write it: `3d`, `1h 30m`, `1.5s`, `50ms`.
pub(super) struct Readable(pub(super) Duration);

impl fmt::Display for Readable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(duration) = self;
        if duration.is_zero() {
            return f.write_str("0s");
        }
        if duration.as_secs() < 60 {
            return write!(f, "{duration:?}");
        }
        let secs = duration.as_secs();
        let parts = [(secs / 86_400, "d"), (secs / 3600 % 24, "h"), (secs / 60 % 60, "m"), (secs % 60, "s")];
        for (place, (number, unit)) in parts.into_iter().filter(|(number, _)| *number > 0).enumerate() {
            write!(f, "{}{number}{unit}", if place > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_people_write_them() {
        for (millis, text) in [
            (0, "0s"),
            (50, "50ms"),
            (1_500, "1.5s"),
            (30_000, "30s"),
            (90_000, "1m 30s"),
            (5_400_000, "1h 30m"),
            (259_200_000, "3d"),
        ] {
            assert_eq!(Readable(Duration::from_millis(millis)).to_string(), text);
        }
    }
}
