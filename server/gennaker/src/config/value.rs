//! Settings that are more than a number or a text: durations and sizes with their units, switches.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A length of time: a whole number and a unit (`ms`, `s`, `m`, `h`, `d`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) struct Period(pub(crate) Duration);

/// From the longest, for writing.
const PERIODS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl Period {
    pub(crate) const fn millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    pub(crate) const fn secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }

    pub(crate) const fn days(days: u64) -> Self {
        Self::secs(days * 24 * 60 * 60)
    }

    /// Nothing at all where it is 0, which means that there is no limit.
    pub(crate) fn limit(self) -> Option<Duration> {
        Some(self.0).filter(|period| !period.is_zero())
    }
}

impl FromStr for Period {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim() == "0" {
            return Ok(Self::millis(0));
        }
        let rule = "must be a whole number and a unit: 500ms, 30s, 5m, 2h or 7d";
        parse(text, &PERIODS).map(Self::millis).ok_or(rule)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX);
        if millis == 0 {
            return f.write_str("0");
        }
        write_with(f, millis, &PERIODS)
    }
}

/// A number of bytes: a whole number with or without a unit (`KiB`, `MiB`, `GiB`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub(crate) struct Size(pub(crate) u64);

/// From the greatest, for writing.
const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("", 1)];

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text, &SIZES)
            .map(Self)
            .ok_or("must be a number of bytes, with or without a unit: 65536, 64KiB, 4MiB or 1GiB")
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_with(f, self.0, &SIZES)
    }
}

fn parse(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let unit = unit.trim_start();
    let (_, factor) = units.iter().find(|(name, _)| *name == unit)?;
    digits.parse::<u64>().ok()?.checked_mul(*factor)
}

/// With the greatest unit that leaves a whole number.
fn write_with(f: &mut fmt::Formatter<'_>, number: u64, units: &[(&str, u64)]) -> fmt::Result {
    let whole = units.iter().find(|(_, factor)| number >= *factor && number.is_multiple_of(*factor));
    match whole {
        Some((unit, factor)) => write!(f, "{}{unit}", number / factor),
        None => write!(f, "{number}{}", units[units.len() - 1].0),
    }
}

macro_rules! as_text {
    ($type:ident) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[derive(Deserialize)]
                #[serde(untagged, expecting = "a text or a whole number")]
                enum Form {
                    Text(String),
                    Number(u64),
                }
                let text = match Form::deserialize(deserializer)? {
                    Form::Text(text) => text,
                    Form::Number(number) => number.to_string(),
                };
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

/// Something that is on, off, or as the rest of the configuration suggests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    Auto,
    On,
    Off,
}

impl Switch {
    /// Whether it is on.
    pub(crate) fn is_on(self, otherwise: bool) -> bool {
        match self {
            Self::Auto => otherwise,
            Self::On => true,
            Self::Off => false,
        }
    }
}

impl Serialize for Switch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Auto => serializer.serialize_str("auto"),
            Self::On => serializer.serialize_bool(true),
            Self::Off => serializer.serialize_bool(false),
        }
    }
}

impl<'de> Deserialize<'de> for Switch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const RULE: &str = "must be auto, true or false";
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "must be auto, true or false")]
        enum Form {
            Text(String),
            Bool(bool),
        }
        match Form::deserialize(deserializer)? {
            Form::Bool(true) => Ok(Self::On),
            Form::Bool(false) => Ok(Self::Off),
            Form::Text(text) => match text.as_str() {
                "auto" => Ok(Self::Auto),
                "true" => Ok(Self::On),
                "false" => Ok(Self::Off),
                _ => Err(serde::de::Error::custom(RULE)),
            },
        }
    }
}

as_text!(Period);
as_text!(Size);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_and_written() {
        for (text, millis, written) in [
            ("500ms", 500, "500ms"),
            ("30s", 30_000, "30s"),
            ("90s", 90_000, "90s"),
            ("120 s", 120_000, "2m"),
            ("24h", 86_400_000, "1d"),
            ("0s", 0, "0"),
            ("0", 0, "0"),
        ] {
            let period: Period = text.parse().unwrap();
            assert_eq!((period, period.to_string().as_str()), (Period::millis(millis), written));
        }
        for wrong in ["", "5", "s", "-1s", "1.5s", "1w", "99999999999999999999s"] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_are_read_and_written() {
        for (text, bytes, written) in
            [("4MiB", 4 << 20, "4MiB"), ("1000", 1000, "1000"), ("2048", 2048, "2KiB"), ("0", 0, "0")]
        {
            let size: Size = text.parse().unwrap();
            assert_eq!((size, size.to_string().as_str()), (Size(bytes), written));
        }
        for wrong in ["", "4MB", "MiB", "-1"] {
            assert!(wrong.parse::<Size>().is_err(), "{wrong}");
        }
    }
}
