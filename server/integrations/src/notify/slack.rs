//! Slack, by its web API: <https://docs.slack.dev/reference/methods/chat.postMessage>.

use gennaker_ports::{EgressRequest, EgressResponse, NotifyError};
use serde_json::{Value, json};

use super::markup::{Dialect as _, Mrkdwn};
use super::message::{LINK, Message, shortened};
use super::{Channels, answer, permanent};

/// The most characters of a section: <https://docs.slack.dev/reference/block-kit/blocks/section-block>.
const SECTION: usize = 3_000;
/// The most sections of a message, of the 50 blocks that it may have.
const SECTIONS: usize = 40;

impl Channels {
    pub(super) async fn slack(&self, message: &Message<'_>, address: &str) -> Result<(), NotifyError> {
        let Some(slack) = &self.options.slack else {
            return Err(permanent("the server has no Slack app; set notifications.slack"));
        };
        let token = self.setting(&slack.token).await?;
        let url = format!("{}/chat.postMessage", slack.url.trim_end_matches('/'));
        let mut request = EgressRequest::post_json(url, &body(message, address));
        request.headers[0].1 = "application/json; charset=utf-8".to_owned();
        request.headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        let answer = self.send(request).await?;
        answer::check("Slack", &answer, "check notifications.slack.url")?;
        check_body(&answer, address)
    }
}

fn body(message: &Message<'_>, address: &str) -> Value {
    let title = shortened(&Mrkdwn.text(&message.title), SECTION - 2);
    let mut blocks = vec![section(&format!("*{title}*"))];
    blocks.extend(message.pieces(&Mrkdwn, SECTIONS, SECTION).iter().map(|piece| section(piece)));
    if let Some(link) = &message.link {
        blocks.push(section(&Mrkdwn.link(LINK, link)));
    }
    json!({
        "channel": address,
        // What is shown where blocks are not, in notifications of phones for instance.
        "text": title,
        "blocks": blocks,
        "parse": "none",
        "link_names": false,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

/// `verbatim`: names of channels and people in the text mention nobody.
fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

/// Errors of Slack come with a status of 200.
fn check_body(answer: &EgressResponse, address: &str) -> Result<(), NotifyError> {
    let body: Value = serde_json::from_slice(&answer.body)
        .map_err(|_| permanent("what answered is not Slack; check notifications.slack.url"))?;
    if body["ok"] == true {
        return Ok(());
    }
    let code: String =
        body["error"].as_str().unwrap_or("no reason").chars().filter(|c| !c.is_control()).take(80).collect();
    let (retryable, advice) = meaning(&code);
    let advice = if advice.is_empty() { String::new() } else { format!("; {}", advice.replace("{}", address)) };
    Err(NotifyError { message: format!("Slack refused it: {code}{advice}"), retryable })
}

/// Whether an error may pass, and what to do otherwise.
fn meaning(code: &str) -> (bool, &'static str) {
    match code {
        "ratelimited"
        | "rate_limited"
        | "internal_error"
        | "fatal_error"
        | "service_unavailable"
        | "request_timeout"
        | "team_added_to_org" => (true, ""),
        "not_in_channel" => (false, "invite the app to {}"),
        "channel_not_found" => (false, "there is no channel {}, or it is private and the app is not in it"),
        "is_archived" => (false, "{} is archived"),
        "invalid_auth" | "not_authed" | "account_inactive" | "token_revoked" | "token_expired" => {
            (false, "give notifications.slack.token a valid bot token")
        }
        "missing_scope" | "no_permission" => {
            (false, "give the app the scope chat:write, and chat:write.public for channels it is not in")
        }
        _ => (false, ""),
    }
}

#[cfg(test)]
mod tests {
    use gennaker_ports::testing::egress::response;

    use super::*;

    #[test]
    fn errors_in_bodies_are_read() {
        let outcome = |body: &str| {
            let answer = response("https://slack.com/api/chat.postMessage", 200, body.to_owned());
            check_body(&answer, "#deploys").map_err(|error| (error.message, error.retryable))
        };
        assert_eq!(outcome(r#"{"ok":true,"ts":"1.2"}"#), Ok(()));
        let refused = |text: &str, retryable| Err((text.to_owned(), retryable));
        assert_eq!(
            outcome(r#"{"ok":false,"error":"not_in_channel"}"#),
            refused("Slack refused it: not_in_channel; invite the app to #deploys", false)
        );
        assert_eq!(outcome(r#"{"ok":false,"error":"ratelimited"}"#), refused("Slack refused it: ratelimited", true));
        assert_eq!(outcome(r#"{"ok":false,"error":"msg_too_long"}"#), refused("Slack refused it: msg_too_long", false));
        assert_eq!(outcome("<html>"), refused("what answered is not Slack; check notifications.slack.url", false));
    }
}
