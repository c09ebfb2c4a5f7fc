//! `webhook`: calls a URL, and may follow what that set off until it ends.
//!
//! The first call has a key (`Idempotency-Key`) that stays the same when it is repeated: after an answer that may pass, after
//! none, and after a crash of the server before its answer was kept. A receiver that must not do something twice goes by it.

mod call;
mod check;
mod follow;
mod headers;
mod inputs;
mod json_path;

use std::time::Duration;

use async_trait::async_trait;
use gennaker_core::execution::{
    CallOff, CallOffPlan, EffectKey, Failure, Plan, Scope, TaskKind, TaskOutcome, TaskSpec, TaskStatus,
};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::WebhookStage;

use crate::common::config::{self, from_inputs, resolve, to_inputs};
use crate::common::timeouts;
use crate::kind::{Context, StageKind, Unplanned};
use call::CancelCall;
use inputs::Inputs;

pub(crate) const KIND: &str = "webhook";
/// The task of the first call.
const CALL: &str = "call";
/// The task that follows the progress.
const FOLLOW: &str = "follow_progress";
/// The key in the outputs under which everything is but the artifacts.
const OUTPUT: &str = "webhook";
/// The key in what is put out of the progress, under which its URL is.
const ENDPOINT: &str = "statusEndpoint";
/// The key there under which it says why the progress can't be followed.
const PROBLEM: &str = "error";

pub(crate) struct Webhook;

#[async_trait]
impl StageKind for Webhook {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        Ok(plan(resolve(scope)?)?)
    }

    fn call_off(&self, scope: &Scope<'_>, _task: &EffectKey) -> Option<CallOffPlan> {
        call_off(scope)
    }

    async fn run_call_off(&self, context: &Context, call_off: &CallOff) -> Result<String, Failure> {
        run_call_off(context, call_off).await
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        self::run(context, run).await
    }
}

/// What a stage does that has this configuration; kinds of the operator come here too.
pub(crate) fn plan(stage: WebhookStage) -> Result<Plan, Failure> {
    let inputs = Inputs::try_from(stage)?;
    let mut tasks = Vec::new();
    if inputs.call.is_some() {
        tasks.push(TaskSpec::run(CALL, timeouts::WEBHOOK));
    }
    if let Some(monitor) = &inputs.monitor {
        if monitor.wait_before > Duration::ZERO {
            let kind = TaskKind::Wait { duration: monitor.wait_before };
            tasks.push(TaskSpec { name: "wait_before_following".into(), kind });
        }
        tasks.push(TaskSpec::run(FOLLOW, monitor.timeout));
    }
    Ok(Plan { inputs: to_inputs(&inputs), tasks, ..Plan::default() })
}

/// Does one of the tasks.
pub(crate) async fn run(context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
    let inputs: Inputs = config::inputs(run)?;
    match run.task.as_str() {
        CALL => call::call(context, run, &inputs).await,
        FOLLOW => follow::follow(context, run, &inputs).await,
        task => Err(Failure::permanent(format!("stages of kind {KIND} have no task {task:?}"))),
    }
}

/// How what was called is called off: not at all where the call was refused, is none that is followed, or has been followed to
/// its end.
pub(crate) fn call_off(scope: &Scope<'_>) -> Option<CallOffPlan> {
    let inputs: Inputs = from_inputs(&scope.stage.inputs).ok()?;
    inputs.monitor.as_ref()?;
    let has = |name: &str, status: TaskStatus| {
        scope.stage.tasks.iter().any(|task| task.spec.name == name && task.status == status)
    };
    if has(CALL, TaskStatus::Failed) || has(FOLLOW, TaskStatus::Succeeded) {
        return None;
    }
    let call = inputs.cancellation?;
    let description = format!("call off: {call}");
    Some(CallOffPlan { description, body: to_inputs(&CancelCall { call, headers: inputs.headers }) })
}

/// Calls off what was called.
pub(crate) async fn run_call_off(context: &Context, call_off: &CallOff) -> Result<String, Failure> {
    from_inputs::<CancelCall>(&call_off.body)?.send(context, call_off).await
}

/// What is wrong with a stage beyond the rules of its single fields: fields of the message, and what is wrong with each.
pub(crate) fn problems(stage: &WebhookStage) -> Vec<(String, String)> {
    check::problems(stage)
}
