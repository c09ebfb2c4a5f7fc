//! A relay of TCP connections whose network can be disturbed.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// How much is on its way in one direction of a connection at most, in pieces of what one read brings.
const PIECES: usize = 64;
/// The most bytes of a piece.
const PIECE: usize = 16 * 1024;

/// What the network does to what passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weather {
    /// It arrives after a while.
    Passing(Duration),
    /// It waits, and nobody is told: what a network does that is cut in two.
    Silent,
    /// Connections are closed as soon as they are made.
    Refusing,
}

#[derive(Clone, Copy, Debug)]
struct State {
    weather: Weather,
    /// Grows with each cut: connections of an earlier one are closed.
    cuts: u64,
}

/// A relay in front of a server: a client connects to it instead, and sees the server through a network that does what it
/// is told. It ends, with all its connections, when it is dropped.
#[derive(Debug)]
pub struct Relay {
    port: u16,
    state: watch::Sender<State>,
    _tasks: JoinSet<()>,
}

impl Relay {
    /// Starts a relay to a port of this machine.
    ///
    /// # Errors
    /// Where there is no free port.
    pub async fn to(port: u16) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("there is no free port")?;
        let (state, observed) = watch::channel(State { weather: Weather::Passing(Duration::ZERO), cuts: 0 });
        let own = listener.local_addr()?.port();
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, SocketAddr::from(([127, 0, 0, 1], port)), observed));
        Ok(Self { port: own, state, _tasks: tasks })
    }

    /// Its port on `127.0.0.1`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets everything through at once, also what waited.
    pub fn restore(&self) {
        self.delay(Duration::ZERO);
    }

    /// Lets everything through after a while, in each direction.
    pub fn delay(&self, latency: Duration) {
        self.set(Weather::Passing(latency));
    }

    /// Lets nothing through, and tells nobody. Connections stay; what is sent on them waits.
    pub fn silence(&self) {
        self.set(Weather::Silent);
    }

    /// Cuts all connections and takes no new ones.
    pub fn refuse(&self) {
        self.set(Weather::Refusing);
        self.cut();
    }

    /// Cuts all connections. New ones can be made at once.
    pub fn cut(&self) {
        self.state.send_modify(|state| state.cuts += 1);
    }

    fn set(&self, weather: Weather) {
        self.state.send_modify(|state| state.weather = weather);
    }
}

async fn accept(listener: TcpListener, server: SocketAddr, state: watch::Receiver<State>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let refusing = state.borrow().weather == Weather::Refusing;
                if let Some((client, _)) = accepted.ok().filter(|_| !refusing) {
                    connections.spawn(relay(client, server, state.clone()));
                }
            }
            Some(_ended) = connections.join_next() => {}
        }
    }
}

/// One connection, until either side closes it or it is cut.
async fn relay(client: TcpStream, server: SocketAddr, mut state: watch::Receiver<State>) {
    let begun = state.borrow().cuts;
    let Ok(server) = TcpStream::connect(server).await else { return };
    if client.set_nodelay(true).and_then(|()| server.set_nodelay(true)).is_err() {
        return;
    }
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        () = flow(from_client, to_server, state.clone()) => {}
        () = flow(from_server, to_client, state.clone()) => {}
        _cut_or_dropped = state.wait_for(|state| state.cuts > begun) => {}
    }
}

/// One direction of a connection, until it ends.
async fn flow(mut from: OwnedReadHalf, to: OwnedWriteHalf, state: watch::Receiver<State>) {
    let (sender, pieces) = mpsc::channel(PIECES);
    let read = async move {
        let mut buffer = vec![0; PIECE];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            if sender.send((Instant::now(), buffer[..length].to_vec())).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(read, write(to, pieces, state));
}

/// Passes on what was read, when its time has come.
async fn write(
    mut to: OwnedWriteHalf,
    mut pieces: mpsc::Receiver<(Instant, Vec<u8>)>,
    mut state: watch::Receiver<State>,
) {
    while let Some((read, piece)) = pieces.recv().await {
        let passing = state.wait_for(|state| matches!(state.weather, Weather::Passing(_)));
        let Ok(weather) = passing.await.map(|state| state.weather) else { return };
        if let Weather::Passing(latency) = weather
            && !latency.is_zero()
        {
            sleep_until(read + latency).await;
        }
        if to.write_all(&piece).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that sends back what it gets.
    async fn echo() -> (u16, JoinSet<()>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (mut read, mut write) = stream.into_split();
                connections.spawn(async move { drop(tokio::io::copy(&mut read, &mut write).await) });
            }
        });
        (port, tasks)
    }

    async fn send(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
        stream.write_all(b"hello").await?;
        let mut answer = vec![0; 5];
        stream.read_exact(&mut answer).await?;
        Ok(answer)
    }

    async fn connect(relay: &Relay) -> TcpStream {
        TcpStream::connect(("127.0.0.1", relay.port())).await.unwrap()
    }

    #[tokio::test]
    async fn passes_on_late_or_at_once() {
        let (port, _server) = echo().await;
        let relay = Relay::to(port).await.unwrap();
        let mut stream = connect(&relay).await;
        assert_eq!(send(&mut stream).await.unwrap(), b"hello");
        relay.delay(Duration::from_millis(50));
        let begun = Instant::now();
        assert_eq!(send(&mut stream).await.unwrap(), b"hello");
        assert!(begun.elapsed() >= Duration::from_millis(100), "there and back");
    }

    #[tokio::test]
    async fn what_was_sent_into_the_silence_arrives_after_it() {
        let (port, _server) = echo().await;
        let relay = Relay::to(port).await.unwrap();
        let mut stream = connect(&relay).await;
        relay.silence();
        let mut answer = std::pin::pin!(send(&mut stream));
        assert!(tokio::time::timeout(Duration::from_millis(50), &mut answer).await.is_err());
        relay.restore();
        assert_eq!(answer.await.unwrap(), b"hello");
    }

    #[tokio::test]
    async fn cuts_and_refuses() {
        let (port, _server) = echo().await;
        let relay = Relay::to(port).await.unwrap();
        let mut old = connect(&relay).await;
        send(&mut old).await.unwrap();
        relay.cut();
        assert!(send(&mut old).await.is_err());
        assert_eq!(send(&mut connect(&relay).await).await.unwrap(), b"hello");
        relay.refuse();
        assert!(send(&mut connect(&relay).await).await.is_err());
        relay.restore();
        assert_eq!(send(&mut connect(&relay).await).await.unwrap(), b"hello");
    }
}
