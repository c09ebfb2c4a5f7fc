//! Moving the graph as far as it goes.

use std::time::Duration;

use super::Machine;
use crate::execution::{
    Event, ExecutionStatus, FailurePolicy, Hold, Origin, Phase, Stage, StageId, StageStatus, SyntheticPosition,
};
use crate::schedule::Jitter;

/// Whether a stage has moved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Moved,
    Waits,
}

impl Machine<'_> {
    /// Moves the stages in rounds until nothing moves. A queued, paused or ended execution does not move. Each round
    /// first lets the stages that run go on, so that nothing is started that they have decided against.
    /// Only what stages that run have come to can decide the execution or let others start: most steps end there, however
    /// many stages there are.
    pub(super) fn advance(&mut self) {
        let mut followed = 0;
        while self.execution.status == ExecutionStatus::Running {
            let before = self.events.len();
            self.drive_running();
            let concerns_others = self.events[followed..].iter().any(|record| concerns_others(&record.event));
            followed = self.events.len();
            if concerns_others && !self.finish_if_decided() {
                self.start_ready();
            }
            if self.events.len() == before {
                break;
            }
        }
    }

    fn drive_running(&mut self) {
        let mut next = self.execution.running_from(0);
        while let Some(place) = next {
            while self.drive(place) == Progress::Moved {}
            next = self.execution.running_from(place + 1);
        }
    }

    /// Starts the stages that may start, up to one that fails at once: what it halts must not start.
    fn start_ready(&mut self) {
        let mut place = 0;
        while place < self.execution.stages.len() {
            if self.is_ready(&self.execution.stages[place]) {
                self.start(place);
                if self.execution.stages[place].status.halts() {
                    return;
                }
            }
            place += 1;
        }
    }

    fn is_ready(&self, stage: &Stage) -> bool {
        stage.status == StageStatus::NotStarted && self.is_called(stage) && self.has_what_it_needs(stage)
    }

    /// Whether the parent is where the synthetic stage belongs.
    fn is_called(&self, stage: &Stage) -> bool {
        let (Some(parent), Some(position)) = (&stage.parent, stage.position) else { return true };
        let phase = match position {
            SyntheticPosition::Before => Phase::Before,
            SyntheticPosition::After => Phase::After,
            SyntheticPosition::OnFailure => Phase::Cleanup,
        };
        self.execution.stage(parent).is_some_and(|p| p.status == StageStatus::Running && p.phase == phase)
    }

    fn has_what_it_needs(&self, stage: &Stage) -> bool {
        let passed = |id: &StageId| self.execution.stage(id).is_some_and(|stage| stage.status.lets_pass());
        stage.definition.depends_on.iter().all(passed)
    }

    fn start(&mut self, place: usize) {
        let stage = &self.execution.stages[place];
        let id = stage.id().clone();
        if stage.skipped.is_some() {
            self.emit(Event::StageFinished { stage: id, status: StageStatus::Skipped });
            return;
        }
        if let Err(reason) = self.check_condition(place) {
            self.emit(Event::ConditionFailed { stage: id.clone(), reason });
            self.emit(Event::StageFinished { stage: id, status: StageStatus::Skipped });
            return;
        }
        let hold = self.hold(&self.execution.stages[place]);
        self.emit(Event::StageStarted { stage: id, hold });
        while self.drive(place) == Progress::Moved {}
    }

    /// The wait for the stage's window and its jitter.
    pub(super) fn hold(&self, stage: &Stage) -> Option<Hold> {
        let window = stage.definition.window.as_ref()?;
        let opens = window.opens_at(self.now());
        let manual = matches!(self.execution.start.cause.origin, Origin::Manual);
        let jitter = window.jitter.filter(|jitter| !(manual && jitter.skip_manual));
        let until = opens + jitter.map_or(Duration::ZERO, |jitter| self.delay(jitter));
        let reason = if opens > self.now() { "its execution window to open" } else { "the random delay of its window" };
        (until > self.now()).then(|| Hold { until, reason: reason.to_owned() })
    }

    /// A random wait between the bounds, another one for each stage.
    fn delay(&self, jitter: Jitter) -> Duration {
        let spread = u64::try_from(jitter.max.saturating_sub(jitter.min).as_millis()).unwrap_or(u64::MAX);
        let random = self.context.random ^ self.execution.sequence.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        jitter.min.saturating_add(Duration::from_millis(random % spread.saturating_add(1)))
    }

    /// Ends the execution where its top-level stages have decided how.
    fn finish_if_decided(&mut self) -> bool {
        let any = |status| self.execution.top_level().any(|stage| stage.status == status);
        let status = if self.execution.top_level().all(|stage| stage.status.lets_pass()) {
            ExecutionStatus::Succeeded
        } else if any(StageStatus::Terminal) {
            ExecutionStatus::Terminal
        } else if any(StageStatus::Canceled) {
            ExecutionStatus::Canceled
        } else if any(StageStatus::Stopped) && !any(StageStatus::Running) && !self.can_start() {
            let fails = |stage: &Stage| {
                stage.status == StageStatus::Stopped && stage.definition.on_failure == FailurePolicy::HaltBranchThenFail
            };
            if self.execution.top_level().any(fails) { ExecutionStatus::Terminal } else { ExecutionStatus::Succeeded }
        } else {
            return false;
        };
        self.cancel_running();
        self.finish(status);
        true
    }

    fn can_start(&self) -> bool {
        self.execution.top_level().any(|stage| self.is_ready(stage))
    }

    pub(super) fn finish(&mut self, status: ExecutionStatus) {
        let failure = match status {
            ExecutionStatus::Terminal => self.failure(),
            _ => None,
        };
        self.emit(Event::Finished { status, failure });
        self.tell_parent_of_end();
    }

    /// The failures of the stages that halted it.
    fn failure(&self) -> Option<String> {
        let failures: Vec<String> = self
            .execution
            .top_level()
            .filter(|stage| matches!(stage.status, StageStatus::Terminal | StageStatus::Stopped))
            .filter_map(|s| s.failure.as_ref().map(|f| format!("stage {:?}: {}", s.definition.name, f.message)))
            .collect();
        (!failures.is_empty()).then(|| failures.join("; "))
    }
}

/// Whether an event may decide the execution, or let stages start that have not started.
fn concerns_others(event: &Event) -> bool {
    match event {
        Event::Created { .. }
        | Event::Started
        | Event::Resumed { .. }
        | Event::Retried { .. }
        | Event::StageFinished { .. }
        | Event::StageSkipped { .. } => true,
        Event::StagePlanned { before: stages, .. }
        | Event::StageContinued { after: stages, .. }
        | Event::StageFailing { cleanup: stages, .. } => !stages.is_empty(),
        Event::Paused { .. }
        | Event::CancelRequested { .. }
        | Event::Finished { .. }
        | Event::StageStarted { .. }
        | Event::StageReleased { .. }
        | Event::TaskStarted { .. }
        | Event::TaskProgressed { .. }
        | Event::TaskDeferred { .. }
        | Event::TaskFinished { .. }
        | Event::Judged { .. }
        | Event::ChildFinished { .. }
        | Event::ConditionFailed { .. }
        | Event::ErrandAdded { .. }
        | Event::ErrandDeferred { .. }
        | Event::ErrandRetried { .. }
        | Event::ErrandFinished { .. } => false,
    }
}
