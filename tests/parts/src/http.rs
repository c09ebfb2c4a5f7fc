//! An HTTP server that answers as it is told, and remembers what it was asked.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::{Context, Result};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::Authority;

/// A request that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The method.
    pub method: String,
    /// The path, with the query.
    pub path: String,
    /// The headers, by their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl Received {
    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// How a request is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    headers: Vec<(String, String)>,
    body: Bytes,
    manner: Manner,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    AtOnce,
    /// Not before [`Http::release`].
    Held,
    /// The body's end never comes.
    Unfinished,
    /// The connection is closed instead.
    HungUp,
}

impl Reply {
    /// A status without a body.
    ///
    /// # Panics
    /// Where there is no such status.
    #[must_use]
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status has three digits");
        Self { status, headers: Vec::new(), body: Bytes::new(), manner: Manner::AtOnce }
    }

    /// `200` with a body.
    #[must_use]
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..Self::status(200) }
    }

    /// A redirect.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).header("location", location)
    }

    /// With a body.
    #[must_use]
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Not before [`Http::release`].
    #[must_use]
    pub fn held(self) -> Self {
        Self { manner: Manner::Held, ..self }
    }

    /// Without an end of the body.
    #[must_use]
    pub fn unfinished(self) -> Self {
        Self { manner: Manner::Unfinished, ..self }
    }

    /// No answer: the connection is closed when the request is there.
    #[must_use]
    pub fn hung_up() -> Self {
        Self { manner: Manner::HungUp, ..Self::status(500) }
    }

    fn response(self) -> Response<BoxBody<Bytes, Infallible>> {
        let unfinished = self.manner == Manner::Unfinished;
        let body = if unfinished {
            let part = stream::iter([Ok(Frame::data(self.body))]).chain(stream::pending());
            BoxBody::new(StreamBody::new(part))
        } else {
            Full::new(self.body).boxed()
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            let name = HeaderName::try_from(name).expect("tests name headers rightly");
            response.headers_mut().append(name, HeaderValue::try_from(value).expect("tests write headers rightly"));
        }
        response
    }
}

#[derive(Debug, Default)]
struct State {
    replies: HashMap<(String, String), Vec<Reply>>,
    received: Vec<Received>,
    connections: usize,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    arrivals: watch::Sender<usize>,
    released: watch::Sender<bool>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics while holding the lock")
    }

    /// Remembers a request, and finds its answer.
    fn next(&self, received: Received) -> Reply {
        let mut state = self.state();
        let path = received.path.split('?').next().unwrap_or_default();
        let reply = match state.replies.get_mut(&(received.method.clone(), path.to_owned())) {
            Some(replies) if replies.len() > 1 => replies.remove(0),
            Some(replies) => replies[0].clone(),
            None => Reply::status(404),
        };
        state.received.push(received);
        self.arrivals.send_replace(state.received.len());
        reply
    }
}

/// A server on `127.0.0.1`. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Http {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

impl Http {
    /// Starts one.
    ///
    /// # Errors
    /// Where there is no free port.
    pub async fn start() -> Result<Self> {
        Self::listen(None).await
    }

    /// Starts one that speaks TLS, as `localhost` and `127.0.0.1`.
    ///
    /// # Errors
    /// Where there is no free port, or the authority makes no certificate.
    pub async fn start_tls(authority: &Authority) -> Result<Self> {
        Self::listen(Some(authority.acceptor(&["localhost", "127.0.0.1"])?)).await
    }

    async fn listen(tls: Option<TlsAcceptor>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("there is no free port")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            arrivals: watch::Sender::new(0),
            released: watch::Sender::new(false),
        });
        let scheme = if tls.is_some() { "https" } else { "http" };
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, tls, Arc::clone(&shared)));
        Ok(Self { address, scheme, shared, _tasks: tasks })
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The URL of a path that begins with a slash.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Writes a next answer for a method and a path, whatever the query; the last one stays. What was not written is `404`.
    pub fn on(&self, method: &str, path: &str, reply: Reply) -> &Self {
        self.shared.state().replies.entry((method.to_owned(), path.to_owned())).or_default().push(reply);
        self
    }

    /// Lets go the answers that are held, and holds none any more.
    pub fn release(&self) {
        self.shared.released.send_replace(true);
    }

    /// The requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Received> {
        self.shared.state().received.clone()
    }

    /// How many connections were made so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.shared.state().connections
    }

    /// The requests, when there are so many at least.
    pub async fn received(&self, count: usize) -> Vec<Received> {
        let mut arrivals = self.shared.arrivals.subscribe();
        let _there = arrivals.wait_for(|arrived| *arrived >= count).await;
        self.requests()
    }
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((client, _)) = accepted {
                    shared.state().connections += 1;
                    connections.spawn(converse(client, tls.clone(), Arc::clone(&shared)));
                }
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}

async fn converse(client: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    match tls {
        None => serve(client, shared).await,
        Some(tls) => {
            if let Ok(client) = tls.accept(client).await {
                serve(client, shared).await;
            }
        }
    }
}

async fn serve(client: impl AsyncRead + AsyncWrite + Unpin + 'static, shared: Arc<Shared>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&shared)));
    let _closed = http1::Builder::new().serve_connection(TokioIo::new(client), service).await;
}

/// An error closes the connection.
async fn answer(request: Request<Incoming>, shared: Arc<Shared>) -> Result<Response<BoxBody<Bytes, Infallible>>> {
    let (head, body) = request.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let received = Received {
        method: head.method.to_string(),
        path: head.uri.to_string(),
        headers: head.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: body.collect().await?.to_bytes(),
    };
    let reply = shared.next(received);
    match reply.manner {
        Manner::AtOnce | Manner::Unfinished => Ok(reply.response()),
        Manner::Held => {
            shared.released.subscribe().wait_for(|released| *released).await?;
            Ok(reply.response())
        }
        Manner::HungUp => anyhow::bail!("the connection is closed on purpose"),
    }
}
