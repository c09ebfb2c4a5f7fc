//! What can be wrong with a call beyond the rules of its single fields.

use gennaker_proto::v1::webhook_monitor::StatusUrl;
use gennaker_proto::v1::{WebhookMonitor, WebhookStage};
use gennaker_proto::values;
use url::Url;

use super::headers::Headers;
use super::json_path;

/// The longest payload, in bytes of JSON.
const MAX_PAYLOAD: usize = 256 * 1024;

/// A field of the stage's message, and what is wrong with it.
type Problem = (String, String);

/// All that is wrong. What still has expressions is not looked at.
pub(super) fn problems(stage: &WebhookStage) -> Vec<Problem> {
    let mut found = Vec::new();
    if stage.monitor_only {
        match &stage.monitor {
            Some(monitor) => found.extend(url("monitor.status_url", &monitor.status_url)),
            None => found.push(problem("monitor", "must be set, because the stage only follows the progress")),
        }
    } else {
        found.extend(url("url", &stage.url));
    }
    if let Some(cancellation) = &stage.cancellation {
        found.extend(url("cancellation.url", &cancellation.url));
    }
    let payloads = [
        ("payload", stage.payload.as_ref()),
        ("cancellation.payload", stage.cancellation.as_ref().and_then(|cancellation| cancellation.payload.as_ref())),
    ];
    for (field, payload) in payloads {
        let size = payload.map_or(0, |payload| values::value_of(payload).to_string().len());
        if size > MAX_PAYLOAD {
            found.push(problem(field, format!("is {size} bytes of JSON; at most {MAX_PAYLOAD} are sent")));
        }
    }
    let headers = Headers { plain: stage.headers.clone(), secret: stage.secret_headers.clone() };
    found.extend(headers.problem().map(|what| problem("headers", what)));
    if let Some(monitor) = &stage.monitor {
        found.extend(of_monitor(monitor, stage.monitor_only));
    }
    found
}

fn of_monitor(monitor: &WebhookMonitor, only: bool) -> Vec<Problem> {
    let mut found = Vec::new();
    let in_body = monitor.status_url_from() == StatusUrl::Body;
    if !only && in_body && monitor.status_url_path.is_empty() {
        found.push(problem("monitor.status_url_path", "must be set, because the URL is in the body"));
    }
    if !only && !monitor.status_url.is_empty() {
        found.push(problem("monitor.status_url", "is only for a stage that calls nothing; see `status_url_from`"));
    }
    for (field, path) in [
        ("monitor.status_url_path", &monitor.status_url_path),
        ("monitor.status_path", &monitor.status_path),
        ("monitor.progress_path", &monitor.progress_path),
    ] {
        if !path.is_empty() && !path.contains("${") {
            found.extend(json_path::parse(path).err().map(|error| problem(field, error)));
        }
    }
    found
}

fn url(field: &str, url: &str) -> Option<Problem> {
    if url.is_empty() {
        return Some(problem(field, "must be set"));
    }
    if url.contains("${") {
        return None;
    }
    match Url::parse(url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => None,
        Ok(url) => Some(problem(field, format!("has the scheme {:?}; http and https are called", url.scheme()))),
        Err(error) => Some(problem(field, format!("is no URL: {error}"))),
    }
}

fn problem(field: &str, description: impl Into<String>) -> Problem {
    (field.to_owned(), description.into())
}
