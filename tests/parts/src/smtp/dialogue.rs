//! What is said on one connection: RFC 5321, with STARTTLS (RFC 3207) and AUTH (RFC 4954).

use std::sync::Arc;

use anyhow::{Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufStream};
use tokio::net::TcpStream;

use super::{Mail, Shared};

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Serves one connection to its end.
pub(super) async fn serve(client: TcpStream, shared: Arc<Shared>) -> Result<()> {
    client.set_nodelay(true)?;
    let (stream, secured): (Box<dyn Stream>, _) = match shared.tls.clone().filter(|_| shared.implicit) {
        Some(tls) => (Box::new(tls.accept(client).await?), true),
        None => (Box::new(client), false),
    };
    let mut dialogue =
        Dialogue { stream: BufStream::new(stream), shared, secured, user: None, from: None, to: Vec::new() };
    dialogue.say("220 localhost keeps mail").await?;
    while let Some(line) = dialogue.hear().await? {
        let (verb, argument) = line.split_once(' ').unwrap_or((&line, ""));
        if verb.eq_ignore_ascii_case("STARTTLS") {
            dialogue = dialogue.secure().await?;
        } else if !dialogue.obey(&verb.to_ascii_uppercase(), argument).await? {
            return Ok(());
        }
    }
    Ok(())
}

struct Dialogue {
    stream: BufStream<Box<dyn Stream>>,
    shared: Arc<Shared>,
    secured: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
}

impl Dialogue {
    async fn say(&mut self, line: &str) -> Result<()> {
        self.stream.write_all(line.as_bytes()).await?;
        self.stream.write_all(b"\r\n").await?;
        Ok(self.stream.flush().await?)
    }

    /// The next line without its end.
    async fn hear(&mut self) -> Result<Option<String>> {
        let mut line = String::new();
        let length = self.stream.read_line(&mut line).await?;
        Ok((length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    /// Does as a command says; whether the dialogue goes on.
    async fn obey(&mut self, verb: &str, argument: &str) -> Result<bool> {
        if let Some(refusal) = self.shared.refusal(verb) {
            self.say(&refusal).await?;
            return Ok(true);
        }
        match verb {
            "EHLO" => self.greet().await?,
            "AUTH" => self.log_in(argument).await?,
            "MAIL" if !self.may_send() => self.say("530 secure the connection and log in first").await?,
            "MAIL" => {
                self.from = Some(path(argument));
                self.say("250 go on").await?;
            }
            "RCPT" => {
                self.to.push(path(argument));
                self.say("250 go on").await?;
            }
            "DATA" => self.take_mail().await?,
            "RSET" | "NOOP" => self.say("250 as you like").await?,
            "QUIT" => {
                self.say("221 good bye").await?;
                return Ok(false);
            }
            _ => self.say("502 what?").await?,
        }
        Ok(true)
    }

    async fn greet(&mut self) -> Result<()> {
        self.say("250-localhost").await?;
        if self.shared.tls.is_some() && !self.secured {
            self.say("250-STARTTLS").await?;
        }
        if self.shared.login.is_some() {
            self.say("250-AUTH PLAIN LOGIN").await?;
        }
        self.say("250 8BITMIME").await
    }

    async fn secure(mut self) -> Result<Self> {
        let Some(tls) = self.shared.tls.clone().filter(|_| !self.secured) else { bail!("there is no TLS to start") };
        self.say("220 go ahead").await?;
        let stream: Box<dyn Stream> = Box::new(tls.accept(self.stream.into_inner()).await?);
        Ok(Self { stream: BufStream::new(stream), secured: true, ..self })
    }

    /// `PLAIN` with an initial response, which is what clients send.
    async fn log_in(&mut self, argument: &str) -> Result<()> {
        let response = argument.strip_prefix("PLAIN ").map(|text| BASE64.decode(text)).transpose()?.unwrap_or_default();
        let parts: Vec<&str> = response.split(|byte| *byte == 0).flat_map(std::str::from_utf8).collect();
        let login = self.shared.login.clone();
        if let ([_, user, password], Some(login)) = (parts.as_slice(), login)
            && *user == login.0
            && *password == login.1
        {
            self.user = Some((*user).to_owned());
            return self.say("235 welcome").await;
        }
        self.say("535 I don't know you").await
    }

    fn may_send(&self) -> bool {
        (self.shared.tls.is_none() || self.secured) && (self.shared.login.is_none() || self.user.is_some())
    }

    async fn take_mail(&mut self) -> Result<()> {
        self.say("354 tell me").await?;
        let mut text = String::new();
        loop {
            let Some(line) = self.hear().await? else { bail!("the mail has no end") };
            if line == "." {
                break;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push('\n');
        }
        if let Some(refusal) = self.shared.refusal(".") {
            return self.say(&refusal).await;
        }
        let (from, to) = (self.from.take().unwrap_or_default(), std::mem::take(&mut self.to));
        self.shared.take(Mail { from, to, text, secured: self.secured, user: self.user.clone() });
        self.say("250 kept").await
    }
}

/// The address in `FROM:<a@b> SIZE=1`.
fn path(argument: &str) -> String {
    let inner = argument.split_once('<').map_or(argument, |(_, rest)| rest);
    inner.split('>').next().unwrap_or_default().to_owned()
}
