//! Notifications: what they are sent about, and to whom.

use gennaker_core::expression::Template;
use gennaker_proto::v1;
use gennaker_proto::v1::notification::{Channel, Occasion};

use super::Findings;

/// What notifications belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// A pipeline, or an application.
    Pipeline,
    /// A stage.
    Stage {
        /// Whether it asks for a judgment.
        judges: bool,
    },
}

/// What is wrong with notifications, whose path is given.
pub(crate) fn check(notifications: &[v1::Notification], level: Level, path: &str, findings: &mut Findings) {
    for (place, notification) in notifications.iter().enumerate() {
        let path = format!("{path}[{place}]");
        occasions(notification, level, &path, findings);
        match Template::parse(&notification.message) {
            Err(error) => findings.violation(format!("{path}.message"), error.to_string()),
            Ok(text) if text.looks_up() => findings.violation(format!("{path}.message"), NO_LOOK_UPS),
            Ok(_) => {}
        }
        if let Some(channel) = &notification.channel {
            addresses(channel, &path, findings);
        }
    }
}

/// What a text says that is evaluated where nothing can be looked up.
pub(super) const NO_LOOK_UPS: &str = "has a function that looks something up outside of the execution, which can't be done here; \
    look it up in a stage of the kind `evaluate_variables`, and refer to its output";

fn occasions(notification: &v1::Notification, level: Level, path: &str, findings: &mut Findings) {
    for (place, when) in notification.when.iter().enumerate() {
        let path = format!("{path}.when[{place}]");
        let occasion = Occasion::try_from(*when).unwrap_or_default();
        match (occasion, level) {
            (Occasion::Unspecified, _) => findings.violation(path, "must be set"),
            (Occasion::PipelineStarting | Occasion::PipelineComplete | Occasion::PipelineFailed, Level::Pipeline)
            | (Occasion::StageStarting | Occasion::StageComplete | Occasion::StageFailed, Level::Stage { .. })
            | (
                Occasion::JudgmentRequested | Occasion::JudgmentContinued | Occasion::JudgmentStopped,
                Level::Stage { judges: true },
            ) => {}
            (
                Occasion::JudgmentRequested | Occasion::JudgmentContinued | Occasion::JudgmentStopped,
                Level::Stage { judges: false },
            ) => findings.warning(path, "is never sent: the stage asks for no judgment"),
            (
                Occasion::PipelineStarting | Occasion::PipelineComplete | Occasion::PipelineFailed,
                Level::Stage { .. },
            ) => {
                findings.violation(path, "is about a pipeline; put it into the pipeline's own notifications");
            }
            (
                Occasion::StageStarting
                | Occasion::StageComplete
                | Occasion::StageFailed
                | Occasion::JudgmentRequested
                | Occasion::JudgmentContinued
                | Occasion::JudgmentStopped,
                Level::Pipeline,
            ) => findings.violation(path, "is about a stage; put it into the notifications of the stage"),
        }
    }
}

fn addresses(channel: &Channel, path: &str, findings: &mut Findings) {
    match channel {
        Channel::Email(email) => {
            for (field, addresses) in [("to", &email.to), ("cc", &email.cc)] {
                for (place, address) in addresses.iter().enumerate().filter(|(_, address)| !is_address(address)) {
                    let problem = format!("{address:?} is no e-mail address; expressions are not evaluated here");
                    findings.violation(format!("{path}.email.{field}[{place}]"), problem);
                }
            }
        }
        Channel::MicrosoftTeams(teams) => url(&teams.url, true, format!("{path}.microsoft_teams.url"), findings),
        Channel::GoogleChat(chat) => url(&chat.url, true, format!("{path}.google_chat.url"), findings),
        Channel::Webhook(webhook) => url(&webhook.url, false, format!("{path}.webhook.url"), findings),
        Channel::Slack(_) | Channel::PagerDuty(_) => {}
    }
}

/// Something, an `@`, and something.
fn is_address(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || "${}<>,;".contains(c);
    text.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !text.contains(odd))
}

