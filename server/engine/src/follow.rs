//! Feeds watchers with what other replicas commit.
//!
//! The store signals which executions went on elsewhere. For each that is watched here its new events are read once and
//! passed on to all its watchers. Where somebody watches all executions, the log is read instead, in the lanes in which only
//! others write. Signals that were lost are made up for by a slow poll, as long as somebody watches.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use gennaker_core::execution::ExecutionId;
use gennaker_ports::store::{Cursor, Lane, Signal};
use gennaker_ports::{Store, StoreError};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::MissedTickBehavior;

use crate::hub::Hub;
use crate::ownership::Ownership;

/// How many events, or steps, are read at once.
const PAGE: usize = 256;

/// Follows the log of others while it runs.
pub(crate) struct Follower {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    ownership: Arc<Ownership>,
    signals: broadcast::Receiver<Signal>,
    /// How far the lanes of others have been passed on to those who watch everything; `None` where somebody may have
    /// missed something.
    place: Option<(Vec<Lane>, Cursor)>,
}

/// What has to be looked at.
#[derive(Default)]
struct News {
    executions: BTreeSet<ExecutionId>,
    anything: bool,
}

impl Follower {
    pub(crate) fn new(store: Arc<dyn Store>, hub: Arc<Hub>, ownership: Arc<Ownership>) -> Self {
        let signals = store.signals();
        Self { store, hub, ownership, signals, place: None }
    }

    /// Runs until it is dropped.
    pub(crate) async fn run(mut self, poll: Duration) {
        let mut poll = tokio::time::interval(poll);
        poll.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut news = News::default();
        loop {
            tokio::select! {
                signal = self.signals.recv() => match signal {
                    Ok(signal) => news.add(&signal),
                    Err(RecvError::Lagged(_)) => news.anything = true,
                    Err(RecvError::Closed) => return,
                },
                _ = poll.tick() => news.anything |= !self.ownership.owns_all(),
            }
            loop {
                match self.signals.try_recv() {
                    Ok(signal) => news.add(&signal),
                    Err(TryRecvError::Lagged(_)) => news.anything = true,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Closed) => return,
                }
            }
            let passed_on = self.pass_on(&news).await;
            news = News { anything: passed_on.is_err(), ..News::default() };
            if let Err(error) = passed_on {
                tracing::warn!(%error, "could not read what other replicas committed; trying again");
                self.place = None;
            }
        }
    }

    async fn pass_on(&mut self, news: &News) -> Result<(), StoreError> {
        let executions = if news.anything { self.hub.watched() } else { news.executions.iter().copied().collect() };
        for id in executions {
            match self.hub.wanted(id) {
                Some(Some(after)) => self.read_execution(id, after).await?,
                Some(None) => self.hub.gap(id),
                None => {}
            }
        }
        if (news.anything || !news.executions.is_empty()) && self.hub.is_all_watched() {
            self.read_lanes().await?;
        } else if !self.hub.is_all_watched() {
            self.place = None;
        }
        Ok(())
    }

    async fn read_execution(&self, id: ExecutionId, mut after: u64) -> Result<(), StoreError> {
        loop {
            let page = self.store.events(id, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.sequence;
            let is_last = page.len() < PAGE;
            self.hub.publish_events(id, &page.into());
            if is_last {
                return Ok(());
            }
        }
    }

    /// Passes on what is new in the lanes of others. Where it is not known how far they have been passed on, everybody reads
    /// for himself, once.
    async fn read_lanes(&mut self) -> Result<(), StoreError> {
        let lanes = self.ownership.foreign_lanes(&*self.store);
        if lanes.is_empty() {
            return Ok(());
        }
        let Some((_, cursor)) = self.place.as_mut().filter(|(known, _)| *known == lanes) else {
            let cursor = self.store.cursor().await?;
            self.hub.gap_in_all();
            self.place = Some((lanes, cursor));
            return Ok(());
        };
        loop {
            let page = self.store.events_since(cursor, &lanes, PAGE).await?;
            let is_last = page.len() < PAGE;
            for step in page {
                cursor.advance(step.lane, step.position);
                self.hub.publish(step);
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

impl News {
    fn add(&mut self, signal: &Signal) {
        match signal {
            Signal::Committed(ids) => self.executions.extend(ids.iter().copied()),
            Signal::Anything => self.anything = true,
            Signal::Inbox(_) | Signal::Leases => {}
        }
    }
}
