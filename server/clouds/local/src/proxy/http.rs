//! HTTP/1.1 through the proxy: each request is balanced on its own, bodies stream, upgrades become tunnels.

use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;

use http::header::{self, HeaderValue};
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self as client, SendRequest};
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::body::{self, ProxyBody, ResponseBody};
use super::endpoint::{Endpoint, InFlight};
use super::{Connection, Proxy, headers};

/// How many instances a request may be tried on.
const ATTEMPTS: usize = 2;

/// A client's connection to one listener.
#[derive(Clone)]
pub(crate) struct Exchange {
    pub(super) proxy: Arc<Proxy>,
    pub(super) client: IpAddr,
    pub(super) port: u16,
    connection: Arc<Connection>,
}

/// Why an instance did not answer.
struct Failed {
    /// The request, where it may be sent again.
    request: Option<Request<ProxyBody>>,
    status: StatusCode,
    reason: String,
}

impl Exchange {
    pub(super) fn new(proxy: Arc<Proxy>, client: IpAddr, port: u16, connection: Connection) -> Self {
        Self { proxy, client, port, connection: Arc::new(connection) }
    }

    /// Serves the connection until the client or `stop` ends it; a request in flight is finished then.
    pub(super) async fn serve(self, stream: TcpStream, stop: CancellationToken) {
        let common = self.proxy.common.clone();
        let service = service_fn(move |request| {
            let exchange = self.clone();
            async move { Ok::<_, Infallible>(exchange.answer(request).await) }
        });
        let connection = server::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(common.header_timeout)
            .max_buf_size(common.header_bytes)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a client's connection broke");
        }
    }

    async fn answer(&self, mut request: Request<Incoming>) -> Response<ProxyBody> {
        if request.method() == Method::CONNECT {
            return refusal(StatusCode::METHOD_NOT_ALLOWED, "this is no forward proxy");
        }
        let protocol = headers::upgrade(request.headers());
        let upgrade = protocol.is_some().then(|| hyper::upgrade::on(&mut request));
        let mut request = outgoing(request, protocol, self.client);
        let mut failure = None;
        let mut avoid: Option<Arc<Endpoint>> = None;
        for _ in 0..ATTEMPTS {
            let Some(choice) = self.proxy.choose(self.client, self.port, avoid.as_ref()) else { break };
            let begun = Instant::now();
            let Failed { request: again, status, reason } = match self.send(choice.in_flight.endpoint(), request).await
            {
                Ok((response, sender)) => {
                    choice.traffic.record(Some(response.status()), begun.elapsed());
                    return self.pass(response, choice.in_flight, sender, upgrade);
                }
                Err(failed) => failed,
            };
            tracing::debug!(load_balancer = %self.proxy.id, reason, "an instance did not answer");
            avoid = Some(choice.in_flight.endpoint().clone());
            failure = Some((status, reason, choice.traffic, begun.elapsed()));
            match again {
                Some(again) => request = again,
                None => break,
            }
        }
        if let Some((status, reason, traffic, took)) = failure {
            traffic.record(None, took);
            return refusal(status, &reason);
        }
        self.proxy.unserved.increment(1);
        let nobody = format!("load balancer {} has no healthy instance", self.proxy.id.name);
        let mut response = refusal(StatusCode::SERVICE_UNAVAILABLE, &nobody);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        response
    }

    /// Sends a request to one instance. A connection kept from before may turn out closed; then the next one is tried.
    async fn send(
        &self,
        endpoint: &Endpoint,
        mut request: Request<ProxyBody>,
    ) -> Result<(Response<Incoming>, SendRequest<ProxyBody>), Failed> {
        loop {
            let spare = spare(&request);
            let (mut sender, reused) = match endpoint.take_free() {
                Some(sender) => (sender, true),
                None => match self.connect(endpoint).await {
                    Ok(sender) => (sender, false),
                    Err((status, reason)) => return Err(Failed { request: Some(request), status, reason }),
                },
            };
            match timeout(self.proxy.common.response_timeout, sender.try_send_request(request)).await {
                Ok(Ok(response)) => return Ok((response, sender)),
                Ok(Err(mut error)) => match error.take_message().or(spare) {
                    Some(again) if reused => request = again,
                    again => {
                        let reason = format!("the instance gave no answer: {}", error.error());
                        return Err(Failed { request: again, status: StatusCode::BAD_GATEWAY, reason });
                    }
                },
                Err(_) => {
                    let reason = "the instance gave no answer in time".to_owned();
                    return Err(Failed { request: None, status: StatusCode::GATEWAY_TIMEOUT, reason });
                }
            }
        }
    }

    async fn connect(&self, endpoint: &Endpoint) -> Result<SendRequest<ProxyBody>, (StatusCode, String)> {
        let bad = |error: &dyn std::fmt::Display| {
            (StatusCode::BAD_GATEWAY, format!("cannot connect to the instance: {error}"))
        };
        let common = &self.proxy.common;
        let stream = match timeout(common.connect_timeout, TcpStream::connect(endpoint.address)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(bad(&error)),
            Err(_) => {
                return Err((StatusCode::GATEWAY_TIMEOUT, "the instance accepts no connection in time".to_owned()));
            }
        };
        let _ = stream.set_nodelay(true);
        let (sender, connection) = client::Builder::new()
            .max_buf_size(common.header_bytes)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| bad(&error))?;
        let over = common.over.clone();
        common.tracker.spawn(async move { over.run_until_cancelled(connection.with_upgrades()).await });
        Ok(sender)
    }

    fn pass(
        &self,
        mut response: Response<Incoming>,
        in_flight: InFlight,
        sender: SendRequest<ProxyBody>,
        upgrade: Option<OnUpgrade>,
    ) -> Response<ProxyBody> {
        *response.version_mut() = Version::HTTP_11;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            headers::strip_hop_by_hop(response.headers_mut(), None);
            return response.map(|body| ResponseBody::new(body, in_flight, sender).boxed_unsync());
        }
        let Some(client) = upgrade else {
            return refusal(StatusCode::BAD_GATEWAY, "the instance switched protocols unasked");
        };
        let protocol = headers::upgrade(response.headers());
        headers::strip_hop_by_hop(response.headers_mut(), protocol);
        self.tunnel(client, hyper::upgrade::on(&mut response), in_flight);
        response.map(|_| body::empty())
    }

    /// Passes bytes both ways until either side ends, or the instance's drain deadline has passed.
    fn tunnel(&self, client: OnUpgrade, instance: OnUpgrade, in_flight: InFlight) {
        let (connection, over) = (self.connection.clone(), self.proxy.common.over.clone());
        self.proxy.common.tracker.spawn(async move {
            let cut = in_flight.cut();
            let passing = async {
                if let Ok((client, instance)) = tokio::try_join!(client, instance) {
                    let (mut client, mut instance) = (TokioIo::new(client), TokioIo::new(instance));
                    // A broken connection ends the tunnel like a closed one.
                    let _ = tokio::io::copy_bidirectional(&mut client, &mut instance).await;
                }
            };
            over.run_until_cancelled(cut.run_until_cancelled(passing)).await;
            drop((in_flight, connection));
        });
    }
}

