//! The egress against real servers of this machine, which the options of these tests allow.

mod forms;
mod limits;
mod redirects;
mod refusals;
mod tls;

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use gennaker_parts::Http;
use gennaker_parts::http::Reply;
use gennaker_ports::{Egress as _, EgressError, EgressRequest, EgressResponse};

use super::connect::Resolve;
use super::{GuardedEgress, Options};
use crate::Trust;

/// Names that exist for a test. Each look-up of a name takes its next addresses; the last ones stay.
#[derive(Clone, Default)]
struct Names {
    known: Arc<Mutex<HashMap<String, Vec<Vec<IpAddr>>>>>,
    asked: Arc<AtomicUsize>,
}

impl Names {
    fn with(self, name: &str, addresses: &[&str]) -> Self {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        self.known.lock().unwrap().entry(name.to_owned()).or_default().push(addresses);
        self
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Resolve for Names {
    async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let mut known = self.known.lock().unwrap();
        let answers = known.get_mut(name).ok_or_else(|| io::Error::other("no such name"))?;
        Ok(if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() })
    }
}

/// Options that allow the servers of this machine.
fn local() -> Options {
    Options { allowed_networks: vec!["127.0.0.0/8".parse().unwrap()], ..Options::default() }
}

fn egress(options: Options) -> GuardedEgress {
    GuardedEgress::new(options, &Trust::new(None).unwrap())
}

fn knowing(options: Options, names: &Names) -> GuardedEgress {
    GuardedEgress::resolving(options, &Trust::new(None).unwrap(), Box::new(names.clone()))
}

async fn get(egress: &GuardedEgress, url: &str) -> Result<EgressResponse, EgressError> {
    egress.send(EgressRequest::new("GET", url)).await
}

/// What forbids a call.
async fn forbidden(egress: &GuardedEgress, url: &str) -> String {
    match get(egress, url).await {
        Err(EgressError::Forbidden(problem)) => problem,
        other => panic!("{url} is not forbidden: {other:?}"),
    }
}

#[tokio::test]
async fn a_call_says_what_it_was_told_and_gets_what_was_answered() {
    let server = Http::start().await.unwrap();
    server.on("PUT", "/a", Reply::status(418).header("X-Kind", "pot").body("tea"));
    let mut request = EgressRequest::new("PUT", server.url("/a?b=c#d"));
    request.headers.push(("X-Token".to_owned(), "t".to_owned()));
    request.body = "leaves".into();
    let answer = egress(local()).send(request).await.unwrap();
    assert_eq!((answer.status, &answer.body[..], answer.truncated), (418, &b"tea"[..], false));
    assert_eq!(answer.url, server.url("/a?b=c"));
    assert_eq!(answer.header("x-kind"), Some("pot"));
    let [received] = server.requests().try_into().unwrap();
    assert_eq!((received.path.as_str(), &received.body[..]), ("/a?b=c", &b"leaves"[..]));
    let host = format!("127.0.0.1:{}", server.port());
    let expected = [
        ("host", host.as_str()),
        ("x-token", "t"),
        ("content-length", "6"),
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
    ];
    for (name, value) in expected {
        assert_eq!(received.header(name), Some(value), "{name}");
    }
    assert!(received.header("user-agent").unwrap().starts_with("gennaker/"));
}

#[tokio::test]
async fn what_is_compressed_all_the_same_stays_so() {
    let server = Http::start().await.unwrap();
    server.on("GET", "/", Reply::ok(&b"\x1f\x8b\x08"[..]).header("content-encoding", "gzip"));
    let mut request = EgressRequest::new("GET", server.url("/"));
    request.headers.push(("Accept-Encoding".to_owned(), "gzip".to_owned()));
    assert_eq!(&egress(local()).send(request).await.unwrap().body[..], b"\x1f\x8b\x08");
    assert_eq!(server.requests()[0].header("accept-encoding"), Some("identity"));
}

/// The environment of a process can't be changed here, so this test runs itself again in another one.
#[tokio::test]
async fn proxies_in_the_environment_are_ignored() {
    let test = "egress::tests::a_call_says_what_it_was_told_and_gets_what_was_answered";
    let nowhere = "http://127.0.0.1:9";
    let again = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .envs(
            ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
                .map(|name| (name, nowhere)),
        )
        .output()
        .await
        .unwrap();
    let output = String::from_utf8_lossy(&again.stdout);
    assert!(again.status.success() && output.contains("1 passed"), "{output}");
}
