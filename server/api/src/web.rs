//! Everything that is not gRPC, on the same port: health, metrics, webhooks, JSON calls, and the fallback, which is the web UI.

use std::any::Any;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use bytes::Bytes;
use gennaker_app::App;
use gennaker_proto::v1::HealthStatus;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::watch;
use tonic::body::Body;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;

use crate::call::{ACTOR_HEADER, REQUEST_ID_HEADER};
use crate::host::{self, Names};
use crate::ui::Ui;
use crate::{Options, error, health, json, webhook};

/// The gRPC services as one.
pub(crate) type Grpc = BoxCloneSyncService<Request<Body>, http::Response<Body>, Infallible>;

/// Renders the metrics in the text format of Prometheus.
#[derive(Clone)]
pub struct MetricsPage(Arc<dyn Fn() -> String + Send + Sync>);

impl MetricsPage {
    /// A page that is rendered by a function.
    pub fn new(render: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(render))
    }
}

impl fmt::Debug for MetricsPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MetricsPage")
    }
}

/// What the handlers need.
#[derive(Clone)]
pub(crate) struct Web {
    /// The use cases.
    pub(crate) app: App,
    /// The gRPC services.
    pub(crate) grpc: Grpc,
    /// The same for gRPC-Web and for gRPC.
    pub(crate) grpc_web: Grpc,
    /// Whether the server should get requests.
    pub(crate) ready: watch::Receiver<bool>,
    /// The metrics.
    pub(crate) metrics: MetricsPage,
    /// The web UI.
    pub(crate) ui: Ui,
}

/// The routes; everything else goes to [`fallback`].
pub(crate) fn router(web: Web, options: &Options) -> Router {
    let limits = web.app.limits().clone();
    let json = Router::new()
        .route("/v1/{service}/{method}", post(json::call))
        .layer(DefaultBodyLimit::max(bytes(limits.max_message_bytes)));
    let webhooks = Router::new()
        .route("/webhooks/{*trigger}", post(webhook::receive))
        .layer(DefaultBodyLimit::max(bytes(limits.max_webhook_bytes)));
    let routes = Router::new()
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics_page))
        .merge(json)
        .merge(webhooks)
        .route_layer(from_fn_with_state(options.request_timeout, in_time))
        .fallback(fallback)
        .with_state(web)
        .layer(CatchPanicLayer::custom(panicked));
    let routes = match cors(&options.cors_origins) {
        Some(cors) => routes.layer(cors),
        None => routes,
    };
    match &options.allowed_hosts {
        Some(allowed) => routes.layer(from_fn_with_state(Names::new(allowed), host::check)),
        None => routes,
    }
}

/// A limit as a size in memory.
pub(crate) fn bytes(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// How the parts of the server are: 200 while it works, 503 when it does not.
async fn healthz(State(web): State<Web>) -> Response {
    let health = health::ask(&web.app).await;
    let code = if health.status() == HealthStatus::Failing { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (code, Json(gennaker_proto::json::encode(&health))).into_response()
}

/// Whether the server should get requests: not while it stops, nor while its store does not answer.
async fn readyz(State(web): State<Web>) -> Response {
    let ready = *web.ready.borrow();
    let code = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (code, Json(json!({"ready": ready}))).into_response()
}

async fn metrics_page(State(web): State<Web>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (web.metrics.0)())
}

/// Gives up on a request that is not answered in time, be it that its body does not come.
async fn in_time(State(limit): State<Duration>, request: axum::extract::Request, next: Next) -> Response {
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        failure(StatusCode::REQUEST_TIMEOUT, &format!("the request took longer than {}s", limit.as_secs_f64()))
    })
}

/// gRPC of both sorts goes to the services, whatever its path: clients must never get a page for an answer. The rest is the web
/// UI's, where it is anybody's.
async fn fallback(State(web): State<Web>, request: axum::extract::Request) -> Response {
    if is_grpc(request.headers()) {
        let answered = web.grpc_web.oneshot(request.map(Body::new)).await;
        return match answered {
            Ok(response) => response.map(axum::body::Body::new),
            Err(never) => match never {},
        };
    }
    let (head, _) = request.into_parts();
    match web.ui.answer(&head).await {
        Some(response) => response,
        None => failure(StatusCode::NOT_FOUND, &format!("there is nothing at {}", head.uri.path())),
    }
}

pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc"))
}

/// The whole body of a request, which may not be greater than the limit of that name.
pub(crate) fn whole(body: Result<Bytes, BytesRejection>, limit: &str, most: u64) -> Result<Bytes, Box<Response>> {
    body.map_err(|rejection| {
        if rejection.status() != StatusCode::PAYLOAD_TOO_LARGE {
            return Box::new(failure(rejection.status(), &rejection.body_text()));
        }
        let message = format!("the body is greater than the limit {limit} of {most} bytes");
        Box::new(json::failure_as(StatusCode::PAYLOAD_TOO_LARGE, &error::too_large(limit, &message)))
    })
}

/// A failure of plain HTTP as JSON.
pub(crate) fn failure(code: StatusCode, message: &str) -> Response {
    (code, Json(failure_body(code, message))).into_response()
}

fn failure_body(code: StatusCode, message: &str) -> Value {
    json!({"error": {"code": code.as_u16(), "message": message}})
}

fn panicked(panic: Box<dyn Any + Send>) -> Response {
    drop(panic); // The panic hook has logged it.
    json::failure(&error::panicked(""))
}

/// Pages of other origins may call only where the configuration names them.
fn cors(origins: &[String]) -> Option<CorsLayer> {
    let allowed: Vec<_> = origins.iter().filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    let named = |names: &[&'static str]| names.iter().map(|name| HeaderName::from_static(name)).collect::<Vec<_>>();
    let mut sent = named(&["x-grpc-web", "x-user-agent", "grpc-timeout"]);
    sent.extend([header::CONTENT_TYPE, ACTOR_HEADER, REQUEST_ID_HEADER]);
    let mut exposed = named(&["grpc-status", "grpc-message", "grpc-status-details-bin"]);
    exposed.push(REQUEST_ID_HEADER);
    let layer = CorsLayer::new()
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(sent)
        .expose_headers(exposed)
        .max_age(Duration::from_secs(3600));
    (!allowed.is_empty()).then(|| layer.allow_origin(allowed))
}
