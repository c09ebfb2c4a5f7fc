//! Why a call failed, in the words of the API.

use std::time::Duration;

use gennaker_core::execution::Rejection;
use gennaker_engine::{EngineError, WatchError};
use gennaker_ports::{CloudError, Denied, StoreError};
use gennaker_proto::v1::FieldViolation;

/// Why a call failed. The API maps each variant to one status code with its details.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AppError {
    /// The request itself is wrong, whatever the server's state.
    #[error("{}", violations_text(violations))]
    InvalidArgument {
        /// Each wrong field; never empty.
        violations: Vec<FieldViolation>,
    },
    /// There is no such resource.
    #[error("{0} not found")]
    NotFound(ResourceRef),
    /// The name is taken.
    #[error("{0} exists already")]
    AlreadyExists(ResourceRef),
    /// Somebody else wrote in between.
    #[error("{resource} was changed in between: its etag is {etag:?} now; read it again and repeat the change")]
    Aborted {
        /// What was written.
        resource: ResourceRef,
        /// Its etag now.
        etag: String,
    },
    /// The state of the server does not allow it.
    #[error("{}", preconditions_text(violations))]
    FailedPrecondition {
        /// Each condition that does not hold; never empty.
        violations: Vec<Precondition>,
    },
    /// The events asked for are gone, or never were.
    #[error("{message}")]
    OutOfRange {
        /// What is wrong, and what would be right.
        message: String,
        /// The sequence to go on from: events after it are there.
        oldest: u64,
    },
    /// A limit was reached.
    #[error("the limit of {limit} {what} is reached")]
    ResourceExhausted {
        /// What is limited, in the plural: `concurrent watches`.
        what: String,
        /// How many there may be.
        limit: u64,
        /// When to try again, where that is known.
        retry_after: Option<Duration>,
    },
    /// The client reads its stream too slowly; it can go on after this sequence (or, with many executions, with the last
    /// resume token that it saw).
    #[error("the client reads the stream too slowly; watch again from the last message that it has seen")]
    TooSlow {
        /// The last sequence that was sent; 0 on a stream over many executions, which goes on by its resume token.
        sequence: u64,
    },
    /// The caller may not.
    #[error("{message}")]
    PermissionDenied {
        /// Who may not do what on what.
        message: String,
    },
    /// The sender of a webhook did not prove that it may send.
    #[error("{message}")]
    Unauthenticated {
        /// What is missing or wrong.
        message: String,
    },
    /// It may work a little later.
    #[error("{message}")]
    Unavailable {
        /// What does not answer.
        message: String,
        /// When to try again.
        retry_after: Duration,
    },
    /// The server is broken.
    #[error("{message}")]
    Internal {
        /// What is wrong with it.
        message: String,
    },
}

/// What an error is about.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {name}")]
pub struct ResourceRef {
    /// The sort of resource: `pipeline`.
    pub kind: &'static str,
    /// Its full name.
    pub name: String,
}

impl ResourceRef {
    /// A resource of a kind.
    pub fn new(kind: &'static str, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

/// A condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// The sort of condition, in UPPER_SNAKE: `PIPELINE_DISABLED`.
    pub kind: &'static str,
    /// What it is about: a resource name, a stage.
    pub subject: String,
    /// What is wrong, and what to do about it.
    pub description: String,
}

/// How long a client should wait before it tries again what was not available.
const RETRY_AFTER: Duration = Duration::from_secs(1);

impl AppError {
    /// One wrong field.
    pub fn invalid(field: impl Into<String>, description: impl Into<String>) -> Self {
        let violation = FieldViolation { field: field.into(), description: description.into() };
        Self::InvalidArgument { violations: vec![violation] }
    }

    /// One condition that does not hold.
    pub fn precondition(kind: &'static str, subject: impl Into<String>, description: impl Into<String>) -> Self {
        let violation = Precondition { kind, subject: subject.into(), description: description.into() };
        Self::FailedPrecondition { violations: vec![violation] }
    }

    /// There is no such resource.
    pub fn not_found(kind: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound(ResourceRef::new(kind, name))
    }

    /// It may work a little later.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into(), retry_after: RETRY_AFTER }
    }

    /// A word for the error that programs can rely on, in UPPER_SNAKE.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::InvalidArgument { .. } => "INVALID_ARGUMENT",
            Self::NotFound(_) => "NOT_FOUND",
            Self::AlreadyExists(_) => "ALREADY_EXISTS",
            Self::Aborted { .. } => "ETAG_MISMATCH",
            Self::FailedPrecondition { violations } => violations.first().map_or("FAILED_PRECONDITION", |v| v.kind),
            Self::OutOfRange { .. } => "SEQUENCE_OUT_OF_RANGE",
            Self::ResourceExhausted { .. } => "LIMIT_REACHED",
            Self::TooSlow { .. } => "SLOW_CLIENT",
            Self::PermissionDenied { .. } => "PERMISSION_DENIED",
            Self::Unauthenticated { .. } => "UNAUTHENTICATED",
            Self::Unavailable { .. } => "UNAVAILABLE",
            Self::Internal { .. } => "INTERNAL",
        }
    }
}

fn violations_text(violations: &[FieldViolation]) -> String {
    let text = |violation: &FieldViolation| {
        let colon = if violation.field.is_empty() { "" } else { ": " };
        format!("{}{colon}{}", violation.field, violation.description)
    };
    violations.iter().map(text).collect::<Vec<_>>().join("; ")
}

fn preconditions_text(violations: &[Precondition]) -> String {
    let texts: Vec<&str> = violations.iter().map(|v| v.description.as_str()).collect();
    texts.join("; ")
}

