//! Every channel, as what it talks to sees it.

use std::collections::HashMap;
use std::sync::Arc;

use gennaker_core::notification::{Channel, Notice, Occasion};
use gennaker_parts::smtp::{Security as Serving, SmtpOptions};
use gennaker_parts::{Authority, Smtp};
use gennaker_ports::testing::clock::RuntimeClock;
use gennaker_ports::testing::egress::{ScriptedEgress, response};
use gennaker_ports::{EgressError, Notifier as _, NotifyError, SecretError, Secrets};

use super::References;
use super::{Channels, EmailOptions, Options, Security, SlackOptions};
use crate::Trust;

const KEY: &str = "01J00000000000000000000000/errand-3";

struct Known(HashMap<&'static str, &'static str>);

#[async_trait::async_trait]
impl Secrets for Known {
    async fn secret(&self, reference: &str) -> Result<Vec<u8>, SecretError> {
        let missing = || SecretError::Unreadable { reference: reference.to_owned(), problem: "not set".to_owned() };
        self.0.get(reference).map(|value| value.as_bytes().to_vec()).ok_or_else(missing)
    }
}

fn secrets() -> References {
    References {
        operator: Arc::new(Known(HashMap::from([("env:SLACK", "xoxb-secret"), ("env:MAIL", "hunter2")]))),
        definitions: Arc::new(Known(HashMap::from([
            ("env:SIGNING", "key"),
            ("env:HOOK", "https://hooks.example.com/secret"),
        ]))),
    }
}

fn channels(options: Options, egress: &ScriptedEgress, trust: &Trust) -> Channels {
    Channels::new(options, Arc::new(egress.clone()), secrets(), Arc::new(RuntimeClock::default()), trust).unwrap()
}

fn http(egress: &ScriptedEgress) -> Channels {
    let options = Options {
        slack: Some(SlackOptions::new("env:SLACK")),
        public_url: Some("https://gennaker.example.com/".to_owned()),
        ..Options::default()
    };
    channels(options, egress, &Trust::new(None).unwrap())
}

fn notice(channel: Channel) -> Notice {
    Notice {
        channel,
        occasion: Occasion::JudgmentRequested,
        application: "shop".to_owned(),
        execution: "applications/shop/executions/01J00000000000000000000000".to_owned(),
        display_name: "Deploy".to_owned(),
        stage: Some(("approve".to_owned(), "Approve".to_owned())),
        subject: "Stage Approve of Deploy of shop waits for a judgment".to_owned(),
        text: "Stage Approve of Deploy of shop waits for a judgment\n\nCheck **v2** at [the site](https://shop.example/?a=1&b=2), \
               <!channel>:\n\n- looks right\n- `a < b`"
            .to_owned(),
    }
}

fn webhook() -> Channel {
    Channel::Webhook { url: "https://hooks.example.com/secret".to_owned(), hmac_secret: "env:SIGNING".to_owned() }
}

/// The one request of a channel, to show.
async fn shown(channel: Channel, url: &str, answer: &str) -> String {
    let egress = ScriptedEgress::new();
    egress.reply("POST", url, 200, answer.to_owned());
    http(&egress).notify(KEY, &notice(channel)).await.unwrap();
    let [request] = egress.requests().try_into().unwrap();
    let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
    let headers: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!("{} {}\n{}\n\n{body:#}", request.method, request.url, headers.join("\n"))
}

#[tokio::test]
async fn slack() {
    let channel = Channel::Slack { address: "#deploys".to_owned() };
    insta::assert_snapshot!(shown(channel, "https://slack.com/api/chat.postMessage", "{\"ok\":true}").await);
}

#[tokio::test]
async fn microsoft_teams() {
    let channel = Channel::MicrosoftTeams { url: "env:HOOK".to_owned() };
    insta::assert_snapshot!(shown(channel, "https://hooks.example.com/secret", "1").await);
}

