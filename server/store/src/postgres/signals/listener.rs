//! Hearing others.

use std::sync::Arc;
use std::time::Duration;

use gennaker_ports::store::Signal;
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sqlx::query;
use tokio::sync::broadcast;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};

use super::message::CHANNEL;
use super::{BACKOFF, Message, Outbox};

/// How often the connection is tried while nothing comes, and how long an answer may take. A connection that was cut without
/// a word would be listened to for ever.
const TRY: Duration = Duration::from_secs(30);
const PATIENCE: Duration = Duration::from_secs(10);

/// Passes on what it hears.
pub(super) struct Listener {
    connect: PgConnectOptions,
    heard: broadcast::Sender<Signal>,
    outbox: Arc<Outbox>,
    connection: PgListener,
}

impl Listener {
    pub(super) async fn start(
        connect: PgConnectOptions,
        heard: broadcast::Sender<Signal>,
        outbox: Arc<Outbox>,
    ) -> Result<Self, sqlx::Error> {
        let connection = listen(&connect).await?;
        Ok(Self { connect, heard, outbox, connection })
    }

    pub(super) async fn run(mut self) {
        loop {
            self.hear().await;
            self.reconnect().await;
            // Whatever was told meanwhile was missed.
            self.tell(Signal::Anything);
        }
    }

    /// Passes on what comes until the connection is lost.
    async fn hear(&mut self) {
        let mut tries = interval(TRY);
        tries.set_missed_tick_behavior(MissedTickBehavior::Delay);
        tries.reset();
        loop {
            tokio::select! {
                received = self.connection.try_recv() => match received {
                    Ok(Some(notification)) => self.pass_on(notification.payload()),
                    Ok(None) => return,
                    Err(error) => return tracing::warn!(%error, "the connection that hears other servers was lost"),
                },
                _ = tries.tick() => {
                    let answered = timeout(PATIENCE, query("SELECT 1").execute(&mut self.connection)).await;
                    if !matches!(answered, Ok(Ok(_))) {
                        return tracing::warn!("the connection that hears other servers does not answer");
                    }
                }
            }
        }
    }

    fn pass_on(&self, payload: &str) {
        let message = Message::parse(payload);
        if message.origin != self.outbox.origin {
            self.outbox.note_company();
            self.tell(message.signal);
        }
    }

    fn tell(&self, signal: Signal) {
        // Fails where nobody has subscribed.
        let _ = self.heard.send(signal);
    }

    async fn reconnect(&mut self) {
        let (mut pause, longest) = BACKOFF;
        loop {
            match listen(&self.connect).await {
                Ok(connection) => {
                    self.connection = connection;
                    return;
                }
                Err(error) => tracing::debug!(%error, "cannot hear other servers; trying again"),
            }
            sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }
}

async fn listen(connect: &PgConnectOptions) -> Result<PgListener, sqlx::Error> {
    // A pool of its own: this connection is never given back.
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(PATIENCE).connect_lazy_with(connect.clone());
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
