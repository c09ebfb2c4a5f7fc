//! `ExecutionService`, but for its streams.

mod command;
mod evaluate;
mod list;
mod plan;
mod selection;

use std::sync::Arc;

use gennaker_core::execution::{Cause, Event, EventRecord, Execution, ExecutionId, ExecutionStatus, Origin};
use gennaker_ports::store::ExecutionSummary;
use gennaker_ports::{Access, Target};
use gennaker_proto::v1;
use serde_json::{Map, Value};

use crate::convert;
use crate::convert::execution::Viewer;
use crate::names::ExecutionName;
use crate::{App, AppError, Caller, names, request};

impl App {
    /// Starts a pipeline.
    pub async fn start_execution(
        &self,
        caller: &Caller,
        request: v1::StartExecutionRequest,
    ) -> Result<v1::StartExecutionResponse, AppError> {
        self.admit(caller, &request).await?;
        let key = request::command(caller, &request, &request.request_id);
        if !request.request_id.is_empty()
            && let Some(execution) = self.repeated(&key).await?
        {
            return Ok(v1::StartExecutionResponse { execution: Some(self.show(caller, &execution).await?) });
        }
        let pipeline = self.pipeline(&request.pipeline).await?;
        let cause = Cause {
            actor: caller.name().to_owned(),
            origin: Origin::Manual,
            reason: request.reason.clone(),
            payload: Value::Null,
        };
        let given: Map<String, Value> =
            request.parameters.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        let artifacts = request.artifacts.iter().map(convert::artifact::to_core).collect();
        let start = self.prepare(&pipeline, &given, artifacts, cause).await?;
        let execution = if request.validate_only {
            let event = Event::Created { start: Box::new(start), queued: false };
            let record = EventRecord { sequence: 1, time: self.now(), event };
            Arc::new(Execution::replay([&record]).expect("the log begins with its creation"))
        } else {
            self.inner.ports.engine.start(start, key).await?
        };
        let shown = self.show_pinned(caller, &execution, pipeline.pinned.clone()).await?;
        Ok(v1::StartExecutionResponse { execution: Some(shown) })
    }

    /// Gets one execution with its stages.
    pub async fn get_execution(
        &self,
        caller: &Caller,
        request: v1::GetExecutionRequest,
    ) -> Result<v1::GetExecutionResponse, AppError> {
        self.admit(caller, &request).await?;
        let name = names::parse_execution("name", &request.name)?;
        self.row(&name).await?;
        let execution = self.inner.ports.engine.execution(name.id).await?;
        Ok(v1::GetExecutionResponse { execution: Some(self.show(caller, &execution).await?) })
    }

    /// Says what everything that has not ended waits for.
    pub async fn explain_execution(
        &self,
        caller: &Caller,
        request: v1::ExplainExecutionRequest,
    ) -> Result<v1::ExplainExecutionResponse, AppError> {
        self.admit(caller, &request).await?;
        let name = names::parse_execution("name", &request.name)?;
        self.row(&name).await?;
        let execution = self.inner.ports.engine.execution(name.id).await?;
        let viewer = self.viewer(caller, name.application).await;
        Ok(convert::execution::explanation(&execution, &viewer))
    }

    /// The row of an execution, which must be of the application that its name says: that is what was authorised.
    pub(crate) async fn row(&self, name: &ExecutionName<'_>) -> Result<ExecutionSummary, AppError> {
        let row = self.inner.ports.store.execution(name.id).await?;
        row.filter(|row| row.application == name.application)
            .ok_or_else(|| AppError::not_found("execution", names::execution(name.application, name.id)))
    }

    /// An execution as its viewer sees it.
    pub(crate) async fn show(&self, caller: &Caller, execution: &Execution) -> Result<v1::Execution, AppError> {
        let pinned = self.pinned(execution.start.definition.pipeline.as_deref()).await?;
        self.show_pinned(caller, execution, pinned).await
    }

    /// The same where it is known which parameters the pipeline pins.
    async fn show_pinned(
        &self,
        caller: &Caller,
        execution: &Execution,
        pinned_parameters: Vec<String>,
    ) -> Result<v1::Execution, AppError> {
        let viewer = self.viewer(caller, &execution.start.definition.application).await;
        let place = self.queue_position(execution).await?;
        Ok(v1::Execution { pinned_parameters, ..convert::execution::full(execution, &viewer, place) })
    }

    /// Who looks at the executions of an application.
    pub(crate) async fn viewer(&self, caller: &Caller, application: &str) -> Viewer {
        let target = Target::Application(application.to_owned());
        let may_execute = self.may(caller, Access::Execute, &target).await;
        Viewer { name: Some(caller.name().to_owned()), roles: self.roles_of(caller), may_execute }
    }

    /// The place of an execution among those of its pipeline that wait, from 1; 0 where it does not.
    async fn queue_position(&self, execution: &Execution) -> Result<u32, AppError> {
        match &execution.start.definition.pipeline {
            Some(pipeline) if execution.status == ExecutionStatus::Queued => {
                self.place_in_queue(pipeline, execution.id()).await
            }
            Some(_) | None => Ok(0),
        }
    }

    /// The place of a waiting execution among those of its pipeline, from 1.
    pub(crate) async fn place_in_queue(&self, pipeline: &str, id: ExecutionId) -> Result<u32, AppError> {
        let unfinished = self.inner.ports.store.unfinished(pipeline).await?;
        let waiting = unfinished.iter().filter(|(_, status)| *status == ExecutionStatus::Queued);
        let before = waiting.take_while(|(waiting, _)| *waiting != id).count();
        Ok(u32::try_from(before + 1).unwrap_or(u32::MAX))
    }

    /// The parameters that a pipeline pins now.
    pub(crate) async fn pinned(&self, pipeline: Option<&str>) -> Result<Vec<String>, AppError> {
        let Some(pipeline) = pipeline else { return Ok(Vec::new()) };
        let known = self.find_pipeline(pipeline).await?;
        Ok(known.map_or_else(Vec::new, |known| known.pinned.clone()))
    }
}
