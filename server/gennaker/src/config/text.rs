//! Settings that are texts with a form.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text, or a number, that another crate reads and writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parsed<T>(pub(crate) T);

impl<T: Display> Serialize for Parsed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de, T: FromStr<Err: Display>> Deserialize<'de> for Parsed<T> {
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
        let wrong = |error| serde::de::Error::custom(format!("{text:?}: {error}"));
        text.parse().map(Self).map_err(wrong)
    }
}

/// A reference to a secret, `env:NAME` or `file:/PATH`; empty for none. Anything else could be the secret itself, so an error
/// doesn't repeat it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(crate) struct SecretReference(String);

impl SecretReference {
    /// The reference, where there is one.
    pub(crate) fn get(&self) -> Option<&str> {
        Some(self.0.as_str()).filter(|reference| !reference.is_empty())
    }
}

impl FromStr for SecretReference {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_one = text.is_empty()
            || text.strip_prefix("env:").is_some_and(|name| !name.is_empty() && !name.contains('='))
            || text.strip_prefix("file:").is_some_and(|path| path.starts_with('/'));
        if is_one { Ok(Self(text.to_owned())) } else { Err("must be a reference to a secret: env:NAME or file:/PATH") }
    }
}

impl<'de> Deserialize<'de> for SecretReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_a_reference() {
        for good in ["", "env:SMTP_PASSWORD", "file:/run/secrets/slack"] {
            assert_eq!(good.parse::<SecretReference>().unwrap().get().unwrap_or_default(), good);
        }
        for wrong in ["hunter2", "env:", "file:hunter2", "env:hunter2=1"] {
            assert!(!wrong.parse::<SecretReference>().unwrap_err().contains("hunter2"), "{wrong}");
        }
    }

    #[test]
    fn texts_and_numbers_are_read() {
        let read = |text: &str| text.parse::<toml::Table>().unwrap()["x"].clone().try_into::<Vec<Parsed<u16>>>();
        assert_eq!(read("x = [80, '443']").unwrap(), [Parsed(80), Parsed(443)]);
        assert!(read("x = [70000]").unwrap_err().to_string().contains("70000"));
    }
}
