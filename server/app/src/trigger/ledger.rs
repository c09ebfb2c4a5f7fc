//! What triggers saw, and what is done about it.
//!
//! An event is noted as PENDING before its pipeline is started, with a request id that follows from the event: when the
//! server dies in between, the event is taken up again, and the start is the same start. What is delivered twice is taken
//! up again too, unless it has fired: so a sender can repeat what failed.

use gennaker_core::Timestamp;
use gennaker_core::artifact::Artifact;
use gennaker_core::execution::{Cause, CommandId, ExecutionId, Origin};
use gennaker_ports::Launch;
use gennaker_ports::store::{StoredTriggerEvent, TriggerDecision};
use gennaker_proto::v1;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::convert;
use crate::{App, AppError};

/// How many events are taken up with one look at the store.
const BATCH: usize = 50;

/// Something that a trigger saw.
pub(super) struct Seen {
    pub(super) trigger: String,
    /// When that trigger was made: another one of its name is another one.
    pub(super) made: Timestamp,
    /// Who or what sent it.
    pub(super) actor: String,
    /// Who starts the execution: the trigger itself, or the person who fired it.
    pub(super) starter: String,
    /// Why, in the words of the person who fired it.
    pub(super) reason: String,
    pub(super) payload: Value,
    /// Values for the pipeline's parameters, over those of the trigger.
    pub(super) parameters: Map<String, Value>,
    /// What it brings for the pipeline's expected artifacts.
    pub(super) artifacts: Vec<Artifact>,
    /// What makes it the same as another.
    pub(super) dedupe_key: Option<String>,
}

/// What makes an event of a trigger the same as another. A trigger of the same name that is made later is another one.
pub(super) fn dedupe_key(made: Timestamp, sort: &str, id: &str) -> String {
    format!("{:x}/{sort}/{id}", made.as_micros())
}

/// What was decided.
struct Outcome {
    decision: TriggerDecision,
    reason: String,
    execution: Option<ExecutionId>,
}

impl Outcome {
    fn without_execution(decision: TriggerDecision, reason: impl Into<String>) -> Self {
        Self { decision, reason: reason.into(), execution: None }
    }
}

impl App {
    /// Notes something that starts nothing.
    pub(super) async fn note(
        &self,
        seen: &Seen,
        decision: TriggerDecision,
        reason: &str,
        execution: Option<ExecutionId>,
    ) -> Result<StoredTriggerEvent, AppError> {
        let event = StoredTriggerEvent {
            dedupe_key: None,
            decision,
            reason: reason.to_owned(),
            execution,
            payload: json!({ "payload": convert::json::shorten(&seen.payload) }),
            ..self.event_of(seen)
        };
        self.inner.ports.store.record_trigger_event(&event).await?;
        Ok(event)
    }

    /// Notes something that starts the trigger's pipeline, and starts it, once for all deliveries of the same.
    pub(super) async fn fire(&self, seen: &Seen) -> Result<StoredTriggerEvent, AppError> {
        let event = self.event_of(seen);
        let Some(earlier) = self.inner.ports.store.record_trigger_event(&event).await? else {
            return self.take_up(event, true).await;
        };
        let earlier = match earlier.decision {
            TriggerDecision::Fired => earlier,
            TriggerDecision::Pending => self.take_up(earlier, false).await?,
            TriggerDecision::Failed
            | TriggerDecision::Capped
            | TriggerDecision::Disabled
            | TriggerDecision::Filtered
            | TriggerDecision::Deduplicated => self.take_up(earlier, true).await?,
        };
        let reason = format!("it is the same as event {} and did not start a second execution", earlier.id);
        self.note(seen, TriggerDecision::Deduplicated, &reason, earlier.execution).await
    }

