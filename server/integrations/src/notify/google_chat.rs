//! Google Chat, by the incoming webhook of a space: <https://developers.google.com/workspace/chat/quickstart/webhooks>.

use gennaker_ports::{EgressRequest, NotifyError};
use serde_json::{Value, json};
use url::Url;

use super::markup::{Cards, Dialect as _};
use super::message::{LINK, Message, shortened};
use super::{Channels, answer, permanent};

/// The most characters of the text; a message may have 32 kB.
const TEXT: usize = 10_000;

impl Channels {
    pub(super) async fn google_chat(&self, message: &Message<'_>, url: &str) -> Result<(), NotifyError> {
        let url = self.revealed(url).await?;
        let mut url = Url::parse(&url).map_err(|_| permanent("the URL of the space's webhook can't be read"))?;
        // A message with a known id is not made again.
        url.query_pairs_mut().append_pair("requestId", &message.digest());
        let answer = self.send(EgressRequest::post_json(url, &body(message))).await?;
        answer::check("Google Chat", &answer, "check the URL of the space's webhook")
    }
}

fn body(message: &Message<'_>) -> Value {
    let mut widgets = Vec::new();
    if !message.text.is_empty() {
        let text = shortened(&Cards.document(&message.text), TEXT);
        widgets.push(json!({"textParagraph": {"text": text}}));
    }
    if let Some(link) = &message.link {
        let button = json!({"text": LINK, "onClick": {"openLink": {"url": link}}});
        widgets.push(json!({"buttonList": {"buttons": [button]}}));
    }
    let mut card = json!({"header": {"title": message.title, "subtitle": message.notice.application}});
    if !widgets.is_empty() {
        card["sections"] = json!([{"widgets": widgets}]);
    }
    json!({"fallbackText": message.title, "cardsV2": [{"cardId": "execution", "card": card}]})
}
