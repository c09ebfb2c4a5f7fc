//! PagerDuty, by its Events API v2: <https://developer.pagerduty.com/docs/send-alert-event>.

use gennaker_core::notification::Occasion;
use gennaker_ports::{EgressRequest, NotifyError};
use serde_json::{Value, json};

use super::markup::{Dialect as _, Plain};
use super::message::{LINK, Message, shortened};
use super::{Channels, answer};

/// The most characters of a summary.
const SUMMARY: usize = 1_024;

impl Channels {
    pub(super) async fn pager_duty(&self, message: &Message<'_>, key: &str, severity: &str) -> Result<(), NotifyError> {
        let key = self.revealed(key).await?;
        let body = body(message, &key, severity);
        let answer = self.send(EgressRequest::post_json(&self.options.pager_duty_url, &body)).await?;
        answer::check("PagerDuty", &answer, "the integration key must be one of the Events API v2")
    }
}

/// All events of an execution are about one incident; its success resolves that.
fn body(message: &Message<'_>, key: &str, severity: &str) -> Value {
    let notice = message.notice;
    let resolved = notice.occasion == Occasion::PipelineComplete;
    let mut body = json!({
        "routing_key": key,
        "event_action": if resolved { "resolve" } else { "trigger" },
        "dedup_key": notice.execution,
        "client": "Gennaker",
        "payload": {
            "summary": shortened(&message.title, SUMMARY),
            "source": notice.application,
            "severity": if severity.is_empty() { "error" } else { severity },
            "component": notice.stage.as_ref().map_or(&notice.display_name, |(_, name)| name),
            "group": notice.application,
            "class": notice.occasion,
            "custom_details": {
                "execution": notice.execution,
                "text": Plain.document(&message.text),
            },
        },
    });
    if let Some(link) = &message.link {
        body["client_url"] = json!(link);
        body["links"] = json!([{"href": link, "text": LINK}]);
    }
    body
}
