//! Mail, over the operator's own server.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gennaker_ports::{Clock, NotifyError};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};
use lettre::transport::smtp::AsyncSmtpTransportBuilder;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

use super::markup::{Block, Dialect as _, Html, Inline, Plain};
use super::message::{LINK, Message, digest};
use super::options::{EmailOptions, OptionsError, Security};
use super::{Channels, permanent};
use crate::Trust;
use crate::trust::is_distrust;

/// How long the server may take for one step.
const STEP: Duration = Duration::from_secs(15);
/// How long it may take in all.
const PATIENCE: Duration = Duration::from_secs(45);

/// Writes mails and hands them to the server.
pub(super) struct Mailer {
    options: EmailOptions,
    sender: Mailbox,
    transport: AsyncSmtpTransportBuilder,
    clock: Arc<dyn Clock>,
}

impl Mailer {
    pub(super) fn new(options: &EmailOptions, clock: Arc<dyn Clock>, trust: &Trust) -> Result<Self, OptionsError> {
        let (host, port) = options.address()?;
        let sender = options.sender()?;
        let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .tls(tls(options.tls, host, trust)?)
            .hello_name(ClientId::Domain(sender.email.domain().to_owned()))
            .timeout(Some(STEP));
        Ok(Self { options: options.clone(), sender, transport, clock })
    }

    /// The mail: its text plain and as HTML. It has the same id when it is sent again.
    fn mail(&self, message: &Message<'_>, to: &[String], cc: &[String]) -> Result<lettre::Message, NotifyError> {
        let since = self.clock.now().since(gennaker_core::Timestamp::EPOCH);
        let domain = self.sender.email.domain();
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let mut mail = lettre::Message::builder()
            .from(self.sender.clone())
            .date(SystemTime::UNIX_EPOCH + since)
            .message_id(Some(format!("<{}@{domain}>", message.digest())))
            // All mails of an execution are about the same.
            .references(format!("<{}@{domain}>", digest(&message.notice.execution)))
            .subject(message.title.clone())
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
        for address in to {
            mail = mail.to(mailbox(address)?);
        }
        for address in cc {
            mail = mail.cc(mailbox(address)?);
        }
        let text = text(message);
        let part = |content_type, body| SinglePart::builder().content_type(content_type).body(body);
        let parts = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(message.digest())
            .singlepart(part(ContentType::TEXT_PLAIN, Plain.document(&text) + "\n"))
            .singlepart(part(ContentType::TEXT_HTML, Html.document(&text) + "\n"));
        mail.multipart(parts).map_err(|error| permanent(format!("the mail can't be written: {error}")))
    }

    async fn send(&self, mail: lettre::Message, login: Option<Credentials>) -> Result<(), NotifyError> {
        let transport = self.transport.clone();
        let transport = match login {
            Some(login) => transport.credentials(login),
            None => transport,
        };
        let sending = transport.build::<Tokio1Executor>();
        match tokio::time::timeout(PATIENCE, sending.send(mail)).await {
            Ok(sent) => sent.map(drop).map_err(|error| self.unsent(&error)),
            Err(_late) => {
                let message = format!("{} did not take the mail within {PATIENCE:?}", self.options.server);
                Err(NotifyError { message, retryable: true })
            }
        }
    }

    /// A refusal with a code of 5xx is for good (RFC 5321, 4.2.1), and so is what the client itself refuses to do.
    fn unsent(&self, error: &lettre::transport::smtp::Error) -> NotifyError {
        let mut message = format!("{} did not take the mail: {error}", self.options.server);
        if is_distrust(error) {
            message.push_str(" (egress.ca_file)");
        }
        NotifyError { message, retryable: !error.is_permanent() && !error.is_client() }
    }
}

impl Channels {
    pub(super) async fn email(&self, message: &Message<'_>, to: &[String], cc: &[String]) -> Result<(), NotifyError> {
        let Some(mailer) = &self.mailer else {
            return Err(permanent("the server has no mail server; set notifications.email"));
        };
        let mail = mailer.mail(message, to, cc)?;
        let EmailOptions { username, password, .. } = &mailer.options;
        let login = match username.as_str() {
            "" => None,
            user => Some(Credentials::new(user.to_owned(), self.setting(password).await?)),
        };
        mailer.send(mail, login).await
    }
}

fn tls(security: Security, host: &str, trust: &Trust) -> Result<Tls, OptionsError> {
    let wrong = |error: lettre::transport::smtp::Error| OptionsError::new("notifications.email.tls", error.to_string());
    let parameters = || {
        let mut parameters = TlsParameters::builder(host.to_owned());
        for authority in trust.own() {
            parameters = parameters.add_root_certificate(Certificate::from_der(authority.to_vec())?);
        }
        parameters.build()
    };
    match security {
        Security::None => Ok(Tls::None),
        Security::StartTls => parameters().map(Tls::Required).map_err(wrong),
        Security::Implicit => parameters().map(Tls::Wrapper).map_err(wrong),
    }
}

fn mailbox(address: &str) -> Result<Mailbox, NotifyError> {
    address.parse().map_err(|error| permanent(format!("{address:?} is no mail address: {error}")))
}

/// The title, the text and the link.
fn text(message: &Message<'_>) -> Vec<Block> {
    let mut text = vec![Block::Paragraph(vec![Inline::Strong(vec![Inline::Text(message.title.clone())])])];
    text.extend(message.text.iter().cloned());
    if let Some(link) = &message.link {
        text.push(Block::Paragraph(vec![Inline::Link(vec![Inline::Text(LINK.to_owned())], link.clone())]));
    }
    text
}
