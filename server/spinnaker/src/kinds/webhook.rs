//! Webhooks.

use serde_json::{Map, Value as Json, json};

use super::Kind;
use crate::export::Export;
use crate::form::{self, FOREIGN, Field, Form, field, tidy_numbers};
use crate::import::Import;
use crate::source::{Source, flag, is_empty};

const METHODS: Form = Form::Choice(&[
    ("POST", "HTTP_METHOD_POST"),
    ("GET", "HTTP_METHOD_GET"),
    ("HEAD", "HTTP_METHOD_HEAD"),
    ("PUT", "HTTP_METHOD_PUT"),
    ("PATCH", "HTTP_METHOD_PATCH"),
    ("DELETE", "HTTP_METHOD_DELETE"),
]);

pub(super) const WEBHOOK: Kind = Kind {
    types: &["webhook"],
    ours: "webhook",
    fields: &[
        field("url", "url", Form::Text),
        field("method", "method", METHODS),
        field("payload", "payload", Form::Any),
        field("customHeaders", "headers", Form::Map),
        field("failFastStatusCodes", "fail_fast_statuses", Form::Wholes),
        field("monitorOnly", "monitor_only", Form::Flag),
    ],
    limit: Some("monitor.timeout"),
    import: |import, from, to, at| {
        retries(import, from, to);
        monitor(import, from, to, at);
        cancellation(import, from, to, at);
        if from.take("account").is_some_and(|account| !is_empty(&account)) {
            import.findings.dropped(from.at("account"), "give what the account had as `webhook.secret_headers`");
        }
        // What the last run has left.
        from.skip(&["webhook", "statusCode", "buildInfo", "deploymentDetails"]);
        Ok(())
    },
    export: |export, from, to, at| {
        export_retries(from, to);
        export_monitor(export, from, to, at);
        export_cancellation(export, from, to, at);
    },
};

const MONITOR: &[Field] = &[
    field(
        "statusUrlResolution",
        "status_url_from",
        Form::Choice(&[
            ("getMethod", "STATUS_URL_CALLED_URL"),
            ("locationHeader", "STATUS_URL_LOCATION_HEADER"),
            ("webhookResponse", "STATUS_URL_BODY"),
        ]),
    ),
    field("statusUrlJsonPath", "status_url_path", Form::Text),
    field("statusEndpoint", "status_url", Form::Text),
    field("statusJsonPath", "status_path", Form::Text),
    field("progressJsonPath", "progress_path", Form::Text),
    field("successStatuses", "success_statuses", Form::Commas),
    field("canceledStatuses", "canceled_statuses", Form::Commas),
    field("terminalStatuses", "terminal_statuses", Form::Commas),
    field("waitBeforeMonitor", "wait_before", Form::Seconds),
];

fn monitor(import: &mut Import<'_>, from: &mut Source, to: &mut Map<String, Json>, at: &str) {
    let waits = from.take("waitForCompletion").as_ref().and_then(flag).unwrap_or_default();
    let only = from.peek("monitorOnly").and_then(flag).unwrap_or_default();
    if waits || only {
        let mut monitor = Map::new();
        import.fields(MONITOR, from, &mut monitor, &format!("{at}.monitor"));
        to.insert("monitor".to_owned(), Json::Object(monitor));
        return;
    }
    for field in MONITOR {
        let said = from.take(field.theirs).filter(|value| !is_empty(value));
        // Every form has this one.
        if said.is_some() && field.theirs != "statusUrlResolution" {
            let reason = "it is not used, because `waitForCompletion` is not true, and is left out";
            import.findings.note(from.at(field.theirs), reason);
        }
    }
}

/// Statuses that are tried again: with a number of attempts, and until the time is over.
fn retries(import: &mut Import<'_>, from: &mut Source, to: &mut Map<String, Json>) {
    let mut list = Vec::new();
    for (path, status) in from.take_list("retryStatusCodes") {
        match form::whole(&status) {
            Some(status) => list.push(json!({"status": status})),
            None => import.findings.error(path, format!("must be a status, and is {}", form::shown(&status))),
        }
    }
    if let Some(retries) = from.take_object("retries") {
        let path = retries.path().to_owned();
        for (status, retry) in retries.into_rest() {
            let attempts = form::whole(&retry["maxAttempts"]);
            match (status.parse::<u32>(), attempts) {
                (Ok(status), Some(attempts)) => {
                    list.retain(|retry| retry["status"] != status);
                    list.push(json!({"status": status, "max_attempts": attempts}));
                }
                _ => import.findings.error(&path, format!("must have `maxAttempts` for the status {status}")),
            }
        }
    }
    if !list.is_empty() {
        to.insert("retries".to_owned(), Json::Array(list));
    }
}

const CANCELLATION: &[Field] = &[
    field("cancelEndpoint", "url", Form::Text),
    field("cancelMethod", "method", METHODS),
    field("cancelPayload", "payload", Form::Any),
];

fn cancellation(import: &mut Import<'_>, from: &mut Source, to: &mut Map<String, Json>, at: &str) {
    from.skip(&["signalCancellation"]);
    let mut cancellation = Map::new();
    let has_url = from.peek("cancelEndpoint").is_some_and(|url| !is_empty(url));
    if has_url {
        import.fields(CANCELLATION, from, &mut cancellation, &format!("{at}.cancellation"));
        to.insert("cancellation".to_owned(), Json::Object(cancellation));
        return;
    }
    from.skip(&["cancelEndpoint", "cancelMethod"]);
    if from.take("cancelPayload").is_some_and(|payload| !is_empty(&payload)) {
        import
            .findings
            .note(from.at("cancelPayload"), "it is not used, because there is no `cancelEndpoint`, and is left out");
    }
}

fn export_retries(from: &mut Source, to: &mut Map<String, Json>) {
    let (mut endless, mut counted) = (Vec::new(), Map::new());
    for (_, retry) in from.take_list("retries") {
        let status = tidy_numbers(retry["status"].clone());
        match retry.get("max_attempts") {
            Some(attempts) => {
                counted.insert(status.to_string(), json!({"maxAttempts": tidy_numbers(attempts.clone())}));
            }
            None => endless.push(status),
        }
    }
    if !endless.is_empty() {
        to.insert("retryStatusCodes".to_owned(), Json::Array(endless));
    }
    if !counted.is_empty() {
        to.insert("retries".to_owned(), Json::Object(counted));
    }
}

fn export_monitor(export: &mut Export<'_>, from: &mut Source, to: &mut Map<String, Json>, at: &str) {
    let monitor = from.take_object("monitor");
    to.insert("waitForCompletion".to_owned(), Json::Bool(monitor.is_some()));
    if let Some(mut monitor) = monitor {
        export.fields(MONITOR, &mut monitor, to, &format!("{at}.monitor"));
        monitor.finish(&mut export.findings, FOREIGN);
    }
}

fn export_cancellation(export: &mut Export<'_>, from: &mut Source, to: &mut Map<String, Json>, at: &str) {
    if let Some(mut cancellation) = from.take_object("cancellation") {
        to.insert("signalCancellation".to_owned(), Json::Bool(true));
        export.fields(CANCELLATION, &mut cancellation, to, &format!("{at}.cancellation"));
        cancellation.finish(&mut export.findings, FOREIGN);
    }
}
