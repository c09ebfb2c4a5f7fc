//! Telling others.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, query};
use tokio::time::{sleep, timeout};

use super::super::error::timed_out;
use super::message::{self, CHANNEL};
use super::{BACKOFF, Outbox};

/// The least time between two messages: what comes up within it is told together.
const PACE: Duration = Duration::from_millis(4);

/// How long sending may take. A connection that was cut without a word would be waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Sends what is in the outbox.
pub(super) struct Notifier {
    connect: PgConnectOptions,
    outbox: Arc<Outbox>,
    connection: Option<PgConnection>,
}

impl Notifier {
    pub(super) fn new(connect: PgConnectOptions, outbox: Arc<Outbox>) -> Self {
        // A signal need not survive a crash, which nobody listens through.
        let connect = connect.options([("synchronous_commit", "off")]);
        Self { connect, outbox, connection: None }
    }

    pub(super) async fn run(mut self) {
        loop {
            self.outbox.wake.notified().await;
            let pending = self.outbox.take();
            // While there is nobody, somebody who comes finds everything in the tables.
            if !self.outbox.is_alone() {
                self.send(message::payloads(&self.outbox.origin, &pending)).await;
            }
            for asking in pending.asking {
                // Whoever asked may have stopped waiting.
                let _ = asking.send(());
            }
            sleep(PACE).await;
        }
    }

    /// Sends until it is sent.
    async fn send(&mut self, payloads: Vec<String>) {
        if payloads.is_empty() {
            return;
        }
        let (mut pause, longest) = BACKOFF;
        loop {
            let sent = timeout(PATIENCE, self.try_send(&payloads)).await;
            let Err(error) = sent.unwrap_or_else(|_| Err(timed_out())) else { return };
            tracing::debug!(%error, "cannot tell other servers; trying again");
            self.connection = None;
            sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    async fn try_send(&mut self, payloads: &[String]) -> Result<(), sqlx::Error> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            None => self.connection.insert(self.connect.connect().await?),
        };
        let sql = "SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload";
        query(sql).bind(CHANNEL).bind(payloads).execute(connection).await?;
        Ok(())
    }
}
