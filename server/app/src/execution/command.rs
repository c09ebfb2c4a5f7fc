//! Steering executions.

use gennaker_core::execution::{Command, Execution, JudgmentDecision, StageId, TaskKind};
use gennaker_proto::v1;

use crate::call::Call;
use crate::names::ExecutionName;
use crate::{App, AppError, Caller, names, request};

impl App {
    /// Cancels an execution.
    pub async fn cancel_execution(
        &self,
        caller: &Caller,
        request: v1::CancelExecutionRequest,
    ) -> Result<v1::CancelExecutionResponse, AppError> {
        let command = Command::Cancel { actor: caller.name().to_owned(), reason: request.reason.clone() };
        let execution = self.command(caller, &request, &request.name, &request.request_id, command).await?;
        Ok(v1::CancelExecutionResponse { execution: Some(execution) })
    }

    /// Pauses an execution.
    pub async fn pause_execution(
        &self,
        caller: &Caller,
        request: v1::PauseExecutionRequest,
    ) -> Result<v1::PauseExecutionResponse, AppError> {
        let command = Command::Pause { actor: caller.name().to_owned() };
        let execution = self.command(caller, &request, &request.name, &request.request_id, command).await?;
        Ok(v1::PauseExecutionResponse { execution: Some(execution) })
    }

    /// Resumes a paused execution.
    pub async fn resume_execution(
        &self,
        caller: &Caller,
        request: v1::ResumeExecutionRequest,
    ) -> Result<v1::ResumeExecutionResponse, AppError> {
        let command = Command::Resume { actor: caller.name().to_owned() };
        let execution = self.command(caller, &request, &request.name, &request.request_id, command).await?;
        Ok(v1::ResumeExecutionResponse { execution: Some(execution) })
    }

    /// Runs a stage that has ended, and all stages after it, again.
    pub async fn retry_stage(
        &self,
        caller: &Caller,
        request: v1::RetryStageRequest,
    ) -> Result<v1::RetryStageResponse, AppError> {
        let stage = StageId::from(request.stage.as_str());
        let command = Command::RetryStage { stage, actor: caller.name().to_owned() };
        let done = self.command(caller, &request, &request.name, &request.request_id, command).await;
        let execution = done.map_err(|error| of_stage(&request.stage, "retried", error))?;
        Ok(v1::RetryStageResponse { execution: Some(execution) })
    }

    /// Ends the wait of a stage, or leaves it out.
    pub async fn skip_stage(
        &self,
        caller: &Caller,
        request: v1::SkipStageRequest,
    ) -> Result<v1::SkipStageResponse, AppError> {
        let (stage, actor) = (StageId::from(request.stage.as_str()), caller.name().to_owned());
        let command = Command::SkipStage { stage, actor, reason: request.reason.clone() };
        let done = self.command(caller, &request, &request.name, &request.request_id, command).await;
        let execution = done.map_err(|error| of_stage(&request.stage, "skipped", error))?;
        Ok(v1::SkipStageResponse { execution: Some(execution) })
    }

    /// Judges.
    pub async fn submit_judgment(
        &self,
        caller: &Caller,
        request: v1::SubmitJudgmentRequest,
    ) -> Result<v1::SubmitJudgmentResponse, AppError> {
        self.admit(caller, &request).await?;
        let decision = match request.decision() {
            v1::judgment::Decision::Continue => JudgmentDecision::Continue,
            v1::judgment::Decision::Stop => JudgmentDecision::Stop,
            v1::judgment::Decision::Unspecified => return Err(AppError::invalid("decision", "must be set")),
        };
        let stage = if request.stage.is_empty() {
            let name = names::parse_execution("name", &request.name)?;
            self.row(&name).await?;
            let key = request::command(caller, &request, &request.request_id);
            if let Some(execution) = self.repeated(&key).await? {
                return Ok(v1::SubmitJudgmentResponse { execution: Some(self.show(caller, &execution).await?) });
            }
            let execution = self.inner.ports.engine.execution(name.id).await?;
            only_judgment(&execution).map_err(|error| by_name(&name, error))?
        } else {
            StageId::from(request.stage.as_str())
        };
        let command = Command::Judge {
            stage,
            actor: caller.name().to_owned(),
            roles: self.roles_of(caller),
            decision,
            input: Some(request.input.clone()).filter(|input| !input.is_empty()),
            comment: request.comment.clone(),
        };
        let execution = self.command(caller, &request, &request.name, &request.request_id, command).await?;
        Ok(v1::SubmitJudgmentResponse { execution: Some(execution) })
    }

    /// Admits a request, has its command applied, and shows the execution after it.
    async fn command<R: Call>(
        &self,
        caller: &Caller,
        request: &R,
        name: &str,
        request_id: &str,
        command: Command,
    ) -> Result<v1::Execution, AppError> {
        self.admit(caller, request).await?;
        let name = names::parse_execution("name", name)?;
        self.row(&name).await?;
        let key = request::command(caller, request, request_id);
        let done = self.inner.ports.engine.command(name.id, command, key).await;
        let execution = done.map_err(|error| by_name(&name, error.into()))?;
        self.show(caller, &execution).await
    }
}

/// What the engine says of an execution's id, said of its name.
fn by_name(name: &ExecutionName<'_>, mut error: AppError) -> AppError {
    if let AppError::FailedPrecondition { violations } = &mut error {
        let id = name.id.to_string();
        for violation in violations.iter_mut().filter(|violation| violation.subject == id) {
            violation.subject = names::execution(name.application, name.id);
        }
    }
    error
}

/// What keeps something from being done with a stage, with the stage, also where the reason is the execution.
fn of_stage(stage: &str, done: &str, mut error: AppError) -> AppError {
    if let AppError::FailedPrecondition { violations } = &mut error {
        for violation in violations.iter_mut().filter(|violation| violation.kind.starts_with("EXECUTION_")) {
            violation.description = format!("stage {stage:?} can't be {done}: {}", violation.description);
        }
    }
    error
}

/// The only stage that waits for a judgment.
fn only_judgment(execution: &Execution) -> Result<StageId, AppError> {
    let waits = |stage: &&gennaker_core::execution::Stage| {
        let task = stage.current_task().map(|(_, task)| &task.spec.kind);
        matches!(task, Some(TaskKind::Judgment(_))) && stage.judgment.is_none()
    };
    let waiting: Vec<&StageId> = execution.stages.iter().filter(waits).map(|stage| stage.id()).collect();
    match waiting.as_slice() {
        [stage] => Ok((*stage).clone()),
        [] => Err(AppError::precondition(
            "NO_JUDGMENT",
            execution.id().to_string(),
            format!("no stage of execution {} waits for a judgment", execution.id()),
        )),
        several => {
            let ids: Vec<&str> = several.iter().map(|id| id.as_str()).collect();
            Err(AppError::invalid("stage", format!("must be one of {}, which wait for judgments", ids.join(", "))))
        }
    }
}
