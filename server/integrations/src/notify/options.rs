//! What the operator says about channels.

use std::net::IpAddr;

use lettre::message::Mailbox;

/// The channels that need setting up, and how people reach the server. The keys of the settings have the same names, under
/// `notifications`.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The mail server.
    pub email: Option<EmailOptions>,
    /// The Slack app.
    pub slack: Option<SlackOptions>,
    /// Where events for PagerDuty go.
    pub pager_duty_url: String,
    /// What comes before `/applications/A/executions/E` in links to executions. Without it there are none.
    pub public_url: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            email: None,
            slack: None,
            pager_duty_url: "https://events.pagerduty.com/v2/enqueue".to_owned(),
            public_url: None,
        }
    }
}

/// A mail server, and who writes.
#[derive(Clone, Debug, PartialEq)]
pub struct EmailOptions {
    /// Its name or address, and its port: `mail.example.com:587`.
    pub server: String,
    /// How the connection is secured.
    pub tls: Security,
    /// Who logs in; empty for nobody.
    pub username: String,
    /// A reference to the password: `env:NAME` or `file:/PATH`.
    pub password: String,
    /// Whom mails come from: `Gennaker <gennaker@example.com>`.
    pub from: String,
}

/// How a connection to a mail server is secured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Security {
    /// It is not.
    None,
    /// By STARTTLS, which must succeed; usual on port 587.
    #[default]
    StartTls,
    /// From the first byte; usual on port 465.
    Implicit,
}

/// A Slack app that may write (`chat:write`).
#[derive(Clone, Debug, PartialEq)]
pub struct SlackOptions {
    /// A reference to its bot token: `env:NAME` or `file:/PATH`.
    pub token: String,
    /// Where Slack's web API is.
    pub url: String,
}

impl SlackOptions {
    /// An app by the reference to its token.
    pub fn new(token: impl Into<String>) -> Self {
        Self { token: token.into(), url: "https://slack.com/api".to_owned() }
    }
}

/// An option that can't be what it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct OptionsError {
    /// Which one: its key in the settings.
    pub key: &'static str,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl OptionsError {
    pub(super) fn new(key: &'static str, problem: impl Into<String>) -> Self {
        Self { key, problem: problem.into() }
    }
}

impl Options {
    /// Whether channels can be made of them.
    ///
    /// # Errors
    /// The first option that can't be what it is.
    pub fn check(&self) -> Result<(), OptionsError> {
        if let Some(slack) = &self.slack {
            check_reference("notifications.slack.token", &slack.token)?;
            check_url("notifications.slack.url", &slack.url)?;
        }
        check_url("notifications.pager_duty_url", &self.pager_duty_url)?;
        self.public_url.as_ref().map_or(Ok(()), |url| check_url("notifications.public_url", url))?;
        self.email.as_ref().map_or(Ok(()), EmailOptions::check)
    }
}

impl EmailOptions {
    fn check(&self) -> Result<(), OptionsError> {
        let (host, _port) = self.address()?;
        self.sender()?;
        if self.username.is_empty() != self.password.is_empty() {
            let problem = "a username and a password belong together; set both or none";
            return Err(OptionsError::new("notifications.email.password", problem));
        }
        if self.username.is_empty() {
            return Ok(());
        }
        check_reference("notifications.email.password", &self.password)?;
        let local = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if self.tls == Security::None && !local {
            let problem = "the password would cross the network in the clear; use starttls or implicit";
            return Err(OptionsError::new("notifications.email.tls", problem));
        }
        Ok(())
    }

    /// The server's host and port.
    pub(super) fn address(&self) -> Result<(&str, u16), OptionsError> {
        let wrong = || {
            let problem = format!("{:?} is no server; write a host and a port, mail.example.com:587", self.server);
            OptionsError::new("notifications.email.server", problem)
        };
        let (host, port) = self.server.rsplit_once(':').ok_or_else(wrong)?;
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let port = port.parse().map_err(|_| wrong())?;
        if host.is_empty() || host.contains(char::is_whitespace) { Err(wrong()) } else { Ok((host, port)) }
    }

    /// Whom mails come from.
    pub(super) fn sender(&self) -> Result<Mailbox, OptionsError> {
        self.from.parse().map_err(|error| {
            let problem = format!("{:?} is no mail address: {error}; write Name <name@example.com>", self.from);
            OptionsError::new("notifications.email.from", problem)
        })
    }
}

fn check_reference(key: &'static str, reference: &str) -> Result<(), OptionsError> {
    if reference.starts_with("env:") || reference.starts_with("file:/") {
        return Ok(());
    }
    // It may be the secret itself, so it is not repeated.
    Err(OptionsError::new(key, "it must be a reference to a secret, env:NAME or file:/PATH, and not the secret itself"))
}

fn check_url(key: &'static str, url: &str) -> Result<(), OptionsError> {
    match url::Url::parse(url) {
        Ok(read) if matches!(read.scheme(), "http" | "https") && read.query().is_none() => Ok(()),
        _ => Err(OptionsError::new(key, format!("{url:?} is no URL; write https://host/path"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email() -> EmailOptions {
        EmailOptions {
            server: "mail.example.com:587".to_owned(),
            tls: Security::StartTls,
            username: "gennaker".to_owned(),
            password: "env:MAIL_PASSWORD".to_owned(),
            from: "Gennaker <gennaker@example.com>".to_owned(),
        }
    }

    fn problem(options: Options) -> String {
        options.check().unwrap_err().to_string()
    }

    #[test]
    fn wrong_options_are_named() {
        let with = |email| Options { email: Some(email), ..Options::default() };
        assert_eq!(with(email()).check(), Ok(()));
        let problems = [
            problem(with(EmailOptions { server: "mail.example.com".to_owned(), ..email() })),
            problem(with(EmailOptions { from: "nobody".to_owned(), ..email() })),
            problem(with(EmailOptions { password: String::new(), ..email() })),
            problem(with(EmailOptions { password: "hunter2".to_owned(), ..email() })),
            problem(with(EmailOptions { tls: Security::None, ..email() })),
            problem(Options { slack: Some(SlackOptions::new("xoxb-1")), ..Options::default() }),
            problem(Options { public_url: Some("gennaker.example.com".to_owned()), ..Options::default() }),
        ];
        assert!(problems.iter().all(|problem| !problem.contains("hunter2") && !problem.contains("xoxb")));
        insta::assert_snapshot!(problems.join("\n"));
    }

    #[test]
    fn a_password_may_go_to_this_machine_in_the_clear() {
        for server in ["localhost:25", "127.0.0.1:25", "[::1]:25"] {
            let email = EmailOptions { server: server.to_owned(), tls: Security::None, ..email() };
            assert_eq!(email.check(), Ok(()), "{server}");
        }
    }
}
