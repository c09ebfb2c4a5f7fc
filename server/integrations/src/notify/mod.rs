//! The channels over which people and programs are told of what happens: one file each.
//!
//! A message has a title (what happened, as one line), a text (the author's own, or details), and a link to the execution where the
//! operator said how people reach the server. Each channel writes them in its own language ([`markup`]).

mod answer;
mod email;
mod google_chat;
mod markup;
mod message;
mod microsoft_teams;
mod options;
mod pager_duty;
mod slack;
#[cfg(test)]
mod tests;
mod webhook;

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::notification::{Channel, Notice};
use gennaker_ports::{
    Clock, Egress, EgressError, EgressRequest, EgressResponse, Notifier, NotifyError, SecretError, Secrets,
};

use self::email::Mailer;
use self::message::Message;
pub use self::options::{EmailOptions, Options, OptionsError, Security, SlackOptions};
use crate::Trust;

/// Sends messages over the channels that the operator has set up, and over those that need no setting up.
pub struct Channels {
    options: Options,
    mailer: Option<Mailer>,
    egress: Arc<dyn Egress>,
    secrets: References,
}

/// Where references to secrets lead.
#[derive(Clone)]
pub struct References {
    /// Those in the settings.
    pub operator: Arc<dyn Secrets>,
    /// Those in definitions.
    pub definitions: Arc<dyn Secrets>,
}

impl std::fmt::Debug for Channels {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Channels").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Channels {
    /// Channels as the options say.
    ///
    /// # Errors
    /// [`OptionsError`] where an option can't be what it is.
    pub fn new(
        options: Options,
        egress: Arc<dyn Egress>,
        secrets: References,
        clock: Arc<dyn Clock>,
        trust: &Trust,
    ) -> Result<Self, OptionsError> {
        options.check()?;
        let mailer = options.email.as_ref().map(|email| Mailer::new(email, clock, trust)).transpose()?;
        Ok(Self { options, mailer, egress, secrets })
    }

    async fn send(&self, request: EgressRequest) -> Result<EgressResponse, NotifyError> {
        self.egress.send(request).await.map_err(unsent)
    }

    /// A secret of the settings.
    async fn setting(&self, reference: &str) -> Result<String, NotifyError> {
        read(&*self.secrets.operator, reference).await
    }

    /// A secret that a definition refers to.
    async fn secret(&self, reference: &str) -> Result<String, NotifyError> {
        read(&*self.secrets.definitions, reference).await
    }

    /// What stands in a field that may be a reference.
    async fn revealed(&self, value: &str) -> Result<String, NotifyError> {
        if value.starts_with("env:") || value.starts_with("file:") {
            self.secret(value).await
        } else {
            Ok(value.to_owned())
        }
    }
}

#[async_trait]
impl Notifier for Channels {
    async fn notify(&self, key: &str, notice: &Notice) -> Result<(), NotifyError> {
        let message = Message::new(key, notice, self.options.public_url.as_deref());
        match &notice.channel {
            Channel::Email { to, cc } => self.email(&message, to, cc).await,
            Channel::Slack { address } => self.slack(&message, address).await,
            Channel::MicrosoftTeams { url } => self.microsoft_teams(&message, url).await,
            Channel::GoogleChat { url } => self.google_chat(&message, url).await,
            Channel::PagerDuty { routing_key, severity } => self.pager_duty(&message, routing_key, severity).await,
            Channel::Webhook { url, hmac_secret } => self.webhook(&message, url, hmac_secret).await,
        }
    }
}

async fn read(secrets: &dyn Secrets, reference: &str) -> Result<String, NotifyError> {
    let value = secrets.secret(reference).await.map_err(|error| NotifyError {
        retryable: matches!(error, SecretError::Unreadable { .. }),
        message: error.to_string(),
    })?;
    String::from_utf8(value).map_err(|_| permanent(format!("secret {reference:?} is no text")))
}

fn permanent(message: impl Into<String>) -> NotifyError {
    NotifyError { message: message.into(), retryable: false }
}

fn unsent(error: EgressError) -> NotifyError {
    let retryable = match &error {
        EgressError::Invalid(_) | EgressError::Forbidden(_) => false,
        EgressError::Unreachable(_) => true,
    };
    NotifyError { message: error.to_string(), retryable }
}
