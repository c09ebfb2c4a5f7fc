//! The streams of `ExecutionService`.

mod many;
mod rendering;
mod shared;
mod single;
mod token;

use std::sync::Arc;

use bytes::Bytes;
use gennaker_core::execution::{EventRecord, Execution, ExecutionId};
use gennaker_ports::store::ExecutionSummary;
use gennaker_proto::v1::{self, ExecutionStatus};

use crate::convert::execution::Viewer;
use crate::{App, AppError, convert};
use rendering::{AboutExecution, Rendering, Shown};
use shared::Shared;

pub(crate) use shared::Watched;

/// How many events are read from the log at once.
const PAGE: usize = 2000;
/// How far what is shared may be behind the log to be brought forward event by event: as many messages are kept.
const NEAR: u64 = shared::KEPT as u64;

/// An execution as one client follows it.
pub(crate) struct Followed {
    shared: Arc<Shared>,
    viewer: Arc<Viewer>,
    /// The last event that the client has.
    sequence: u64,
    /// Whether messages are kept until this one has them.
    is_counted: bool,
    /// The execution as the client has it, where it is too far behind for the messages that are kept.
    own: Option<Execution>,
}

/// An execution as it stands, for a client that does not have it.
struct Snapshot {
    /// The execution's resource name.
    name: String,
    /// An encoded [`v1::Execution`].
    bytes: Bytes,
    has_ended: bool,
}

impl Followed {
    /// Of an execution that the client has the events of up to a sequence, to which it has been brought.
    fn after(sequence: u64, shared: Arc<Shared>, viewer: Arc<Viewer>) -> Self {
        shared.join(sequence);
        Self { shared, viewer, sequence, is_counted: true, own: None }
    }

    /// Of an execution that the client gets as it stands. `None` where it has no event yet.
    fn as_it_stands(shared: Arc<Shared>, viewer: Arc<Viewer>) -> Option<(Self, Shown)> {
        let (sequence, shown) = shared.snapshot(&viewer)?;
        Some((Self { shared, viewer, sequence, is_counted: true, own: None }, shown))
    }

    /// The last event that the client has.
    fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Whether the execution, as far as the client has it, has ended and nothing that it has set off is left to do.
    fn is_settled(&self) -> bool {
        self.own.as_ref().map_or_else(|| self.shared.is_settled(), Execution::is_settled)
    }

    /// The execution's resource name.
    fn name(&self) -> &str {
        &self.shared.name
    }

    /// The next event as an encoded [`v1::ExecutionEvent`]; `None` for one that the client has, or of an execution that is no
    /// longer kept.
    async fn next(&mut self, app: &App, record: &EventRecord) -> Result<Option<Bytes>, AppError> {
        if record.sequence <= self.sequence {
            return Ok(None);
        }
        let shown = match self.shared.event(record, &self.viewer, self.is_counted) {
            Some(shown) => {
                (self.is_counted, self.own) = (true, None);
                shown
            }
            None => {
                self.is_counted = false;
                let Some(shown) = self.fold(app, record).await? else { return Ok(None) };
                shown
            }
        };
        // Without waiting in between: it is counted at this place.
        self.sequence = record.sequence;
        app.in_queue::<v1::ExecutionEvent>(&self.shared, shown).await.map(Some)
    }

    /// The message of an event that what is shared has left behind.
    async fn fold(&mut self, app: &App, record: &EventRecord) -> Result<Option<Shown>, AppError> {
        let before = record.sequence - 1;
        let own = self.own.take().filter(|own| own.sequence == before);
        let own = match own {
            None if before > 0 => app.state_at(self.shared.id, before).await?,
            own => own,
        };
        let Some(mut own) = own.or_else(|| Execution::replay([record])) else { return Ok(None) };
        let mut event = convert::execution_event::step(&mut own, record, &Viewer::EVERYBODY, 0);
        if let Some(changed) = &mut event.changed {
            changed.pinned_parameters = self.shared.pinned();
        }
        self.own = Some(own);
        Ok(Some(Rendering::new(event).shown_to(&self.viewer)))
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        if self.is_counted {
            self.shared.leave(self.sequence);
        }
    }
}

