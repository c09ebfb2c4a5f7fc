//! A mail server that keeps what it gets.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::{Context, Result};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::Authority;

mod dialogue;

/// A mail that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The envelope's sender.
    pub from: String,
    /// The envelope's recipients.
    pub to: Vec<String>,
    /// Headers and body, with line breaks of `\n`.
    pub text: String,
    /// Whether it came over TLS.
    pub secured: bool,
    /// Who had logged in.
    pub user: Option<String>,
}

impl Mail {
    /// The value of a header, its lines joined.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.text.split("\n\n").next()?.replace("\n ", " ").replace("\n\t", " ");
        head.lines().find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }
}

/// How connections are secured.
#[derive(Debug, Default)]
pub enum Security<'a> {
    /// Not at all.
    #[default]
    None,
    /// When the client says STARTTLS; without it no mail is taken.
    StartTls(&'a Authority),
    /// From the first byte.
    Implicit(&'a Authority),
}

/// What sort of server it is.
#[derive(Debug, Default)]
pub struct SmtpOptions<'a> {
    /// How connections are secured, for `localhost` and `127.0.0.1`.
    pub security: Security<'a>,
    /// The user and the password without which no mail is taken.
    pub login: Option<(&'a str, &'a str)>,
}

/// What connections share.
struct Shared {
    state: Mutex<State>,
    arrivals: watch::Sender<usize>,
    tls: Option<TlsAcceptor>,
    implicit: bool,
    login: Option<(String, String)>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("state", &self.state).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct State {
    mails: Vec<Mail>,
    refusals: HashMap<String, String>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding the lock")
    }

    fn take(&self, mail: Mail) {
        let mut state = self.state();
        state.mails.push(mail);
        self.arrivals.send_replace(state.mails.len());
    }

    fn refusal(&self, verb: &str) -> Option<String> {
        self.state().refusals.get(verb).cloned()
    }
}

/// A server on `127.0.0.1`. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Smtp {
    port: u16,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

impl Smtp {
    /// Starts one that takes all mail.
    ///
    /// # Errors
    /// Where there is no free port.
    pub async fn start() -> Result<Self> {
        Self::start_with(SmtpOptions::default()).await
    }

    /// Starts one.
    ///
    /// # Errors
    /// Where there is no free port, or the authority makes no certificate.
    pub async fn start_with(options: SmtpOptions<'_>) -> Result<Self> {
        let (authority, implicit) = match options.security {
            Security::None => (None, false),
            Security::StartTls(authority) => (Some(authority), false),
            Security::Implicit(authority) => (Some(authority), true),
        };
        let tls = authority.map(|authority| authority.acceptor(&["localhost", "127.0.0.1"])).transpose()?;
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            arrivals: watch::Sender::new(0),
            tls,
            implicit,
            login: options.login.map(|(user, password)| (user.to_owned(), password.to_owned())),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("there is no free port")?;
        let port = listener.local_addr()?.port();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { port, shared, _tasks: tasks })
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Answers a verb (`MAIL`, `RCPT`, `DATA`, or `.` for a mail's end) so from now on: `451 come back later` for instance.
    pub fn refuse(&self, verb: &str, reply: &str) {
        self.shared.state().refusals.insert(verb.to_owned(), reply.to_owned());
    }

    /// Takes all mail again.
    pub fn relent(&self) {
        self.shared.state().refusals.clear();
    }

    /// The mails so far.
    #[must_use]
    pub fn mails(&self) -> Vec<Mail> {
        self.shared.state().mails.clone()
    }

    /// The mails, when there are so many at least.
    pub async fn received(&self, count: usize) -> Vec<Mail> {
        let mut arrivals = self.shared.arrivals.subscribe();
        let _there = arrivals.wait_for(|arrived| *arrived >= count).await;
        self.mails()
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((client, _)) = accepted {
                    let shared = Arc::clone(&shared);
                    connections.spawn(async move { drop(dialogue::serve(client, shared).await) });
                }
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}
