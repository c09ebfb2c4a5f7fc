//! `EvaluateExpression`: a text with expressions, as a stage of an execution would evaluate it.

use gennaker_core::execution::StageId;
use gennaker_core::expression::Environment;
use gennaker_proto::v1;

use super::plan::shown;
use crate::{App, AppError, Caller, names};

impl App {
    /// Evaluates a text with expressions. Nothing is looked up outside.
    pub async fn evaluate_expression(
        &self,
        caller: &Caller,
        request: v1::EvaluateExpressionRequest,
    ) -> Result<v1::EvaluateExpressionResponse, AppError> {
        self.admit(caller, &request).await?;
        let name = names::parse_execution("execution", &request.execution)?;
        self.row(&name).await?;
        let execution = self.inner.ports.engine.execution(name.id).await?;
        let environment = Environment::new(&execution, self.now(), rand::random());
        let environment = if request.stage.is_empty() {
            environment
        } else {
            let unknown = || AppError::invalid("stage", format!("{:?} is no stage of the execution", request.stage));
            let stage = execution.stage(&StageId::from(request.stage.as_str())).ok_or_else(unknown)?;
            environment.with_stage(stage)
        };
        let result = Some(shown(&request.expression, &environment));
        Ok(v1::EvaluateExpressionResponse { result })
    }
}
