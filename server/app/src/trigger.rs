//! `TriggerService`.

mod artifacts;
mod burst;
mod event;
mod ledger;
pub(crate) mod webhook;

use std::collections::HashMap;
use std::sync::Arc;

use gennaker_ports::{Access, Target};
use gennaker_proto::v1::trigger::Source;
use gennaker_proto::{kinds, rules, v1};

pub(crate) use burst::Bursts;

use crate::application::application;
use crate::page::PageRequest;
use crate::resource::{Change, Write};
use crate::{App, AppError, Caller, convert, names, request};

impl App {
    /// Makes a trigger.
    pub async fn create_trigger(
        &self,
        caller: &Caller,
        request: v1::CreateTriggerRequest,
    ) -> Result<v1::CreateTriggerResponse, AppError> {
        self.admit(caller, &request).await?;
        let name = format!("{}/triggers/{}", request.parent, request.trigger_id);
        let sent = request.trigger.clone().unwrap_or_default();
        self.may_start(caller, &sent).await?;
        self.get::<v1::Application>(&request.parent).await?;
        let new = self.complete(Arc::new(sent), None, request.validate_only).await?;
        let write = Write::new(caller, &request, &request.request_id, "trigger");
        let trigger = self.create(&name, new, &write.validate_only(request.validate_only)).await?;
        Ok(v1::CreateTriggerResponse { trigger: Some(convert::trigger::to_proto(trigger, true)) })
    }

    /// Gets one trigger.
    pub async fn get_trigger(
        &self,
        caller: &Caller,
        request: v1::GetTriggerRequest,
    ) -> Result<v1::GetTriggerResponse, AppError> {
        self.admit(caller, &request).await?;
        let trigger = self.get::<v1::Trigger>(&request.name).await?.definition;
        let may_write = self.may_write_triggers(caller, &request.name).await;
        Ok(v1::GetTriggerResponse { trigger: Some(convert::trigger::to_proto(trigger, may_write)) })
    }

