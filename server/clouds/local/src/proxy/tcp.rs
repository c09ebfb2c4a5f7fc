//! Bytes through the proxy: each connection is balanced on its own.

use std::io;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::http::Exchange;

/// How many instances a connection may be tried on.
const ATTEMPTS: usize = 2;

/// Passes a client's connection on to an instance until either side ends, or the instance's drain deadline has passed.
pub(super) async fn pass(exchange: Exchange, mut client: TcpStream) {
    let proxy = &exchange.proxy;
    let mut avoid = None;
    for _ in 0..ATTEMPTS {
        let Some(choice) = proxy.choose(exchange.client, exchange.port, avoid.as_ref()) else { break };
        let endpoint = choice.in_flight.endpoint().clone();
        let begun = Instant::now();
        let connecting = timeout(proxy.common.connect_timeout, TcpStream::connect(endpoint.address)).await;
        match connecting.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(mut instance) => {
                choice.traffic.record_connection(true, begun.elapsed());
                let _ = instance.set_nodelay(true);
                let passing = tokio::io::copy_bidirectional(&mut client, &mut instance);
                choice.in_flight.cut().run_until_cancelled(passing).await;
                return;
            }
            Err(error) => {
                choice.traffic.record_connection(false, begun.elapsed());
                tracing::debug!(load_balancer = %proxy.id, %error, "cannot connect to an instance");
                avoid = Some(endpoint);
            }
        }
    }
    proxy.unserved.increment(1);
}