/// The request as the instance shall get it.
fn outgoing(request: Request<Incoming>, upgrade: Option<HeaderValue>, client: IpAddr) -> Request<ProxyBody> {
    let (mut parts, body) = request.into_parts();
    headers::strip_hop_by_hop(&mut parts.headers, upgrade);
    // The server has told the client to go on already.
    parts.headers.remove(header::EXPECT);
    if !parts.headers.contains_key(header::HOST)
        && let Some(host) = parts.uri.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok())
    {
        parts.headers.insert(header::HOST, host);
    }
    headers::add_forwarded(&mut parts.headers, client);
    let body = if body.is_end_stream() { body::empty() } else { body::incoming(body) };
    rebuilt(parts.method, origin_form(&parts.uri), parts.headers, body)
}

fn origin_form(uri: &Uri) -> Uri {
    let path = uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    Uri::from(path)
}

/// A second copy of a request that may be sent twice: repeating it changes nothing, and it has no body.
fn spare(request: &Request<ProxyBody>) -> Option<Request<ProxyBody>> {
    let repeatable = request.method().is_idempotent() && request.body().is_end_stream();
    repeatable
        .then(|| rebuilt(request.method().clone(), request.uri().clone(), request.headers().clone(), body::empty()))
}

fn rebuilt(method: Method, uri: Uri, headers: HeaderMap, body: ProxyBody) -> Request<ProxyBody> {
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    *request.headers_mut() = headers;
    request
}

fn refusal(status: StatusCode, message: &str) -> Response<ProxyBody> {
    let mut response = Response::new(body::text(format!("{message}\n")));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}