    /// Lists the triggers of an application, or of all that the caller may read.
    pub async fn list_triggers(
        &self,
        caller: &Caller,
        request: v1::ListTriggersRequest,
    ) -> Result<v1::ListTriggersResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let scope = ["triggers", &request.parent, &request.pipeline];
        let page = PageRequest::new(limits, request.page_size, &request.page_token, &scope)?;
        let prefix = format!("{}/triggers/", request.parent);
        let (found, next_page_token) = if request.parent == names::ALL_APPLICATIONS {
            let starts_it = |trigger: &v1::Trigger| request.pipeline.is_empty() || trigger.pipeline == request.pipeline;
            self.readable(caller, "applications/", &page, application, starts_it).await?
        } else {
            self.get::<v1::Application>(&request.parent).await?;
            if request.pipeline.is_empty() {
                self.page(&prefix, &page).await?
            } else {
                page.cut(self.triggers_of(&prefix, &request.pipeline).await?, |trigger| trigger.name.clone())
            }
        };
        let mut writable: HashMap<String, bool> = HashMap::new();
        let mut triggers = Vec::new();
        for trigger in found {
            let application = names::application_of(&trigger.name).to_owned();
            let may_write = match writable.get(&application) {
                Some(known) => *known,
                None => self.may_write_triggers(caller, &trigger.name).await,
            };
            writable.insert(application, may_write);
            triggers.push(convert::trigger::to_proto(trigger, may_write));
        }
        Ok(v1::ListTriggersResponse { triggers, next_page_token })
    }

    /// Changes a trigger, or makes it.
    pub async fn update_trigger(
        &self,
        caller: &Caller,
        request: v1::UpdateTriggerRequest,
    ) -> Result<v1::UpdateTriggerResponse, AppError> {
        self.admit(caller, &request).await?;
        let new = request.trigger.clone().unwrap_or_default();
        self.get::<v1::Application>(&names::application(names::application_of(&new.name))).await?;
        let change = Change { new, mask: request.update_mask.as_ref(), allow_missing: request.allow_missing };
        let write = Write::new(caller, &request, &request.request_id, "trigger").validate_only(request.validate_only);
        let trigger = self
            .update(&change, &write, |new, before| async move {
                self.may_start(caller, &new).await?;
                self.complete(new, before, request.validate_only).await
            })
            .await?;
        Ok(v1::UpdateTriggerResponse { trigger: Some(convert::trigger::to_proto(trigger, true)) })
    }

    /// Deletes a trigger.
    pub async fn delete_trigger(
        &self,
        caller: &Caller,
        request: v1::DeleteTriggerRequest,
    ) -> Result<v1::DeleteTriggerResponse, AppError> {
        self.admit(caller, &request).await?;
        let write = Write::new(caller, &request, &request.request_id, "");
        self.delete::<v1::Trigger>(&request.name, &request.etag, request.allow_missing, &write).await?;
        Ok(v1::DeleteTriggerResponse {})
    }

    /// Describes the kinds of triggers.
    pub async fn list_trigger_kinds(
        &self,
        caller: &Caller,
        request: v1::ListTriggerKindsRequest,
    ) -> Result<v1::ListTriggerKindsResponse, AppError> {
        self.admit(caller, &request).await?;
        Ok(v1::ListTriggerKindsResponse { kinds: kinds::trigger_kinds().to_vec() })
    }

    /// The name of a trigger that starts a pipeline, if there is one.
    pub(crate) async fn trigger_of(&self, pipeline: &str) -> Result<Option<String>, AppError> {
        let triggers = self.triggers_of("applications/", pipeline).await?;
        Ok(triggers.into_iter().next().map(|trigger| trigger.name))
    }

    /// The triggers below a prefix that start a pipeline.
    async fn triggers_of(&self, prefix: &str, pipeline: &str) -> Result<Vec<v1::Trigger>, AppError> {
        self.matching(prefix, |trigger: &v1::Trigger| trigger.pipeline == pipeline).await
    }

    /// Who makes a trigger start a pipeline must be allowed to start it.
    async fn may_start(&self, caller: &Caller, trigger: &v1::Trigger) -> Result<(), AppError> {
        let application = names::application_of(&trigger.pipeline).to_owned();
        self.authorize(caller, Access::Execute, &Target::Application(application)).await
    }

    async fn may_write_triggers(&self, caller: &Caller, name: &str) -> bool {
        let target = Target::Application(names::application_of(name).to_owned());
        self.may(caller, Access::Write, &target).await
    }

    /// A trigger as it is kept: what only the server sets is the server's, and a webhook without a signing secret has a
    /// token, which it keeps over updates.
    async fn complete(
        &self,
        sent: Arc<v1::Trigger>,
        before: Option<Arc<v1::Trigger>>,
        validate_only: bool,
    ) -> Result<v1::Trigger, AppError> {
        let mut trigger = rules::without_output_only(&*sent);
        let violations: Vec<_> = gennaker_triggers::problems(&trigger)
            .into_iter()
            .map(|violation| v1::FieldViolation { field: format!("trigger.{}", violation.field), ..violation })
            .collect();
        if !violations.is_empty() {
            return Err(AppError::InvalidArgument { violations });
        }
        let Some(pipeline) = self.find_pipeline(&trigger.pipeline).await? else {
            let description = format!("there is no pipeline {}; make it first", trigger.pipeline);
            return Err(AppError::precondition("PIPELINE_NOT_FOUND", trigger.pipeline, description));
        };
        if !trigger.expected_artifacts.is_empty() {
            artifacts::check(&trigger, pipeline.expected_artifacts()?)?;
        }
        if let Some(Source::Webhook(webhook)) = &mut trigger.source
            && webhook.hmac_secret.is_empty()
            && !validate_only
        {
            let kept = before.as_deref().and_then(|before| match &before.source {
                Some(Source::Webhook(webhook)) => Some(webhook.token.clone()).filter(|token| !token.is_empty()),
                Some(Source::Manual(_) | Source::Spinnaker(_)) | None => None,
            });
            webhook.token = kept.unwrap_or_else(request::random_token);
        }
        Ok(trigger)
    }
}
