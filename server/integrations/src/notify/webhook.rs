//! JSON to a URL.

use bytes::Bytes;
use gennaker_ports::{EgressRequest, NotifyError};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use super::message::Message;
use super::{Channels, answer};

impl Channels {
    pub(super) async fn webhook(&self, message: &Message<'_>, url: &str, secret: &str) -> Result<(), NotifyError> {
        let mut request = EgressRequest::post_json(url, &body(message));
        request.headers.push(("idempotency-key".to_owned(), message.key.to_owned()));
        if !secret.is_empty() {
            let key = self.secret(secret).await?;
            request.headers.push(("x-gennaker-signature-256".to_owned(), signature(key.as_bytes(), &request.body)));
        }
        let answer = self.send(request).await?;
        answer::check("the webhook", &answer, "check its URL and what it takes")
    }
}

fn body(message: &Message<'_>) -> Value {
    let notice = message.notice;
    let mut body = json!({
        "id": message.key,
        "occasion": notice.occasion,
        "application": notice.application,
        "execution": notice.execution,
        "displayName": notice.display_name,
        "subject": notice.subject,
        "text": notice.text,
    });
    if let Some((id, name)) = &notice.stage {
        body["stage"] = json!({"id": id, "name": name});
    }
    if let Some(link) = &message.link {
        body["link"] = json!(link);
    }
    body
}

/// What proves that the body came from somebody who knows the key.
fn signature(key: &[u8], body: &Bytes) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}
