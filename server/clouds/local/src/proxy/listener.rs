//! The sockets of a load balancer: bound before the wish is recorded, kept while it does not change.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use gennaker_core::cloud::{Listener, ListenerProtocol};
use gennaker_ports::CloudError;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use super::{Connection, Proxy, http, tcp};
use crate::process::let_starts_finish;

/// How long accepting pauses when the system has no room for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A listening socket in use.
#[derive(Debug)]
pub(super) struct Bound {
    protocol: ListenerProtocol,
    wanted: u16,
    address: SocketAddr,
    stop: CancellationToken,
    closed: CancellationToken,
}

impl Bound {
    /// Stops accepting.
    fn close(self) -> Closed {
        self.stop.cancel();
        Closed(self.closed)
    }
}

/// A socket that is being closed.
#[derive(Debug)]
#[must_use = "its port is free only when it has been waited for"]
pub(crate) struct Closed(CancellationToken);

impl Closed {
    /// Waits until the port is free.
    pub(crate) async fn wait(self) {
        self.0.cancelled().await;
        let_starts_finish();
    }
}

#[derive(Debug)]
enum Slot {
    Kept(SocketAddr),
    Fresh(StdListener),
}

/// Sockets that are ready to take over.
#[derive(Debug)]
pub(crate) struct Prepared {
    listeners: Vec<Listener>,
    slots: Vec<Slot>,
}

impl Prepared {
    /// The listeners with the addresses they have got.
    pub(crate) fn listeners(&self) -> &[Listener] {
        &self.listeners
    }
}

impl Proxy {
    /// Binds what is not bound yet. A listener on any port takes the port it had before, if it is free.
    pub(crate) fn prepare(&self, wanted: &[Listener], before: &[Listener]) -> Result<Prepared, CloudError> {
        let bound = self.listeners.lock().expect("nothing panics while it holds the lock");
        let alike = |a: &Listener, protocol, port| a.protocol == protocol && a.port == port;
        let mut kept: Vec<_> = bound.iter().map(|b| (b.protocol, b.wanted, b.address)).collect();
        let mut before: Vec<_> = before.iter().collect();
        let mut prepared = Prepared { listeners: Vec::new(), slots: Vec::new() };
        for listener in wanted {
            let at = kept.iter().position(|(protocol, port, _)| alike(listener, *protocol, *port));
            let earlier =
                before.iter().position(|b| alike(b, listener.protocol, listener.port)).map(|at| before.remove(at));
            let (address, slot) = match at.map(|at| kept.remove(at)) {
                Some((_, _, address)) => (address, Slot::Kept(address)),
                None if listener.port != 0 && kept.iter().any(|(_, port, _)| *port == listener.port) => {
                    return Err(CloudError::Conflict(format!(
                        "port {} speaks another protocol; take that listener away before you add this one",
                        listener.port
                    )));
                }
                None => {
                    let earlier = earlier.and_then(|earlier| earlier.address.as_ref()?.parse().ok());
                    let socket = self.bind(listener.port, earlier)?;
                    let address = socket.local_addr().map_err(|error| unavailable(listener.port, &error))?;
                    (address, Slot::Fresh(socket))
                }
            };
            prepared.listeners.push(Listener { address: Some(address.to_string()), ..listener.clone() });
            prepared.slots.push(slot);
        }
        Ok(prepared)
    }

    fn bind(&self, port: u16, earlier: Option<SocketAddr>) -> Result<StdListener, CloudError> {
        let again =
            earlier.filter(|_| port == 0).and_then(|earlier| bind((self.common.bind, earlier.port()).into()).ok());
        match again {
            Some(socket) => Ok(socket),
            None => bind((self.common.bind, port).into()).map_err(|error| unavailable(port, &error)),
        }
    }

    /// Puts prepared sockets to use and stops accepting on those that are not wanted any more.
    pub(crate) fn install(self: &Arc<Self>, prepared: Prepared) -> Vec<Closed> {
        let mut bound = self.listeners.lock().expect("nothing panics while it holds the lock");
        let mut before = std::mem::take(&mut *bound);
        for (listener, slot) in prepared.listeners.iter().zip(prepared.slots) {
            match slot {
                Slot::Kept(address) => {
                    let at = before.iter().position(|bound| bound.address == address);
                    bound.extend(at.map(|at| before.swap_remove(at)));
                }
                Slot::Fresh(socket) => match self.listen(listener, socket) {
                    Ok(new) => bound.push(new),
                    Err(error) => tracing::error!(load_balancer = %self.id, %error, "cannot listen"),
                },
            }
        }
        before.into_iter().map(Bound::close).collect()
    }

    /// Stops accepting on all sockets.
    pub(crate) fn close(&self) -> Vec<Closed> {
        let bound = std::mem::take(&mut *self.listeners.lock().expect("nothing panics while it holds the lock"));
        bound.into_iter().map(Bound::close).collect()
    }

    fn listen(self: &Arc<Self>, listener: &Listener, socket: StdListener) -> io::Result<Bound> {
        let address = socket.local_addr()?;
        let socket = TcpListener::from_std(socket)?;
        let (stop, closed) = (self.common.closing.child_token(), CancellationToken::new());
        let protocol = listener.protocol;
        let accepting = self.clone().accept(socket, address.port(), protocol, stop.clone());
        let guard = closed.clone().drop_guard();
        self.common.tracker.spawn(async move {
            accepting.await;
            drop(guard);
        });
        Ok(Bound { protocol, wanted: listener.port, address, stop, closed })
    }

    /// Accepts connections until it is stopped. Where no more may be open they wait in the kernel's queue.
    async fn accept(
        self: Arc<Self>,
        socket: TcpListener,
        port: u16,
        protocol: ListenerProtocol,
        stop: CancellationToken,
    ) {
        loop {
            let next = async {
                let permit = self.common.connections.clone().acquire_owned().await;
                (permit.expect("the semaphore is never closed"), socket.accept().await)
            };
            let (permit, accepted) = tokio::select! {
                () = stop.cancelled() => return,
                next = next => next,
            };
            match accepted {
                Ok((stream, client)) if self.admits(client, port) => {
                    self.open.increment(1);
                    let connection = Connection { _permit: permit, open: self.open.clone() };
                    self.serve(stream, client, port, protocol, connection, stop.clone());
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(load_balancer = %self.id, %error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    fn serve(
        self: &Arc<Self>,
        stream: TcpStream,
        client: SocketAddr,
        port: u16,
        protocol: ListenerProtocol,
        connection: Connection,
        stop: CancellationToken,
    ) {
        // Without this, small answers may wait for acknowledgements; a failure costs only that.
        let _ = stream.set_nodelay(true);
        let exchange = http::Exchange::new(self.clone(), client.ip(), port, connection);
        let over = self.common.over.clone();
        match protocol {
            ListenerProtocol::Http => {
                let serving = exchange.serve(stream, stop);
                self.common.tracker.spawn(async move { over.run_until_cancelled(serving).await });
            }
            ListenerProtocol::Tcp => {
                let passing = tcp::pass(exchange, stream);
                self.common.tracker.spawn(async move { over.run_until_cancelled(passing).await });
            }
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<StdListener> {
    let socket = StdListener::bind(address)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn unavailable(port: u16, error: &io::Error) -> CloudError {
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            CloudError::Conflict(format!("port {port} is in use; choose another one, or 0 for any free port"))
        }
        io::ErrorKind::PermissionDenied => {
            CloudError::Invalid(format!("the server may not listen on port {port}; choose one above 1023"))
        }
        _ => CloudError::Unavailable(format!("cannot listen on port {port}: {error}")),
    }
}
