//! Health: `grpc.health.v1.Health` for each service, and the same for plain HTTP.

use std::time::Duration;

use gennaker_app::{App, Caller};
use gennaker_proto::v1::{GetHealthRequest, GetHealthResponse, HealthStatus};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

use crate::services;

/// Asks again and again whether the server can do its work, until the shutdown; tells the health service and `ready`.
pub(crate) async fn watch(
    app: App,
    interval: Duration,
    mut reporter: HealthReporter,
    ready: watch::Sender<bool>,
    shutdown: CancellationToken,
) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let answer = tokio::select! {
            () = shutdown.cancelled() => break,
            answer = async { ticks.tick().await; is_ready(&app, interval).await } => answer,
        };
        let works = answer.is_ok();
        if ready.send_replace(works) != works {
            tracing::warn!(works, problem = answer.err(), "the server's health changed");
        }
        report(&reporter, works).await;
    }
    ready.send_replace(false);
    report(&reporter, false).await;
    // Ends the streams of those who watch, which would hold their connections open.
    for service in services::NAMES.into_iter().chain([""]) {
        reporter.clear_service_status(service).await;
    }
}

/// What does not answer in time does not work: a database can also fall silent.
async fn is_ready(app: &App, patience: Duration) -> Result<(), String> {
    match tokio::time::timeout(patience, app.ready()).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err(format!("the store did not answer within {patience:?}")),
    }
}

/// How the parts of the server are now.
pub(crate) async fn ask(app: &App) -> GetHealthResponse {
    app.get_health(&Caller::named("system"), GetHealthRequest {}).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the server can't say how it is");
        GetHealthResponse { status: HealthStatus::Failing.into(), components: Vec::new() }
    })
}

async fn report(reporter: &HealthReporter, works: bool) {
    let status = if works { ServingStatus::Serving } else { ServingStatus::NotServing };
    for service in services::NAMES.into_iter().chain([""]) {
        reporter.set_service_status(service, status).await;
    }
}