/// The URL is a secret, so that it is not in the message.
fn url(url: &str, or_reference: bool, path: String, findings: &mut Findings) {
    let is_url = ["https://", "http://"].into_iter().any(|scheme| url.starts_with(scheme));
    let is_reference = or_reference && (url.starts_with("env:") || url.starts_with("file:/"));
    if !url.is_empty() && !is_url && !is_reference {
        let reference = if or_reference { ", or a reference to one: `env:NAME` or `file:/PATH`" } else { "" };
        findings.violation(path, format!("must be a URL with http or https{reference}"));
    }
}

#[cfg(test)]
mod tests {
    use gennaker_proto::json;
    use serde_json::{Value, json};

    use super::*;

    fn found(notification: Value, level: Level) -> Vec<String> {
        let mut findings = Findings::default();
        check(&[json::decode(&notification).unwrap()], level, "n", &mut findings);
        let texts = |violations: Vec<v1::FieldViolation>, what: &str| -> Vec<String> {
            violations.into_iter().map(|v| format!("{what}{}: {}", v.field, v.description)).collect()
        };
        [texts(findings.violations, ""), texts(findings.warnings, "warning: ")].concat()
    }

    #[test]
    fn occasions_fit_what_they_are_about() {
        let when = |when: &[&str]| json!({"when": when, "slack": {"channel": "#a"}});
        let stage = Level::Stage { judges: false };
        assert_eq!(found(when(&["OCCASION_PIPELINE_FAILED"]), Level::Pipeline), [""; 0]);
        assert_eq!(found(when(&["OCCASION_STAGE_FAILED"]), stage), [""; 0]);
        assert_eq!(found(when(&["OCCASION_JUDGMENT_STOPPED"]), Level::Stage { judges: true }), [""; 0]);
        assert_eq!(
            found(when(&["OCCASION_JUDGMENT_STOPPED"]), stage),
            ["warning: n[0].when[0]: is never sent: the stage asks for no judgment"]
        );
        assert_eq!(
            found(when(&["OCCASION_PIPELINE_STARTING", "OCCASION_STAGE_STARTING"]), Level::Pipeline),
            ["n[0].when[1]: is about a stage; put it into the notifications of the stage"]
        );
        assert_eq!(
            found(when(&["OCCASION_PIPELINE_STARTING"]), stage),
            ["n[0].when[0]: is about a pipeline; put it into the pipeline's own notifications"]
        );
        assert_eq!(found(when(&["OCCASION_UNSPECIFIED"]), stage), ["n[0].when[0]: must be set"]);
    }

    #[test]
    fn texts_are_parsed_and_look_nothing_up() {
        let text = |text: &str| {
            found(
                json!({"when": ["OCCASION_STAGE_FAILED"], "message": text, "slack": {}}),
                Level::Stage { judges: false },
            )
        };
        assert_eq!(text("${ execution.name } failed"), [""; 0]);
        assert!(text("${ 1 + }")[0].starts_with("n[0].message: expected "));
        assert!(text("${ #fromUrl('http://x') }")[0].contains("evaluate_variables"));
    }

    #[test]
    fn addresses_are_ones() {
        let found = |channel: Value| found(channel, Level::Pipeline);
        let email = json!({"email": {"to": ["a@b", "a", "${ x }@b"], "cc": ["@b", "a b@c"]}});
        let fields: Vec<_> = found(email).iter().map(|text| text.split(':').next().unwrap().to_owned()).collect();
        assert_eq!(fields, ["n[0].email.to[1]", "n[0].email.to[2]", "n[0].email.cc[0]", "n[0].email.cc[1]"]);
        assert_eq!(found(json!({"microsoftTeams": {"url": "env:TEAMS"}})), [""; 0]);
        assert_eq!(found(json!({"webhook": {"url": "https://host/hook"}})), [""; 0]);
        assert_eq!(
            found(json!({"webhook": {"url": "env:HOOK"}})),
            ["n[0].webhook.url: must be a URL with http or https"]
        );
        assert!(!found(json!({"googleChat": {"url": "secret-thing"}}))[0].contains("secret-thing"));
    }
}
