//! Pausing and resuming.

use super::Machine;
use crate::execution::{Event, ExecutionStatus, Rejection};

impl Machine<'_> {
    pub(super) fn pause(&mut self, actor: &str) -> Result<(), Rejection> {
        self.must_not_have_ended()?;
        if self.execution.status != ExecutionStatus::Running {
            return Err(self.wrong_status("only a running execution can be paused"));
        }
        self.emit(Event::Paused { actor: actor.to_owned() });
        Ok(())
    }

    pub(super) fn resume(&mut self, actor: &str) -> Result<(), Rejection> {
        self.must_not_have_ended()?;
        if self.execution.status != ExecutionStatus::Paused {
            return Err(self.wrong_status("only a paused execution can be resumed"));
        }
        self.emit(Event::Resumed { actor: actor.to_owned() });
        Ok(())
    }
}
