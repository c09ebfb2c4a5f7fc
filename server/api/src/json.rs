//! JSON over HTTP, for curl: `POST /v1/{service}/{method}` with the request as JSON, for unary methods.
//!
//! The call goes through the same services as a gRPC call, framed and unframed here.

use std::sync::LazyLock;

use axum::Json;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use bytes::{BufMut, Bytes, BytesMut};
use gennaker_app::AppError;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Version, header};
use http_body_util::{BodyExt, Full};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, MethodDescriptor};
use serde_json::{Value, json};
use tonic::body::Body;
use tonic::{Code, Status};
use tower::ServiceExt;

use crate::call::{ACTOR_HEADER, REQUEST_ID_HEADER};
use crate::error;
use crate::observe::code_name;
use crate::web::{self, Web};

/// The headers of a request that are passed on.
const PASSED: [HeaderName; 3] = [ACTOR_HEADER, REQUEST_ID_HEADER, HeaderName::from_static("grpc-timeout")];

/// What stands before a message: not compressed, and its length.
const PREFIX: usize = 5;

/// Answers a call.
pub(crate) async fn call(
    State(state): State<Web>,
    Path((service, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    // A page of another origin can send other types without asking first.
    if !headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json")) {
        return web::failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the content type must be application/json");
    }
    let body = match web::whole(body, "max_message_bytes", state.app.limits().max_message_bytes) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    match answer(&state, &service, &method, &headers, &body).await {
        Ok((id, answer)) => (id.map(|id| [(REQUEST_ID_HEADER, id)]), Json(answer)).into_response(),
        Err(status) => failure(&status),
    }
}

async fn answer(
    state: &Web,
    service: &str,
    method: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<(Option<HeaderValue>, Value), Status> {
    let method = find(service, method)?;
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let request = framed(path, headers, &read(method.input(), body)?);
    let response = match state.grpc.clone().oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let id = response.headers().get(REQUEST_ID_HEADER).cloned();
    Ok((id, unframed(method.output(), response).await?))
}

fn find(service: &str, method: &str) -> Result<MethodDescriptor, Status> {
    let unknown = || error::unimplemented(&format!("/v1/{service}/{method}"));
    let service = gennaker_proto::pool().get_service_by_name(&format!("gennaker.v1.{service}")).ok_or_else(unknown)?;
    let found = service.methods().find(|candidate| candidate.name() == method).ok_or_else(unknown)?;
    if found.is_client_streaming() || found.is_server_streaming() {
        return Err(error::no_json_stream(method));
    }
    Ok(found)
}

fn read(descriptor: MessageDescriptor, body: &[u8]) -> Result<DynamicMessage, Status> {
    let invalid = |field: String, description: String| error::status(&AppError::invalid(field, description), "");
    let value: Value = match body {
        [] => json!({}),
        body => serde_json::from_slice(body).map_err(|error| invalid(String::new(), error.to_string()))?,
    };
    gennaker_proto::json::decode_dynamic(descriptor, &value).map_err(|error| invalid(error.path, error.message))
}

fn framed(path: String, headers: &HeaderMap, message: &DynamicMessage) -> Request<Body> {
    let mut frame = BytesMut::with_capacity(PREFIX + message.encoded_len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.encoded_len()).expect("a message that was read has limits"));
    message.encode(&mut frame).expect("the buffer grows");
    let mut request = Request::new(Body::new(Full::new(frame.freeze())));
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = path.parse().expect("names of methods are paths");
    for name in PASSED {
        if let Some(value) = headers.get(&name) {
            request.headers_mut().insert(name, value.clone());
        }
    }
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    request
}

async fn unframed(descriptor: MessageDescriptor, response: http::Response<Body>) -> Result<Value, Status> {
    if let Some(status) = failed(response.headers()) {
        return Err(status);
    }
    let collected = response.into_body().collect().await?;
    if let Some(status) = collected.trailers().and_then(failed) {
        return Err(status);
    }
    let body = collected.to_bytes();
    let message = body.get(PREFIX..).unwrap_or_default();
    let message = DynamicMessage::decode(descriptor, message).map_err(|_| error::panicked(""))?;
    Ok(gennaker_proto::json::encode_dynamic(&message))
}

fn failed(headers: &HeaderMap) -> Option<Status> {
    Status::from_header_map(headers).filter(|status| status.code() != Code::Ok)
}

/// A failed call as an HTTP response, in the form of Google's JSON APIs.
pub(crate) fn failure(status: &Status) -> Response {
    failure_as(http_status(status.code()), status)
}

/// The same with an HTTP status that says more than the code's own.
pub(crate) fn failure_as(code: StatusCode, status: &Status) -> Response {
    let body = json!({"error": {
        "code": code.as_u16(),
        "status": code_name(status.code()),
        "message": status.message(),
        "details": details(status),
    }});
    (code, Json(body)).into_response()
}

fn details(status: &Status) -> Value {
    static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
        DescriptorPool::decode(tonic_types::pb::FILE_DESCRIPTOR_SET).expect("a test reads the descriptors")
    });
    let descriptor = POOL.get_message_by_name("google.rpc.Status").expect("tonic-types has the descriptor of a status");
    let decoded = DynamicMessage::decode(descriptor, status.details()).ok();
    let value = decoded.map(|status| gennaker_proto::json::encode_dynamic(&status));
    value.and_then(|mut value| value.get_mut("details").map(Value::take)).unwrap_or_else(|| json!([]))
}

/// The HTTP status for a gRPC code, as google.rpc.Code maps them.
fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::Cancelled => StatusCode::from_u16(499).expect("499 is a status"),
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_json() {
        let status = error::status(&AppError::invalid("pipeline.stages[0].id", "must not be empty"), "");
        let details = details(&status);
        assert_eq!(details[0]["@type"], "type.googleapis.com/google.rpc.ErrorInfo");
        let types: Vec<_> = details.as_array().unwrap().iter().map(|detail| detail["@type"].clone()).collect();
        assert!(types.contains(&json!("type.googleapis.com/google.rpc.BadRequest")), "{details}");
    }

    #[test]
    fn only_unary_methods_are_found() {
        assert!(find("ExecutionService", "GetExecution").is_ok());
        let code = |service, method| find(service, method).unwrap_err().code();
        assert_eq!(code("ExecutionService", "WatchExecution"), Code::Unimplemented);
        assert_eq!(code("ExecutionService", "Nothing"), Code::Unimplemented);
        assert_eq!(code("Nothing", "GetExecution"), Code::Unimplemented);
    }

    #[test]
    fn a_wrong_field_is_named() {
        let method = find("ExecutionService", "GetExecution").unwrap();
        let status = read(method.input(), br#"{"nam": "x"}"#).unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
        assert!(status.message().contains("nam"), "{}", status.message());
        assert!(read(method.input(), b"").is_ok());
    }
}
