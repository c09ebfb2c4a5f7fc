//! Microsoft Teams, by the incoming webhook of a workflow, or of a connector as long as there are some:
//! <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>.

use gennaker_ports::{EgressRequest, EgressResponse, NotifyError};
use serde_json::{Value, json};

use super::markup::{Dialect as _, TeamsMarkdown};
use super::message::{LINK, Message, Mood, shortened};
use super::{Channels, answer};

/// The most characters of a text block, so that a card stays below the 28 KB that Teams takes.
const TEXT: usize = 2_000;
/// The most text blocks of a card.
const TEXTS: usize = 8;

impl Channels {
    pub(super) async fn microsoft_teams(&self, message: &Message<'_>, url: &str) -> Result<(), NotifyError> {
        let url = self.revealed(url).await?;
        let answer = self.send(EgressRequest::post_json(url, &body(message))).await?;
        answer::check("Microsoft Teams", &answer, "check the URL of the channel's webhook")?;
        check_body(&answer)
    }
}

fn body(message: &Message<'_>) -> Value {
    let mut parts = vec![json!({
        "type": "TextBlock",
        "text": shortened(&TeamsMarkdown.text(&message.title), TEXT),
        "size": "Medium",
        "weight": "Bolder",
        "color": color(message.mood()),
        "wrap": true,
    })];
    let pieces = message.pieces(&TeamsMarkdown, TEXTS, TEXT);
    parts.extend(pieces.iter().map(|piece| json!({"type": "TextBlock", "text": piece, "wrap": true})));
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": parts,
    });
    if let Some(link) = &message.link {
        card["actions"] = json!([{"type": "Action.OpenUrl", "title": LINK, "url": link}]);
    }
    json!({
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card}],
    })
}

const fn color(mood: Mood) -> &'static str {
    match mood {
        Mood::Good => "Good",
        Mood::Bad => "Attention",
        Mood::Asking => "Warning",
        Mood::Neutral => "Default",
    }
}

/// Connectors tell of some errors with a status of 200 and a text; what they tell of passes.
fn check_body(answer: &EgressResponse) -> Result<(), NotifyError> {
    let text = String::from_utf8_lossy(&answer.body);
    if text.contains("Webhook message delivery failed") {
        let message = "Microsoft Teams took the message and could not deliver it".to_owned();
        return Err(NotifyError { message, retryable: true });
    }
    Ok(())
}
