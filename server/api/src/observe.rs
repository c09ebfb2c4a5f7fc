//! A span, a log line and metrics for every call.

use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use futures::FutureExt;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body::Frame;
use prost_reflect::MethodDescriptor;
use tonic::body::Body;
use tonic::{Code, Status};
use tower::Service;
use tracing::{Instrument, Span};

use crate::call::{REQUEST_ID_HEADER, new_request_id, request_id};
use crate::error;

/// Counts calls by method and code.
pub const REQUESTS: &str = "gennaker_grpc_requests_total";

/// The time calls take, by method: with streams, until their end.
pub const DURATION: &str = "gennaker_grpc_request_duration_seconds";

/// The number of calls at the moment.
pub const ACTIVE: &str = "gennaker_grpc_active_requests";

/// Names the metrics for those who read them.
pub(crate) fn describe() {
    metrics::describe_counter!(REQUESTS, "gRPC calls by method and status code");
    metrics::describe_histogram!(
        DURATION,
        metrics::Unit::Seconds,
        "duration of gRPC calls; of streams until their end"
    );
    metrics::describe_gauge!(ACTIVE, "gRPC calls at the moment");
}

/// Observes the gRPC calls that pass through it.
#[derive(Clone, Debug)]
pub(crate) struct Observe<S> {
    inner: S,
}

impl<S> Observe<S> {
    pub(crate) fn new(inner: S) -> Self {
        Self { inner }
    }
}

impl<S> Service<Request<Body>> for Observe<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let id = request_id(request.headers()).unwrap_or_else(new_request_id);
        let id_header = HeaderValue::from_str(&id).expect("a request's id is printable");
        request.headers_mut().insert(REQUEST_ID_HEADER, id_header.clone());
        let observation = Observation::begin(request.uri().path(), &id);
        let span = observation.span.clone();
        let answer = AssertUnwindSafe(self.inner.call(request)).catch_unwind().instrument(span);
        Box::pin(async move {
            let mut response = match answer.await {
                Ok(Ok(response)) => named_limit(response),
                Ok(Err(never)) => match never {},
                Err(_) => error::panicked(&id).into_http(),
            };
            response.headers_mut().insert(REQUEST_ID_HEADER, id_header);
            Ok(observation.follow(response))
        })
    }
}

/// One call, from its request to the end of its answer.
struct Observation {
    method: &'static str,
    start: Instant,
    span: Span,
    code: Option<Code>,
}

impl Observation {
    fn begin(path: &str, id: &str) -> Self {
        let method = method(path);
        metrics::gauge!(ACTIVE, "method" => method).increment(1.0);
        let span = tracing::info_span!(
            "call",
            method,
            id,
            resource = tracing::field::Empty,
            execution = tracing::field::Empty,
            stage = tracing::field::Empty,
            code = tracing::field::Empty,
        );
        Self { method, start: Instant::now(), span, code: None }
    }

    /// Waits for the end of the answer: a failure at once is told in the headers, everything else in the trailers.
    fn follow(mut self, response: Response<Body>) -> Response<Body> {
        self.code = code(response.headers());
        response.map(|body| Body::new(Observed { body, observation: self }))
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        // No status was sent: the client went away.
        let code = self.code.unwrap_or(Code::Cancelled);
        let elapsed = self.start.elapsed();
        metrics::gauge!(ACTIVE, "method" => self.method).decrement(1.0);
        metrics::counter!(REQUESTS, "method" => self.method, "code" => code_name(code)).increment(1);
        metrics::histogram!(DURATION, "method" => self.method).record(elapsed.as_secs_f64());
        self.span.record("code", code_name(code));
        self.span.in_scope(|| tracing::debug!(?elapsed, "call ended"));
    }
}

struct Observed {
    body: Body,
    observation: Observation,
}

impl http_body::Body for Observed {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let Self { body, observation } = &mut *self;
        let polled = observation.span.in_scope(|| Pin::new(body).poll_frame(context));
        if let Poll::Ready(Some(frame)) = &polled {
            match frame {
                Ok(frame) => observation.code = frame.trailers_ref().and_then(code).or(observation.code),
                Err(status) => observation.code = Some(status.code()),
            }
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

/// tonic tells of a request that is too great with a code of its own choice and without details.
fn named_limit(response: Response<Body>) -> Response<Body> {
    let headers = response.headers();
    if code(headers) != Some(Code::OutOfRange) || headers.contains_key("grpc-status-details-bin") {
        return response;
    }
    let status = Status::from_header_map(headers);
    let message =
        status.as_ref().map_or("the request is too large", |status| status.message().trim_start_matches("Error, "));
    error::too_large("max_message_bytes", message).into_http()
}

fn code(headers: &HeaderMap) -> Option<Code> {
    headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()))
}

/// The method of a path as a label. Paths that name none share one label, so that clients can't make labels.
fn method(path: &str) -> &'static str {
    use std::collections::HashSet;
    use std::sync::LazyLock;
    static METHODS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let services = gennaker_proto::pool().services();
        let path = |method: MethodDescriptor| format!("{}/{}", method.parent_service().full_name(), method.name());
        let methods = services.flat_map(|service| service.methods().map(path).collect::<Vec<_>>());
        let other = [
            "grpc.health.v1.Health/Check",
            "grpc.health.v1.Health/Watch",
            "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
            "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        ];
        methods.chain(other.map(str::to_owned)).collect()
    });
    METHODS.get(path.trim_start_matches('/')).map_or("unknown", String::as_str)
}

/// The name of a code as the gRPC specification writes it.
pub(crate) const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_an_internal_error_of_one_call() {
        let broken = tower::service_fn(|_: Request<Body>| async { panic!("a bug") });
        let mut request = Request::new(Body::empty());
        request.headers_mut().insert(REQUEST_ID_HEADER, HeaderValue::from_static("r1"));
        let response = Observe::new(broken).oneshot(request).await.unwrap();
        assert_eq!(code(response.headers()), Some(Code::Internal));
        assert_eq!(response.headers()[REQUEST_ID_HEADER], "r1");
        assert!(Status::from_header_map(response.headers()).unwrap().message().contains("r1"));
    }

    #[test]
    fn clients_cannot_make_labels() {
        assert_eq!(method("/gennaker.v1.ExecutionService/GetExecution"), "gennaker.v1.ExecutionService/GetExecution");
        assert_eq!(method("/gennaker.v1.ExecutionService/Made"), "unknown");
        assert_eq!(method("/"), "unknown");
    }
}