impl From<Denied> for AppError {
    fn from(denied: Denied) -> Self {
        Self::PermissionDenied { message: denied.to_string() }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(name) => Self::NotFound(ResourceRef::new("resource", name)),
            StoreError::Exists(name) => Self::AlreadyExists(ResourceRef::new("resource", name)),
            StoreError::Stale { name, current, .. } => {
                Self::Aborted { resource: ResourceRef::new("resource", name), etag: crate::etag::of(current) }
            }
            StoreError::Unavailable(_) => Self::unavailable(error.to_string()),
            StoreError::Damaged(_) => Self::Internal { message: error.to_string() },
        }
    }
}

impl From<CloudError> for AppError {
    fn from(error: CloudError) -> Self {
        match error {
            CloudError::NotFound { kind, name } => Self::NotFound(in_cloud(kind, &name)),
            CloudError::Exists { kind, name } => Self::AlreadyExists(in_cloud(kind, &name)),
            CloudError::Invalid(message) => Self::invalid("", message),
            CloudError::Conflict(message) => Self::precondition("RESOURCE_IN_USE", "", message),
            CloudError::Unavailable(message) => Self::unavailable(message),
        }
    }
}

/// What a cloud calls `local/eu/web-v001`, by its name in the API.
fn in_cloud(kind: &'static str, name: &str) -> ResourceRef {
    let collections: &[&str] = match kind {
        "account" => &["accounts"],
        "region" => &["accounts", "regions"],
        "server group" => &["accounts", "regions", "serverGroups"],
        "instance" => &["accounts", "regions", "serverGroups", "instances"],
        "load balancer" => &["accounts", "regions", "loadBalancers"],
        "firewall" => &["accounts", "regions", "firewalls"],
        "image" => &["accounts", "regions", "images"],
        _ => return ResourceRef::new(kind, name),
    };
    let ids = name.splitn(collections.len(), '/');
    let parts: Vec<String> = collections.iter().zip(ids).map(|(collection, id)| format!("{collection}/{id}")).collect();
    ResourceRef::new(kind, parts.join("/"))
}

impl From<Rejection> for AppError {
    fn from(rejection: Rejection) -> Self {
        let description = rejection.to_string();
        match rejection {
            Rejection::Ended { execution, .. } => {
                Self::precondition("EXECUTION_ENDED", execution.to_string(), description)
            }
            Rejection::NoStage { stage, .. } => Self::not_found("stage", stage.to_string()),
            Rejection::WrongStatus { execution, .. } => {
                Self::precondition("EXECUTION_STATUS", execution.to_string(), description)
            }
            Rejection::WrongStageStatus { stage, .. } => {
                Self::precondition("STAGE_STATUS", stage.to_string(), description)
            }
            Rejection::NotAJudge { .. } | Rejection::SelfApproval { .. } => {
                Self::PermissionDenied { message: description }
            }
            Rejection::JudgedAlready { stage, .. } => {
                Self::precondition("JUDGED_ALREADY", stage.to_string(), description)
            }
            Rejection::OtherOption { stage, .. } => Self::precondition("OTHER_INPUT", stage.to_string(), description),
            Rejection::NotAnOption { .. } => Self::invalid("input", description),
            Rejection::LimitReached { pipeline, .. } => Self::precondition("CONCURRENCY_LIMIT", pipeline, description),
            Rejection::QueueFull { pipeline, limit } => Self::ResourceExhausted {
                what: format!("queued executions of {pipeline}"),
                limit: u64::from(limit),
                retry_after: None,
            },
            Rejection::Stale => Self::precondition("STALE_COMMAND", "", description),
        }
    }
}

/// Why a stream over many executions can't go on where it broke off.
const COMPACTED: &str = "what happened right after resume_token is no longer kept; begin anew, without a resume_token";

impl From<EngineError> for AppError {
    fn from(error: EngineError) -> Self {
        let message = error.to_string();
        match error {
            EngineError::NotFound(id) => Self::not_found("execution", id.to_string()),
            EngineError::Rejected(rejection) => rejection.into(),
            EngineError::RequestReused { .. } => Self::invalid("request_id", message),
            EngineError::Busy(_) | EngineError::Unavailable(_) => Self::unavailable(message),
            EngineError::Damaged(_) => Self::Internal { message },
            EngineError::Compacted => Self::OutOfRange { message: COMPACTED.to_owned(), oldest: 0 },
            EngineError::TooManyWatches { limit } => Self::ResourceExhausted {
                what: "concurrent watches".to_owned(),
                limit: limit as u64,
                retry_after: Some(RETRY_AFTER),
            },
        }
    }
}

impl From<WatchError> for AppError {
    fn from(error: WatchError) -> Self {
        match error {
            WatchError::Store(error) => error.into(),
            WatchError::Compacted => Self::OutOfRange { message: COMPACTED.to_owned(), oldest: 0 },
            WatchError::Stopping => Self::unavailable(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cloud_misses_has_its_name_in_the_api() {
        let named = |kind, name: &str| match AppError::from(CloudError::NotFound { kind, name: name.to_owned() }) {
            AppError::NotFound(resource) => resource.name,
            other => panic!("{other:?}"),
        };
        assert_eq!(named("region", "local/eu"), "accounts/local/regions/eu");
        assert_eq!(named("server group", "local/eu/a-v000"), "accounts/local/regions/eu/serverGroups/a-v000");
        assert_eq!(
            named("instance", "local/eu/a-v000/i-1"),
            "accounts/local/regions/eu/serverGroups/a-v000/instances/i-1"
        );
        assert_eq!(named("image", "local/eu/team/app:1"), "accounts/local/regions/eu/images/team/app:1");
    }
}
