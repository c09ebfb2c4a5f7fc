//! Requests that clients may repeat.

use gennaker_core::execution::CommandId;
use gennaker_engine::Request;
use gennaker_ports::store::RequestKey;
use sha2::{Digest, Sha256};

use crate::call::Call;
use crate::{AppError, Caller};

/// The key of a request with a `request_id`; `None` where that is empty.
pub(crate) fn key<R: Call>(caller: &Caller, request: &R, request_id: &str) -> Option<RequestKey> {
    (!request_id.is_empty())
        .then(|| RequestKey { id: format!("{}/{}/{request_id}", caller.name(), R::METHOD), digest: digest(request) })
}

/// The same for the engine; a request without a `request_id` gets an id of its own.
pub(crate) fn command<R: Call>(caller: &Caller, request: &R, request_id: &str) -> Request {
    let key = key(caller, request, request_id);
    let id = key.map_or_else(|| format!("{}/{}", R::METHOD, random_token()), |key| key.id);
    Request { id: CommandId(id), digest: digest(request) }
}

/// The digest of a request. Maps are sorted, so that equal requests have equal digests.
fn digest<R: Call>(request: &R) -> String {
    hex::encode(Sha256::digest(request.encode_to_vec()))
}

/// 256 random bits, in hexadecimal.
pub(crate) fn random_token() -> String {
    hex::encode(rand::random::<[u8; 32]>())
}

/// A request id that was used for something else.
pub(crate) fn reused(request_id: &str) -> AppError {
    AppError::invalid(
        "request_id",
        format!("{request_id:?} was used before with a different request; choose a new one"),
    )
}
