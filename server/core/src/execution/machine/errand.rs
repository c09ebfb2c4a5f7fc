//! Errands: what is set off and not waited for.

use std::time::Duration;

use super::Machine;
use crate::execution::{
    CallOff, EffectKey, Errand, ErrandKind, ErrandOutcome, ErrandSpec, ErrandState, Event, Rejection,
};

/// So many errands an execution has at most; what comes beyond is not done.
pub(super) const MAX_ERRANDS: usize = 1_000;
/// So often an errand is tried: about an hour in all.
const MAX_TRIES: u32 = 12;
/// The pause after the first failed try; it doubles with each.
const FIRST_BACK_OFF: Duration = Duration::from_secs(5);
/// The longest pause between tries.
const LONGEST_BACK_OFF: Duration = Duration::from_secs(10 * 60);

impl Machine<'_> {
    pub(super) fn add_errand(&mut self, spec: ErrandSpec) {
        let count = self.execution.errands.len();
        if count < MAX_ERRANDS {
            let errand = u32::try_from(count + 1).expect("errands are limited");
            self.emit(Event::ErrandAdded { errand, spec });
        }
    }

    /// Calls off what the effect that was started last in a stage had begun.
    pub(super) fn call_off(&mut self, place: usize) {
        let stage = &self.execution.stages[place];
        let Some((task, last)) = stage.last_effect().filter(|_| !stage.provisional) else { return };
        let key = EffectKey {
            execution: self.execution.id(),
            stage: stage.id().clone(),
            stage_attempt: stage.attempt,
            task,
            attempt: last.attempt,
        };
        let Some(planned) = self.context.kinds.call_off(&self.scope(place), &key) else { return };
        let kind = ErrandKind::CallOff(CallOff { kind: stage.definition.kind.clone(), task: key, body: planned.body });
        let spec = ErrandSpec { stage: Some(stage.id().clone()), description: planned.description, kind };
        self.add_errand(spec);
    }

    /// Tries errands again whose time has come, whatever the execution does.
    pub(super) fn drive_errands(&mut self) {
        let due = |errand: &&Errand| errand.resumes.is_some_and(|time| time <= self.now());
        let due: Vec<(u32, u32)> =
            self.execution.errands.iter().filter(due).map(|errand| (errand.id, errand.attempt + 1)).collect();
        for (errand, attempt) in due {
            self.emit(Event::ErrandRetried { errand, attempt });
        }
    }

    pub(super) fn errand_outcome(&mut self, id: u32, attempt: u32, outcome: &ErrandOutcome) -> Result<(), Rejection> {
        let is_current = |errand: &&Errand| errand.id == id && errand.attempt == attempt;
        if !self.execution.outstanding_errands().any(|errand| is_current(&errand)) {
            return Err(Rejection::Stale);
        }
        self.emit(match outcome {
            ErrandOutcome::Done { message } => {
                Event::ErrandFinished { errand: id, state: ErrandState::Done, message: message.clone() }
            }
            ErrandOutcome::Failed { message, retryable: true } if attempt < MAX_TRIES => {
                let back_off = FIRST_BACK_OFF.saturating_mul(1 << (attempt - 1).min(16)).min(LONGEST_BACK_OFF);
                Event::ErrandDeferred { errand: id, until: self.now() + back_off, message: message.clone() }
            }
            ErrandOutcome::Failed { message, .. } => {
                Event::ErrandFinished { errand: id, state: ErrandState::Failed, message: message.clone() }
            }
        });
        Ok(())
    }
}
