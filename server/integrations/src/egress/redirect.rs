//! Where an answer redirects to.

use gennaker_ports::EgressError;
use http::{Method, StatusCode};

use super::call::{Call, check_url};
use super::exchange::Answer;

/// The call that an answer asks for, where it is a redirect. By <https://fetch.spec.whatwg.org/#http-redirect-fetch>, and
/// never from `https` to `http`.
pub(super) fn next(call: &Call, answer: &Answer) -> Result<Option<Call>, EgressError> {
    let Some(method) = method(answer.status(), call.method()) else { return Ok(None) };
    let Some(location) = answer.location() else { return Ok(None) };
    let location = location.to_str().map_err(|_| call.forbidden("it redirects to no URL"))?;
    let url = call.url().join(location).map_err(|error| call.forbidden(format!("it redirects to no URL: {error}")))?;
    let url = check_url(url).map_err(|problem| call.forbidden(format!("it redirects wrongly: {problem}")))?;
    if call.url().scheme() == "https" && url.scheme() != "https" {
        return Err(call.forbidden("it redirects from https to something less secure"));
    }
    Ok(Some(call.redirected(url, method)))
}

/// The method after a redirect; none where the status is not one of a redirect.
fn method(status: StatusCode, method: &Method) -> Option<Method> {
    match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND if method == Method::POST => Some(Method::GET),
        StatusCode::SEE_OTHER if method != Method::HEAD => Some(Method::GET),
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::SEE_OTHER
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => Some(method.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_follows_the_status() {
        let after = |status: u16, before: &Method| method(StatusCode::from_u16(status).unwrap(), before);
        assert_eq!(after(301, &Method::POST), Some(Method::GET));
        assert_eq!(after(302, &Method::POST), Some(Method::GET));
        assert_eq!(after(302, &Method::PUT), Some(Method::PUT));
        assert_eq!(after(303, &Method::DELETE), Some(Method::GET));
        assert_eq!(after(303, &Method::HEAD), Some(Method::HEAD));
        assert_eq!(after(307, &Method::POST), Some(Method::POST));
        assert_eq!(after(308, &Method::PATCH), Some(Method::PATCH));
        for status in [200, 300, 304, 305, 400] {
            assert_eq!(after(status, &Method::GET), None);
        }
    }
}
