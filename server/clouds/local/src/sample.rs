//! A small HTTP server to deploy: the demo's program, and the subject of this crate's tests.
//!
//! | request | answer |
//! |---|---|
//! | `GET /health` | 200, or 503 with `FAIL_HEALTH=1` |
//! | `GET /slow?ms=N` | like any other, after N milliseconds (60,000 at the most) |
//! | `POST /echo` | the request's body, streamed |
//! | `GET /headers` | the request's headers, one a line |
//! | with `Upgrade` | 101, then everything is sent back |
//! | anything else | version, instance and server group as JSON |

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_TYPE, HeaderName, HeaderValue, UPGRADE};
use http::{Request, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const LONGEST_SLOW: u64 = 60_000;
/// How long requests in flight may take after SIGTERM.
const GOODBYE: Duration = Duration::from_secs(30);

/// How the sample program behaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SampleOptions {
    /// The version it calls itself.
    pub version: String,
    /// The port on 127.0.0.1 (`PORT`).
    pub port: u16,
    /// Its instance's name (`INSTANCE`).
    pub instance: String,
    /// Its server group's name (`SERVER_GROUP`).
    pub server_group: String,
    /// Whether its health check fails (`FAIL_HEALTH=1`).
    pub fail_health: bool,
    /// After how long it ends with status 3 (`CRASH_AFTER_MS`).
    pub crash_after: Option<Duration>,
    /// How many of a hundred requests are answered with status 500 (`ERROR_PERCENT`).
    pub error_percent: u32,
    /// Whether it ignores SIGTERM (`IGNORE_TERM=1`).
    pub ignore_term: bool,
}

impl SampleOptions {
    /// The options from environment variables, which `variable` looks up.
    pub fn from_environment(version: impl Into<String>, variable: impl Fn(&str) -> Option<String>) -> Self {
        let number = |name: &str| variable(name).and_then(|value| value.parse::<u64>().ok());
        let flag = |name: &str| variable(name).is_some_and(|value| value == "1");
        Self {
            version: version.into(),
            port: number("PORT").and_then(|port| u16::try_from(port).ok()).unwrap_or(0),
            instance: variable("INSTANCE").unwrap_or_default(),
            server_group: variable("SERVER_GROUP").unwrap_or_default(),
            fail_health: flag("FAIL_HEALTH"),
            crash_after: number("CRASH_AFTER_MS").map(Duration::from_millis),
            error_percent: number("ERROR_PERCENT").and_then(|percent| u32::try_from(percent).ok()).unwrap_or(0),
            ignore_term: flag("IGNORE_TERM"),
        }
    }
}

struct Program {
    options: SampleOptions,
    answered: AtomicU32,
}

/// Serves until SIGTERM or SIGINT, then finishes what is in flight.
///
/// # Errors
/// Where it cannot listen on its port.
pub async fn sample_program(options: SampleOptions) -> io::Result<()> {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    say(&format!("version {} listens on {}", options.version, listener.local_addr()?));
    let mut crash = std::pin::pin!(crash(options.crash_after));
    let ignore_term = options.ignore_term;
    let program = Arc::new(Program { options, answered: AtomicU32::new(0) });
    let (goodbye, mut connections) = (CancellationToken::new(), JoinSet::new());
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                connections.spawn(serve(program.clone(), stream, goodbye.clone()));
            }
            Some(_) = connections.join_next() => {}
            _ = terminate.recv(), if !ignore_term => break,
            _ = interrupt.recv() => break,
            () = crash.as_mut() => std::process::exit(3),
        }
    }
    say("finishing what is in flight");
    drop(listener);
    goodbye.cancel();
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GOODBYE, finished).await.is_err() {
        say("giving up on what is still in flight");
    }
    Ok(())
}

async fn crash(after: Option<Duration>) {
    match after {
        Some(delay) => tokio::time::sleep(delay).await,
        None => std::future::pending().await,
    }
    say("crashing as told");
}

async fn serve(program: Arc<Program>, stream: TcpStream, goodbye: CancellationToken) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let program = program.clone();
        async move { Ok::<_, Infallible>(program.answer(request).await) }
    });
    let connection =
        http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        () = goodbye.cancelled() => {
            connection.as_mut().graceful_shutdown();
            // A broken connection is its client's problem.
            let _ = connection.await;
        }
    }
}

type Body = BoxBody<Bytes, hyper::Error>;

fn full(text: impl Into<Bytes>) -> Body {
    Full::new(text.into()).map_err(|never| match never {}).boxed()
}

impl Program {
    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        say(&format!("{} {}", request.method(), request.uri()));
        if let Some(protocol) = request.headers().get(UPGRADE).cloned() {
            return upgrade(request, protocol);
        }
        match request.uri().path() {
            "/health" => self.health(),
            "/echo" => Response::new(request.into_body().boxed()),
            "/headers" => Response::new(full(listed(&request))),
            "/slow" => {
                let asked = request.uri().query().and_then(|query| query.strip_prefix("ms=")?.parse().ok());
                tokio::time::sleep(Duration::from_millis(asked.unwrap_or(0).min(LONGEST_SLOW))).await;
                self.about()
            }
            _ => self.about(),
        }
    }

    fn health(&self) -> Response<Body> {
        let (status, text) = if self.options.fail_health {
            (StatusCode::SERVICE_UNAVAILABLE, "not well\n")
        } else {
            (StatusCode::OK, "well\n")
        };
        let mut response = Response::new(full(text));
        *response.status_mut() = status;
        response
    }

    fn about(&self) -> Response<Body> {
        let SampleOptions { version, instance, server_group, error_percent, .. } = &self.options;
        let about = serde_json::json!({ "version": version, "instance": instance, "server_group": server_group });
        let mut response = Response::new(full(format!("{about}\n")));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(version) = HeaderValue::from_str(version) {
            response.headers_mut().insert(HeaderName::from_static("x-version"), version);
        }
        if self.answered.fetch_add(1, Ordering::Relaxed) % 100 < *error_percent {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        response
    }
}

fn listed(request: &Request<Incoming>) -> String {
    let line =
        |(name, value): (&HeaderName, &HeaderValue)| format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes()));
    request.headers().iter().map(line).collect()
}

fn upgrade(mut request: Request<Incoming>, protocol: HeaderValue) -> Response<Body> {
    let upgrading = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrading.await {
            let (mut read, mut write) = tokio::io::split(TokioIo::new(upgraded));
            let _ = tokio::io::copy(&mut read, &mut write).await;
        }
    });
    let mut response = Response::new(full(""));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
    response.headers_mut().insert(UPGRADE, protocol);
    response
}

/// Writes a line to standard output, which is the instance's log; a full disk does not stop the program.
fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_from_the_environment() {
        let variable = |name: &str| match name {
            "PORT" => Some("8080".to_owned()),
            "CRASH_AFTER_MS" => Some("5".to_owned()),
            "FAIL_HEALTH" => Some("1".to_owned()),
            _ => None,
        };
        let options = SampleOptions::from_environment("v1", variable);
        let expected = SampleOptions {
            version: "v1".into(),
            port: 8080,
            fail_health: true,
            crash_after: Some(Duration::from_millis(5)),
            ..SampleOptions::default()
        };
        assert_eq!(options, expected);
    }
}
