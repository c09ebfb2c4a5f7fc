//! The one table from what went wrong to the status that a client sees.
//!
//! Every status carries an `ErrorInfo` (domain `gennaker.dev`, a reason in UPPER_SNAKE, the variables of the message as
//! metadata) and what else fits: `BadRequest`, `PreconditionFailure`, `ResourceInfo`, `QuotaFailure`, `RetryInfo`.

use std::collections::HashMap;
use std::time::Duration;

use gennaker_app::{AppError, ResourceRef};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt};

/// The domain of the reasons.
pub const DOMAIN: &str = "gennaker.dev";

/// The status of a failed call.
///
/// What is wrong inside of the server is logged with the request's id, which the client is given too.
pub(crate) fn status(error: &AppError, request_id: &str) -> Status {
    let mut details = ErrorDetails::new();
    details.set_error_info(error.reason(), DOMAIN, metadata(error));
    let code = describe(error, &mut details);
    if code == Code::Internal {
        tracing::error!(%error, request_id, "a call failed inside of the server");
        details.set_request_info(request_id, "");
    }
    Status::with_error_details(code, error.to_string(), details)
}

/// The code of an error; its details go to `details`.
fn describe(error: &AppError, details: &mut ErrorDetails) -> Code {
    match error {
        AppError::InvalidArgument { violations } => {
            let fields = violations.iter().map(|v| FieldViolation::new(&v.field, &v.description));
            details.set_bad_request(fields.collect::<Vec<_>>());
            Code::InvalidArgument
        }
        AppError::NotFound(resource) => about(resource, error, details, Code::NotFound),
        AppError::AlreadyExists(resource) => about(resource, error, details, Code::AlreadyExists),
        AppError::Aborted { resource, .. } => about(resource, error, details, Code::Aborted),
        AppError::FailedPrecondition { violations } => {
            let failed = violations.iter().map(|v| PreconditionViolation::new(v.kind, &v.subject, &v.description));
            details.set_precondition_failure(failed.collect::<Vec<_>>());
            Code::FailedPrecondition
        }
        AppError::OutOfRange { .. } => Code::OutOfRange,
        AppError::ResourceExhausted { what, retry_after, .. } => {
            details.add_quota_failure_violation(what, error.to_string());
            if retry_after.is_some() {
                details.set_retry_info(*retry_after);
            }
            Code::ResourceExhausted
        }
        AppError::TooSlow { .. } => {
            details.set_retry_info(Some(Duration::ZERO));
            Code::ResourceExhausted
        }
        AppError::PermissionDenied { .. } => Code::PermissionDenied,
        AppError::Unauthenticated { .. } => Code::Unauthenticated,
        AppError::Unavailable { retry_after, .. } => {
            details.set_retry_info(Some(*retry_after));
            Code::Unavailable
        }
        AppError::Internal { .. } => Code::Internal,
    }
}

fn about(resource: &ResourceRef, error: &AppError, details: &mut ErrorDetails, code: Code) -> Code {
    details.set_resource_info(resource.kind, &resource.name, "", error.to_string());
    code
}

