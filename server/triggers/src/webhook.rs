//! The trigger kind `webhook`: a program posts a JSON object and proves that it may.

use std::collections::BTreeMap;

use gennaker_core::artifact::{self, Artifact};
use gennaker_proto::v1::{FieldViolation, WebhookTrigger};
use hmac::{Hmac, KeyInit, Mac};
use regex::{Regex, RegexBuilder};
use serde_json::Value;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::path::Path;
use crate::{Headers, Verdict};

const SIGNATURE_HEADER: &str = "X-Hub-Signature-256";
const DELIVERY_HEADER: &str = "Idempotency-Key";
/// Delivery ids longer than this are not ids.
const MAX_DELIVERY_ID: usize = 256;
/// So many artifacts a delivery brings at most.
const MAX_ARTIFACTS: usize = 100;
/// How large a compiled regular expression may be, in bytes.
const MAX_REGEX: usize = 1024 * 1024;

/// What a sender must know.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// A token, which it sends.
    Token(&'a str),
    /// A key, with which it signs the body.
    Key(&'a [u8]),
}

/// Why a sender is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthenticationError {
    /// It sent no proof.
    #[error(
        "the proof of the sender is missing: the token in the path or as `Authorization: Bearer`, or the signature"
    )]
    Missing,
    /// The proof is wrong.
    #[error("the proof of the sender is wrong")]
    Wrong,
}

/// Checks that the sender may send: that it sent the token, in the path or as a bearer, or signed the body with the key.
/// Takes the same time however much of the proof is right.
///
/// # Errors
/// Where the proof is missing or wrong.
pub fn authenticate(
    webhook: &WebhookTrigger,
    proof: Proof<'_>,
    path_token: Option<&str>,
    headers: &Headers,
    body: &[u8],
) -> Result<(), AuthenticationError> {
    let right = match proof {
        Proof::Token("") => false,
        Proof::Token(token) => {
            let bearer = headers.get("authorization").and_then(|value| value.strip_prefix("Bearer "));
            let sent = path_token.or(bearer).ok_or(AuthenticationError::Missing)?;
            bool::from(sent.as_bytes().ct_eq(token.as_bytes()))
        }
        Proof::Key(key) => {
            let header = or(&webhook.signature_header, SIGNATURE_HEADER);
            let sent = headers.get(header).ok_or(AuthenticationError::Missing)?;
            let signature = hex::decode(sent.strip_prefix("sha256=").unwrap_or(sent).trim());
            let signature = signature.map_err(|_| AuthenticationError::Wrong)?;
            let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
            mac.update(body);
            mac.verify_slice(&signature).is_ok()
        }
    };
    if right { Ok(()) } else { Err(AuthenticationError::Wrong) }
}

/// What tells this delivery apart from others, where the sender says.
pub fn delivery_id<'a>(webhook: &WebhookTrigger, headers: &'a Headers) -> Option<&'a str> {
    let id = headers.get(or(&webhook.delivery_header, DELIVERY_HEADER))?.trim();
    (!id.is_empty() && id.len() <= MAX_DELIVERY_ID).then_some(id)
}

/// The values for the pipeline's parameters that a body brings, in its field `parameters`.
pub fn parameters(body: &Value) -> BTreeMap<String, Value> {
    let given = body.get("parameters").and_then(Value::as_object);
    given.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// The artifacts that a body brings, in its field `artifacts`, with the names of the API or of Spinnaker. What is no list is
/// something else of the sender's.
///
/// # Errors
/// The first that is no artifact, by its path in the body, or that there are too many.
pub fn artifacts(body: &Value) -> Result<Vec<Artifact>, FieldViolation> {
    let wrong = |field: String, description: String| FieldViolation { field, description };
    let Some(brought) = body.get("artifacts").and_then(Value::as_array) else { return Ok(Vec::new()) };
    if brought.len() > MAX_ARTIFACTS {
        let problem = format!("has {} elements; at most {MAX_ARTIFACTS} are taken", brought.len());
        return Err(wrong("artifacts".to_owned(), problem));
    }
    let read = |(place, artifact)| {
        artifact::read(artifact).map_err(|(field, problem)| {
            let dot = if field.is_empty() { "" } else { "." };
            wrong(format!("artifacts[{place}]{dot}{field}"), problem.to_owned())
        })
    };
    brought.iter().enumerate().map(read).collect()
}

fn or<'a>(given: &'a str, default: &'a str) -> &'a str {
    if given.is_empty() { default } else { given }
}

pub(crate) fn problems(webhook: &WebhookTrigger) -> Vec<FieldViolation> {
    let mut problems = Vec::new();
    for (path, pattern) in &webhook.payload_constraints {
        let field = format!("webhook.payload_constraints.{path}");
        let path = Path::parse(path).err();
        let pattern = compile(pattern).err().map(|error| format!("is not a regular expression: {error}"));
        problems.extend(
            path.into_iter().chain(pattern).map(|description| FieldViolation { field: field.clone(), description }),
        );
    }
    problems
}

pub(crate) fn verdict(webhook: &WebhookTrigger, payload: &Value) -> Verdict {
    for (path, pattern) in &webhook.payload_constraints {
        let (Ok(parsed), Ok(regex)) = (Path::parse(path), compile(pattern)) else {
            return Verdict::Filtered(format!("the constraint on {path} can't be read"));
        };
        let values = parsed.values(payload);
        if values.is_empty() {
            return Verdict::Filtered(format!("there is no {path} in the body"));
        }
        if !values.into_iter().any(|value| is_found(&regex, value)) {
            return Verdict::Filtered(format!("{pattern:?} is not found in {path}"));
        }
    }
    Verdict::Matches
}

fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(MAX_REGEX).build()
}

