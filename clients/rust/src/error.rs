//! What goes wrong, in words for people.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// Why a call did not succeed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The address of the server isn't one.
    #[error("`{endpoint}` is not the address of a server: {reason}")]
    Endpoint {
        /// What was given.
        endpoint: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The name of the caller can't be sent.
    #[error("{actor:?} can't be the name of a caller: it must be 1 to 128 printable ASCII characters")]
    Actor {
        /// What was given.
        actor: String,
    },
    /// The server answered with an error, or there was no answer.
    #[error("{}", explain(.0))]
    Call(Box<Status>),
    /// A stream broke and could not be opened again.
    #[error("no connection for {} s, the last try said: {}", .after.as_secs(), explain(.last))]
    GaveUp {
        /// How long it was tried.
        after: Duration,
        /// What the last try met.
        last: Box<Status>,
    },
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        Self::Call(Box::new(status))
    }
}

impl Error {
    /// The status that the error is about, if there is one.
    #[must_use]
    pub fn status(&self) -> Option<&Status> {
        match self {
            Self::Endpoint { .. } | Self::Actor { .. } => None,
            Self::Call(status) | Self::GaveUp { last: status, .. } => Some(status),
        }
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        self.status().map(Status::code)
    }

    /// Whether the server could not be reached, or did not answer in time.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        match self {
            Self::Endpoint { .. } | Self::Actor { .. } => false,
            Self::GaveUp { .. } => true,
            Self::Call(status) => is_lost(status) || timed_out(status),
        }
    }

    /// The paths and descriptions of the fields that the server did not accept.
    #[must_use]
    pub fn field_violations(&self) -> Vec<(String, String)> {
        let violations = self.status().and_then(StatusExt::get_details_bad_request).map(|bad| bad.field_violations);
        let pair = |violation: tonic_types::FieldViolation| (violation.field, violation.description);
        violations.into_iter().flatten().map(pair).collect()
    }
}

/// Whether the server can't serve now, or the connection failed before an answer had come. tonic has several codes for that,
/// for a call that was made while the server closed the connection for instance; but only then is there an error below.
pub(crate) fn is_lost(status: &Status) -> bool {
    let is_broken = matches!(status.code(), Code::Cancelled | Code::Unknown | Code::Internal)
        && std::error::Error::source(status).is_some();
    status.code() == Code::Unavailable || (is_broken && !timed_out(status))
}

/// tonic reports its own timeouts as CANCELLED.
fn timed_out(status: &Status) -> bool {
    status.code() == Code::DeadlineExceeded
        || (status.code() == Code::Cancelled && status.message().contains("imeout expired"))
}

/// A status as text: what happened, then a line for each detail, each field that is wrong with its path, and what to
/// do.
///
/// ```
/// use gennaker_client::{Code, Status, explain};
///
/// let text = explain(&Status::new(Code::Aborted, "the etag is not the current one"));
/// assert!(text.starts_with("the etag is not the current one"));
/// assert!(text.contains("read it again"));
/// ```
#[must_use]
pub fn explain(status: &Status) -> String {
    let details = status.get_error_details();
    let mut text = headline(status);
    // The message often says it already, with the last part of a name in place of all of it.
    let known = |label: &str, value: &str| {
        text.contains(value) && label.rsplit('/').next().is_some_and(|label| text.contains(label))
    };
    let news: Vec<_> = facts(&details).into_iter().filter(|(label, value)| !known(label, value)).collect();
    let metadata: BTreeMap<_, _> = details.error_info().iter().flat_map(|info| &info.metadata).collect();
    let metadata: Vec<_> = metadata.into_iter().filter(|(_, value)| !text.contains(value.as_str())).collect();
    for (label, value) in news {
        let _ = write!(text, "\n  {}", labelled(&label, &value));
    }
    for (key, value) in metadata {
        let _ = write!(text, "\n  {key}: {value}");
    }
    if let Some(remedy) = remedy(status, &details) {
        let _ = write!(text, "\n{remedy}");
    }
    text
}

fn headline(status: &Status) -> String {
    if timed_out(status) {
        return "the server did not answer in time".to_owned();
    }
    match (status.code(), status.message()) {
        (_, message) if is_lost(status) => {
            format!("the server can't be reached or is not ready: {}", root_cause(status, message))
        }
        (code, "") => code.description().to_owned(),
        (_, message) => message.to_owned(),
    }
}

/// The innermost error says what happened, "connection refused" for instance.
fn root_cause(status: &Status, message: &str) -> String {
    let mut cause = std::error::Error::source(status);
    let mut text = message.to_owned();
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    text
}

