//! What is said of calls: URLs without what may be secret, and the beginning of answers.

use gennaker_ports::{EgressRequest, EgressResponse};
use url::Url;

use crate::kind::Context;
use gennaker_core::execution::Failure;

/// The longest part of an answer that a message has, in bytes.
const EXCERPT: usize = 300;

/// Makes a call. Where there is no answer, the failure says which call it was.
pub(crate) async fn send(context: &Context, request: EgressRequest) -> Result<EgressResponse, Failure> {
    let call = format!("{} {}", request.method, shown(&request.url));
    context.egress.send(request).await.map_err(|error| {
        let Failure { message, retryable } = error.into();
        Failure { message: format!("{call} has no answer: {message}"), retryable }
    })
}

/// Whether an answer of this status is one that may be another one later.
pub(crate) const fn may_pass(status: u16) -> bool {
    status == 429 || status >= 500
}

/// A URL without what may be secret in it: credentials, query and fragment.
pub(crate) fn shown(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else {
        return url.split(['?', '#', '@']).next().unwrap_or_default().to_owned();
    };
    url.set_query(None);
    url.set_fragment(None);
    // Both fail only for URLs that can't have credentials.
    let _none = (url.set_username(""), url.set_password(None));
    url.into()
}

/// The beginning of a text, of so many bytes at most.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// What an answer says, as an end of a message: nothing where it has no body.
pub(crate) fn said(answer: &EgressResponse) -> String {
    let text = String::from_utf8_lossy(&answer.body);
    let words = cut(&text, EXCERPT).split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() { String::new() } else { format!(": {words}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_not_shown() {
        assert_eq!(shown("https://me:word@host:8443/a/b?token=x#y"), "https://host:8443/a/b");
        assert_eq!(shown("not a url?token=x"), "not a url");
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(cut("ab", 9), "ab");
    }
}
