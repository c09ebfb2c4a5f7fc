//! Health checks: what is asked, and what the answers mean.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use gennaker_core::cloud::{Health, HealthCheck, HealthProbe};
use gennaker_ports::CloudError;
use http::header::{HOST, HeaderValue};
use http::{Request, Uri};
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

/// How often a starting instance is asked, so that deploys go on at once.
const STARTUP_INTERVAL: Duration = Duration::from_millis(50);
/// For how long it is asked so often.
const STARTUP_RUSH: Duration = Duration::from_secs(5);
const LONGEST: Duration = Duration::from_hours(1);

/// A health check with all its numbers; zeros mean the defaults.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    probe: HealthProbe,
    interval: Duration,
    timeout: Duration,
    healthy: u32,
    unhealthy: u32,
    grace: Duration,
}

impl Check {
    /// The check as it is carried out.
    pub(crate) fn new(check: &HealthCheck) -> Result<Self, CloudError> {
        let or = |given: Duration, default: u64| if given.is_zero() { Duration::from_secs(default) } else { given };
        let this = Self {
            probe: check.probe.clone(),
            interval: or(check.interval, 1),
            timeout: or(check.timeout, 1),
            healthy: check.healthy_threshold.max(1),
            unhealthy: if check.unhealthy_threshold == 0 { 3 } else { check.unhealthy_threshold },
            grace: or(check.startup_grace, 30),
        };
        for (name, duration) in [("interval", this.interval), ("timeout", this.timeout), ("startup_grace", this.grace)]
        {
            if duration < Duration::from_millis(10) || duration > LONGEST {
                return Err(CloudError::Invalid(format!("health_check.{name} must be between 10 ms and 1 h")));
            }
        }
        if let HealthProbe::Http { path } = &this.probe
            && !(path.starts_with('/') && path.parse::<Uri>().is_ok())
        {
            return Err(CloudError::Invalid(format!("health_check.path {path:?} is no path like /health")));
        }
        Ok(this)
    }
}

/// Asks one instance again and again.
#[derive(Debug)]
pub(crate) struct Prober {
    check: Option<Check>,
    address: SocketAddr,
    started: Instant,
    tally: Tally,
    next: Option<Instant>,
}

/// What the answers so far say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) health: Health,
    pub(crate) reason: String,
}

impl Prober {
    pub(crate) fn new(check: Option<Check>, address: SocketAddr) -> Self {
        let started = Instant::now();
        Self { check, address, started, tally: Tally::default(), next: Some(started) }
    }

    /// What is known of an instance that has just started.
    pub(crate) fn first(&self) -> Verdict {
        match self.check {
            Some(_) => Verdict { health: Health::Starting, reason: "started".to_owned() },
            None => Verdict { health: Health::Up, reason: "running; it has no health check".to_owned() },
        }
    }

    /// Waits until the next probe is due, asks, and says what is known then. May be dropped at any time.
    pub(crate) async fn next(&mut self) -> Verdict {
        let (Some(check), Some(due)) = (&self.check, self.next) else { return std::future::pending().await };
        tokio::time::sleep_until(due).await;
        let answer = probe(check, self.address).await;
        let age = self.started.elapsed();
        let verdict = self.tally.add(check, age, answer);
        let rush = verdict.health == Health::Starting && age < STARTUP_RUSH;
        let pause = if rush { STARTUP_INTERVAL.min(check.interval) } else { check.interval };
        self.next = Some(Instant::now() + pause);
        verdict
    }
}

/// Counts answers up to the thresholds.
#[derive(Debug, Default)]
struct Tally {
    health: Option<Health>,
    passed: u32,
    failed: u32,
}

