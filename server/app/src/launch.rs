//! Starting pipelines, for callers, triggers and stages alike.

mod pipelines;

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::execution::{Cause, Execution, ExecutionId, ParameterError, Start, bind_parameters};
use gennaker_engine::Request;
use gennaker_ports::{Launch, LaunchError, Launcher};
use gennaker_proto::v1::FieldViolation;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::{App, AppError, request};

pub(crate) use pipelines::{Pipeline, Pipelines};

impl App {
    /// What an execution of a pipeline begins with: the pipeline is not disabled, and its parameters are bound.
    pub(crate) fn prepare(
        &self,
        pipeline: &Pipeline,
        given: &Map<String, Value>,
        cause: Cause,
    ) -> Result<Start, AppError> {
        let startable = pipeline.startable()?;
        if startable.disabled {
            let description = format!("{} is disabled; enable it to start it", pipeline.name);
            return Err(AppError::precondition("PIPELINE_DISABLED", &pipeline.name, description));
        }
        let parameters = bind_parameters(&startable.parameters, given).map_err(|errors| {
            let violation = |error: ParameterError| FieldViolation {
                field: format!("parameters.{}", error.name),
                description: error.problem,
            };
            AppError::InvalidArgument { violations: errors.into_iter().map(violation).collect() }
        })?;
        let definition = startable.definition.clone()?;
        let id = self.inner.ports.engine.place(&definition, || self.new_id());
        Ok(Start { id, definition, cause, parameters, labels: startable.labels.clone() })
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
        let start = self.prepare(&pipeline, &launch.parameters, launch.cause)?;
        Ok(self.inner.ports.engine.start(start, request).await?.id())
    }
}

fn digest(launch: &Launch) -> String {
    let mut hash = Sha256::new();
    hash.update(&launch.pipeline);
    hash.update(Value::Object(launch.parameters.clone()).to_string());
    hex::encode(hash.finalize())
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
