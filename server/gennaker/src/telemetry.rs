//! Logs, traces and metrics.

use std::convert::Infallible;
use std::io::IsTerminal;
use std::time::Duration;

use gennaker_api::MetricsPage;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

use crate::config::{LogFormat, Telemetry};
use crate::failure::Failure;

/// Bounds of the histograms of durations, in seconds.
const DURATIONS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0];

/// How often histograms are folded when nobody reads the metrics.
const UPKEEP: Duration = Duration::from_secs(5);

/// What was set up.
pub(crate) struct Instruments {
    traces: Option<SdkTracerProvider>,
    metrics: PrometheusHandle,
}

/// Sets up logs on the standard error, traces and metrics for the whole process.
pub(crate) fn install(options: &Telemetry) -> Result<Instruments, Failure> {
    let filter = filter(&options.log_level)?;
    let traces = traces(&options.otlp_endpoint)?;
    // Without an endpoint there is no layer at all, so that nothing is prepared for it.
    let exported = traces.as_ref().map(|provider| {
        tracing_opentelemetry::layer().with_tracer(provider.tracer("gennaker")).with_filter(filter_of_traces())
    });
    let logs = logs(options.log_format).with_filter(filter);
    Registry::default()
        .with(logs)
        .with(exported)
        .try_init()
        .map_err(|error| Failure::internal(format!("can't set up logs: {error}")))?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(place, backtrace = %std::backtrace::Backtrace::capture(), "panic: {message}");
    }));
    Ok(Instruments { traces, metrics: metrics()? })
}

/// Sets up logs of what goes wrong, for a command that is no server.
pub(crate) fn complain() -> Result<(), Failure> {
    let warnings = logs(LogFormat::Auto).with_filter(LevelFilter::WARN);
    let installed = Registry::default().with(warnings).try_init();
    installed.map_err(|error| Failure::internal(format!("can't set up logs: {error}")))
}

/// What is logged. The migrations' own lines repeat what the store says, with source paths of the machine that built it.
fn filter(level: &str) -> Result<EnvFilter, Failure> {
    EnvFilter::builder()
        .parse(format!("rusqlite_migration=warn,{level}"))
        .map_err(|error| Failure::usage(format!("setting telemetry.log_level is wrong: {level:?}: {error}")))
}

/// Spans of our own crates; the exporter's own calls would trace themselves.
fn filter_of_traces() -> tracing_subscriber::filter::FilterFn {
    tracing_subscriber::filter::filter_fn(|metadata| metadata.target().starts_with("gennaker"))
}

fn logs<S>(format: LogFormat) -> Box<dyn Layer<S> + Send + Sync>
where
    S: tracing::Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let terminal = std::io::stderr().is_terminal();
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(terminal);
    let text = match format {
        LogFormat::Text => true,
        LogFormat::Json => false,
        LogFormat::Auto => terminal,
    };
    if text { layer.boxed() } else { layer.json().flatten_event(true).with_span_list(false).boxed() }
}

fn traces(endpoint: &str) -> Result<Option<SdkTracerProvider>, Failure> {
    if endpoint.is_empty() {
        return Ok(None);
    }
    let exporter = opentelemetry_otlp::SpanExporter::builder().with_tonic().with_endpoint(endpoint).build();
    let exporter = exporter
        .map_err(|error| Failure::usage(format!("setting telemetry.otlp_endpoint is wrong: {endpoint:?}: {error}")))?;
    let resource = Resource::builder().with_service_name("gennaker").build();
    Ok(Some(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
}

fn metrics() -> Result<PrometheusHandle, Failure> {
    let failed = |error: String| Failure::internal(format!("can't set up metrics: {error}"));
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &DURATIONS)
        .map_err(|error| failed(error.to_string()))?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|error| failed(error.to_string()))?;
    Ok(handle)
}

impl Instruments {
    /// The page of metrics.
    pub(crate) fn page(&self) -> MetricsPage {
        let handle = self.metrics.clone();
        MetricsPage::new(move || handle.render())
    }

    /// Keeps what histograms hold small, for ever.
    pub(crate) async fn upkeep(&self) -> Infallible {
        let mut ticks = tokio::time::interval(UPKEEP);
        loop {
            ticks.tick().await;
            self.metrics.run_upkeep();
        }
    }

    /// Sends the traces that are left.
    pub(crate) fn flush(self) {
        if let Some(Err(error)) = self.traces.map(|provider| provider.shutdown_with_timeout(Duration::from_secs(2))) {
            tracing::debug!(%error, "some traces were not sent");
        }
    }
}
