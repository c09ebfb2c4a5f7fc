//! The configuration of a call, checked and with all defaults, as the tasks read it.

use std::collections::BTreeMap;
use std::time::Duration;

use gennaker_core::execution::Failure;
use gennaker_proto::v1::webhook_monitor::StatusUrl as StatusUrlMessage;
use gennaker_proto::v1::{HttpMethod, WebhookMonitor, WebhookRetry, WebhookStage};
use gennaker_proto::values;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::check;
use super::headers::Headers;
use crate::common::config::duration;
use crate::common::duration_text;
use crate::common::http::may_pass;

/// What the call fails with at once where nothing is said.
const FAIL_FAST: u16 = 504;
/// How long the progress is followed where nothing is said.
const FOLLOW: Duration = Duration::from_secs(60 * 60);

/// What a stage does.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Inputs {
    /// The first call; none where the progress is only followed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) call: Option<Call>,
    pub(super) headers: Headers,
    pub(super) fail_fast_statuses: Vec<u16>,
    pub(super) retries: Vec<Retry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) monitor: Option<Monitor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) cancellation: Option<Call>,
}

/// A call without its headers.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub(super) payload: Value,
}

/// A status that is tried again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Retry {
    pub(super) status: u16,
    /// How often in all; 0 until the time is over.
    pub(super) max_attempts: u32,
}

/// How the progress is followed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Monitor {
    pub(super) status_url: StatusUrl,
    pub(super) status_path: String,
    pub(super) progress_path: String,
    pub(super) success_statuses: Vec<String>,
    pub(super) canceled_statuses: Vec<String>,
    pub(super) terminal_statuses: Vec<String>,
    #[serde(with = "duration_text")]
    pub(super) wait_before: Duration,
    #[serde(with = "duration_text")]
    pub(super) timeout: Duration,
}

/// Where the URL of the progress comes from.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum StatusUrl {
    /// It is given.
    Given(String),
    /// It is the one that was called.
    Called,
    /// The header `Location` of the answer.
    Location,
    /// At this path in the body of the answer.
    Body(String),
}

impl TryFrom<WebhookStage> for Inputs {
    type Error = Failure;

    fn try_from(stage: WebhookStage) -> Result<Self, Failure> {
        if let Some((field, problem)) = check::problems(&stage).into_iter().next() {
            return Err(Failure::permanent(format!("webhook.{field}: {problem}")));
        }
        let call = (!stage.monitor_only).then(|| Call {
            method: method(stage.method()).to_owned(),
            payload: stage.payload.as_ref().map(values::value_of).unwrap_or_default(),
            url: stage.url.clone(),
        });
        let cancellation = stage.cancellation.as_ref().map(|cancellation| Call {
            method: method(cancellation.method()).to_owned(),
            payload: cancellation.payload.as_ref().map(values::value_of).unwrap_or_default(),
            url: cancellation.url.clone(),
        });
        let retry = |retry: &WebhookRetry| Retry { status: status(retry.status), max_attempts: retry.max_attempts };
        let retries: Vec<Retry> = stage.retries.iter().map(retry).collect();
        let mut fail_fast_statuses: Vec<u16> = stage.fail_fast_statuses.iter().copied().map(status).collect();
        if fail_fast_statuses.is_empty() && retries.iter().all(|retry| retry.status != FAIL_FAST) {
            fail_fast_statuses.push(FAIL_FAST);
        }
        Ok(Self {
            call,
            fail_fast_statuses,
            retries,
            monitor: stage.monitor.map(|monitor| Monitor::new(monitor, stage.monitor_only)).transpose()?,
            headers: Headers { plain: stage.headers, secret: stage.secret_headers },
            cancellation,
        })
    }
}

impl Monitor {
    fn new(monitor: WebhookMonitor, only: bool) -> Result<Self, Failure> {
        let status_url = match monitor.status_url_from() {
            _ if only => StatusUrl::Given(monitor.status_url),
            StatusUrlMessage::Unspecified | StatusUrlMessage::CalledUrl => StatusUrl::Called,
            StatusUrlMessage::LocationHeader => StatusUrl::Location,
            StatusUrlMessage::Body => StatusUrl::Body(monitor.status_url_path),
        };
        Ok(Self {
            status_url,
            status_path: monitor.status_path,
            progress_path: monitor.progress_path,
            success_statuses: monitor.success_statuses,
            canceled_statuses: monitor.canceled_statuses,
            terminal_statuses: monitor.terminal_statuses,
            wait_before: duration(monitor.wait_before.as_ref(), Duration::ZERO)?,
            timeout: duration(monitor.timeout.as_ref(), FOLLOW)?,
        })
    }
}

/// What is done about an answer.
pub(super) enum Answered {
    /// It is good.
    Well,
    /// It is tried again as often as its retry allows.
    Counted(Retry),
    /// It may pass.
    Busy,
    /// It is a failure.
    Badly,
}

impl Inputs {
    /// What is done about an answer of this status.
    pub(super) fn judge(&self, status: u16) -> Answered {
        match self.retries.iter().find(|retry| retry.status == status) {
            Some(retry) => Answered::Counted(*retry),
            None if may_pass(status) => Answered::Busy,
            None if status >= 400 => Answered::Badly,
            None => Answered::Well,
        }
    }
}

/// How often each status was tried again.
pub(super) type Counts = BTreeMap<String, u32>;

fn status(number: u32) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

fn method(method: HttpMethod) -> &'static str {
    match method {
        HttpMethod::Unspecified | HttpMethod::Post => "POST",
        HttpMethod::Get => "GET",
        HttpMethod::Head => "HEAD",
        HttpMethod::Put => "PUT",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Delete => "DELETE",
    }
}
