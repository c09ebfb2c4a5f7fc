//! Server group names by the frigga rules: `app[-stack[-detail]][-vNNN]`.
//!
//! Source: the public netflix/frigga library, as Spinnaker uses it.

use serde::{Deserialize, Serialize};

/// How many sequence numbers there are; the number after 999 is 0.
const SEQUENCES: u32 = 1000;

/// A server group's name taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moniker {
    /// The application.
    pub application: String,
    /// The stack (`prod`), if any.
    #[serde(default)]
    pub stack: Option<String>,
    /// The detail (`canary`, `eu-blue`), if any.
    #[serde(default)]
    pub detail: Option<String>,
    /// The number after `-v`, if any.
    #[serde(default)]
    pub sequence: Option<u32>,
}

/// A part of a name with a character that may not stand there, or a name that can't be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NamingError {
    /// A part is empty or has a character outside its alphabet.
    #[error("{part} {value:?} may only have the characters {allowed}")]
    Character {
        /// Which part.
        part: &'static str,
        /// What it was.
        value: String,
        /// The alphabet.
        allowed: &'static str,
    },
    /// All thousand sequence numbers of a cluster are taken.
    #[error("cluster {cluster} has no free sequence number left; destroy old server groups")]
    Exhausted {
        /// The cluster.
        cluster: String,
    },
}

impl Moniker {
    /// A moniker of a cluster (no sequence); empty stack and detail count as absent.
    ///
    /// # Errors
    /// Where a part has a character outside `[a-zA-Z0-9._]` (details also `-~^`), or the application is empty.
    pub fn new(application: &str, stack: &str, detail: &str) -> Result<Self, NamingError> {
        check("application", application, false, false)?;
        check("stack", stack, false, true)?;
        check("detail", detail, true, true)?;
        let optional = |part: &str| (!part.is_empty()).then(|| part.to_owned());
        Ok(Self {
            application: application.to_owned(),
            stack: optional(stack),
            detail: optional(detail),
            sequence: None,
        })
    }

    /// Takes a server group's or a cluster's name apart. A name that does not follow the rules becomes an application of
    /// that whole name.
    pub fn parse(name: &str) -> Self {
        let (cluster, sequence) = split_sequence(name);
        let mut parts = cluster.splitn(3, '-');
        let application = parts.next().unwrap_or_default().to_owned();
        let optional = |part: Option<&str>| part.filter(|p| !p.is_empty()).map(str::to_owned);
        let stack = optional(parts.next());
        let detail = optional(parts.next());
        Self { application, stack, detail, sequence }
    }

    /// The cluster's name: everything but the sequence.
    pub fn cluster(&self) -> String {
        match (&self.stack, &self.detail) {
            (None, None) => self.application.clone(),
            (Some(stack), None) => format!("{}-{stack}", self.application),
            (None, Some(detail)) => format!("{}--{detail}", self.application),
            (Some(stack), Some(detail)) => format!("{}-{stack}-{detail}", self.application),
        }
    }

    /// The server group's name; the cluster's where there is no sequence.
    pub fn name(&self) -> String {
        match self.sequence {
            Some(sequence) => format!("{}-v{sequence:03}", self.cluster()),
            None => self.cluster(),
        }
    }

    /// The moniker of the next server group of this cluster. `newest` is the sequence of the newest group there is, by
    /// creation time; `taken` tells whether a sequence is in use.
    ///
    /// # Errors
    /// Where all numbers are taken.
    pub fn next(&self, newest: Option<u32>, taken: impl Fn(u32) -> bool) -> Result<Self, NamingError> {
        let first = newest.map_or(0, |n| n + 1);
        (0..SEQUENCES)
            .map(|step| (first + step) % SEQUENCES)
            .find(|&sequence| !taken(sequence))
            .map(|sequence| Self { sequence: Some(sequence), ..self.clone() })
            .ok_or_else(|| NamingError::Exhausted { cluster: self.cluster() })
    }
}

fn split_sequence(name: &str) -> (&str, Option<u32>) {
    let Some((cluster, digits)) = name.rsplit_once("-v") else { return (name, None) };
    let numeric = (3..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    if numeric && !cluster.is_empty() { (cluster, digits.parse().ok()) } else { (name, None) }
}

fn check(part: &'static str, value: &str, detail: bool, may_be_empty: bool) -> Result<(), NamingError> {
    let allowed = if detail { "a-z A-Z 0-9 . _ - ~ ^" } else { "a-z A-Z 0-9 . _" };
    let good = |c: char| c.is_ascii_alphanumeric() || "._".contains(c) || (detail && "-~^".contains(c));
    if value.chars().all(good) && (may_be_empty || !value.is_empty()) {
        Ok(())
    } else {
        Err(NamingError::Character { part, value: value.to_owned(), allowed })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_follow_frigga() {
        for (name, application, stack, detail, sequence) in [
            ("shop", "shop", None, None, None),
            ("shop-v003", "shop", None, None, Some(3)),
            ("shop-prod-v012", "shop", Some("prod"), None, Some(12)),
            ("shop-prod-eu-blue-v999", "shop", Some("prod"), Some("eu-blue"), Some(999)),
            ("shop--canary-v000", "shop", None, Some("canary"), Some(0)),
            ("shop-v1", "shop", Some("v1"), None, None),
        ] {
            let moniker = Moniker::parse(name);
            assert_eq!(moniker.application, application, "{name}");
            assert_eq!(moniker.stack.as_deref(), stack, "{name}");
            assert_eq!(moniker.detail.as_deref(), detail, "{name}");
            assert_eq!(moniker.sequence, sequence, "{name}");
            assert_eq!(moniker.name(), name);
        }
    }

    #[test]
    fn the_next_sequence_wraps_and_skips_taken_ones() {
        let cluster = Moniker::new("shop", "prod", "").unwrap();
        assert_eq!(cluster.next(None, |_| false).unwrap().name(), "shop-prod-v000");
        assert_eq!(cluster.next(Some(999), |n| n == 0).unwrap().name(), "shop-prod-v001");
        assert_eq!(cluster.next(Some(5), |_| true), Err(NamingError::Exhausted { cluster: "shop-prod".into() }));
    }

    #[test]
    fn foreign_characters_are_named() {
        let error = Moniker::new("shop", "pro d", "").unwrap_err();
        assert_eq!(error.to_string(), "stack \"pro d\" may only have the characters a-z A-Z 0-9 . _");
        assert!(Moniker::new("", "", "").is_err());
    }

    proptest! {
        #[test]
        fn what_is_built_parses_back(
            app in "[a-z]{1,8}", stack in "([a-z]{0,5})", detail in "([a-z]{0,5})", sequence in 0u32..1000,
        ) {
            let moniker = Moniker { sequence: Some(sequence), ..Moniker::new(&app, &stack, &detail).unwrap() };
            prop_assert_eq!(Moniker::parse(&moniker.name()), moniker);
        }
    }
}
