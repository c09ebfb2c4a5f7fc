//! Deliveries to webhooks.

use std::collections::HashMap;

use bytes::Bytes;
use gennaker_ports::store::TriggerDecision;
use gennaker_proto::v1;
use gennaker_proto::v1::trigger::Source;
use gennaker_triggers::{Headers, Proof, Verdict};
use serde_json::Value;

use super::ledger::{Seen, dedupe_key};
use crate::{App, AppError};

/// A request that came to `/webhooks/{path}`.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// What follows `/webhooks/`: the trigger's name, and its token where the sender proves itself with it.
    pub path: String,
    /// The headers, in any case.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: Bytes,
    /// The address of the sender.
    pub sender: String,
}

impl App {
    /// Takes a delivery to a webhook: checks the sender, notes what came, and starts the pipeline if the constraints hold.
    ///
    /// # Errors
    /// [`AppError::Unauthenticated`] where there is no such webhook, too: who can't prove anything learns nothing.
    /// [`AppError::InvalidArgument`] where the body is too long or is no JSON object.
    pub async fn receive_webhook(&self, delivery: Delivery) -> Result<v1::TriggerEvent, AppError> {
        let limit = self.inner.options.limits.max_webhook_bytes;
        if delivery.body.len() as u64 > limit {
            return Err(AppError::invalid(
                "body",
                format!("has {} bytes; at most {limit} are taken", delivery.body.len()),
            ));
        }
        let (name, token) = split(&delivery.path).ok_or_else(unknown)?;
        let found = self.find::<v1::Trigger>(name).await?.ok_or_else(unknown)?;
        let (trigger, made) = (found.definition, found.resource.created);
        let Some(Source::Webhook(webhook)) = &trigger.source else { return Err(unknown()) };
        let headers = Headers::new(delivery.headers.iter().cloned());
        self.authenticate(webhook, token, &headers, &delivery.body).await?;
        let payload = payload(&delivery.body)?;
        let seen = Seen {
            trigger: trigger.name.clone(),
            made,
            actor: delivery.sender.clone(),
            starter: trigger.name.clone(),
            reason: String::new(),
            parameters: gennaker_triggers::parameters(&payload).into_iter().collect(),
            artifacts: gennaker_triggers::artifacts(&payload)
                .map_err(|violation| AppError::InvalidArgument { violations: vec![violation] })?,
            dedupe_key: gennaker_triggers::delivery_id(webhook, &headers).map(|id| dedupe_key(made, "delivery", id)),
            payload,
        };
        let event = if trigger.disabled {
            self.note(&seen, TriggerDecision::Disabled, "the trigger is disabled", None).await?
        } else {
            match self.verdict(&trigger, &seen).await? {
                Verdict::Filtered(reason) => self.note(&seen, TriggerDecision::Filtered, &reason, None).await?,
                Verdict::Matches => self.fire(&seen).await?,
            }
        };
        self.show_event(&event, &mut HashMap::new()).await
    }

    async fn authenticate(
        &self,
        webhook: &v1::WebhookTrigger,
        token: Option<&str>,
        headers: &Headers,
        body: &[u8],
    ) -> Result<(), AppError> {
        let key;
        let proof = if webhook.hmac_secret.is_empty() {
            Proof::Token(&webhook.token)
        } else {
            let secret = self.inner.ports.secrets.secret(&webhook.hmac_secret).await;
            key = secret.map_err(|error| {
                tracing::warn!(%error, "the signing secret of a webhook can't be read");
                AppError::unavailable("the signing secret of the webhook can't be read")
            })?;
            Proof::Key(&key)
        };
        gennaker_triggers::authenticate(webhook, proof, token, headers, body).map_err(|error| match error {
            gennaker_triggers::AuthenticationError::Missing => AppError::Unauthenticated { message: error.to_string() },
            gennaker_triggers::AuthenticationError::Wrong => unknown(),
        })
    }
}

/// The trigger's name and the token in a path.
fn split(path: &str) -> Option<(&str, Option<&str>)> {
    let path = path.trim_start_matches('/');
    let end = path.match_indices('/').nth(3).map(|(place, _)| place);
    let (name, token) = end.map_or((path, None), |end| (&path[..end], Some(&path[end + 1..])));
    let parts: Vec<&str> = name.split('/').collect();
    let is_name = matches!(parts.as_slice(), ["applications", _, "triggers", _]);
    is_name.then_some((name, token.filter(|token| !token.is_empty())))
}

fn payload(body: &[u8]) -> Result<Value, AppError> {
    let payload: Value =
        serde_json::from_slice(body).map_err(|error| AppError::invalid("body", format!("is no JSON: {error}")))?;
    if payload.is_object() { Ok(payload) } else { Err(AppError::invalid("body", "must be a JSON object")) }
}

/// There is no such webhook, or the proof is wrong: the sender can't tell which.
fn unknown() -> AppError {
    AppError::Unauthenticated { message: "there is no such webhook, or the proof of the sender is wrong".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_a_name_and_may_have_a_token() {
        assert_eq!(split("applications/a/triggers/t"), Some(("applications/a/triggers/t", None)));
        assert_eq!(split("/applications/a/triggers/t/x"), Some(("applications/a/triggers/t", Some("x"))));
        assert_eq!(split("applications/a/triggers/t/"), Some(("applications/a/triggers/t", None)));
        for odd in ["", "a", "applications/a/pipelines/p", "applications/a/triggers"] {
            assert_eq!(split(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_body_is_an_object() {
        assert!(payload(b"{\"a\": 1}").is_ok());
        assert_eq!(payload(b"[1]").unwrap_err().to_string(), "body: must be a JSON object");
        assert!(payload(b"{").unwrap_err().to_string().starts_with("body: is no JSON"));
        assert!(payload(b"").is_err());
    }
}