    /// Takes up again what was seen before a time and cut short: to be called when the server starts, and from time to time,
    /// because other servers end too. Returns how many events there were.
    ///
    /// Several servers may do so at once: an event starts one execution.
    ///
    /// # Errors
    /// The first one, after all events; what was not taken up stays for the next time.
    pub async fn recover_pending_triggers(&self, before: Timestamp) -> Result<usize, AppError> {
        let (mut count, mut failed) = (0, None);
        let mut after: Option<String> = None;
        loop {
            let batch = self.inner.ports.store.pending_trigger_events(after.as_deref(), BATCH).await?;
            after = batch.last().map(|last| last.id.clone());
            let is_last = batch.len() < BATCH;
            for event in batch.into_iter().filter(|event| event.time < before) {
                match self.take_up(event, false).await {
                    Ok(_) => count += 1,
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            if is_last {
                return failed.map_or(Ok(count), Err);
            }
        }
    }

    /// Decides an event that is noted. `is_new` counts it against the trigger's rate; one that is not may have started its
    /// execution before, whatever has become of the trigger since.
    async fn take_up(&self, mut event: StoredTriggerEvent, is_new: bool) -> Result<StoredTriggerEvent, AppError> {
        let started = if is_new { None } else { self.started_by(&event).await? };
        let outcome = if let Some(execution) = started {
            Outcome {
                decision: TriggerDecision::Fired,
                reason: "it started an execution".to_owned(),
                execution: Some(execution),
            }
        } else if is_new && !self.inner.bursts.admit(&event.trigger, self.now()) {
            let limit = self.inner.options.limits.max_trigger_events_per_minute;
            let reason = format!("the trigger has started {limit} executions within a minute, which is its limit");
            Outcome::without_execution(TriggerDecision::Capped, reason)
        } else {
            self.start_for(&event).await?
        };
        let store = &self.inner.ports.store;
        store.decide_trigger_event(&event.id, outcome.decision, &outcome.reason, outcome.execution).await?;
        metrics::counter!("gennaker_trigger_events_total", "decision" => outcome.decision.as_str()).increment(1);
        event.decision = outcome.decision;
        event.reason = outcome.reason;
        event.execution = outcome.execution;
        Ok(event)
    }

    /// The execution that an event has started.
    async fn started_by(&self, event: &StoredTriggerEvent) -> Result<Option<ExecutionId>, AppError> {
        let applied = self.inner.ports.store.command(&request_of(event)).await?.flatten();
        Ok(applied.filter(|applied| applied.rejection.is_none()).map(|applied| applied.execution))
    }

    /// Starts the pipeline of an event's trigger. What may work later is an error: the event then stays pending.
    async fn start_for(&self, event: &StoredTriggerEvent) -> Result<Outcome, AppError> {
        let found = self.find::<v1::Trigger>(&event.trigger).await?;
        let Some(trigger) = found.filter(|trigger| is_of(trigger.resource.created, event)) else {
            return Ok(Outcome::without_execution(TriggerDecision::Failed, "the trigger was deleted"));
        };
        if trigger.definition.disabled {
            return Ok(Outcome::without_execution(TriggerDecision::Disabled, "the trigger is disabled"));
        }
        match self.start_once(launch(&trigger.definition, event)).await {
            Ok(execution) => {
                let reason = format!("it started {}", trigger.definition.pipeline);
                Ok(Outcome { decision: TriggerDecision::Fired, reason, execution: Some(execution) })
            }
            Err(error @ (AppError::Unavailable { .. } | AppError::Internal { .. })) => Err(error),
            Err(error) => Ok(Outcome::without_execution(refusal(&error), error.to_string())),
        }
    }

    fn event_of(&self, seen: &Seen) -> StoredTriggerEvent {
        StoredTriggerEvent {
            id: self.new_id().to_string(),
            trigger: seen.trigger.clone(),
            time: self.now(),
            actor: seen.actor.clone(),
            dedupe_key: seen.dedupe_key.clone(),
            decision: TriggerDecision::Pending,
            reason: String::new(),
            execution: None,
            payload: json!({
                "payload": seen.payload,
                "parameters": seen.parameters,
                "artifacts": seen.artifacts,
                "reason": seen.reason,
                "starter": seen.starter,
                "made": seen.made.as_micros(),
            }),
        }
    }
}

/// Whether an event is of the trigger that was made at a time, and of no earlier one of its name. The clocks of servers differ
/// by a little, so times are compared only where an event does not say it.
fn is_of(made: Timestamp, event: &StoredTriggerEvent) -> bool {
    match event.payload.get("made").and_then(Value::as_i64) {
        Some(known) => known == made.as_micros(),
        None => made <= event.time,
    }
}

/// What an event starts.
fn launch(trigger: &v1::Trigger, event: &StoredTriggerEvent) -> Launch {
    let text = |key: &str| event.payload.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let own = trigger.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    let mut parameters: Map<String, Value> = own.collect();
    let brought = event.payload.get("parameters").and_then(Value::as_object);
    parameters.extend(brought.into_iter().flatten().map(|(name, value)| (name.clone(), value.clone())));
    let artifacts = event.payload.get("artifacts").map(Vec::<Artifact>::deserialize);
    Launch {
        pipeline: trigger.pipeline.clone(),
        parameters,
        artifacts: artifacts.and_then(Result::ok).unwrap_or_default(),
        cause: Cause {
            actor: text("starter"),
            origin: Origin::Trigger { trigger: event.trigger.clone(), event: event.id.clone() },
            reason: text("reason"),
            payload: event.payload.get("payload").cloned().unwrap_or_default(),
        },
        request: request_of(event),
    }
}

/// The request with which an event starts an execution.
fn request_of(event: &StoredTriggerEvent) -> CommandId {
    CommandId(format!("trigger-event/{}", event.id))
}

/// The decision that a refused start means.
fn refusal(error: &AppError) -> TriggerDecision {
    match error {
        AppError::FailedPrecondition { violations } => match violations.first().map(|violation| violation.kind) {
            Some("PIPELINE_DISABLED") => TriggerDecision::Disabled,
            Some("CONCURRENCY_LIMIT") => TriggerDecision::Capped,
            _ => TriggerDecision::Failed,
        },
        AppError::ResourceExhausted { .. } => TriggerDecision::Capped,
        AppError::InvalidArgument { .. }
        | AppError::NotFound(_)
        | AppError::AlreadyExists(_)
        | AppError::Aborted { .. }
        | AppError::OutOfRange { .. }
        | AppError::TooSlow { .. }
        | AppError::PermissionDenied { .. }
        | AppError::Unauthenticated { .. }
        | AppError::Unavailable { .. }
        | AppError::Internal { .. } => TriggerDecision::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The trigger was made by one server; another one, whose clock is behind, saw the event a moment later.
    #[test]
    fn an_event_is_of_the_trigger_that_saw_it_whatever_the_clocks_say() {
        let at = Timestamp::from_secs;
        let event = |payload| StoredTriggerEvent {
            id: String::new(),
            trigger: "applications/shop/triggers/push".to_owned(),
            time: at(99),
            actor: String::new(),
            dedupe_key: None,
            decision: TriggerDecision::Pending,
            reason: String::new(),
            execution: None,
            payload,
        };
        let seen = event(json!({ "made": at(100).as_micros() }));
        assert!(is_of(at(100), &seen));
        assert!(!is_of(at(101), &seen), "it was deleted and made again");
        assert!(!is_of(at(100), &event(json!({}))) && is_of(at(98), &event(json!({}))));
    }
}