impl Tally {
    fn add(&mut self, check: &Check, age: Duration, answer: Result<String, String>) -> Verdict {
        let health = self.health.unwrap_or(Health::Starting);
        let (health, reason) = match answer {
            Ok(reason) => {
                self.passed += 1;
                self.failed = 0;
                (if self.passed >= check.healthy { Health::Up } else { health }, reason)
            }
            Err(reason) => {
                self.passed = 0;
                // Before the grace is over, failures of an instance that was not up yet are to be expected.
                if health != Health::Starting || age >= check.grace {
                    self.failed += 1;
                }
                (if self.failed >= check.unhealthy { Health::Down } else { health }, reason)
            }
        };
        self.health = Some(health);
        Verdict { health, reason }
    }
}

async fn probe(check: &Check, address: SocketAddr) -> Result<String, String> {
    let asking = async {
        let stream = TcpStream::connect(address).await.map_err(|error| format!("health check: {error}"))?;
        match &check.probe {
            HealthProbe::Tcp => Ok("health check: accepts connections".to_owned()),
            HealthProbe::Http { path } => get(stream, address, path).await,
        }
    };
    let limit = check.timeout;
    timeout(limit, asking).await.unwrap_or_else(|_| Err(format!("health check: no answer in {limit:?}")))
}

async fn get(stream: TcpStream, address: SocketAddr, path: &str) -> Result<String, String> {
    let bad = |error: hyper::Error| format!("health check: {error}");
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(bad)?;
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.uri_mut() = path.parse().map_err(|_| format!("health check: bad path {path}"))?;
    if let Ok(host) = HeaderValue::from_str(&address.to_string()) {
        request.headers_mut().insert(HOST, host);
    }
    let response = tokio::select! {
        response = sender.send_request(request) => response.map_err(bad)?,
        ended = connection => return Err(ended.map_or_else(bad, |()| "health check: connection closed".to_owned())),
    };
    let status = response.status();
    let reason = format!("health check: GET {path} answers {status}");
    if status.is_success() || status.is_redirection() { Ok(reason) } else { Err(reason) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check() -> Check {
        Check::new(&HealthCheck {
            probe: HealthProbe::Tcp,
            interval: Duration::ZERO,
            timeout: Duration::ZERO,
            healthy_threshold: 2,
            unhealthy_threshold: 0,
            startup_grace: Duration::ZERO,
        })
        .unwrap()
    }

    fn healths(answers: &[(u64, bool)]) -> Vec<Health> {
        let mut tally = Tally::default();
        let add = |(age, passes): &(u64, bool)| {
            let answer = if *passes { Ok(String::new()) } else { Err(String::new()) };
            tally.add(&check(), Duration::from_secs(*age), answer).health
        };
        answers.iter().map(add).collect()
    }

    #[test]
    fn thresholds_count_answers_in_a_row() {
        use Health::{Down, Starting, Up};
        assert_eq!(healths(&[(1, true), (1, false), (1, true), (1, true)]), [Starting, Starting, Starting, Up]);
        let ups_and_downs =
            [(1, true), (1, true), (9, false), (9, false), (9, true), (9, false), (9, false), (9, false)];
        assert_eq!(healths(&ups_and_downs), [Starting, Up, Up, Up, Up, Up, Up, Down]);
    }

    #[test]
    fn failures_count_after_the_grace_only() {
        use Health::{Down, Starting};
        let late = [(1, false), (2, false), (29, false), (30, false), (31, false), (32, false)];
        assert_eq!(healths(&late), [Starting, Starting, Starting, Starting, Starting, Down]);
    }

    #[test]
    fn bad_checks_are_refused() {
        let check = |probe, interval| HealthCheck {
            probe,
            interval,
            timeout: Duration::ZERO,
            healthy_threshold: 0,
            unhealthy_threshold: 0,
            startup_grace: Duration::ZERO,
        };
        for (check, reason) in [
            (check(HealthProbe::Http { path: "health".into() }, Duration::ZERO), "no path"),
            (check(HealthProbe::Http { path: "/a b".into() }, Duration::ZERO), "no path"),
            (check(HealthProbe::Tcp, Duration::from_millis(1)), "health_check.interval"),
            (check(HealthProbe::Tcp, Duration::from_secs(3601)), "health_check.interval"),
        ] {
            let error = Check::new(&check).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
