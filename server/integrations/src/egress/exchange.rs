//! One request and its answer, on a connection of their own.

use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use futures::FutureExt as _;
use gennaker_ports::{EgressError, EgressResponse};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use super::call::Call;
use super::connect::Stream;

/// The most bytes of an answer's head.
const MAX_HEAD: usize = 64 * 1024;
/// The most headers of an answer.
const MAX_HEADERS: usize = 200;

type Connection = futures::future::Fuse<http1::Connection<TokioIo<Box<dyn Stream>>, Full<Bytes>>>;

/// The head of an answer, and the connection from which its body comes.
pub(super) struct Answer {
    response: http::Response<Incoming>,
    connection: Pin<Box<Connection>>,
}

/// Sends a request and waits for the head of its answer.
pub(super) async fn send(stream: Box<dyn Stream>, call: &Call) -> Result<Answer, EgressError> {
    let request = call.request()?;
    let failed = |error: hyper::Error| call.unreachable(describe(&error));
    let mut http = http1::Builder::new();
    http.max_header_size(MAX_HEAD).max_headers(MAX_HEADERS);
    let (mut sender, connection) = http.handshake(TokioIo::new(stream)).await.map_err(failed)?;
    let mut connection = Box::pin(connection.fuse());
    let response = driven(&mut connection, sender.send_request(request)).await.map_err(failed)?;
    Ok(Answer { response, connection })
}

impl Answer {
    pub(super) fn status(&self) -> http::StatusCode {
        self.response.status()
    }

    pub(super) fn location(&self) -> Option<&http::HeaderValue> {
        self.response.headers().get(http::header::LOCATION)
    }

    /// Reads the body, as far as the call allows.
    pub(super) async fn read(self, call: &Call) -> Result<EgressResponse, EgressError> {
        let Self { response, mut connection } = self;
        let (head, body) = response.into_parts();
        let read = driven(&mut connection, collect(body, call.max_body())).await;
        let (body, truncated) = read.map_err(|error| call.unreachable(describe(&error)))?;
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Ok(EgressResponse {
            status: head.status.as_u16(),
            url: call.url().to_string(),
            headers: head.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
            body,
            truncated,
        })
    }
}

async fn collect(mut body: Incoming, limit: usize) -> Result<(Bytes, bool), hyper::Error> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let room = limit - read.len();
        read.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((read.freeze(), true));
        }
    }
    Ok((read.freeze(), false))
}

/// Lets the connection work until something that it brings about is there.
async fn driven<T>(connection: &mut Pin<Box<Connection>>, wanted: impl Future<Output = T>) -> T {
    let mut wanted = std::pin::pin!(wanted);
    loop {
        tokio::select! {
            biased;
            there = &mut wanted => return there,
            // What went wrong with it, `wanted` hears as well.
            _ended = connection.as_mut(), if !futures::future::FusedFuture::is_terminated(&**connection) => {}
        }
    }
}

/// An error with its causes. None of them has the URL.
fn describe(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}
