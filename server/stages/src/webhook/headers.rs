//! The headers of calls.

use std::collections::BTreeMap;

use gennaker_core::execution::Failure;
use gennaker_ports::{EgressResponse, Secrets};
use serde::{Deserialize, Serialize};
use url::Url;

/// Headers that belong to the connection or are made from the call, not by its author.
const RESERVED: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// What stands where a secret was.
const BLOT: &str = "***";
/// A secret that is shorter would blot out what is none.
const SHORTEST_SECRET: usize = 6;
/// The same, for a word of a secret.
const SHORTEST_PART: usize = 12;

/// The headers of a stage's calls.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Headers {
    pub(super) plain: BTreeMap<String, String>,
    /// Names with references to secrets. The values are read when they are sent, and are kept nowhere.
    pub(super) secret: BTreeMap<String, String>,
}

/// Headers with their values, ready to be sent.
#[derive(Default)]
pub(super) struct HeaderValues {
    /// By names in lower case.
    all: Vec<(String, String)>,
    /// What must not be kept should it come back.
    secrets: Vec<String>,
}

impl Headers {
    /// The headers with their values; the secret ones only where the receiver may know them, and `secrets` are given.
    pub(super) async fn values(&self, secrets: Option<&dyn Secrets>) -> Result<HeaderValues, Failure> {
        let mut values = HeaderValues::default();
        for (name, value) in &self.plain {
            values.add(name, value.clone());
        }
        let Some(secrets) = secrets else { return Ok(values) };
        for (name, reference) in &self.secret {
            let unusable = |why: &dyn std::fmt::Display| Failure::permanent(format!("header {name}: {why}"));
            let value = secrets.secret(reference).await.map_err(|error| unusable(&error))?;
            let value = String::from_utf8(value).ok().filter(|value| is_value(value));
            let value = value.ok_or_else(|| unusable(&"its secret is not one line of text"))?;
            values.keep_out(&value);
            values.add(name, value);
        }
        Ok(values)
    }

    /// What is wrong with the names and the plain values.
    pub(super) fn problem(&self) -> Option<String> {
        let mut names: Vec<String> =
            self.plain.keys().chain(self.secret.keys()).map(|name| name.to_ascii_lowercase()).collect();
        names.sort();
        if let Some([twice, _]) = names.array_windows().find(|[one, other]| one == other) {
            return Some(format!("the header {twice} is there twice"));
        }
        if let Some(reserved) = names.iter().find(|name| RESERVED.contains(&name.as_str())) {
            return Some(format!("the header {reserved} can't be set"));
        }
        let wrong = self.plain.iter().find(|(_, value)| !is_value(value));
        wrong.map(|(name, _)| format!("the value of the header {name} is not one line of text"))
    }
}

impl HeaderValues {
    fn add(&mut self, name: &str, value: String) {
        self.all.push((name.to_ascii_lowercase(), value));
    }

    /// Adds a header, by its name in lower case, unless it is there.
    pub(super) fn add_default(&mut self, name: &str, value: String) {
        if self.all.iter().all(|(known, _)| known != name) {
            self.add(name, value);
        }
    }

    /// A receiver may send back the whole value, or what follows a word such as `Bearer`.
    fn keep_out(&mut self, value: &str) {
        let parts = value.split_whitespace().filter(|part| part.len() >= SHORTEST_PART);
        let whole = Some(value).filter(|value| value.len() >= SHORTEST_SECRET);
        self.secrets.extend(whole.into_iter().chain(parts).map(str::to_owned));
    }

    /// All headers.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        self.all.clone()
    }

    /// The answer with its secrets blotted out, in case that the receiver has sent them back.
    pub(super) fn blot(&self, mut answer: EgressResponse) -> EgressResponse {
        if self.secrets.is_empty() {
            return answer;
        }
        let blotted = |text: &str| self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, BLOT));
        for (_, value) in &mut answer.headers {
            *value = blotted(value);
        }
        answer.body = blotted(&String::from_utf8_lossy(&answer.body)).into();
        answer
    }
}

fn is_value(value: &str) -> bool {
    !value.chars().any(|character| character.is_control() && character != '\t')
}

/// Whether two URLs lead to the same server: what one of them may know, the other may know too.
pub(super) fn same_server(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin().is_tuple() && one.origin() == other.origin(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(plain: &[(&str, &str)], secret: &[&str]) -> Option<String> {
        let plain = plain.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        let secret = secret.iter().map(|&name| (name.to_owned(), "env:X".to_owned())).collect();
        Headers { plain, secret }.problem()
    }

    #[test]
    fn headers_that_can_not_be_sent() {
        assert_eq!(problem(&[("X-A", "a\tb")], &["X-B"]), None);
        assert_eq!(problem(&[("X-A", "a")], &["x-a"]).unwrap(), "the header x-a is there twice");
        assert_eq!(problem(&[("Content-Length", "1")], &[]).unwrap(), "the header content-length can't be set");
        assert!(problem(&[("X-A", "a\r\nX-B: c")], &[]).unwrap().contains("not one line"));
    }

    #[test]
    fn servers_are_told_apart() {
        assert!(same_server("https://a/x", "https://a:443/y?z"));
        assert!(!same_server("https://a/x", "http://a/x"));
        assert!(!same_server("https://a/x", "https://a.b/x"));
        assert!(!same_server("x", "x"));
    }
}
