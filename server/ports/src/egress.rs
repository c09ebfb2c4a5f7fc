//! The only way out: HTTP calls to addresses that people have written into definitions and settings.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use gennaker_core::execution::Failure;

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressRequest {
    /// The method, in capitals.
    pub method: String,
    /// The URL, `http` or `https`.
    pub url: String,
    /// Headers, by name.
    pub headers: Vec<(String, String)>,
    /// The body; empty for none.
    pub body: Bytes,
    /// How long it may take in all; the settings may allow less.
    pub timeout: Duration,
    /// How much of the answer is read, in bytes; the settings may allow less.
    pub max_body: usize,
}

impl EgressRequest {
    /// A call without headers and body, with the usual limits: 30 seconds and 1 MiB.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Bytes::new(),
            timeout: Duration::from_secs(30),
            max_body: 1024 * 1024,
        }
    }

    /// A call that posts JSON.
    pub fn post_json(url: impl Into<String>, body: &serde_json::Value) -> Self {
        Self {
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_string().into(),
            ..Self::new("POST", url)
        }
    }
}

/// The answer to a call, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressResponse {
    /// The status.
    pub status: u16,
    /// The URL that answered, after redirects.
    pub url: String,
    /// Headers, by name in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, as far as it was read.
    pub body: Bytes,
    /// Whether there was more of it.
    pub truncated: bool,
}

impl EgressResponse {
    /// The value of a header, by its name in lower case; the first, where it is there several times.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer. No message has a secret: credentials and queries of URLs are left out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The call makes no sense: its URL, method or a header is wrong.
    #[error("{0}")]
    Invalid(String),
    /// The server's settings don't allow it.
    #[error("{0}")]
    Forbidden(String),
    /// Nobody answered in time, or the connection failed.
    #[error("{0}")]
    Unreachable(String),
}

impl From<EgressError> for Failure {
    fn from(error: EgressError) -> Self {
        let message = error.to_string();
        match error {
            EgressError::Invalid(_) | EgressError::Forbidden(_) => Self::permanent(message),
            EgressError::Unreachable(_) => Self::retryable(message),
        }
    }
}

/// Makes calls, within what the operator allows.
#[async_trait]
pub trait Egress: Send + Sync + 'static {
    /// Makes a call and reads the answer. Redirects are followed, each checked like the call itself.
    ///
    /// # Errors
    /// [`EgressError`] where there is no answer; an answer with a status of 400 and more is none.
    async fn send(&self, request: EgressRequest) -> Result<EgressResponse, EgressError>;
}
