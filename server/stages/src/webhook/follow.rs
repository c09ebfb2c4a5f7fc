//! Following the progress of what a call has set off.

use std::time::Duration;

use gennaker_core::execution::{Failure, TaskOutcome};
use gennaker_engine::TaskRun;
use gennaker_ports::EgressResponse;
use serde_json::{Map, Value, json};

use super::call::{body, count, kept, outputs, refused};
use super::headers::same_server;
use super::inputs::{Answered, Call, Inputs, Monitor, StatusUrl};
use super::{ENDPOINT, OUTPUT, PROBLEM, json_path};
use crate::common::outputs::succeeded;
use crate::kind::Context;

/// So many looks come in quick succession: a minute of them.
const QUICK_LOOKS: u32 = 60;
const QUICK: Duration = Duration::from_secs(1);
const SLOW: Duration = Duration::from_secs(15);

/// What the progress is, by one look.
#[derive(Debug, Default, PartialEq)]
struct Progress {
    /// What is at the status path.
    resolved: Value,
    percent: Option<u8>,
    message: Option<String>,
}

/// What follows from a status.
enum Standing {
    GoesOn,
    Done,
    Canceled,
    Failed,
}

/// Looks once at the progress.
pub(super) async fn follow(context: &Context, run: &TaskRun, inputs: &Inputs) -> Result<TaskOutcome, Failure> {
    let monitor = inputs.monitor.as_ref().ok_or_else(|| Failure::permanent("the stage follows nothing"))?;
    let webhook = run.outputs.get(OUTPUT).cloned().unwrap_or_else(|| json!({}));
    let known = webhook.get("monitor").cloned().unwrap_or_else(|| json!({}));
    let endpoint = match (&monitor.status_url, known.get(ENDPOINT).and_then(Value::as_str)) {
        (StatusUrl::Given(url), _) => url.clone(),
        (_, Some(url)) => url.to_owned(),
        (_, None) => {
            let why = known.get(PROBLEM).and_then(Value::as_str).unwrap_or("its URL is not known");
            return Err(Failure::permanent(format!("the progress can't be followed: {why}")));
        }
    };
    let look = Call { method: "GET".to_owned(), url: endpoint, payload: Value::Null };
    let secrets = may_know_secrets(inputs, monitor, &look.url).then(|| context.secrets_of(&run.kind));
    let headers = inputs.headers.values(secrets).await?;
    let answer = match look.send(context, headers, None).await {
        Ok(answer) => answer,
        Err(Failure { message, retryable: true }) => return Ok(later(run, message, None)),
        Err(failure) => return Err(failure),
    };
    match inputs.judge(answer.status) {
        Answered::Well => conclude(run, monitor, &look, &answer, webhook, known),
        Answered::Badly => Err(refused(&look, &answer)),
        Answered::Busy => Ok(later(run, refused(&look, &answer).message, None)),
        Answered::Counted(retry) => {
            let (retries, message) = count(known.get("retries"), retry, &look, &answer)?;
            let outputs = Map::from_iter([(OUTPUT.to_owned(), merged(webhook, known, json!({ "retries": retries })))]);
            let after = pause(run);
            Ok(TaskOutcome::Later { after, message, percent: None, outputs })
        }
    }
}

/// What follows from a good answer.
fn conclude(
    run: &TaskRun,
    monitor: &Monitor,
    look: &Call,
    answer: &EgressResponse,
    webhook: Value,
    known: Value,
) -> Result<TaskOutcome, Failure> {
    let body = body(answer);
    let progress = Progress::read(monitor, &body).map_err(|why| Failure::permanent(format!("{look}: {why}")))?;
    let status = progress.status();
    match monitor.standing(&progress) {
        Standing::GoesOn => {
            let message = progress.message.unwrap_or_else(|| format!("the status is {status}"));
            Ok(later(run, message, progress.percent))
        }
        Standing::Done => {
            let message = format!("{look} was answered with {}", answer.status);
            let message = if status.is_empty() { message } else { format!("{message}, the status is {status}") };
            let seen = json!({
                "statusCode": answer.status,
                ENDPOINT: look.url,
                "body": kept(answer, &body),
                "resolvedValue": progress.resolved,
                "percentComplete": progress.percent,
                "progressMessage": progress.message,
            });
            Ok(succeeded(message, outputs(merged(webhook, known, seen), &body)))
        }
        Standing::Canceled => Ok(TaskOutcome::Canceled { message: format!("{look}: the status is {status}") }),
        Standing::Failed => {
            let why = progress.message.map_or(String::new(), |message| format!(": {message}"));
            Err(Failure::permanent(format!("{look}: the status is {status}{why}")))
        }
    }
}

/// The outputs of the stage so far with more about the progress.
fn merged(mut webhook: Value, mut monitor: Value, more: Value) -> Value {
    if let (Value::Object(monitor), Value::Object(more)) = (&mut monitor, more) {
        monitor.extend(more.into_iter().filter(|(_, value)| !value.is_null()));
    }
    webhook["monitor"] = monitor;
    webhook
}

fn later(run: &TaskRun, message: String, percent: Option<u8>) -> TaskOutcome {
    TaskOutcome::Later { after: pause(run), message, percent, outputs: Map::new() }
}

/// Each look is a try of the task.
fn pause(run: &TaskRun) -> Duration {
    if run.key.attempt <= QUICK_LOOKS { QUICK } else { SLOW }
}

/// Whether the secret headers may be sent to where the progress is: a URL from an answer gets them only where they went
/// before.
fn may_know_secrets(inputs: &Inputs, monitor: &Monitor, url: &str) -> bool {
    match &monitor.status_url {
        StatusUrl::Given(_) | StatusUrl::Called => true,
        StatusUrl::Location | StatusUrl::Body(_) => {
            inputs.call.as_ref().is_some_and(|call| same_server(&call.url, url))
        }
    }
}

impl Progress {
    fn read(monitor: &Monitor, body: &Value) -> Result<Self, String> {
        let mut progress = Self::default();
        if !monitor.status_path.is_empty() {
            let resolved = json_path::scalar(&monitor.status_path, body);
            progress.resolved = resolved.map_err(|why| format!("no status at {}: {why}", monitor.status_path))?;
            progress.percent = percent(&progress.resolved);
        }
        if !monitor.progress_path.is_empty() {
            // What is only shown may come and go.
            let shown = json_path::scalar(&monitor.progress_path, body).unwrap_or_default();
            progress.percent = progress.percent.or_else(|| percent(&shown));
            progress.message = shown.as_str().map(str::to_owned);
        }
        Ok(progress)
    }

    /// The status as a text; empty where none is looked for.
    fn status(&self) -> String {
        match &self.resolved {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

fn percent(value: &Value) -> Option<u8> {
    value.as_f64().map(|number| number.clamp(0.0, 100.0) as u8)
}

impl Monitor {
    fn standing(&self, progress: &Progress) -> Standing {
        if self.status_path.is_empty() {
            return Standing::Done;
        }
        if progress.resolved.is_number() {
            let is_end = progress.resolved.as_f64().is_some_and(|percent| percent >= 100.0);
            return if is_end { Standing::Done } else { Standing::GoesOn };
        }
        let status = progress.status().trim().to_lowercase();
        let is_in = |list: &[String]| list.iter().any(|known| known.trim().to_lowercase() == status);
        if is_in(&self.success_statuses) {
            Standing::Done
        } else if is_in(&self.canceled_statuses) {
            Standing::Canceled
        } else if is_in(&self.terminal_statuses) {
            Standing::Failed
        } else {
            Standing::GoesOn
        }
    }
}
