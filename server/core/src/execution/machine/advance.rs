//! Moving the graph as far as it goes.

use std::collections::HashSet;

use super::{Machine, Outgoing};
use crate::execution::command::Object;
use crate::execution::{
    Command, Event, ExecutionStatus, FailurePolicy, Hold, Origin, Phase, Stage, StageId, StageStatus, SyntheticPosition,
};

/// What stages may do in one pass.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Moved,
    Waits,
}

impl Machine<'_> {
    /// Passes over the stages until nothing moves. A queued, paused or ended execution does not move.
    pub(super) fn advance(&mut self) {
        while self.execution.status == ExecutionStatus::Running {
            let before = self.events.len();
            if !self.finish_if_decided() {
                self.pass();
            }
            if self.events.len() == before {
                break;
            }
        }
    }

    fn pass(&mut self) {
        let passed: HashSet<StageId> =
            self.execution.stages.iter().filter(|s| s.status.lets_pass()).map(|s| s.id().clone()).collect();
        let mut place = 0;
        while place < self.execution.stages.len() {
            match self.execution.stages[place].status {
                StageStatus::NotStarted if self.is_ready(&self.execution.stages[place], &passed) => self.start(place),
                StageStatus::Running => while self.drive(place) == Progress::Moved {},
                StageStatus::NotStarted
                | StageStatus::Succeeded
                | StageStatus::FailedContinue
                | StageStatus::Terminal
                | StageStatus::Canceled
                | StageStatus::Stopped
                | StageStatus::Skipped => {}
            }
            place += 1;
        }
    }

    fn is_ready(&self, stage: &Stage, passed: &HashSet<StageId>) -> bool {
        let called = match (&stage.parent, stage.position) {
            (Some(parent), Some(position)) => self.execution.stage(parent).is_some_and(|parent| {
                let phase = match position {
                    SyntheticPosition::Before => Phase::Before,
                    SyntheticPosition::After => Phase::After,
                    SyntheticPosition::OnFailure => Phase::Cleanup,
                };
                parent.status == StageStatus::Running && parent.phase == phase
            }),
            _ => true,
        };
        called && stage.definition.depends_on.iter().all(|id| passed.contains(id))
    }

    fn start(&mut self, place: usize) {
        let stage = &self.execution.stages[place];
        let id = stage.id().clone();
        let hold = self.hold(stage);
        self.emit(Event::StageStarted { stage: id, hold });
        while self.drive(place) == Progress::Moved {}
    }

    /// The wait for the stage's window and its jitter.
    fn hold(&self, stage: &Stage) -> Option<Hold> {
        let window = stage.definition.window.as_ref()?;
        let opens = window.opens_at(self.now());
        let manual = matches!(self.execution.start.cause.origin, Origin::Manual);
        let jitter = window.jitter.filter(|jitter| !(manual && jitter.skip_manual));
        let until = match jitter {
            Some(jitter) => {
                let spread = u64::try_from(jitter.max.saturating_sub(jitter.min).as_millis()).unwrap_or(u64::MAX);
                let extra = self.context.random % spread.saturating_add(1);
                opens + jitter.min + std::time::Duration::from_millis(extra)
            }
            None => opens,
        };
        let reason = if opens > self.now() { "its execution window is closed" } else { "random delay of its window" };
        (until > self.now()).then(|| Hold { until, reason: reason.to_owned() })
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
                stage.status == StageStatus::Stopped
                    && stage.definition.on_failure == FailurePolicy::HaltBranchThenFail
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
        let passed = |id: &StageId| self.execution.stage(id).is_some_and(|stage| stage.status.lets_pass());
        self.execution
            .top_level()
            .any(|s| s.status == StageStatus::NotStarted && s.definition.depends_on.iter().all(passed))
    }

    pub(super) fn finish(&mut self, status: ExecutionStatus) {
        let failure = match status {
            ExecutionStatus::Terminal => self.failure(),
            _ => None,
        };
        self.emit(Event::Finished { status, failure });
        self.tell_parent();
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

    fn tell_parent(&mut self) {
        let Origin::Parent(parent) = &self.execution.start.cause.origin else { return };
        let stages: Object = self
            .execution
            .top_level()
            .filter(|stage| !stage.outputs.is_empty())
            .map(|stage| (stage.id().to_string(), stage.outputs.clone().into()))
            .collect();
        let command = Command::ChildFinished {
            stage: parent.stage.clone(),
            child: self.execution.id(),
            status: self.execution.status,
            outputs: [("stages".to_owned(), stages.into())].into_iter().collect(),
            failure: self.execution.failure.clone(),
        };
        self.outgoing.push(Outgoing { execution: parent.execution, command });
    }
}
