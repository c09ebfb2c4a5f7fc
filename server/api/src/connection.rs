//! Connections: accepting them, their limits, and their orderly end.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::{Service, ServiceExt};

use crate::Options;

/// What an HTTP/2 client says first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How long accepting pauses when the system has no file descriptor left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The address of a request's sender, among its extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Serves every connection of a listener until the shutdown, then lets calls end within the grace period.
pub(crate) async fn serve<S>(listener: TcpListener, service: S, options: &Options, shutdown: &CancellationToken)
where
    S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    let protocol = Arc::new(Protocol::new(options));
    let permits = Arc::new(Semaphore::new(options.max_connections));
    let mut connections = JoinSet::new();
    loop {
        let accept = async {
            let permit = permits.clone().acquire_owned().await.expect("the semaphore is never closed");
            (listener.accept().await, permit)
        };
        let (accepted, permit) = tokio::select! {
            () = shutdown.cancelled() => break,
            Some(_) = connections.join_next() => continue,
            accepted = accept => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (protocol, shutdown) = (protocol.clone(), shutdown.clone());
                let service = service.clone().map_request(move |mut request: Request<Incoming>| {
                    request.extensions_mut().insert(Peer(peer));
                    request
                });
                connections.spawn(async move {
                    protocol.serve(stream, service, shutdown).await;
                    drop(permit);
                });
            }
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    drain(connections, options.shutdown_grace).await;
}

/// A connection that broke before it was accepted concerns nobody; lack of file descriptors passes.
async fn pause_after(error: &io::Error) {
    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        tracing::warn!(%error, "can't accept connections");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

async fn drain(mut connections: JoinSet<()>, grace: Duration) {
    let ended = tokio::time::timeout(grace, async { while connections.join_next().await.is_some() {} }).await;
    if ended.is_err() {
        tracing::warn!(connections = connections.len(), "cutting connections that did not end in time");
        connections.shutdown().await;
    }
}

/// HTTP/1.1 and HTTP/2 with their limits.
struct Protocol {
    http1: auto::Builder<TokioExecutor>,
    http2: auto::Builder<TokioExecutor>,
    header_timeout: Duration,
}

impl Protocol {
    fn new(options: &Options) -> Self {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(options.header_timeout)
            .max_buf_size(usize::try_from(options.max_header_bytes.max(8 << 10)).unwrap_or(usize::MAX));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_concurrent_streams(options.max_streams_per_connection)
            .max_header_list_size(options.max_header_bytes)
            .keep_alive_interval(options.keepalive_interval)
            .keep_alive_timeout(options.keepalive_timeout);
        Self {
            http1: builder.clone().http1_only(),
            http2: builder.http2_only(),
            header_timeout: options.header_timeout,
        }
    }

    async fn serve<S>(&self, stream: TcpStream, service: S, shutdown: CancellationToken)
    where
        S: Service<Request<Incoming>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send + 'static,
    {
        // Without it, small answers wait 40 ms for the client's acknowledgement.
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let first = tokio::time::timeout(self.header_timeout, first_bytes(stream));
        let opened = tokio::select! {
            () = shutdown.cancelled() => return,
            opened = first => opened,
        };
        let Ok(Ok((prefix, stream))) = opened else { return };
        let builder = if prefix.as_ref() == PREFACE { &self.http2 } else { &self.http1 };
        let io = TokioIo::new(with_prefix(prefix, stream));
        let connection = builder.serve_connection_with_upgrades(io, TowerToHyperService::new(service));
        let mut connection = std::pin::pin!(connection);
        let result = tokio::select! {
            result = connection.as_mut() => result,
            () = shutdown.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = result {
            tracing::debug!(%error, "a connection ended with an error");
        }
    }
}

/// Reads until the protocol is known, so that a client that sends nothing (or half of a preface) can be timed out.
async fn first_bytes(mut stream: TcpStream) -> io::Result<(Bytes, TcpStream)> {
    let mut prefix = BytesMut::with_capacity(PREFACE.len());
    while prefix.len() < PREFACE.len() && PREFACE.starts_with(&prefix) {
        let room = PREFACE.len() - prefix.len();
        if (&mut stream).take(room as u64).read_buf(&mut prefix).await? == 0 {
            break;
        }
    }
    Ok((prefix.freeze(), stream))
}

/// The stream with what was read of it put back in front.
fn with_prefix(prefix: Bytes, stream: TcpStream) -> impl tokio::io::AsyncRead + AsyncWrite + Send + Unpin + 'static {
    let (read, write) = stream.into_split();
    tokio::io::join(io::Cursor::new(prefix).chain(read), write)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt;

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        (client.unwrap(), accepted.unwrap().0)
    }

    #[tokio::test]
    async fn reads_no_more_than_tells_the_protocol() {
        let (mut client, server) = pair().await;
        client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        let (prefix, _server) = first_bytes(server).await.unwrap();
        assert!(b"GET / HTTP/1.1\r\n".starts_with(&prefix));

        let (mut client, server) = pair().await;
        client.write_all(PREFACE).await.unwrap();
        client.write_all(b"settings").await.unwrap();
        let (prefix, server) = first_bytes(server).await.unwrap();
        assert_eq!(prefix.as_ref(), PREFACE);
        drop(client);
        let mut all = Vec::new();
        with_prefix(prefix, server).read_to_end(&mut all).await.unwrap();
        assert_eq!(all, [PREFACE, b"settings"].concat());
    }

    #[tokio::test]
    async fn a_preface_may_come_in_pieces() {
        let (mut client, server) = pair().await;
        let send = async {
            for piece in PREFACE.chunks(5) {
                client.write_all(piece).await.unwrap();
                tokio::task::yield_now().await;
            }
        };
        let (first, ()) = tokio::join!(first_bytes(server), send);
        assert_eq!(first.unwrap().0.as_ref(), PREFACE);
    }
}