#[tokio::test]
async fn google_chat() {
    let url = "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t";
    let channel = Channel::GoogleChat { url: url.to_owned() };
    let digest = super::message::digest(KEY);
    insta::assert_snapshot!(shown(channel, &format!("{url}&requestId={digest}"), "{}").await);
}

#[tokio::test]
async fn pager_duty() {
    let channel = Channel::PagerDuty { routing_key: "r".repeat(32), severity: "critical".to_owned() };
    insta::assert_snapshot!(shown(channel, "https://events.pagerduty.com/v2/enqueue", "{}").await);
}

#[tokio::test]
async fn success_resolves_the_incident() {
    let egress = ScriptedEgress::new();
    egress.reply("POST", "https://events.pagerduty.com/v2/enqueue", 202, "{}");
    let channel = Channel::PagerDuty { routing_key: "r".repeat(32), severity: String::new() };
    let notice = Notice { occasion: Occasion::PipelineComplete, ..notice(channel) };
    http(&egress).notify(KEY, &notice).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&egress.requests()[0].body).unwrap();
    assert_eq!(body["event_action"], "resolve");
    assert_eq!(body["dedup_key"], notice.execution);
}

#[tokio::test]
async fn signed_json() {
    insta::assert_snapshot!(shown(webhook(), "https://hooks.example.com/secret", "").await);
}

