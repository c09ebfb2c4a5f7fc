//! The streams of `ExecutionService`.

mod many;
mod single;
mod token;

use gennaker_core::execution::{EventRecord, Execution, ExecutionId, ExecutionStatus};
use gennaker_proto::v1;

use crate::convert::execution::Viewer;
use crate::{App, AppError, convert};

/// How many events are read from the log at once.
const PAGE: usize = 512;

/// An execution as a client has it, and what the client must know of it besides.
pub(crate) struct Followed {
    execution: Option<Execution>,
    viewer: Viewer,
    pinned: Vec<String>,
}

impl Followed {
    /// Of an execution that the client has as it is here; of none where it has no event yet.
    pub(crate) fn new(execution: Option<Execution>, viewer: Viewer, pinned: Vec<String>) -> Self {
        Self { execution, viewer, pinned }
    }

    /// The last event that the client has.
    pub(crate) fn sequence(&self) -> u64 {
        self.execution.as_ref().map_or(0, |execution| execution.sequence)
    }

    /// The execution as it stands.
    pub(crate) async fn snapshot(&self, app: &App) -> Result<Option<v1::Execution>, AppError> {
        let Some(execution) = &self.execution else { return Ok(None) };
        let place = app.queue_position(execution).await?;
        let message = convert::execution::full(execution, &self.viewer, place);
        Ok(Some(v1::Execution { pinned_parameters: self.pinned.clone(), ..message }))
    }

    /// The next event as a message; `None` for one that the client has.
    pub(crate) async fn next(
        &mut self,
        app: &App,
        record: &EventRecord,
    ) -> Result<Option<v1::ExecutionEvent>, AppError> {
        if record.sequence <= self.sequence() {
            return Ok(None);
        }
        if self.execution.is_none() {
            self.execution = Execution::replay([record]);
        }
        let Some(execution) = &mut self.execution else { return Ok(None) };
        let mut event = convert::execution_event::step(execution, record, &self.viewer, 0);
        if let Some(changed) = &mut event.changed {
            changed.pinned_parameters.clone_from(&self.pinned);
            if execution.status == ExecutionStatus::Queued {
                changed.queue_position = app.queue_position(execution).await?;
            }
        }
        Ok(Some(event))
    }

    /// Whether the execution has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.execution.as_ref().is_some_and(|execution| execution.status.is_final())
    }
}

impl App {
    /// An execution as it was after an event; `None` after none of them.
    ///
    /// # Errors
    /// [`AppError::OutOfRange`] where the events up to it are not all there.
    pub(crate) async fn state_at(&self, id: ExecutionId, sequence: u64) -> Result<Option<Execution>, AppError> {
        let mut followed: Option<Execution> = None;
        while followed.as_ref().map_or(0, |execution| execution.sequence) < sequence {
            let after = followed.as_ref().map_or(0, |execution| execution.sequence);
            let page = self.inner.ports.store.events(id, after, PAGE).await?;
            let Some(first) = page.first() else {
                return Err(AppError::OutOfRange {
                    message: format!("execution {id} has only {after} events; watch it after one of them"),
                    oldest: after,
                });
            };
            if first.sequence != after + 1 {
                return Err(AppError::OutOfRange {
                    message: format!("the events of execution {id} before {} are gone", first.sequence),
                    oldest: first.sequence - 1,
                });
            }
            for record in page.iter().filter(|record| record.sequence <= sequence) {
                match &mut followed {
                    Some(execution) => execution.apply(record),
                    None => followed = Execution::replay([record]),
                }
            }
            if followed.is_none() {
                return Err(AppError::Internal { message: format!("the events of execution {id} have no beginning") });
            }
        }
        Ok(followed)
    }
}
