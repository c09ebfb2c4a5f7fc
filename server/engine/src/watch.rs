//! Following one execution.
//!
//! Subscribe first, then read the log, then drop what was already passed on: no event is missed and none comes twice.
//! Whoever falls behind the ring of latest commits reads the log again; the memory of a watch does not grow.

use std::sync::Arc;
use std::time::Duration;

use gennaker_core::execution::{Event, EventRecord, ExecutionId};
use gennaker_ports::Store;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::WatchError;
use crate::hub::{Events, Hub, Live};
use crate::permit::Permit;

/// How many events are read from the log at once.
const PAGE: usize = 256;

/// Follows an execution until it has ended.
pub struct Watch {
    store: Arc<dyn Store>,
    hub: Arc<Hub>,
    live: broadcast::Receiver<Live<Events>>,
    execution: ExecutionId,
    sequence: u64,
    from_log: bool,
    ended: Option<bool>,
    heartbeat: Duration,
    _permit: Permit,
}

/// What a watch gives.
#[derive(Clone, Debug, PartialEq)]
pub enum WatchItem {
    /// The next events, dense and in order.
    Events(Arc<[EventRecord]>),
    /// Nothing has happened for a while.
    Heartbeat {
        /// The last event's sequence.
        sequence: u64,
    },
}

impl Watch {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        execution: ExecutionId,
        after: u64,
        heartbeat: Duration,
        permit: Permit,
    ) -> Self {
        let live = hub.subscribe(execution);
        let (sequence, from_log) = (after, true);
        Self { store, hub, live, execution, sequence, from_log, ended: None, heartbeat, _permit: permit }
    }

    /// Spares it the log: since it was opened, the caller has read it to its end, which was this event, and after which the
    /// execution had ended or not.
    pub fn has_read(&mut self, sequence: u64, has_ended: bool) {
        self.sequence = sequence;
        self.ended = Some(has_ended);
        self.from_log = false;
        self.hub.has_read(self.execution, sequence);
    }

    /// The next events; `None` after those of an execution that has ended. Cancel-safe.
    pub async fn next(&mut self) -> Option<Result<WatchItem, WatchError>> {
        loop {
            if self.from_log {
                match self.read_log().await {
                    Ok(Some(events)) => return Some(Ok(WatchItem::Events(events))),
                    Ok(None) => {}
                    Err(error) => return Some(Err(error)),
                }
            }
            if self.ended == Some(true) {
                return None;
            }
            match tokio::time::timeout(self.heartbeat, self.live.recv()).await {
                Ok(Ok(Live::Next(events))) => {
                    if let Some(events) = self.take(events) {
                        return Some(Ok(WatchItem::Events(events)));
                    }
                }
                Ok(Ok(Live::Gap) | Err(RecvError::Lagged(_))) => self.from_log = true,
                Ok(Err(RecvError::Closed)) => return Some(Err(WatchError::Stopping)),
                Err(_) => return Some(Ok(WatchItem::Heartbeat { sequence: self.sequence })),
            }
        }
    }

    /// The next page of the log; `None` once it is read to its end, where the ring takes over.
    async fn read_log(&mut self) -> Result<Option<Events>, WatchError> {
        let page = self.store.events(self.execution, self.sequence, PAGE).await?;
        if let Some(last) = page.last() {
            self.sequence = last.sequence;
            self.ended = has_ended(&page, self.ended);
            return Ok(Some(page.into()));
        }
        if self.ended.is_none() {
            let row = self.store.execution(self.execution).await?;
            self.ended = Some(row.is_none_or(|row| row.status.is_final() && row.sequence <= self.sequence));
        }
        self.hub.has_read(self.execution, self.sequence);
        self.from_log = false;
        Ok(None)
    }

    /// What is new of the events of a commit. Where some before them are missing, the log is read.
    fn take(&mut self, events: Events) -> Option<Events> {
        let (first, last) = (events.first()?, events.last()?);
        if first.sequence > self.sequence + 1 {
            self.from_log = true;
            return None;
        }
        if last.sequence <= self.sequence {
            return None;
        }
        let known = usize::try_from(self.sequence + 1 - first.sequence).unwrap_or(usize::MAX);
        self.sequence = last.sequence;
        self.ended = has_ended(&events, self.ended);
        Some(if known == 0 { events } else { events[known..].into() })
    }
}

/// Whether the execution has ended after events, as far as they tell. Errands go on after the end.
fn has_ended(events: &[EventRecord], before: Option<bool>) -> Option<bool> {
    let told = events.iter().rev().find(|record| record.event.errand().is_none());
    told.map(|record| matches!(record.event, Event::Finished { .. })).or(before)
}
