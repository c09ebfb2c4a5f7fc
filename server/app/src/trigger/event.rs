//! Trigger events: firing by hand, and the history.

use std::collections::HashMap;

use gennaker_core::Timestamp;
use gennaker_core::resource::ResourceKind;
use gennaker_ports::store::{StoredTriggerEvent, TriggerDecision};
use gennaker_proto::v1;
use gennaker_proto::v1::trigger::Source;

use super::ledger::{Seen, dedupe_key};
use crate::page::PageRequest;
use crate::{App, AppError, Caller, convert, names};

/// How many events are read at once; what they saw can be large.
const BATCH: usize = 20;

impl App {
    /// Fires a trigger by hand, past its constraints.
    pub async fn fire_trigger(
        &self,
        caller: &Caller,
        request: v1::FireTriggerRequest,
    ) -> Result<v1::FireTriggerResponse, AppError> {
        self.admit(caller, &request).await?;
        let trigger = self.get::<v1::Trigger>(&request.name).await?;
        let made = trigger.resource.created;
        let trigger = trigger.definition;
        if let Some(Source::Spinnaker(spinnaker)) = &trigger.source {
            let description =
                format!("{} is of Spinnaker's type {:?}, which can't fire here", trigger.name, spinnaker.r#type);
            return Err(AppError::precondition("UNSUPPORTED_TRIGGER", trigger.name, description));
        }
        let payload = request.payload.as_ref().map(convert::json::value_of).unwrap_or_default();
        let dedupe = |id: &str| dedupe_key(made, "request", &format!("{}/{id}", caller.name()));
        let seen = Seen {
            trigger: trigger.name.clone(),
            made,
            actor: caller.name().to_owned(),
            starter: caller.name().to_owned(),
            reason: request.reason.clone(),
            payload,
            parameters: request.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect(),
            artifacts: request.artifacts.iter().map(convert::artifact::to_core).collect(),
            dedupe_key: (!request.request_id.is_empty()).then(|| dedupe(&request.request_id)),
        };
        let event = if trigger.disabled {
            self.note(&seen, TriggerDecision::Disabled, "the trigger is disabled", None).await?
        } else {
            self.fire(&seen).await?
        };
        let event = self.show_event(&event, &mut HashMap::new()).await?;
        Ok(v1::FireTriggerResponse { execution: event.execution.clone(), event: Some(event) })
    }

    /// Lists what a trigger, or all triggers of an application, saw and did, newest first.
    pub async fn list_trigger_events(
        &self,
        caller: &Caller,
        request: v1::ListTriggerEventsRequest,
    ) -> Result<v1::ListTriggerEventsResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let page = PageRequest::new(limits, request.page_size, &request.page_token, &["events", &request.parent])?;
        let of_application = names::application_id("parent", &request.parent).is_ok();
        if !of_application {
            names::check_trigger("parent", &request.parent)?;
        }
        let mut events = Vec::new();
        let mut before = page.after.clone();
        let mut applications = HashMap::new();
        let mut made = HashMap::new();
        loop {
            let wanted = (page.size + 1 - events.len()).min(BATCH);
            let store = &self.inner.ports.store;
            let batch = if of_application {
                store.trigger_events_below(&format!("{}/triggers/", request.parent), before.as_deref(), wanted).await?
            } else {
                store.trigger_events(&request.parent, before.as_deref(), wanted).await?
            };
            let is_last = batch.len() < wanted;
            for event in batch {
                if !self.is_of_trigger(&event, &mut made).await? {
                    before = Some(event.id);
                    continue;
                }
                if events.len() == page.size {
                    return Ok(v1::ListTriggerEventsResponse { events, next_page_token: page.token(before) });
                }
                events.push(self.show_event(&event, &mut applications).await?);
                before = Some(event.id);
            }
            if is_last {
                return Ok(v1::ListTriggerEventsResponse { events, next_page_token: String::new() });
            }
        }
    }

    /// Whether the trigger that saw an event is still there. One of the same name that was made later is another one.
    async fn is_of_trigger(
        &self,
        event: &StoredTriggerEvent,
        made: &mut HashMap<String, Option<Timestamp>>,
    ) -> Result<bool, AppError> {
        let created = match made.get(&event.trigger) {
            Some(created) => *created,
            None => {
                let trigger = self.inner.ports.store.resource(ResourceKind::Trigger, &event.trigger).await?;
                *made.entry(event.trigger.clone()).or_insert(trigger.map(|trigger| trigger.created))
            }
        };
        Ok(created.is_some_and(|created| created <= event.time))
    }

    /// An event as a message. The execution may be of another application than the trigger.
    pub(super) async fn show_event(
        &self,
        event: &StoredTriggerEvent,
        applications: &mut HashMap<gennaker_core::execution::ExecutionId, String>,
    ) -> Result<v1::TriggerEvent, AppError> {
        let Some(id) = event.execution else { return Ok(convert::trigger::event(event, String::new())) };
        let application = match applications.get(&id) {
            Some(application) => application.clone(),
            None => {
                let row = self.inner.ports.store.execution(id).await?;
                row.map_or_else(|| names::application_of(&event.trigger).to_owned(), |row| row.application)
            }
        };
        let name = names::execution(&application, id);
        applications.insert(id, application);
        Ok(convert::trigger::event(event, name))
    }
}