/// What the details say, each with its label.
fn facts(details: &ErrorDetails) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |label: &str, text: &str| facts.push((label.to_owned(), text.to_owned()));
    for violation in details.bad_request().iter().flat_map(|bad| &bad.field_violations) {
        add(&violation.field, &violation.description);
    }
    for violation in details.precondition_failure().iter().flat_map(|failure| &failure.violations) {
        add(&violation.subject, &violation.description);
    }
    for violation in details.quota_failure().iter().flat_map(|failure| &failure.violations) {
        add(&violation.subject, &violation.description);
    }
    if let Some(resource) = details.resource_info() {
        add(&resource.resource_name, &resource.description);
    }
    for link in details.help().iter().flat_map(|help| &help.links) {
        add(&link.description, &link.url);
    }
    facts.retain(|(label, text)| !label.is_empty() || !text.is_empty());
    facts
}

fn labelled(label: &str, text: &str) -> String {
    match (label, text) {
        ("", text) => text.to_owned(),
        (label, "") => label.to_owned(),
        (label, text) => format!("{label}: {text}"),
    }
}

fn remedy(status: &Status, details: &ErrorDetails) -> Option<String> {
    if let Some(delay) = details.retry_info().and_then(|info| info.retry_delay) {
        return Some(format!("try again in {} s", delay.as_secs_f32().ceil()));
    }
    let text = match status.code() {
        Code::Aborted => "somebody else changed it in between: read it again and repeat the change",
        Code::Unavailable => "check the address, and that the server runs there",
        Code::Unauthenticated => "log in first",
        Code::Unimplemented => "the server may be older than this client",
        Code::ResourceExhausted => "a limit was reached: try again later, or ask for less",
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::InvalidArgument
        | Code::DeadlineExceeded
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::OutOfRange
        | Code::Internal
        | Code::DataLoss => return None,
    };
    Some(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_listed_with_its_path() {
        let mut details = ErrorDetails::new();
        details
            .set_error_info("INVALID_PIPELINE", "gennaker.io", [("pipeline".to_owned(), "deploy".to_owned())])
            .add_bad_request_violation("stages[1].wait.duration", "must be at least 1 s")
            .add_bad_request_violation("stages[2].depends_on", "there is no stage `x`");
        let status = Status::with_error_details(Code::InvalidArgument, "the pipeline has 2 errors", details);
        assert_eq!(
            explain(&status),
            "the pipeline has 2 errors\n  stages[1].wait.duration: must be at least 1 s\n  \
             stages[2].depends_on: there is no stage `x`\n  pipeline: deploy"
        );
        assert_eq!(Error::from(status).field_violations().len(), 2);
    }

    #[test]
    fn nothing_is_said_twice() {
        let mut details = ErrorDetails::with_bad_request_violation("input", "must be chosen");
        details.set_resource_info("execution", "applications/a/executions/x", "", "");
        let message = "input: must be chosen in applications/a/executions/x";
        assert_eq!(explain(&Status::with_error_details(Code::InvalidArgument, message, details)), message);

        let message = "no stage of execution x waits";
        let details =
            ErrorDetails::with_precondition_failure_violation("STATE", "applications/a/executions/x", message);
        assert_eq!(explain(&Status::with_error_details(Code::FailedPrecondition, message, details)), message);
    }

    #[test]
    fn says_what_to_do() {
        let mut details = ErrorDetails::with_retry_info(Some(Duration::from_millis(1500)));
        details.add_quota_failure_violation("max_concurrent_watches", "1,000 are open");
        let status = Status::with_error_details(Code::ResourceExhausted, "too many watches", details);
        assert_eq!(explain(&status), "too many watches\n  max_concurrent_watches: 1,000 are open\ntry again in 2 s");
        assert!(explain(&Status::aborted("stale etag")).contains("read it again"));
    }

    #[test]
    fn tells_an_unreachable_server_from_one_that_refuses() {
        assert!(Error::from(Status::unavailable("tcp connect error")).is_unreachable());
        assert!(Error::from(Status::cancelled("Timeout expired")).is_unreachable());
        let mut closing = Status::cancelled("operation was canceled");
        assert!(!Error::from(closing.clone()).is_unreachable(), "the server's word");
        closing.set_source(std::sync::Arc::new(std::io::Error::other("connection closed")));
        assert!(Error::from(closing).is_unreachable());
        assert!(!Error::from(Status::not_found("no such pipeline")).is_unreachable());
    }

    #[test]
    fn garbage_in_the_details_is_ignored() {
        let status = Status::with_details(Code::Internal, "oops", vec![0xff, 0x00, 0x13].into());
        assert_eq!(explain(&status), "oops");
    }
}
