//! The server: all services on one port.

use gennaker_app::App;
use http::Request;
use hyper::body::Incoming;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tonic::service::{Routes, RoutesBuilder};
use tonic_health::server::HealthReporter;
use tower::util::BoxCloneSyncService;
use tower::{Layer, ServiceExt};

use crate::deadline::Deadline;
use crate::gate::Gate;
use crate::observe::Observe;
use crate::ui::Ui;
use crate::web::{Grpc, MetricsPage, Web};
use crate::{Options, connection, error, health, observe, reflection, services, web};

/// The API, ready to be served.
#[derive(Clone)]
pub struct Server {
    app: App,
    options: Options,
    metrics: MetricsPage,
}

impl Server {
    /// A server of these use cases.
    pub fn new(app: App, options: Options, metrics: MetricsPage) -> Self {
        observe::describe();
        Self { app, options, metrics }
    }

    /// Serves until the shutdown. Then nothing new is accepted, streams end with an error that says how to go on, and other
    /// calls have the grace period to end.
    pub async fn run(self, listener: TcpListener, shutdown: CancellationToken) {
        let reporter = HealthReporter::new();
        let (ready, is_ready) = watch::channel(true);
        let routes = self.routes(reporter.clone(), &shutdown);
        let grpc: Grpc = BoxCloneSyncService::new(Observe::new(Deadline::new(routes, self.options.request_timeout)));
        let grpc_web: Grpc = BoxCloneSyncService::new(tonic_web::GrpcWebLayer::new().layer(grpc.clone()));
        let base = self.options.base_path.clone();
        let ui = Ui { assets: self.options.ui.clone(), base: base.clone() };
        let web = Web { app: self.app.clone(), grpc, grpc_web, ready: is_ready, metrics: self.metrics, ui };
        let router = web::router(web, &self.options);
        let service =
            router.map_request(move |request: Request<Incoming>| base.strip(request).map(axum::body::Body::new));
        let health = health::watch(self.app, self.options.health_interval, reporter, ready, shutdown.clone());
        tokio::join!(connection::serve(listener, service, &self.options, &shutdown), health);
    }

    fn routes(&self, reporter: HealthReporter, shutdown: &CancellationToken) -> Routes {
        let gate = Gate { app: self.app.clone(), shutdown: shutdown.clone() };
        let mut routes = RoutesBuilder::from(axum::Router::new().fallback(unimplemented));
        services::add(&mut routes, &gate, web::bytes(self.app.limits().max_message_bytes));
        let health = tonic_health::server::HealthService::from_health_reporter(reporter);
        routes.add_service(tonic_health::pb::health_server::HealthServer::new(health));
        reflection::add(&mut routes).expect("a test reads the descriptors");
        routes.routes().prepare()
    }
}

async fn unimplemented(request: axum::extract::Request) -> http::Response<Body> {
    error::unimplemented(request.uri().path()).into_http()
}