impl App {
    /// Takes an execution up for a client that has its events up to a sequence.
    ///
    /// # Errors
    /// [`AppError::OutOfRange`] where it has fewer events.
    async fn follow_after(
        &self,
        row: &ExecutionSummary,
        sequence: u64,
        viewer: Arc<Viewer>,
    ) -> Result<Followed, AppError> {
        if sequence > row.sequence {
            let oldest = row.sequence;
            let message = format!("execution {} has only {oldest} events; watch it after one of them", row.id);
            return Err(AppError::OutOfRange { message, oldest });
        }
        let shared = self.share(row.id, &row.application, row.pipeline.as_deref(), sequence, &[]).await?;
        Ok(Followed::after(sequence, shared, viewer))
    }

    /// Takes an execution up for a client that gets it as it stands.
    async fn follow_from_now(
        &self,
        row: &ExecutionSummary,
        viewer: Arc<Viewer>,
    ) -> Result<(Followed, Snapshot), AppError> {
        let shared = self.share(row.id, &row.application, row.pipeline.as_deref(), row.sequence, &[]).await?;
        self.show_all(shared, viewer).await
    }

    async fn show_all(&self, shared: Arc<Shared>, viewer: Arc<Viewer>) -> Result<(Followed, Snapshot), AppError> {
        let name = shared.name.clone();
        let shown = Followed::as_it_stands(shared, viewer);
        let (followed, shown) = shown.ok_or_else(|| AppError::not_found("execution", &name))?;
        let has_ended = match shown.status {
            ExecutionStatus::Unspecified
            | ExecutionStatus::Queued
            | ExecutionStatus::Running
            | ExecutionStatus::Paused => false,
            ExecutionStatus::Succeeded | ExecutionStatus::Terminal | ExecutionStatus::Canceled => true,
        };
        let bytes = self.in_queue::<v1::Execution>(&followed.shared, shown).await?;
        Ok((followed, Snapshot { name, bytes, has_ended }))
    }

    /// What all watchers of an execution share, not behind a sequence. `events` may save reading them.
    async fn share(
        &self,
        id: ExecutionId,
        application: &str,
        pipeline: Option<&str>,
        sequence: u64,
        events: &[EventRecord],
    ) -> Result<Arc<Shared>, AppError> {
        let pinned = self.pinned(pipeline).await?;
        let shared = self.inner.watched.share(id, application, pipeline);
        shared.pin(pinned);
        shared.advance(events);
        let behind = sequence.saturating_sub(shared.sequence());
        if behind > NEAR || (behind > 0 && !shared.is_followed()) {
            let state = self.state_at(id, sequence).await?;
            shared.begin(state.ok_or_else(|| AppError::not_found("execution", &shared.name))?);
        } else if behind > 0 {
            shared.advance(&self.inner.ports.store.events(id, shared.sequence(), PAGE).await?);
        }
        Ok(shared)
    }

    /// An execution as it was after an event; `None` where it is no longer kept.
    async fn state_at(&self, id: ExecutionId, sequence: u64) -> Result<Option<Execution>, AppError> {
        let mut state: Option<Execution> = None;
        loop {
            let after = state.as_ref().map_or(0, |state| state.sequence);
            if after >= sequence {
                return Ok(state);
            }
            let page = self.inner.ports.store.events(id, after, PAGE).await?;
            let Some(first) = page.first() else { return Ok(None) };
            if first.sequence != after + 1 {
                let message = format!("the log of execution {id} has a gap after sequence {after}");
                return Err(AppError::Internal { message });
            }
            let records = page.iter().take_while(|record| record.sequence <= sequence);
            match &mut state {
                Some(state) => records.for_each(|record| state.apply(record)),
                None => state = Execution::replay(records),
            }
            if state.is_none() {
                return Err(AppError::Internal { message: format!("the log of execution {id} has no beginning") });
            }
        }
    }

    /// A message with the place in the queue where the execution has one.
    async fn in_queue<M: AboutExecution>(&self, shared: &Shared, shown: Shown) -> Result<Bytes, AppError> {
        let Some(pipeline) = shared.pipeline.as_ref().filter(|_| shown.status == ExecutionStatus::Queued) else {
            return Ok(shown.bytes);
        };
        let place = self.place_in_queue(pipeline, shared.id).await?;
        Ok(rendering::change::<M>(&shown.bytes, |execution| execution.queue_position = place))
    }
}