/// A list matches when one of its elements does; an object never does.
fn is_found(regex: &Regex, value: &Value) -> bool {
    match value {
        Value::Null | Value::Object(_) => false,
        Value::String(text) => regex.is_match(text),
        Value::Bool(_) | Value::Number(_) => regex.is_match(&value.to_string()),
        Value::Array(elements) => elements.iter().any(|element| is_found(regex, element)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn headers(pairs: &[(&str, &str)]) -> Headers {
        Headers::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
    }

    fn with(constraints: &[(&str, &str)]) -> WebhookTrigger {
        let payload_constraints = constraints.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        WebhookTrigger { payload_constraints, ..WebhookTrigger::default() }
    }

    #[test]
    fn a_signature_must_be_there_and_right() {
        let webhook = WebhookTrigger::default();
        // The example of GitHub's documentation.
        let (key, body) = (b"It's a Secret to Everybody", b"Hello, World!");
        let signature = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let check = |pairs: &[(&str, &str)], body: &[u8]| {
            authenticate(&webhook, Proof::Key(key), Some("token"), &headers(pairs), body)
        };
        assert_eq!(check(&[("X-Hub-Signature-256", &format!("sha256={signature}"))], body), Ok(()));
        assert_eq!(check(&[("x-hub-signature-256", signature)], body), Ok(()));
        assert_eq!(check(&[], body), Err(AuthenticationError::Missing));
        assert_eq!(check(&[("X-Hub-Signature-256", signature)], b"Hello, World?"), Err(AuthenticationError::Wrong));
        assert_eq!(check(&[("X-Hub-Signature-256", "sha256=")], body), Err(AuthenticationError::Wrong));
        assert_eq!(check(&[("X-Hub-Signature-256", &signature[..62])], body), Err(AuthenticationError::Wrong));
        assert_eq!(check(&[("X-Hub-Signature-256", "sha256=zz")], body), Err(AuthenticationError::Wrong));
    }

    #[test]
    fn a_token_may_be_in_the_path_or_a_header() {
        let webhook = WebhookTrigger::default();
        let check = |proof, path: Option<&str>, pairs: &[(&str, &str)]| {
            authenticate(&webhook, Proof::Token(proof), path, &headers(pairs), b"")
        };
        assert_eq!(check("secret", Some("secret"), &[]), Ok(()));
        assert_eq!(check("secret", None, &[("Authorization", "Bearer secret")]), Ok(()));
        assert_eq!(check("secret", None, &[]), Err(AuthenticationError::Missing));
        assert_eq!(check("secret", Some("secreT"), &[]), Err(AuthenticationError::Wrong));
        assert_eq!(check("", Some(""), &[]), Err(AuthenticationError::Wrong));
    }

    #[test]
    fn all_constraints_must_hold() {
        let body = json!({"ref": "refs/heads/main", "labels": ["bug", "ready"], "n": 12, "o": {"x": null}});
        let filtered = |constraints: &[(&str, &str)]| match verdict(&with(constraints), &body) {
            Verdict::Matches => String::new(),
            Verdict::Filtered(reason) => reason,
        };
        assert_eq!(filtered(&[]), "");
        assert_eq!(filtered(&[("ref", "main$"), ("labels", "^ready$"), ("n", "^12$")]), "");
        assert_eq!(filtered(&[("ref", "^main")]), "\"^main\" is not found in ref");
        assert_eq!(filtered(&[("labels", "^none$")]), "\"^none$\" is not found in labels");
        assert_eq!(filtered(&[("missing", ".*")]), "there is no missing in the body");
        assert_eq!(filtered(&[("o.x", ".*")]), "\".*\" is not found in o.x");
        assert_eq!(filtered(&[("o", ".*")]), "\".*\" is not found in o");
    }

    #[test]
    fn constraints_that_can_not_be_read_are_refused() {
        let problems = problems(&with(&[("a[", "x"), ("b", "(")]));
        assert_eq!(problems.len(), 2);
        assert_eq!(problems[0].description, "a bracket of \"a[\" is not closed");
        assert!(problems[1].description.starts_with("is not a regular expression"));
    }

    #[test]
    fn a_body_brings_artifacts() {
        let brought = artifacts(&json!({"artifacts": [
            {"type": "docker/image", "name": "app", "version": "1", "artifactAccount": "hub", "customKind": false},
        ]}))
        .unwrap();
        assert_eq!((brought[0].kind.as_str(), brought[0].account.as_str()), ("docker/image", "hub"));
        assert_eq!(artifacts(&json!({})), Ok(vec![]));
        assert_eq!(artifacts(&json!({"artifacts": {"of": "the sender"}})), Ok(vec![]));
        let problem = |body: Value| {
            let problem = artifacts(&body).unwrap_err();
            format!("{}: {}", problem.field, problem.description)
        };
        assert_eq!(problem(json!({"artifacts": [{}, {"version": 1}]})), "artifacts[1].version: must be a text");
        assert_eq!(problem(json!({"artifacts": ["app:1"]})), "artifacts[0]: must be an object");
        assert_eq!(
            problem(json!({"artifacts": vec![json!({}); 101]})),
            "artifacts: has 101 elements; at most 100 are taken"
        );
    }

    #[test]
    fn a_delivery_is_known_by_its_header() {
        let github = WebhookTrigger { delivery_header: "X-GitHub-Delivery".into(), ..WebhookTrigger::default() };
        let sent = headers(&[("x-github-delivery", "1"), ("idempotency-key", " 2 ")]);
        assert_eq!(delivery_id(&github, &sent), Some("1"));
        assert_eq!(delivery_id(&WebhookTrigger::default(), &sent), Some("2"));
        assert_eq!(delivery_id(&github, &headers(&[("x-github-delivery", "")])), None);
    }
}
