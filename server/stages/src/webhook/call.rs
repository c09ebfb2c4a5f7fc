//! Calls, and what is kept of their answers.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use gennaker_core::execution::{CallOff, Failure, TaskOutcome};
use gennaker_engine::TaskRun;
use gennaker_ports::{EgressRequest, EgressResponse};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::headers::{HeaderValues, Headers};
use super::inputs::{Answered, Call, Counts, Inputs, Retry, StatusUrl};
use super::{ENDPOINT, OUTPUT, PROBLEM, json_path};
use crate::common::http::{cut, may_pass, said, send, shown};
use crate::common::operate::request;
use crate::common::outputs::succeeded;
use crate::kind::Context;

/// How much of a body is kept, in bytes.
const KEPT: usize = 64 * 1024;
/// The pause before a call is tried again whose answer says so.
const AGAIN: Duration = Duration::from_secs(10);
/// The header that stays the same when a call is repeated.
const KEY: &str = "idempotency-key";
/// A header that would let who has the outputs speak for the server.
const COOKIES: &str = "set-cookie";

/// Makes the first call.
pub(super) async fn call(context: &Context, run: &TaskRun, inputs: &Inputs) -> Result<TaskOutcome, Failure> {
    let call = inputs.call.as_ref().ok_or_else(|| Failure::permanent("the stage has no call to make"))?;
    let key = request(&run.key, "call");
    let answer =
        call.send(context, inputs.headers.values(Some(context.secrets_of(&run.kind))).await?, Some(key)).await?;
    let status = answer.status;
    if inputs.fail_fast_statuses.contains(&status) {
        return Err(refused(call, &answer));
    }
    match inputs.judge(status) {
        Answered::Well => {}
        Answered::Badly => return Err(refused(call, &answer)),
        Answered::Busy => return Err(Failure { retryable: true, ..refused(call, &answer) }),
        Answered::Counted(retry) => {
            let before = run.outputs.get(OUTPUT).and_then(|webhook| webhook.get("retries"));
            let (retries, message) = count(before, retry, call, &answer)?;
            let outputs = Map::from_iter([(OUTPUT.to_owned(), json!({ "retries": retries }))]);
            return Ok(TaskOutcome::Later { after: AGAIN, message, percent: None, outputs });
        }
    }
    let body = body(&answer);
    let mut webhook = json!({ "statusCode": status, "headers": headers(&answer), "body": kept(&answer, &body) });
    if let Some(monitor) = &inputs.monitor {
        // The call was made and may have to be called off: what is wrong here is said by the task that follows the progress.
        webhook["monitor"] = match endpoint(&monitor.status_url, call, &answer, &body) {
            Ok(url) => json!({ ENDPOINT: url }),
            Err(why) => json!({ PROBLEM: format!("the answer to {call} {why}") }),
        };
    }
    Ok(succeeded(format!("{call} was answered with {status}"), outputs(webhook, &body)))
}

/// Where the progress is, by the answer to the call.
fn endpoint(status_url: &StatusUrl, call: &Call, answer: &EgressResponse, body: &Value) -> Result<String, String> {
    match status_url {
        StatusUrl::Given(url) => Ok(url.clone()),
        StatusUrl::Called => Ok(call.url.clone()),
        StatusUrl::Location => {
            let location = answer.header("location").ok_or("has no header Location")?;
            resolved(&answer.url, location).map_err(|why| format!("has a Location that {why}"))
        }
        StatusUrl::Body(path) => {
            let found = json_path::scalar(path, body).and_then(|url| match url {
                Value::String(url) => resolved(&answer.url, &url).map_err(|why| format!("it {why}")),
                _ => Err("it is no text".to_owned()),
            });
            found.map_err(|why| format!("has no URL at {path}: {why}"))
        }
    }
}

