//! Notifications: who is told of what in an execution.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A message to be sent when something happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// When it is sent.
    pub when: BTreeSet<Occasion>,
    /// The text, with expressions; empty for a text that the server makes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// How it is sent.
    pub channel: Channel,
}

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// The execution starts.
    PipelineStarting,
    /// The execution has succeeded.
    PipelineComplete,
    /// The execution has failed.
    PipelineFailed,
    /// The stage starts.
    StageStarting,
    /// The stage has ended well.
    StageComplete,
    /// The stage has failed.
    StageFailed,
    /// The stage waits for a judgment.
    JudgmentRequested,
    /// The judgment was to go on.
    JudgmentContinued,
    /// The judgment was to stop.
    JudgmentStopped,
}

/// How a message is sent. Secrets are references, `env:NAME` or `file:/PATH`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "channel", rename_all = "snake_case")]
pub enum Channel {
    /// By e-mail.
    Email {
        /// To whom.
        to: Vec<String>,
        /// To whom a copy goes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cc: Vec<String>,
    },
    /// To a Slack channel.
    Slack {
        /// Its name or id.
        address: String,
    },
    /// To a Microsoft Teams channel.
    MicrosoftTeams {
        /// The URL of its incoming webhook, or a reference to it.
        url: String,
    },
    /// To a Google Chat space.
    GoogleChat {
        /// The URL of its incoming webhook, or a reference to it.
        url: String,
    },
    /// As an event of PagerDuty.
    PagerDuty {
        /// The integration key, or a reference to it.
        routing_key: String,
        /// `critical`, `error`, `warning` or `info`.
        severity: String,
    },
    /// As JSON to a URL.
    Webhook {
        /// The URL.
        url: String,
        /// A reference to the secret that signs the body; empty for none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        hmac_secret: String,
    },
}

impl Channel {
    /// What people call it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Email { .. } => "e-mail",
            Self::Slack { .. } => "Slack",
            Self::MicrosoftTeams { .. } => "Microsoft Teams",
            Self::GoogleChat { .. } => "Google Chat",
            Self::PagerDuty { .. } => "PagerDuty",
            Self::Webhook { .. } => "webhook",
        }
    }
}

/// A message that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How it is sent.
    pub channel: Channel,
    /// What it is about.
    pub occasion: Occasion,
    /// The application's id.
    pub application: String,
    /// The execution's resource name.
    pub execution: String,
    /// What people call the execution.
    pub display_name: String,
    /// The stage, where it is about one: its id and its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<(String, String)>,
    /// What happened, as one line.
    pub subject: String,
    /// The whole text: the author's own, or what the server says of it. Markdown.
    pub text: String,
}
