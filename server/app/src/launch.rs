//! Starting pipelines, for callers, triggers and stages alike.

mod pipelines;

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::artifact::{self, Artifact, ResolvedArtifact};
use gennaker_core::execution::{
    Cause, Definition, Execution, ExecutionId, ExecutionStatus, ParameterError, Start, bind_parameters,
};
use gennaker_engine::{EngineError, Request};
use gennaker_ports::store::ExecutionFilter;
use gennaker_ports::{Launch, LaunchError, Launcher};
use gennaker_proto::v1::FieldViolation;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{App, AppError, request};

pub(crate) use pipelines::{Pipeline, Pipelines};

impl App {
    /// What an execution of a pipeline begins with: the pipeline may be started, its parameters and expected artifacts are
    /// bound.
    pub(crate) async fn prepare(
        &self,
        pipeline: &Pipeline,
        given: &Map<String, Value>,
        artifacts: Vec<Artifact>,
        cause: Cause,
    ) -> Result<Start, AppError> {
        let startable = pipeline.startable()?;
        startable.check(&pipeline.name)?;
        let definition = startable.definition.clone()?;
        let mut violations = Vec::new();
        let parameters = bind_parameters(&startable.parameters, given).unwrap_or_else(|errors| {
            violations.extend(errors.into_iter().map(parameter_problem));
            Map::new()
        });
        let resolved_artifacts = self.bind_artifacts(&definition, &artifacts).await?.unwrap_or_else(|problems| {
            violations.extend(problems);
            Vec::new()
        });
        if !violations.is_empty() {
            return Err(AppError::InvalidArgument { violations });
        }
        let id = self.inner.ports.engine.place(&definition, || self.new_id());
        let labels = startable.labels.clone();
        Ok(Start { id, definition, cause, parameters, labels, artifacts, resolved_artifacts })
    }

    /// What the artifacts that a definition expects are bound to, or what is wrong with those that were received. The execution
    /// before is only read where one of its artifacts may be taken.
    pub(crate) async fn bind_artifacts(
        &self,
        definition: &Definition,
        received: &[Artifact],
    ) -> Result<Result<Vec<ResolvedArtifact>, Vec<FieldViolation>>, AppError> {
        let expected = &definition.expected_artifacts;
        let prior = match &definition.pipeline {
            Some(pipeline) if artifact::needs_prior(expected, received) => self.newest(pipeline, &[]).await?,
            Some(_) | None => None,
        };
        let violation = |problem: artifact::Unbound| FieldViolation {
            field: "artifacts".to_owned(),
            description: problem.to_string(),
        };
        let bound = artifact::resolve(expected, received, prior.as_deref());
        Ok(bound.map_err(|problems| problems.into_iter().map(violation).collect()))
    }

    /// The newest execution of a pipeline, with one of these statuses; none means any.
    pub(crate) async fn newest(
        &self,
        pipeline: &str,
        statuses: &[ExecutionStatus],
    ) -> Result<Option<Arc<Execution>>, AppError> {
        let filter = ExecutionFilter {
            pipeline: Some(pipeline.to_owned()),
            statuses: statuses.to_vec(),
            ..ExecutionFilter::default()
        };
        let found = self.inner.ports.store.executions(&filter, None, 1).await?;
        let Some(row) = found.first() else { return Ok(None) };
        match self.inner.ports.engine.execution(row.id).await {
            Err(EngineError::NotFound(_)) => Ok(None), // It was removed in the meantime.
            found => Ok(Some(found?)),
        }
    }

    /// A new id, of an execution or of a trigger event.
    pub(crate) fn new_id(&self) -> ExecutionId {
        self.inner.ids.next(self.now(), rand::random())
    }

    /// The execution of an earlier call with the same request, whatever has changed since.
    pub(crate) async fn repeated(&self, request: &Request) -> Result<Option<Arc<Execution>>, AppError> {
        let Some(Some(applied)) = self.inner.ports.store.command(&request.id).await? else { return Ok(None) };
        if applied.digest != request.digest {
            return Err(request::reused(&request.id.0));
        }
        match applied.rejection {
            Some(rejection) => Err(rejection.into()),
            None => Ok(Some(self.inner.ports.engine.execution(applied.execution).await?)),
        }
    }

    /// Starts a pipeline once.
    pub(crate) async fn start_once(&self, launch: Launch) -> Result<ExecutionId, AppError> {
        let request = Request { digest: digest(&launch), id: launch.request };
        if let Some(execution) = self.repeated(&request).await? {
            return Ok(execution.id());
        }
        let pipeline = self.pipeline(&launch.pipeline).await?;
        let start = self.prepare(&pipeline, &launch.parameters, launch.artifacts, launch.cause).await?;
        Ok(self.inner.ports.engine.start(start, request).await?.id())
    }
}

fn digest(launch: &Launch) -> String {
    let mut hash = Sha256::new();
    hash.update(&launch.pipeline);
    hash.update(Value::Object(launch.parameters.clone()).to_string());
    if !launch.artifacts.is_empty() {
        hash.update(serde_json::to_vec(&launch.artifacts).expect("artifacts have text keys and finite numbers"));
    }
    hex::encode(hash.finalize())
}

/// What is wrong with a parameter, by its path in a request.
pub(crate) fn parameter_problem(error: ParameterError) -> FieldViolation {
    FieldViolation { field: format!("parameters.{}", error.name), description: error.problem }
}

#[async_trait]
impl Launcher for App {
    async fn launch(&self, launch: Launch) -> Result<ExecutionId, LaunchError> {
        self.start_once(launch).await.map_err(|error| {
            let message = error.to_string();
            match error {
                AppError::Unavailable { .. } | AppError::Internal { .. } => LaunchError::Unavailable(message),
                AppError::ResourceExhausted { .. } => LaunchError::LimitReached(message),
                AppError::FailedPrecondition { violations }
                    if violations.iter().any(|violation| violation.kind == "CONCURRENCY_LIMIT") =>
                {
                    LaunchError::LimitReached(message)
                }
                AppError::FailedPrecondition { .. }
                | AppError::InvalidArgument { .. }
                | AppError::NotFound(_)
                | AppError::AlreadyExists(_)
                | AppError::Aborted { .. }
                | AppError::OutOfRange { .. }
                | AppError::TooSlow { .. }
                | AppError::PermissionDenied { .. }
                | AppError::Unauthenticated { .. } => LaunchError::Refused(message),
            }
        })
    }
}
