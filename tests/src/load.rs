//! Requests on a load balancer, one after another on each of a few connections.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::task::JoinSet;

/// What came of the requests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Answers by the version that gave them.
    pub by_version: BTreeMap<String, u64>,
    /// Requests that failed, and how; at most a hundred are kept.
    pub failures: Vec<String>,
}

impl Report {
    /// How many were answered.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.by_version.values().sum()
    }
}

/// A load that goes on until it is stopped, or has made a million requests.
#[derive(Debug)]
pub struct Load {
    stop: Arc<AtomicBool>,
    workers: JoinSet<Report>,
}

const WORKERS: u64 = 4;
const MOST_REQUESTS: u64 = 1_000_000;
const MOST_FAILURES: usize = 100;

impl Load {
    /// Starts sending requests to `host:port`.
    #[must_use]
    pub fn on(address: &str) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let mut workers = JoinSet::new();
        for _ in 0..WORKERS {
            workers.spawn(work(address.to_owned(), stop.clone()));
        }
        Self { stop, workers }
    }

    /// Stops it, and tells what came of it.
    ///
    /// # Panics
    /// Where a worker did.
    pub async fn stop(mut self) -> Report {
        self.stop.store(true, Ordering::Relaxed);
        let mut total = Report::default();
        while let Some(report) = self.workers.join_next().await {
            let report = report.expect("workers don't panic");
            for (version, answers) in report.by_version {
                *total.by_version.entry(version).or_default() += answers;
            }
            total.failures.extend(report.failures);
        }
        total
    }
}

async fn work(address: String, stop: Arc<AtomicBool>) -> Report {
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let mut report = Report::default();
    for _ in 0..MOST_REQUESTS / WORKERS {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        match request(&client, &address).await {
            Ok(version) => *report.by_version.entry(version).or_default() += 1,
            Err(failure) if report.failures.len() < MOST_FAILURES => report.failures.push(failure),
            Err(_) => {}
        }
    }
    report
}

type HttpClient = Client<hyper_util::client::legacy::connect::HttpConnector, Empty<Bytes>>;

async fn request(client: &HttpClient, address: &str) -> Result<String, String> {
    let uri = format!("http://{address}/").parse().map_err(|error| format!("{address}: {error}"))?;
    let response = client.get(uri).await.map_err(|error| format!("{error:?}"))?;
    let status = response.status();
    let body = response.into_body().collect().await.map_err(|error| format!("{error:?}"))?.to_bytes();
    if !status.is_success() {
        return Err(format!("{status}: {}", String::from_utf8_lossy(&body)));
    }
    let answer: serde_json::Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    Ok(answer["version"].as_str().unwrap_or_default().to_owned())
}
