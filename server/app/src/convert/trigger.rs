//! Triggers and their events.

use super::{json, time};
use gennaker_ports::store::{StoredTriggerEvent, TriggerDecision};
use gennaker_proto::v1;
use gennaker_proto::v1::trigger::Source;

/// A trigger as it is shown: with the path to post to, and with its token only for those who may write it.
pub(crate) fn to_proto(mut trigger: v1::Trigger, may_write: bool) -> v1::Trigger {
    if let Some(Source::Webhook(webhook)) = &mut trigger.source {
        if !may_write {
            webhook.token.clear();
        }
        let token = if webhook.token.is_empty() { String::new() } else { format!("/{}", webhook.token) };
        webhook.path = format!("/webhooks/{}{token}", trigger.name);
    }
    trigger
}

/// An event of a trigger. `execution` is the full name of the execution that it started.
pub(crate) fn event(event: &StoredTriggerEvent, execution: String) -> v1::TriggerEvent {
    v1::TriggerEvent {
        name: format!("{}/events/{}", event.trigger, event.id),
        trigger: event.trigger.clone(),
        time: Some(time::to_proto(event.time)),
        decision: decision(event.decision).into(),
        reason: event.reason.clone(),
        execution,
        payload: event.payload.get("payload").map(|payload| json::to_proto(&json::shorten(payload))),
        actor: event.actor.clone(),
    }
}

fn decision(decision: TriggerDecision) -> v1::trigger_event::Decision {
    match decision {
        TriggerDecision::Pending => v1::trigger_event::Decision::Pending,
        TriggerDecision::Fired => v1::trigger_event::Decision::Fired,
        TriggerDecision::Filtered => v1::trigger_event::Decision::Filtered,
        TriggerDecision::Deduplicated => v1::trigger_event::Decision::Deduplicated,
        TriggerDecision::Disabled => v1::trigger_event::Decision::Disabled,
        TriggerDecision::Capped => v1::trigger_event::Decision::Capped,
        TriggerDecision::Failed => v1::trigger_event::Decision::Failed,
    }
}
