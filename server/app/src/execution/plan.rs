//! `PlanExecution`: what a run of a pipeline would do, found out without doing any of it.

mod expression;
mod rehearsal;

use std::sync::Arc;

use gennaker_core::execution::{Cause, Event, EventRecord, Execution, Origin, Start, bind_parameters};
use gennaker_proto::v1::{self, FieldViolation};
use serde_json::{Map, Value};

use crate::convert;
use crate::launch::parameter_problem;
use crate::{App, AppError, Caller, names};
use rehearsal::Rehearsal;

pub(super) use expression::shown;

impl App {
    /// Shows what a run of a pipeline would do. Nothing is started, stored or called.
    pub async fn plan_execution(
        &self,
        caller: &Caller,
        request: v1::PlanExecutionRequest,
    ) -> Result<v1::PlanExecutionResponse, AppError> {
        self.admit(caller, &request).await?;
        let pipeline = self.pipeline_to_plan(&request).await?;
        let past = self.past_execution(&request).await?;
        let problems = self.examine(&pipeline).await?.violations;
        if !problems.is_empty() {
            return Ok(v1::PlanExecutionResponse { problems, ..Default::default() });
        }
        let (start, problems) = self.start_to_plan(caller, &pipeline, &request, past.as_deref()).await?;
        let response = v1::PlanExecutionResponse {
            parameters: convert::json::texts(&start.parameters),
            resolved_artifacts: start.resolved_artifacts.iter().map(convert::artifact::resolved_to_proto).collect(),
            problems,
            stages: Vec::new(),
        };
        let event = Event::Created { start: Box::new(start), queued: false };
        let record = EventRecord { sequence: 1, time: self.now(), event };
        let execution = Execution::replay([&record]).expect("the log begins with its creation");
        let kinds = &*self.inner.ports.kinds;
        let rehearsal = Rehearsal::new(kinds, &pipeline.stages, execution, past.as_deref(), self.now(), rand::random());
        Ok(v1::PlanExecutionResponse { stages: rehearsal.run(), ..response })
    }

    async fn pipeline_to_plan(&self, request: &v1::PlanExecutionRequest) -> Result<v1::Pipeline, AppError> {
        match &request.definition {
            Some(given) => Ok(v1::Pipeline { name: request.pipeline.clone(), ..given.clone() }),
            None => Ok(self.get::<v1::Pipeline>(&request.pipeline).await?.definition),
        }
    }

    async fn past_execution(&self, request: &v1::PlanExecutionRequest) -> Result<Option<Arc<Execution>>, AppError> {
        if request.execution.is_empty() {
            return Ok(None);
        }
        let name = names::parse_execution("execution", &request.execution)?;
        if name.application != names::application_of(&request.pipeline) {
            let description = "must be of the pipeline's application".to_owned();
            return Err(AppError::invalid("execution", description));
        }
        self.row(&name).await?;
        Ok(Some(self.inner.ports.engine.execution(name.id).await?))
    }

    /// What the execution would begin with, and what would keep it from beginning.
    async fn start_to_plan(
        &self,
        caller: &Caller,
        pipeline: &v1::Pipeline,
        request: &v1::PlanExecutionRequest,
        past: Option<&Execution>,
    ) -> Result<(Start, Vec<FieldViolation>), AppError> {
        let definition = convert::pipeline::to_core(pipeline, 0).map_err(|(place, problem)| {
            AppError::invalid(format!("stages[{place}].window"), problem.error.to_string())
        })?;
        let mut given = past.map(|past| past.start.parameters.clone()).unwrap_or_default();
        let specs = convert::pipeline::parameters(pipeline);
        given.retain(|name, _| specs.iter().any(|spec| spec.name == *name));
        given.extend(request.parameters.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))));
        let mut problems = Vec::new();
        if pipeline.disabled {
            problems.push(FieldViolation { field: "disabled".into(), description: "the pipeline is disabled".into() });
        }
        let parameters = bind_parameters(&specs, &given).unwrap_or_else(|errors| {
            problems.extend(errors.into_iter().map(parameter_problem));
            given
        });
        let artifacts: Vec<_> = match (request.artifacts.as_slice(), past) {
            ([], Some(past)) => past.start.artifacts.clone(),
            (given, _) => given.iter().map(convert::artifact::to_core).collect(),
        };
        let bound = self.bind_artifacts(&definition, &artifacts).await?;
        let resolved_artifacts = bound.unwrap_or_else(|artifact_problems| {
            problems.extend(artifact_problems);
            Vec::new()
        });
        let cause = cause(caller, request, past)?;
        let (id, labels) = (self.new_id(), pipeline.labels.clone());
        let definition = Arc::new(definition);
        Ok((Start { id, definition, cause, parameters, labels, artifacts, resolved_artifacts }, problems))
    }
}

/// Why it would run: as the past execution did, or because the caller asks for it.
fn cause(caller: &Caller, request: &v1::PlanExecutionRequest, past: Option<&Execution>) -> Result<Cause, AppError> {
    let payload = request.payload.as_ref().map(convert::json::value_of);
    let manual = || Cause {
        actor: caller.name().to_owned(),
        origin: Origin::Manual,
        reason: String::new(),
        payload: Value::Object(Map::new()),
    };
    let cause = past.map_or_else(manual, |past| past.start.cause.clone());
    Ok(match payload {
        Some(payload) => Cause { payload, ..cause },
        None => cause,
    })
}
