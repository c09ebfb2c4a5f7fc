//! `PipelineService`.

use std::sync::Arc;

use gennaker_core::resource::ResourceKind;
use gennaker_ports::store::Expect;
use gennaker_proto::{kinds, v1};
use serde_json::Value;

use crate::application::application;
use crate::convert;
use crate::page::PageRequest;
use crate::resource::{self, Change, Write};
use crate::validate::Findings;
use crate::{App, AppError, Caller, diff, etag, names};

impl App {
    /// Makes a pipeline.
    pub async fn create_pipeline(
        &self,
        caller: &Caller,
        request: v1::CreatePipelineRequest,
    ) -> Result<v1::CreatePipelineResponse, AppError> {
        self.admit(caller, &request).await?;
        self.get::<v1::Application>(&request.parent).await?;
        let name = format!("{}/pipelines/{}", request.parent, request.pipeline_id);
        let mut new = request.pipeline.clone().unwrap_or_default();
        new.name.clone_from(&name);
        self.check_pipeline(&new, "pipeline").await?;
        let write = Write::new(caller, &request, &request.request_id, "pipeline").message(&request.message);
        let pipeline = self.create(&name, new, &write.validate_only(request.validate_only)).await?;
        Ok(v1::CreatePipelineResponse { pipeline: Some(pipeline) })
    }

    /// Gets one pipeline.
    pub async fn get_pipeline(
        &self,
        caller: &Caller,
        request: v1::GetPipelineRequest,
    ) -> Result<v1::GetPipelineResponse, AppError> {
        self.admit(caller, &request).await?;
        let pipeline = self.get::<v1::Pipeline>(&request.name).await?.definition;
        Ok(v1::GetPipelineResponse { pipeline: Some(pipeline) })
    }

