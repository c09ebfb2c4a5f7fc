//! Counting what server groups answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gennaker_core::cloud::ResourceId;
use http::StatusCode;
use metrics::{Counter, Histogram};

/// What a server group has answered since the server started, over all load balancers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupTraffic {
    /// Requests, or connections of TCP listeners.
    pub requests: u64,
    /// Those that ended with a status of 500 or above, or with no answer at all.
    pub errors: u64,
    /// The time until the head of the answer, summed over all requests.
    pub latency: Duration,
}

/// Tells the metrics recorder what the metrics mean.
pub(crate) fn describe() {
    use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
    describe_counter!(
        "gennaker_local_requests_total",
        "Requests by the class of the status that the server group answered"
    );
    describe_counter!("gennaker_local_errors_total", "Requests that a server group answered with 5xx or not at all");
    describe_histogram!(
        "gennaker_local_request_duration_seconds",
        Unit::Seconds,
        "Time from a request's arrival to the head of its answer"
    );
    describe_gauge!("gennaker_local_connections", "Open connections of clients");
    describe_counter!("gennaker_local_denied_connections_total", "Connections that a firewall denied");
    describe_counter!("gennaker_local_unserved_requests_total", "Requests for which there was no healthy instance");
    describe_counter!("gennaker_local_jobs_total", "Jobs that ended, by result: succeeded, failed, killed");
    describe_gauge!("gennaker_local_jobs_running", "Jobs that run");
    describe_histogram!("gennaker_local_job_duration_seconds", Unit::Seconds, "Time from a job's start to its end");
}

/// Classes of status codes, as the metrics name them.
const CLASSES: [&str; 6] = ["1xx", "2xx", "3xx", "4xx", "5xx", "none"];

/// Counters of one server group behind one load balancer, here and at the metrics recorder.
pub(crate) struct Traffic {
    requests: AtomicU64,
    errors: AtomicU64,
    micros: AtomicU64,
    by_class: [Counter; CLASSES.len()],
    errors_total: Counter,
    seconds: Histogram,
}

impl std::fmt::Debug for Traffic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.snapshot())
    }
}

impl Traffic {
    pub(crate) fn new(balancer: &ResourceId, group: &ResourceId) -> Self {
        let labels = [
            ("region", group.location.region.clone()),
            ("load_balancer", balancer.name.clone()),
            ("server_group", group.name.clone()),
        ];
        let by_class = CLASSES.map(|class| {
            let [region, balancer, group] = labels.clone();
            let labels = [region, balancer, group, ("code_class", class.to_owned())];
            metrics::counter!("gennaker_local_requests_total", &labels)
        });
        Self {
            requests: AtomicU64::new(0),
            errors: AtomicU64::new(0),
            micros: AtomicU64::new(0),
            by_class,
            errors_total: metrics::counter!("gennaker_local_errors_total", &labels),
            seconds: metrics::histogram!("gennaker_local_request_duration_seconds", &labels),
        }
    }

    /// Counts a request by what the instance answered; `None` where it gave no answer.
    pub(crate) fn record(&self, status: Option<StatusCode>, took: Duration) {
        let class = status.map_or(5, |status| usize::from(status.as_u16() / 100).clamp(1, 5) - 1);
        self.count(class, status.is_none_or(|status| status.is_server_error()), took);
    }

    /// Counts a connection of a TCP listener.
    pub(crate) fn record_connection(&self, established: bool, took: Duration) {
        self.count(if established { 1 } else { 5 }, !established, took);
    }

    fn count(&self, class: usize, error: bool, took: Duration) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.by_class[class].increment(1);
        self.seconds.record(took.as_secs_f64());
        if error {
            self.errors.fetch_add(1, Ordering::Relaxed);
            self.errors_total.increment(1);
        }
    }

    pub(crate) fn snapshot(&self) -> GroupTraffic {
        GroupTraffic {
            requests: self.requests.load(Ordering::Relaxed),
            errors: self.errors.load(Ordering::Relaxed),
            latency: Duration::from_micros(self.micros.load(Ordering::Relaxed)),
        }
    }
}

impl GroupTraffic {
    pub(crate) fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.errors += other.errors;
        self.latency += other.latency;
    }
}
