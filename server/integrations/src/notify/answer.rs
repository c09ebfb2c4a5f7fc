//! What an answer over HTTP means.

use gennaker_ports::{EgressResponse, NotifyError};

use super::permanent;

/// Takes a message for sent, or says why it was not. `advice` is what to do where a message is refused for good.
pub(super) fn check(service: &str, answer: &EgressResponse, advice: &str) -> Result<(), NotifyError> {
    match answer.status {
        200..=299 => Ok(()),
        status if passes(status) => {
            let wait =
                answer.header("retry-after").map_or_else(String::new, |wait| format!(", and asks to wait {wait} s"));
            Err(NotifyError { message: format!("{service} answered {status}{wait}"), retryable: true })
        }
        status => Err(permanent(format!("{service} answered {status}; {advice}"))),
    }
}

/// Whether it may be another answer later.
const fn passes(status: u16) -> bool {
    matches!(status, 408 | 409 | 425 | 429 | 500..=599)
}

#[cfg(test)]
mod tests {
    use gennaker_ports::testing::egress::response;

    use super::*;

    #[test]
    fn statuses_say_whether_to_try_again() {
        let outcome =
            |status| check("it", &response("https://a/", status, ""), "mend it").map_err(|error| error.retryable);
        for status in [200, 201, 202, 204] {
            assert_eq!(outcome(status), Ok(()), "{status}");
        }
        for status in [408, 409, 425, 429, 500, 502, 503, 504, 529] {
            assert_eq!(outcome(status), Err(true), "{status}");
        }
        for status in [301, 304, 400, 401, 403, 404, 405, 410, 413, 415, 422] {
            assert_eq!(outcome(status), Err(false), "{status}");
        }
    }

    #[test]
    fn a_wish_to_wait_is_told() {
        let mut answer = response("https://a/", 429, "");
        answer.headers.push(("retry-after".to_owned(), "30".to_owned()));
        assert_eq!(check("Slack", &answer, "").unwrap_err().message, "Slack answered 429, and asks to wait 30 s");
    }
}