/// What a program would otherwise have to read out of the message.
fn metadata(error: &AppError) -> HashMap<String, String> {
    let pairs: Vec<(&str, String)> = match error {
        AppError::NotFound(resource) | AppError::AlreadyExists(resource) => vec![("resource", resource.name.clone())],
        AppError::Aborted { resource, etag } => vec![("resource", resource.name.clone()), ("etag", etag.clone())],
        AppError::OutOfRange { oldest, .. } => vec![("oldest_sequence", oldest.to_string())],
        AppError::ResourceExhausted { what, limit, .. } => vec![("what", what.clone()), ("limit", limit.to_string())],
        AppError::TooSlow { sequence } => vec![("sequence", sequence.to_string())],
        AppError::InvalidArgument { .. }
        | AppError::FailedPrecondition { .. }
        | AppError::PermissionDenied { .. }
        | AppError::Unauthenticated { .. }
        | AppError::Unavailable { .. }
        | AppError::Internal { .. } => Vec::new(),
    };
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The call took longer than it may.
pub(crate) fn deadline_exceeded(limit: Duration) -> Status {
    let limit = format!("{}s", limit.as_secs_f64());
    let message = format!("the call took longer than {limit}; it may have been carried out all the same");
    let metadata = HashMap::from([("timeout".to_owned(), limit)]);
    Status::with_error_details(Code::DeadlineExceeded, message, info("DEADLINE_EXCEEDED", metadata))
}

/// The server stops; another one, or the same after its restart, goes on with the stream.
pub(crate) fn shutting_down() -> Status {
    let mut details = info("SHUTTING_DOWN", HashMap::new());
    details.set_retry_info(Some(Duration::from_secs(1)));
    let message = "the server is shutting down; connect again and go on after the last message that was seen";
    Status::with_error_details(Code::Unavailable, message, details)
}

/// A handler panicked.
pub(crate) fn panicked(request_id: &str) -> Status {
    let mut details = info("PANIC", HashMap::new());
    details.set_request_info(request_id, "");
    let message = format!("the server failed unexpectedly; its log says more about request {request_id}");
    Status::with_error_details(Code::Internal, message, details)
}

/// A header of the request is wrong.
pub(crate) fn bad_header(name: &str, description: &str) -> Status {
    let mut details = info("INVALID_HEADER", HashMap::from([("header".to_owned(), name.to_owned())]));
    details.add_bad_request_violation(name, description);
    Status::with_error_details(Code::InvalidArgument, format!("header {name}: {description}"), details)
}

/// A request is greater than the limit of that name.
pub(crate) fn too_large(limit: &str, message: &str) -> Status {
    let mut details = info("REQUEST_TOO_LARGE", HashMap::from([("limit".to_owned(), limit.to_owned())]));
    details.add_quota_failure_violation(limit, message);
    Status::with_error_details(Code::ResourceExhausted, message, details)
}

/// The server is called under a name that is not its own.
pub(crate) fn foreign_host(host: &str) -> Status {
    let metadata = HashMap::from([("host".to_owned(), host.to_owned())]);
    let message = format!(
        "this server answers to addresses and to localhost, not to {host:?}; the setting limits.allowed_hosts allows a name"
    );
    Status::with_error_details(Code::PermissionDenied, message, info("FOREIGN_HOST", metadata))
}

/// There is no such method.
pub(crate) fn unimplemented(path: &str) -> Status {
    let metadata = HashMap::from([("method".to_owned(), path.to_owned())]);
    let message = format!("there is no method {path}; reflection lists those that there are");
    Status::with_error_details(Code::Unimplemented, message, info("UNKNOWN_METHOD", metadata))
}

/// A stream was asked for as JSON.
pub(crate) fn no_json_stream(method: &str) -> Status {
    let metadata = HashMap::from([("method".to_owned(), method.to_owned())]);
    let message = format!("{method} is a stream, which JSON over HTTP can't carry; call it with gRPC or gRPC-Web");
    Status::with_error_details(Code::Unimplemented, message, info("STREAM_NEEDS_GRPC", metadata))
}

fn info(reason: &str, metadata: HashMap<String, String>) -> ErrorDetails {
    ErrorDetails::with_error_info(reason, DOMAIN, metadata)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_app::Precondition;

    fn pipeline() -> ResourceRef {
        ResourceRef::new("pipeline", "applications/a/pipelines/p")
    }

    fn table() -> Vec<(AppError, Code)> {
        let second = Duration::from_secs(1);
        let text = String::from;
        vec![
            (AppError::invalid("pipeline.stages[0].id", "must not be empty"), Code::InvalidArgument),
            (AppError::NotFound(pipeline()), Code::NotFound),
            (AppError::AlreadyExists(pipeline()), Code::AlreadyExists),
            (AppError::Aborted { resource: pipeline(), etag: text("7") }, Code::Aborted),
            (AppError::precondition("PIPELINE_DISABLED", "applications/a", "it is disabled"), Code::FailedPrecondition),
            (AppError::OutOfRange { message: text("gone"), oldest: 9 }, Code::OutOfRange),
            (
                AppError::ResourceExhausted { what: text("watches"), limit: 3, retry_after: Some(second) },
                Code::ResourceExhausted,
            ),
            (AppError::TooSlow { sequence: 41 }, Code::ResourceExhausted),
            (AppError::PermissionDenied { message: text("no") }, Code::PermissionDenied),
            (AppError::Unauthenticated { message: text("no signature") }, Code::Unauthenticated),
            (AppError::unavailable("the disk is full"), Code::Unavailable),
            (AppError::Internal { message: text("damaged") }, Code::Internal),
        ]
    }

    #[test]
    fn every_error_has_its_code_and_an_error_info() {
        for (error, code) in table() {
            let status = status(&error, "r1");
            assert_eq!(status.code(), code, "{error:?}");
            assert_eq!(status.message(), error.to_string());
            let info = status.get_details_error_info().unwrap_or_else(|| panic!("{error:?} has no ErrorInfo"));
            assert_eq!((info.domain.as_str(), info.reason.as_str()), (DOMAIN, error.reason()));
            let upper_snake = |c: char| c.is_ascii_uppercase() || c == '_';
            assert!(info.reason.chars().all(upper_snake), "{}", info.reason);
        }
    }

    #[test]
    fn details_say_what_programs_need() {
        let details = |error: AppError| status(&error, "r1").get_error_details();
        let all: Vec<_> = table().into_iter().map(|(error, _)| details(error)).collect();

        assert_eq!(all[0].bad_request().unwrap().field_violations[0].field, "pipeline.stages[0].id");
        assert_eq!(all[1].resource_info().unwrap().resource_name, "applications/a/pipelines/p");
        assert_eq!(all[2].resource_info().unwrap().resource_type, "pipeline");
        assert_eq!(all[3].error_info().unwrap().metadata["etag"], "7");
        let failed = &all[4].precondition_failure().unwrap().violations[0];
        assert_eq!((failed.r#type.as_str(), failed.subject.as_str()), ("PIPELINE_DISABLED", "applications/a"));
        assert_eq!(all[5].error_info().unwrap().metadata["oldest_sequence"], "9");
        assert_eq!(all[6].quota_failure().unwrap().violations[0].subject, "watches");
        assert_eq!(all[6].retry_info().unwrap().retry_delay, Some(Duration::from_secs(1)));
        assert_eq!(all[7].error_info().unwrap().metadata["sequence"], "41");
        assert_eq!(all[10].retry_info().unwrap().retry_delay, Some(Duration::from_secs(1)));
        assert_eq!(all[11].request_info().unwrap().request_id, "r1");
    }

    #[test]
    fn several_conditions_are_all_told() {
        let condition =
            |kind| Precondition { kind, subject: String::new(), description: String::from("does not hold") };
        let error = AppError::FailedPrecondition { violations: vec![condition("A"), condition("B")] };
        let status = status(&error, "r1");
        assert_eq!(status.get_details_precondition_failure().unwrap().violations.len(), 2);
        assert_eq!(status.get_details_error_info().unwrap().reason, "A");
    }

    #[test]
    fn the_transport_has_its_own_errors() {
        let cases = [
            (deadline_exceeded(Duration::from_millis(1500)), Code::DeadlineExceeded),
            (shutting_down(), Code::Unavailable),
            (panicked("r1"), Code::Internal),
            (bad_header("x-gennaker-actor", "is too long"), Code::InvalidArgument),
            (too_large("max_message_bytes", "found 5 bytes"), Code::ResourceExhausted),
            (unimplemented("/a.B/C"), Code::Unimplemented),
            (foreign_host("evil.example.com"), Code::PermissionDenied),
            (no_json_stream("WatchExecution"), Code::Unimplemented),
        ];
        for (status, code) in cases {
            assert_eq!(status.code(), code);
            assert_eq!(status.get_details_error_info().unwrap().domain, DOMAIN);
        }
    }
}
