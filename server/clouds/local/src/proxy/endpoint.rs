//! One instance as the proxy sees it: where it is, what is in flight to it, which connections to it are free.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::client::conn::http1::SendRequest;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::body::ProxyBody;

/// Free connections kept to one instance.
const MAX_FREE: usize = 64;
/// How long a connection stays free; shorter than the 5 s after which common servers close it.
const FREE_FOR: Duration = Duration::from_secs(4);

#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) address: SocketAddr,
    in_flight: watch::Sender<usize>,
    /// Whether new requests go to it.
    rotation: watch::Sender<bool>,
    /// Ends what is in flight to it.
    cut: CancellationToken,
    free: Mutex<Vec<(Instant, SendRequest<ProxyBody>)>>,
}

impl Endpoint {
    pub(crate) fn new(address: SocketAddr) -> Arc<Self> {
        Arc::new(Self {
            address,
            in_flight: watch::Sender::new(0),
            rotation: watch::Sender::new(false),
            cut: CancellationToken::new(),
            free: Mutex::default(),
        })
    }

    /// Takes it in or out of rotation; tells whether that was a change.
    pub(crate) fn rotate(&self, into: bool) -> bool {
        self.rotation.send_if_modified(|rotation| std::mem::replace(rotation, into) != into)
    }

    /// Whether what was in flight has been cut, so that it may not be used again.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut.is_cancelled()
    }

    pub(crate) fn load(&self) -> usize {
        *self.in_flight.borrow()
    }

    /// Waits until nothing is in flight.
    pub(crate) async fn idle(&self) {
        let mut load = self.in_flight.subscribe();
        let _ = load.wait_for(|load| *load == 0).await;
    }

    /// Waits until nothing is in flight to an endpoint that was taken out of rotation, and after `patience` cuts what
    /// still is. Ends early, changing nothing, when it is taken into rotation again.
    pub(crate) async fn drain(&self, patience: Duration) {
        let mut rotation = self.rotation.subscribe();
        tokio::select! {
            () = async { drop(rotation.wait_for(|rotation| *rotation).await) } => return,
            () = self.idle() => {}
            () = tokio::time::sleep(patience) => {
                self.cut.cancel();
                self.idle().await;
            }
        }
        self.free.lock().expect("nothing panics while it holds the lock").clear();
    }

    /// Counts a request in, until the answer is dropped.
    pub(crate) fn enter(self: &Arc<Self>) -> InFlight {
        self.in_flight.send_modify(|load| *load += 1);
        InFlight { endpoint: self.clone() }
    }

    /// A connection that nobody uses.
    pub(crate) fn take_free(&self) -> Option<SendRequest<ProxyBody>> {
        let now = Instant::now();
        let mut free = self.free.lock().expect("nothing panics while it holds the lock");
        free.retain(|(since, sender)| now.duration_since(*since) < FREE_FOR && !sender.is_closed());
        let ready = free.iter().rposition(|(_, sender)| sender.is_ready())?;
        Some(free.remove(ready).1)
    }

    /// Keeps a connection for the next request.
    pub(crate) fn give_free(&self, sender: SendRequest<ProxyBody>) {
        if sender.is_closed() || !*self.rotation.borrow() {
            return;
        }
        let mut free = self.free.lock().expect("nothing panics while it holds the lock");
        if free.len() < MAX_FREE {
            free.push((Instant::now(), sender));
        }
    }
}

/// A request in flight.
#[derive(Debug)]
pub(crate) struct InFlight {
    endpoint: Arc<Endpoint>,
}

impl InFlight {
    pub(crate) fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// Ends when the endpoint's drain deadline has passed.
    pub(crate) fn cut(&self) -> CancellationToken {
        self.endpoint.cut.clone()
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.endpoint.in_flight.send_modify(|load| *load -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Arc<Endpoint> {
        let endpoint = Endpoint::new(SocketAddr::from(([127, 0, 0, 1], 1)));
        endpoint.rotate(true);
        endpoint
    }

    #[tokio::test(start_paused = true)]
    async fn draining_waits_for_the_last_request() {
        let endpoint = endpoint();
        let request = endpoint.enter();
        endpoint.rotate(false);
        let (draining, dropped) = (endpoint.drain(Duration::from_secs(30)), async move { drop(request) });
        tokio::join!(draining, dropped);
        assert!(!endpoint.is_cut());
    }

    #[tokio::test(start_paused = true)]
    async fn draining_cuts_at_its_deadline() {
        let endpoint = endpoint();
        let request = endpoint.enter();
        endpoint.rotate(false);
        let begun = Instant::now();
        let ended = async {
            request.cut().cancelled().await;
            assert_eq!(begun.elapsed(), Duration::from_secs(30));
            drop(request);
        };
        tokio::join!(endpoint.drain(Duration::from_secs(30)), ended);
        assert!(endpoint.is_cut());
    }

    #[tokio::test(start_paused = true)]
    async fn coming_back_ends_the_draining() {
        let endpoint = endpoint();
        let _request = endpoint.enter();
        endpoint.rotate(false);
        tokio::join!(endpoint.drain(Duration::from_secs(30)), async { endpoint.rotate(true) });
        assert!(!endpoint.is_cut());
    }
}
