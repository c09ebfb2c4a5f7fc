//! Calls with their requests as JSON.

use gennaker_client::{Call, Client, Error};
use gennaker_proto::json;
use serde_json::Value;

use crate::soon;

/// Calls a method, with its request as JSON.
///
/// # Errors
/// What the server answers, or that it can't be reached.
///
/// # Panics
/// Where the JSON is not a request of this method.
pub async fn call<C>(client: &Client, request: Value) -> Result<C::Response, Error>
where
    C: Call + prost::Message + prost::Name + Default,
{
    let request = json::decode::<C>(&request).unwrap_or_else(|error| panic!("{error}"));
    soon(C::NAME, client.call(request)).await
}