    /// Lists the pipelines of an application, or of all that the caller may read.
    pub async fn list_pipelines(
        &self,
        caller: &Caller,
        request: v1::ListPipelinesRequest,
    ) -> Result<v1::ListPipelinesResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let page = PageRequest::new(limits, request.page_size, &request.page_token, &["pipelines", &request.parent])?;
        if request.parent == names::ALL_APPLICATIONS {
            let any = |_: &v1::Pipeline| true;
            let (pipelines, next_page_token) = self.readable(caller, "applications/", &page, application, any).await?;
            let pipelines = pipelines.into_iter().map(convert::pipeline::outline).collect();
            return Ok(v1::ListPipelinesResponse { pipelines, next_page_token });
        }
        self.get::<v1::Application>(&request.parent).await?;
        let (pipelines, next_page_token) = self.page(&format!("{}/pipelines/", request.parent), &page).await?;
        Ok(v1::ListPipelinesResponse { pipelines, next_page_token })
    }

    /// Changes a pipeline, or makes it.
    pub async fn update_pipeline(
        &self,
        caller: &Caller,
        request: v1::UpdatePipelineRequest,
    ) -> Result<v1::UpdatePipelineResponse, AppError> {
        self.admit(caller, &request).await?;
        let write = Write::new(caller, &request, &request.request_id, "pipeline").message(&request.message);
        let new = request.pipeline.clone().unwrap_or_default();
        self.get::<v1::Application>(&names::application(names::application_of(&new.name))).await?;
        let change = Change { new, mask: request.update_mask.as_ref(), allow_missing: request.allow_missing };
        let write = write.validate_only(request.validate_only);
        let pipeline = self
            .update(&change, &write, |new, _| async move {
                self.check_pipeline(&new, "pipeline").await?;
                Ok(Arc::unwrap_or_clone(new))
            })
            .await?;
        Ok(v1::UpdatePipelineResponse { pipeline: Some(pipeline) })
    }

    /// Deletes a pipeline that no trigger names.
    pub async fn delete_pipeline(
        &self,
        caller: &Caller,
        request: v1::DeletePipelineRequest,
    ) -> Result<v1::DeletePipelineResponse, AppError> {
        self.admit(caller, &request).await?;
        if let Some(trigger) = self.trigger_of(&request.name).await? {
            return Err(AppError::precondition(
                "PIPELINE_HAS_TRIGGERS",
                &request.name,
                format!("{trigger} starts {}; delete it first, or have it start another pipeline", request.name),
            ));
        }
        let write = Write::new(caller, &request, &request.request_id, "");
        self.delete::<v1::Pipeline>(&request.name, &request.etag, request.allow_missing, &write).await?;
        Ok(v1::DeletePipelineResponse {})
    }

    /// Lists the revisions of a pipeline, newest first.
    pub async fn list_pipeline_revisions(
        &self,
        caller: &Caller,
        request: v1::ListPipelineRevisionsRequest,
    ) -> Result<v1::ListPipelineRevisionsResponse, AppError> {
        self.admit(caller, &request).await?;
        let limits = &self.inner.options.limits;
        let page = PageRequest::new(limits, request.page_size, &request.page_token, &["revisions", &request.parent])?;
        self.get::<v1::Pipeline>(&request.parent).await?;
        let before = page.after.as_deref().and_then(|key| key.parse().ok());
        let store = &self.inner.ports.store;
        let mut found = store.revisions(ResourceKind::Pipeline, &request.parent, before, page.size + 1).await?;
        let more = found.len() > page.size;
        found.truncate(page.size);
        let next = found.last().filter(|_| more).map(|last| last.revision.to_string());
        Ok(v1::ListPipelineRevisionsResponse {
            revisions: found.iter().map(convert::pipeline::revision).collect(),
            next_page_token: page.token(next),
        })
    }

    /// Gets one revision with its pipeline.
    pub async fn get_pipeline_revision(
        &self,
        caller: &Caller,
        request: v1::GetPipelineRevisionRequest,
    ) -> Result<v1::GetPipelineRevisionResponse, AppError> {
        self.admit(caller, &request).await?;
        let (pipeline, number) = names::parse_revision("name", &request.name)?;
        let found = self.revision(pipeline, number).await?;
        let revision =
            v1::PipelineRevision { pipeline: Some(resource::decode(&found)?), ..convert::pipeline::revision(&found) };
        Ok(v1::GetPipelineRevisionResponse { revision: Some(revision) })
    }

    /// Saves the content of an old revision as a new one.
    pub async fn restore_pipeline_revision(
        &self,
        caller: &Caller,
        request: v1::RestorePipelineRevisionRequest,
    ) -> Result<v1::RestorePipelineRevisionResponse, AppError> {
        self.admit(caller, &request).await?;
        let (name, number) = names::parse_revision("name", &request.name)?;
        let old: v1::Pipeline = resource::decode(&self.revision(name, number).await?)?;
        self.check_pipeline(&old, "pipeline").await?;
        let expect = if request.etag.is_empty() { Expect::Present } else { etag::expect(&request.etag) };
        let message = format!("restored revision {number}");
        let write = Write::new(caller, &request, &request.request_id, "").message(&message);
        let pipeline = self.put(name, &old, expect, &write).await?;
        Ok(v1::RestorePipelineRevisionResponse { pipeline: Some(pipeline) })
    }

    /// Compares two revisions.
    pub async fn diff_pipeline_revisions(
        &self,
        caller: &Caller,
        request: v1::DiffPipelineRevisionsRequest,
    ) -> Result<v1::DiffPipelineRevisionsResponse, AppError> {
        self.admit(caller, &request).await?;
        let current = self.get::<v1::Pipeline>(&request.name).await?.resource;
        let number = |field: &str, number: u64| {
            i64::try_from(number).map_err(|_| AppError::invalid(field, format!("{number} is not a revision")))
        };
        let (from, to) = (number("from_revision", request.from_revision)?, number("to_revision", request.to_revision)?);
        let old = if from == 0 {
            Value::Object(serde_json::Map::new())
        } else {
            self.revision(&request.name, from).await?.body
        };
        let new = if to == 0 { current } else { self.revision(&request.name, to).await? };
        let (old_title, new_title) = (format!("revision {from}"), format!("revision {}", new.revision));
        Ok(v1::DiffPipelineRevisionsResponse {
            unified_diff: diff::unified((&old_title, &old), (&new_title, &new.body)),
            changes: diff::changes(&old, &new.body),
        })
    }

    /// Checks a pipeline without saving it.
    pub async fn validate_pipeline(
        &self,
        caller: &Caller,
        request: v1::ValidatePipelineRequest,
    ) -> Result<v1::ValidatePipelineResponse, AppError> {
        self.admit(caller, &request).await?;
        let mut pipeline = request.pipeline.unwrap_or_default();
        if names::application_of(&pipeline.name) != names::last(&request.parent) {
            pipeline.name = format!("{}/pipelines/new", request.parent);
        }
        let Findings { violations, warnings } = self.examine(&pipeline).await?;
        Ok(v1::ValidatePipelineResponse { violations, warnings })
    }

    /// Describes the kinds of stages.
    pub async fn list_stage_kinds(
        &self,
        caller: &Caller,
        request: v1::ListStageKindsRequest,
    ) -> Result<v1::ListStageKindsResponse, AppError> {
        self.admit(caller, &request).await?;
        let custom = self.inner.ports.custom.descriptors();
        Ok(v1::ListStageKindsResponse { kinds: kinds::stage_kinds().iter().cloned().chain(custom).collect() })
    }

    async fn revision(&self, pipeline: &str, number: i64) -> Result<gennaker_core::resource::Resource, AppError> {
        let found = self.inner.ports.store.revision(ResourceKind::Pipeline, pipeline, number).await?;
        found.ok_or_else(|| AppError::not_found("pipeline revision", format!("{pipeline}/revisions/{number}")))
    }

    /// Refuses a pipeline with anything in it that makes it unfit to run.
    async fn check_pipeline(&self, pipeline: &v1::Pipeline, field: &str) -> Result<(), AppError> {
        self.examine(pipeline).await?.refuse(field)
    }
}
