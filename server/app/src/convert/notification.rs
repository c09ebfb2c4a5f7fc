//! Notifications.

use gennaker_core::notification::{Channel, Notification, Occasion};
use gennaker_proto::v1::notification::Channel as Message;
use gennaker_proto::v1::{self, notification};

/// A notification from a message; `None` for one without a channel.
pub(crate) fn to_core(message: &v1::Notification) -> Option<Notification> {
    Some(Notification {
        when: message.when().filter_map(occasion).collect(),
        message: message.message.clone(),
        channel: channel(message.channel.as_ref()?),
    })
}

/// What a message is about.
fn occasion(occasion: notification::Occasion) -> Option<Occasion> {
    match occasion {
        notification::Occasion::Unspecified => None,
        notification::Occasion::PipelineStarting => Some(Occasion::PipelineStarting),
        notification::Occasion::PipelineComplete => Some(Occasion::PipelineComplete),
        notification::Occasion::PipelineFailed => Some(Occasion::PipelineFailed),
        notification::Occasion::StageStarting => Some(Occasion::StageStarting),
        notification::Occasion::StageComplete => Some(Occasion::StageComplete),
        notification::Occasion::StageFailed => Some(Occasion::StageFailed),
        notification::Occasion::JudgmentRequested => Some(Occasion::JudgmentRequested),
        notification::Occasion::JudgmentContinued => Some(Occasion::JudgmentContinued),
        notification::Occasion::JudgmentStopped => Some(Occasion::JudgmentStopped),
    }
}

fn channel(channel: &Message) -> Channel {
    match channel {
        Message::Email(email) => Channel::Email { to: email.to.clone(), cc: email.cc.clone() },
        Message::Slack(slack) => Channel::Slack { address: slack.channel.clone() },
        Message::MicrosoftTeams(teams) => Channel::MicrosoftTeams { url: teams.url.clone() },
        Message::GoogleChat(chat) => Channel::GoogleChat { url: chat.url.clone() },
        Message::PagerDuty(duty) => Channel::PagerDuty {
            routing_key: duty.routing_key.clone(),
            severity: if duty.severity.is_empty() { "error".to_owned() } else { duty.severity.clone() },
        },
        Message::Webhook(webhook) => {
            Channel::Webhook { url: webhook.url.clone(), hmac_secret: webhook.hmac_secret.clone() }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_proto::json;
    use serde_json::json;

    #[test]
    fn a_notification_keeps_what_it_needs() {
        let message = json::decode(&json!({
            "when": ["OCCASION_STAGE_FAILED", "OCCASION_STAGE_FAILED"], "message": "oh", "pagerDuty": {"routingKey": "env:KEY"},
        }))
        .unwrap();
        let core = to_core(&message).unwrap();
        assert_eq!(core.when, [Occasion::StageFailed].into());
        assert_eq!(core.channel, Channel::PagerDuty { routing_key: "env:KEY".into(), severity: "error".into() });
        assert_eq!(to_core(&v1::Notification::default()), None);
    }
}
