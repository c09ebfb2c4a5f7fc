//! All kinds of triggers: one line for each.

use gennaker_proto::v1::{FieldViolation, Trigger, trigger::Source};
use serde_json::Value;

use crate::{Verdict, manual, spinnaker, webhook};

/// What is wrong with a trigger beyond the rules of its single fields, by paths from the trigger.
pub fn problems(trigger: &Trigger) -> Vec<FieldViolation> {
    match &trigger.source {
        None => Vec::new(),
        Some(Source::Manual(manual)) => manual::problems(manual),
        Some(Source::Webhook(webhook)) => webhook::problems(webhook),
        Some(Source::Spinnaker(trigger)) => spinnaker::problems(trigger),
    }
}

/// Whether what was seen meets a trigger's constraints.
pub fn verdict(trigger: &Trigger, payload: &Value) -> Verdict {
    match &trigger.source {
        None => Verdict::Filtered("the trigger has no source".to_owned()),
        Some(Source::Manual(manual)) => manual::verdict(manual),
        Some(Source::Webhook(webhook)) => webhook::verdict(webhook, payload),
        Some(Source::Spinnaker(trigger)) => spinnaker::verdict(trigger),
    }
}