/// Counts an answer with a status that is tried again, and says that it is; in `Err` where that was often enough.
pub(super) fn count(
    before: Option<&Value>,
    retry: Retry,
    call: &Call,
    answer: &EgressResponse,
) -> Result<(Counts, String), Failure> {
    let mut counts: Counts = before.and_then(|before| Counts::deserialize(before).ok()).unwrap_or_default();
    let count = counts.entry(retry.status.to_string()).or_default();
    *count += 1;
    let count = *count;
    if retry.max_attempts > 0 && count >= retry.max_attempts {
        let Failure { message, .. } = refused(call, answer);
        return Err(Failure::permanent(format!("{message} ({count} times)")));
    }
    Ok((counts, format!("answered with {} {count} times", retry.status)))
}

/// What a stage puts out: what was answered, and the artifacts in it.
pub(super) fn outputs(webhook: Value, body: &Value) -> Value {
    let mut outputs = json!({ OUTPUT: webhook });
    if let Some(artifacts @ Value::Array(_)) = body.get("artifacts") {
        outputs["artifacts"] = artifacts.clone();
    }
    outputs
}

/// The answer to a call is a failure.
pub(super) fn refused(call: &Call, answer: &EgressResponse) -> Failure {
    Failure::permanent(format!("{call} was answered with {}{}", answer.status, said(answer)))
}

/// The whole body: JSON as a value, anything else as a text.
pub(super) fn body(answer: &EgressResponse) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| String::from_utf8_lossy(&answer.body).into_owned().into())
}

/// As much of the body as is kept.
pub(super) fn kept(answer: &EgressResponse, body: &Value) -> Value {
    if answer.body.len() <= KEPT { body.clone() } else { cut(&String::from_utf8_lossy(&answer.body), KEPT).into() }
}

fn headers(answer: &EgressResponse) -> Value {
    let mut headers = Map::new();
    for (name, value) in answer.headers.iter().filter(|(name, _)| name != COOKIES) {
        match headers.get_mut(name) {
            Some(Value::String(before)) => before.push_str(&format!(", {value}")),
            _ => {
                headers.insert(name.clone(), value.as_str().into());
            }
        }
    }
    headers.into()
}

/// A URL in an answer, which may be relative to the one that answered.
fn resolved(base: &str, url: &str) -> Result<String, String> {
    let url = Url::parse(base).and_then(|base| base.join(url)).map_err(|error| format!("is no URL: {error}"))?;
    if matches!(url.scheme(), "http" | "https") {
        Ok(url.into())
    } else {
        Err(format!("has the scheme {:?}; http and https are called", url.scheme()))
    }
}

impl Call {
    /// Makes the call. A key is sent unless the call has one of its own.
    pub(super) async fn send(
        &self,
        context: &Context,
        mut headers: HeaderValues,
        key: Option<String>,
    ) -> Result<EgressResponse, Failure> {
        let (body, content_type) = match &self.payload {
            Value::Null => (Bytes::new(), None),
            Value::String(text) => (Bytes::from(text.clone()), Some("text/plain; charset=utf-8")),
            payload => (Bytes::from(payload.to_string()), Some("application/json")),
        };
        for (name, value) in [("content-type", content_type.map(str::to_owned)), (KEY, key)] {
            if let Some(value) = value {
                headers.add_default(name, value);
            }
        }
        let request = EgressRequest { headers: headers.pairs(), body, ..EgressRequest::new(&self.method, &self.url) };
        Ok(headers.blot(send(context, request).await?))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, shown(&self.url))
    }
}

/// The call that calls off what was called.
#[derive(Serialize, Deserialize)]
pub(super) struct CancelCall {
    pub(super) call: Call,
    pub(super) headers: Headers,
}

impl CancelCall {
    /// Makes the call.
    pub(super) async fn send(&self, context: &Context, call_off: &CallOff) -> Result<String, Failure> {
        let headers = self.headers.values(Some(context.secrets_of(&call_off.kind))).await?;
        let answer = self.call.send(context, headers, Some(request(&call_off.task, "cancel"))).await?;
        if answer.status < 400 {
            return Ok(format!("answered with {}", answer.status));
        }
        Err(Failure { retryable: may_pass(answer.status), ..refused(&self.call, &answer) })
    }
}
