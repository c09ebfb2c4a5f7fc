//! Requests through the load balancer while the demo deploys, and what became of each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The connections, each kept open and with one request at a time.
const CONNECTIONS: usize = 4;

/// The pause of a connection between two requests.
const PAUSE: Duration = Duration::from_millis(5);

/// The most requests of a connection, so that the load ends in any case.
const MOST: usize = 100_000;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A load that is going on.
pub(super) struct Load {
    workers: JoinSet<()>,
    tally: Arc<Mutex<Tally>>,
    stop: CancellationToken,
}

/// What became of requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// How many each version answered.
    pub(super) versions: BTreeMap<String, usize>,
    /// Why requests failed, and how many.
    pub(super) failures: BTreeMap<String, usize>,
    latencies: Vec<Duration>,
}

impl Load {
    /// Begins to send requests.
    pub(super) fn start(target: &Uri) -> Self {
        let (stop, tally) = (CancellationToken::new(), Arc::new(Mutex::new(Tally::default())));
        let mut workers = JoinSet::new();
        for _ in 0..CONNECTIONS {
            workers.spawn(work(target.clone(), tally.clone(), stop.clone()));
        }
        Self { workers, tally, stop }
    }

    /// How it goes, on a line.
    pub(super) fn line(&self) -> String {
        let tally = lock(&self.tally);
        let versions: Vec<String> =
            tally.versions.iter().map(|(version, count)| format!("{version} {count}")).collect();
        format!("  load: {} requests served ({}), {} failed", tally.served(), versions.join(", "), tally.failed())
    }

    /// Stops after the requests that are under way.
    pub(super) async fn stop(mut self) -> Tally {
        self.stop.cancel();
        while let Some(ended) = self.workers.join_next().await {
            if let Err(error) = ended {
                lock(&self.tally).fail(error.to_string());
            }
        }
        let mut tally = std::mem::take(&mut *lock(&self.tally));
        tally.latencies.sort_unstable();
        tally
    }
}

impl Tally {
    /// How many requests were answered by a version.
    pub(super) fn served(&self) -> usize {
        self.versions.values().sum()
    }

    /// How many requests failed.
    pub(super) fn failed(&self) -> usize {
        self.failures.values().sum()
    }

    /// The time within which this part of the answers came, from 0 to 1. Only after the end of the load.
    pub(super) fn latency(&self, part: f64) -> Duration {
        let last = self.latencies.len().saturating_sub(1);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let index = (last as f64 * part).round() as usize;
        self.latencies.get(index).copied().unwrap_or_default()
    }

    fn answer(&mut self, version: String, latency: Duration) {
        *self.versions.entry(version).or_default() += 1;
        self.latencies.push(latency);
    }

    fn fail(&mut self, why: String) {
        *self.failures.entry(why).or_default() += 1;
    }
}

fn lock(tally: &Mutex<Tally>) -> MutexGuard<'_, Tally> {
    tally.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn work(target: Uri, tally: Arc<Mutex<Tally>>, stop: CancellationToken) {
    let client = Client::builder(TokioExecutor::new()).build(HttpConnector::new());
    for _ in 0..MOST {
        let begin = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, request(&client, target.clone())).await;
        match answer.unwrap_or_else(|_| Err("no answer in time".to_owned())) {
            Ok(version) => lock(&tally).answer(version, begin.elapsed()),
            Err(why) => lock(&tally).fail(why),
        }
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

/// One request: the version that answered, or why none did.
async fn request(client: &Client<HttpConnector, Empty<Bytes>>, target: Uri) -> Result<String, String> {
    let response = client.get(target).await.map_err(|error| error.to_string())?;
    let status = response.status();
    let body = response.into_body().collect().await.map_err(|error| error.to_string())?.to_bytes();
    if !status.is_success() {
        return Err(format!("status {status}"));
    }
    version(&body).ok_or_else(|| format!("an answer without a version: {}", String::from_utf8_lossy(&body)))
}

/// The sample program answers with JSON that has its version.
fn version(body: &[u8]) -> Option<String> {
    let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
    Some(answer.get("version")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tallies_count_and_measure() {
        let mut tally = Tally::default();
        for millis in 1..=5 {
            tally.answer(if millis < 3 { "v1" } else { "v2" }.to_owned(), Duration::from_millis(millis));
        }
        tally.fail("status 503".to_owned());
        assert_eq!((tally.served(), tally.failed(), tally.versions["v1"]), (5, 1, 2));
        assert_eq!(tally.latency(0.5), Duration::from_millis(3));
        assert_eq!(tally.latency(1.0), Duration::from_millis(5));
        assert_eq!(Tally::default().latency(0.99), Duration::ZERO);
    }

    #[test]
    fn the_version_is_read_from_the_answer() {
        assert_eq!(version(br#"{"version": "v1", "instance": "a"}"#), Some("v1".to_owned()));
        assert_eq!(version(b"hello"), None);
    }
}
