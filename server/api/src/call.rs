//! What a request's headers say about the call: who, which one, until when.

use std::time::Duration;

use gennaker_app::Caller;
use http::{HeaderMap, HeaderName};
use tonic::Status;

use crate::error;

/// The header with the name that changes are recorded under.
///
/// It is believed as it comes: until there is authentication it says who somebody claims to be, and no right hangs on it.
pub const ACTOR_HEADER: HeaderName = HeaderName::from_static("x-gennaker-actor");

/// The header with the request's id, given by the client or by the server.
pub const REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

const TIMEOUT_HEADER: HeaderName = HeaderName::from_static("grpc-timeout");

/// The name of callers that don't give one.
const ANONYMOUS: &str = "anonymous";

/// The most characters of a name or a request's id.
const MAX_NAME: usize = 128;

/// A call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Who calls.
    pub(crate) caller: Caller,
    /// The request's id.
    pub(crate) request_id: String,
    /// How long it may take, if the client says so.
    pub(crate) timeout: Option<Duration>,
}

impl Call {
    /// The call that a request's headers describe.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` where a header is wrong.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Self, Status> {
        Ok(Self {
            caller: Caller::named(actor(headers)?),
            request_id: request_id(headers).unwrap_or_default(),
            timeout: timeout(headers)?,
        })
    }
}

/// The name that changes are recorded under.
fn actor(headers: &HeaderMap) -> Result<String, Status> {
    let Some(value) = headers.get(ACTOR_HEADER) else { return Ok(ANONYMOUS.to_owned()) };
    let rule = "must be 1 to 128 printable ASCII characters";
    printable(value.as_bytes()).ok_or_else(|| error::bad_header(ACTOR_HEADER.as_str(), rule))
}

/// The request's id, where it has a usable one.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    printable(headers.get(REQUEST_ID_HEADER)?.as_bytes())
}

/// An id for a request that came without.
pub(crate) fn new_request_id() -> String {
    format!("{:016x}", rand::random::<u64>())
}

fn printable(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?.trim();
    let usable = !text.is_empty() && text.len() <= MAX_NAME && text.bytes().all(|b| (b' '..=b'~').contains(&b));
    usable.then(|| text.to_owned())
}

/// `grpc-timeout`: up to eight digits and a unit.
pub(crate) fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, Status> {
    let Some(value) = headers.get(TIMEOUT_HEADER) else { return Ok(None) };
    let parsed = value.to_str().ok().and_then(parse_timeout);
    let rule = "must be up to eight digits and one of the units H, M, S, m, u, n";
    parsed.map(Some).ok_or_else(|| error::bad_header(TIMEOUT_HEADER.as_str(), rule))
}

fn parse_timeout(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    match unit {
        "H" => Some(Duration::from_secs(number * 3600)),
        "M" => Some(Duration::from_secs(number * 60)),
        "S" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_millis(number)),
        "u" => Some(Duration::from_micros(number)),
        "n" => Some(Duration::from_nanos(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn call(name: HeaderName, value: &str) -> Result<Call, Status> {
        Call::read(&HeaderMap::from_iter([(name, HeaderValue::from_bytes(value.as_bytes()).unwrap())]))
    }

    #[test]
    fn reads_timeouts() {
        let cases = [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("30S", Some(Duration::from_secs(30))),
            ("99999999m", Some(Duration::from_millis(99_999_999))),
            ("5u", Some(Duration::from_micros(5))),
            ("0n", Some(Duration::ZERO)),
            ("123456789m", None),
            ("S", None),
            ("", None),
            ("-1S", None),
            ("1", None),
            ("1s", None),
        ];
        for (text, expected) in cases {
            assert_eq!(call(TIMEOUT_HEADER, text).ok().and_then(|call| call.timeout), expected, "{text}");
        }
        assert_eq!(Call::read(&HeaderMap::new()).unwrap().timeout, None);
    }

    #[test]
    fn takes_the_actor_as_it_is_told() {
        assert_eq!(Call::read(&HeaderMap::new()).unwrap().caller.name(), "anonymous");
        assert_eq!(call(ACTOR_HEADER, " ada@example.com ").unwrap().caller.name(), "ada@example.com");
        assert_eq!(call(ACTOR_HEADER, &"a".repeat(128)).unwrap().caller.name().len(), 128);
        for wrong in ["", " ", "jos\u{e9}", &"a".repeat(129)] {
            assert_eq!(call(ACTOR_HEADER, wrong).unwrap_err().code(), tonic::Code::InvalidArgument, "{wrong:?}");
        }
    }

    #[test]
    fn ids_of_requests_are_used_when_they_are_usable() {
        assert_eq!(call(REQUEST_ID_HEADER, "abc-1").unwrap().request_id, "abc-1");
        assert_eq!(call(REQUEST_ID_HEADER, "\u{1f600}").unwrap().request_id, "");
        assert_ne!(new_request_id(), new_request_id());
    }
}
