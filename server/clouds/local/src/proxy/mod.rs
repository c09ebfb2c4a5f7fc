//! Load balancers: real proxies, one for each load balancer, in front of the instances of its enabled server groups.

pub(crate) mod body;
pub(crate) mod endpoint;
mod headers;
mod http;
mod listener;
pub(crate) mod router;
mod tcp;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gennaker_core::cloud::ResourceId;
use metrics::{Counter, Gauge};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::guard::Guard;
use crate::options::Options;
use endpoint::Endpoint;
use listener::Bound;
pub(crate) use listener::Closed;
use router::{Choice, Member, Router};

/// What all load balancers share.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) bind: IpAddr,
    pub(crate) header_bytes: usize,
    pub(crate) header_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    connections: Arc<Semaphore>,
    most_connections: u32,
    pub(crate) tracker: TaskTracker,
    /// Nothing new is accepted; what is in flight may finish.
    pub(crate) closing: CancellationToken,
    /// Everything ends.
    pub(crate) over: CancellationToken,
}

impl Common {
    pub(crate) fn new(options: &Options, tracker: TaskTracker, over: &CancellationToken) -> Self {
        let limits = &options.limits;
        let most_connections = u32::try_from(limits.connections.clamp(1, Semaphore::MAX_PERMITS)).unwrap_or(u32::MAX);
        Self {
            bind: options.bind,
            header_bytes: limits.header_bytes.max(8 * 1024),
            header_timeout: limits.header_timeout,
            connect_timeout: limits.connect_timeout,
            response_timeout: limits.response_timeout,
            connections: Arc::new(Semaphore::new(most_connections as usize)),
            most_connections,
            tracker,
            closing: over.child_token(),
            over: over.clone(),
        }
    }

    /// Stops accepting and waits until all connections have ended, no longer than `patience`.
    pub(crate) async fn close(&self, patience: Duration) {
        self.closing.cancel();
        let all = self.connections.acquire_many(self.most_connections);
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::info!("cutting the connections that are still open");
        }
    }
}

/// A client's connection, counted while it is held.
#[derive(Debug)]
pub(crate) struct Connection {
    _permit: OwnedSemaphorePermit,
    open: Gauge,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.open.decrement(1);
    }
}

/// One load balancer.
#[derive(Debug)]
pub(crate) struct Proxy {
    id: ResourceId,
    common: Arc<Common>,
    router: Mutex<Router>,
    guard: Mutex<Guard>,
    listeners: Mutex<Vec<Bound>>,
    open: Gauge,
    denied: Counter,
    unserved: Counter,
}

impl Proxy {
    pub(crate) fn new(id: ResourceId, common: Arc<Common>) -> Arc<Self> {
        let label = [("region", id.location.region.clone()), ("load_balancer", id.name.clone())];
        Arc::new(Self {
            common,
            router: Mutex::default(),
            guard: Mutex::default(),
            listeners: Mutex::default(),
            open: metrics::gauge!("gennaker_local_connections", &label),
            denied: metrics::counter!("gennaker_local_denied_connections_total", &label),
            unserved: metrics::counter!("gennaker_local_unserved_requests_total", &label),
            id,
        })
    }

    /// Replaces the groups that traffic goes to, and the firewalls. When this returns no new request goes elsewhere.
    pub(crate) fn route(&self, members: Vec<Member>, guard: Guard) {
        self.router.lock().expect("nothing panics while it holds the lock").set_members(members);
        *self.guard.lock().expect("nothing panics while it holds the lock") = guard;
    }

    /// The instance for a client's next request.
    fn choose(&self, client: IpAddr, port: u16, avoid: Option<&Arc<Endpoint>>) -> Option<Choice> {
        self.router.lock().expect("nothing panics while it holds the lock").choose(client, port, avoid)
    }

    fn admits(&self, client: SocketAddr, port: u16) -> bool {
        let admits = self.guard.lock().expect("nothing panics while it holds the lock").allows(client.ip(), port);
        if !admits {
            self.denied.increment(1);
            tracing::debug!(load_balancer = %self.id, %client, port, "a firewall denied a connection");
        }
        admits
    }
}
