//! The ledger of triggers.

use gennaker_core::execution::ExecutionId;

use super::State;
use crate::store::{StoreError, StoredTriggerEvent, TriggerDecision};

impl State {
    pub(super) fn record_trigger_event(&mut self, event: &StoredTriggerEvent) -> Option<StoredTriggerEvent> {
        let alike = |kept: &&StoredTriggerEvent| {
            event.dedupe_key.is_some() && kept.trigger == event.trigger && kept.dedupe_key == event.dedupe_key
        };
        let known = self.trigger_events.get(&event.id);
        if let Some(earlier) = known.or_else(|| self.trigger_events.values().find(alike)) {
            return Some(earlier.clone());
        }
        self.trigger_events.insert(event.id.clone(), event.clone());
        None
    }

    pub(super) fn decide_trigger_event(
        &mut self,
        id: &str,
        decision: TriggerDecision,
        reason: &str,
        execution: Option<ExecutionId>,
    ) -> Result<(), StoreError> {
        let Some(event) = self.trigger_events.get_mut(id) else {
            return Err(StoreError::NotFound(format!("trigger event {id}")));
        };
        event.decision = decision;
        reason.clone_into(&mut event.reason);
        event.execution = execution;
        Ok(())
    }

    pub(super) fn trigger_events(&self, trigger: &str, before: Option<&str>, limit: usize) -> Vec<StoredTriggerEvent> {
        let newest_first = self.trigger_events.values().rev();
        let matching = newest_first
            .filter(|event| event.trigger == trigger && before.is_none_or(|before| event.id.as_str() < before));
        matching.take(limit).cloned().collect()
    }

    pub(super) fn pending_trigger_events(&self, after: Option<&str>, limit: usize) -> Vec<StoredTriggerEvent> {
        let pending = self.trigger_events.values().filter(|event| {
            event.decision == TriggerDecision::Pending && after.is_none_or(|after| event.id.as_str() > after)
        });
        pending.take(limit).cloned().collect()
    }

    pub(super) fn trigger_events_below(
        &self,
        prefix: &str,
        before: Option<&str>,
        limit: usize,
    ) -> Vec<StoredTriggerEvent> {
        let newest_first = self.trigger_events.values().rev();
        let matching = newest_first.filter(|event| {
            event.trigger.starts_with(prefix) && before.is_none_or(|before| event.id.as_str() < before)
        });
        matching.take(limit).cloned().collect()
    }
}