#[tokio::test]
async fn no_error_has_a_secret_and_each_says_whether_to_try_again() {
    let outcome = |answer| async {
        let egress = ScriptedEgress::new();
        egress.answer("POST", "https://hooks.example.com/secret", answer);
        let channel = Channel::MicrosoftTeams { url: "env:HOOK".to_owned() };
        http(&egress).notify(KEY, &notice(channel)).await.unwrap_err()
    };
    let answer = |status, body: &'static str| Ok(response("https://hooks.example.com/secret", status, body));
    let cases = [
        (answer(404, "no /secret here"), false),
        (answer(429, ""), true),
        (answer(502, ""), true),
        (answer(200, "Webhook message delivery failed with error: HTTP error 429"), true),
        (Err(EgressError::Forbidden("port 1 is not allowed".to_owned())), false),
        (Err(EgressError::Invalid("no URL".to_owned())), false),
        (Err(EgressError::Unreachable("nobody there".to_owned())), true),
    ];
    for (answer, retryable) in cases {
        let error = outcome(answer.clone()).await;
        assert_eq!(error.retryable, retryable, "{answer:?}");
        assert!(!error.message.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn what_is_not_set_up_is_named() {
    let egress = ScriptedEgress::new();
    let channels = channels(Options::default(), &egress, &Trust::new(None).unwrap());
    let send = async |channel| channels.notify(KEY, &notice(channel)).await.unwrap_err();
    let email = send(Channel::Email { to: vec!["a@example.com".to_owned()], cc: Vec::new() }).await;
    assert_eq!(
        email,
        NotifyError { message: "the server has no mail server; set notifications.email".to_owned(), retryable: false }
    );
    let slack = send(Channel::Slack { address: "#a".to_owned() }).await;
    assert_eq!(
        slack,
        NotifyError { message: "the server has no Slack app; set notifications.slack".to_owned(), retryable: false }
    );
    let missing = send(Channel::PagerDuty { routing_key: "env:NOT_THERE".to_owned(), severity: String::new() }).await;
    assert!(missing.retryable && missing.message.contains("NOT_THERE"), "{missing}");
}

fn email_options(smtp: &Smtp, tls: Security) -> EmailOptions {
    EmailOptions {
        server: format!("localhost:{}", smtp.port()),
        tls,
        username: String::new(),
        password: String::new(),
        from: "Gennaker <gennaker@example.com>".to_owned(),
    }
}

fn mailing(email: EmailOptions, trust: &Trust) -> Channels {
    let public_url = Some("https://gennaker.example.com".to_owned());
    channels(Options { email: Some(email), public_url, ..Options::default() }, &ScriptedEgress::new(), trust)
}

fn to_ann() -> Channel {
    Channel::Email { to: vec!["Ann <ann@example.com>".to_owned()], cc: vec!["bob@example.com".to_owned()] }
}

#[tokio::test]
async fn mail() {
    let smtp = Smtp::start().await.unwrap();
    let channels = mailing(email_options(&smtp, Security::None), &Trust::new(None).unwrap());
    let mut notice = notice(to_ann());
    notice.subject = "Größe\r\nBcc: eve@example.com".to_owned();
    channels.notify(KEY, &notice).await.unwrap();
    channels.notify(KEY, &notice).await.unwrap();
    let mails = smtp.mails();
    assert_eq!(mails[0].from, "gennaker@example.com");
    assert_eq!(mails[0].to, ["ann@example.com", "bob@example.com"]);
    assert_eq!(mails[0].header("message-id"), mails[1].header("message-id"), "a repeat can be told");
    assert_eq!(mails[0].header("bcc"), None);
    let date = mails[0].header("date").unwrap();
    insta::assert_snapshot!(mails[0].text.replace(&date, "DATE"));
}

#[tokio::test]
async fn mail_over_tls_with_a_login() {
    let authority = Authority::new().unwrap();
    let trust = Trust::new(Some(authority.certificate())).unwrap();
    for (serving, tls) in
        [(Serving::StartTls(&authority), Security::StartTls), (Serving::Implicit(&authority), Security::Implicit)]
    {
        let options = SmtpOptions { security: serving, login: Some(("gennaker", "hunter2")) };
        let smtp = Smtp::start_with(options).await.unwrap();
        let login = |options: EmailOptions| EmailOptions {
            username: "gennaker".to_owned(),
            password: "env:MAIL".to_owned(),
            ..options
        };
        mailing(login(email_options(&smtp, tls)), &trust).notify(KEY, &notice(to_ann())).await.unwrap();
        let [mail] = smtp.mails().try_into().unwrap();
        assert!(mail.secured);
        assert_eq!(mail.user.as_deref(), Some("gennaker"));
        let stranger = mailing(email_options(&smtp, tls), &Trust::new(None).unwrap());
        let error = stranger.notify(KEY, &notice(to_ann())).await.unwrap_err();
        assert!(error.retryable && error.message.contains("egress.ca_file"), "{error}");
    }
}

#[tokio::test]
async fn mail_is_not_sent_in_the_clear_where_it_must_be_secured() {
    let smtp = Smtp::start().await.unwrap();
    let channels = mailing(email_options(&smtp, Security::StartTls), &Trust::new(None).unwrap());
    channels.notify(KEY, &notice(to_ann())).await.unwrap_err();
    assert_eq!(smtp.mails(), []);
}

#[tokio::test]
async fn what_the_mail_server_says_decides_whether_to_try_again() {
    let smtp = Smtp::start().await.unwrap();
    let channels = mailing(email_options(&smtp, Security::None), &Trust::new(None).unwrap());
    let cases =
        [("MAIL", "451 later", true), ("RCPT", "550 nobody", false), (".", "452 full", true), (".", "554 spam", false)];
    for (verb, reply, retryable) in cases {
        smtp.refuse(verb, reply);
        let error = channels.notify(KEY, &notice(to_ann())).await.unwrap_err();
        assert_eq!(error.retryable, retryable, "{verb} {reply}: {error}");
        smtp.relent();
    }
    channels.notify(KEY, &notice(to_ann())).await.unwrap();
    let wrong = notice(Channel::Email { to: vec!["no address\r\nBcc: x@y.example".to_owned()], cc: Vec::new() });
    assert!(!channels.notify(KEY, &wrong).await.unwrap_err().retryable);
    assert_eq!(smtp.mails().len(), 1);
    let (port, _) = (smtp.port(), drop(smtp));
    let error = channels.notify(KEY, &notice(to_ann())).await.unwrap_err();
    assert!(error.retryable, "nobody listens at {port} any more: {error}");
}
