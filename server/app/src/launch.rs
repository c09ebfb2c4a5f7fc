//! Starting pipelines, for callers, triggers and stages alike.

use std::sync::Arc;

use async_trait::async_trait;
use gennaker_core::execution::{Cause, Execution, ExecutionId, ExecutionStatus, Start, bind_parameters};
use gennaker_engine::Request;
use gennaker_ports::{Launch, LaunchError, Launcher};
use gennaker_proto::v1::{self, FieldViolation};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::resource::Loaded;
use crate::{App, AppError, convert, request};

impl App {
    /// What an execution of a pipeline begins with: the pipeline is not disabled, its parameters are bound, and its queue
    /// has room.
    pub(crate) async fn prepare(
        &self,
        pipeline: &Loaded<v1::Pipeline>,
        given: &Map<String, Value>,
        cause: Cause,
    ) -> Result<Start, AppError> {
        let (definition, name) = (&pipeline.definition, &pipeline.resource.name);
        if definition.disabled {
            let description = format!("{name} is disabled; enable it to start it");
            return Err(AppError::precondition("PIPELINE_DISABLED", name, description));
        }
        let parameters = bind_parameters(&convert::pipeline::parameters(definition), given).map_err(|errors| {
            let violation = |error: gennaker_core::execution::ParameterError| FieldViolation {
                field: format!("parameters.{}", error.name),
                description: error.problem,
            };
            AppError::InvalidArgument { violations: errors.into_iter().map(violation).collect() }
        })?;
        let core = convert::pipeline::to_core(definition, pipeline.resource.revision).map_err(|(place, problem)| {
            AppError::precondition("PIPELINE_INVALID", name, format!("stages[{place}].window: {}", problem.error))
        })?;
        if core.concurrency.limit > 0 {
            self.check_queue(name).await?;
        }
        Ok(Start {
            id: self.new_id(),
            definition: Arc::new(core),
            cause,
            parameters,
            labels: definition.labels.clone(),
        })
    }

    /// Only a pipeline with a limit has a queue.
    async fn check_queue(&self, pipeline: &str) -> Result<(), AppError> {
        let limit = self.inner.options.limits.max_queued_executions;
        let unfinished = self.inner.ports.store.unfinished(pipeline).await?;
        let queued = unfinished.iter().filter(|(_, status)| *status == ExecutionStatus::Queued).count();
        if queued < limit as usize {
            return Ok(());
        }
        let what = format!("queued executions of {pipeline}");
        Err(AppError::ResourceExhausted { what, limit: u64::from(limit), retry_after: None })
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
        let pipeline = self.get::<v1::Pipeline>(&launch.pipeline).await?;
        let start = self.prepare(&pipeline, &launch.parameters, launch.cause).await?;
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
