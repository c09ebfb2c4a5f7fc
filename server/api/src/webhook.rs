//! `POST /webhooks/{trigger}`: what other systems send, handed on as it came.

use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::HeaderMap};
use bytes::Bytes;
use gennaker_app::Delivery;

use crate::call::{new_request_id, request_id};
use crate::connection::Peer;
use crate::web::{self, Web};
use crate::{error, json};

/// Takes a delivery for a trigger, and answers with what became of it. Whether its sender may send it, the trigger decides.
pub(crate) async fn receive(
    State(web): State<Web>,
    Extension(Peer(peer)): Extension<Peer>,
    Path(path): Path<String>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let body = match web::whole(body, "max_webhook_bytes", web.app.limits().max_webhook_bytes) {
        Ok(body) => body,
        Err(response) => return *response,
    };
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let id = request_id(&headers).unwrap_or_else(new_request_id);
    let headers = headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let delivery = Delivery { path, headers, body, sender: peer.ip().to_string() };
    match web.app.receive_webhook(delivery).await {
        Ok(event) => Json(gennaker_proto::json::encode(&event)).into_response(),
        Err(failed) => json::failure(&error::status(&failed, &id)),
    }
}
