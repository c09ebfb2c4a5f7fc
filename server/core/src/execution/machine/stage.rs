//! Driving one running stage through its phases.

use super::Machine;
use super::advance::Progress;
use super::cancel::CANCELED;
use crate::execution::readable::Readable;
use crate::execution::{
    Event, Failure, FailurePolicy, Hold, MAX_LOOK_UPS, Phase, Plan, Stage, StageId, StageStatus, SyntheticPosition,
    SyntheticStage,
};
use crate::schedule::Window;

impl Machine<'_> {
    /// Does the next thing for the stage at a place if it runs; its own children are driven by the round.
    pub(super) fn drive(&mut self, place: usize) -> Progress {
        let stage = &self.execution.stages[place];
        if stage.status != StageStatus::Running {
            return Progress::Waits;
        }
        if stage.timeout_at().is_some_and(|deadline| deadline <= self.now()) {
            return self.time_out(place);
        }
        match stage.phase {
            Phase::Holding => self.drive_hold(place),
            Phase::Before => match self.children(place, SyntheticPosition::Before) {
                Children::Passed => self.drive_tasks(place),
                Children::Halted(failure) => self.fail(place, failure),
                Children::Busy => Progress::Waits,
            },
            Phase::Tasks => self.drive_tasks(place),
            Phase::After => match self.children(place, SyntheticPosition::After) {
                Children::Passed => self.end(place, StageStatus::Succeeded),
                Children::Halted(failure) => self.fail(place, failure),
                Children::Busy => Progress::Waits,
            },
            Phase::Cleanup => match self.children(place, SyntheticPosition::OnFailure) {
                Children::Passed | Children::Halted(_) => {
                    let status = self.execution.stages[place].failing_as.unwrap_or(StageStatus::Terminal);
                    self.end(place, status)
                }
                Children::Busy => Progress::Waits,
            },
        }
    }

    fn drive_hold(&mut self, place: usize) -> Progress {
        let stage = &self.execution.stages[place];
        let id = stage.id().clone();
        match &stage.hold {
            Some(hold) if hold.until > self.now() => Progress::Waits,
            Some(hold) if self.missed_window(stage, hold) => {
                let hold = self.hold(stage);
                self.emit(Event::StageStarted { stage: id, hold });
                Progress::Moved
            }
            Some(_) => {
                self.emit(Event::StageReleased { stage: id, actor: None });
                Progress::Moved
            }
            None => self.plan(place, id),
        }
    }

    /// Whether the window would have been open when the wait ended, and is closed now that the stage can go on. A random
    /// delay that goes beyond the window does not count.
    fn missed_window(&self, stage: &Stage, hold: &Hold) -> bool {
        let opens_late =
            |window: &Window| window.opens_at(hold.until) <= hold.until && window.opens_at(self.now()) > self.now();
        stage.definition.window.as_ref().is_some_and(opens_late)
    }

    fn plan(&mut self, place: usize, id: StageId) -> Progress {
        match self.context.kinds.plan(&self.scope(place)) {
            Ok(plan) if plan.provisional && self.execution.stages[place].look_ups >= MAX_LOOK_UPS => {
                let message = format!("the stage looked things up {MAX_LOOK_UPS} times and still needs more");
                self.fail(place, Failure::permanent(message))
            }
            Ok(Plan { inputs, before, tasks, provisional }) => {
                let stage = &self.execution.stages[place];
                let timeout = || stage.definition.timeout.map(|timeout| self.now() + timeout);
                let deadline = stage.deadline.or_else(timeout);
                self.emit(Event::StagePlanned { stage: id, inputs, tasks, before, deadline, provisional });
                Progress::Moved
            }
            Err(failure) => self.fail(place, failure),
        }
    }

    /// The tasks have succeeded: what follows?
    pub(super) fn continue_after_tasks(&mut self, place: usize) -> Progress {
        if self.execution.stages[place].provisional {
            let id = self.execution.stages[place].id().clone();
            return self.plan(place, id);
        }
        match self.context.kinds.plan_after(&self.scope(place)) {
            Ok(after) => {
                let stage = self.execution.stages[place].id().clone();
                self.emit(Event::StageContinued { stage, after });
                Progress::Moved
            }
            Err(failure) => self.fail(place, failure),
        }
    }

    fn end(&mut self, place: usize, status: StageStatus) -> Progress {
        let stage = self.execution.stages[place].id().clone();
        self.emit(Event::StageFinished { stage, status });
        Progress::Moved
    }

    /// Ends a stage as failed, after its clean-up.
    pub(super) fn fail(&mut self, place: usize, failure: Failure) -> Progress {
        let status = failure_status(&self.execution.stages[place]);
        self.fail_as(place, status, failure)
    }

    pub(super) fn fail_as(&mut self, place: usize, status: StageStatus, mut failure: Failure) -> Progress {
        let stage = self.execution.stages[place].id().clone();
        self.cancel_awaited_child(place, "failed");
        self.call_off(place);
        self.cancel_children(&stage, CANCELED);
        let cleanup = match self.context.kinds.plan_on_failure(&self.scope(place)) {
            Ok(cleanup) => SyntheticStage::sequence(cleanup),
            Err(error) => {
                failure.message = format!("{}; its clean-up could not be planned: {}", failure.message, error.message);
                Vec::new()
            }
        };
        self.emit(Event::StageFailing { stage, status, failure, cleanup });
        Progress::Moved
    }

    fn time_out(&mut self, place: usize) -> Progress {
        let stage = &self.execution.stages[place];
        let succeeds = stage.definition.succeed_on_timeout;
        let id = stage.id().clone();
        let message = format!("ran into its timeout of {}", Readable(stage.definition.timeout.unwrap_or_default()));
        self.cancel_task(place, &message);
        self.cancel_children(&id, &message);
        if succeeds {
            self.call_off(place);
            return self.end(place, StageStatus::Succeeded);
        }
        self.fail(place, Failure::permanent(message))
    }

    fn children(&self, place: usize, position: SyntheticPosition) -> Children {
        let mut result = Children::Passed;
        for child in self.execution.children_at(place).filter(|child| child.position == Some(position)) {
            if child.status.halts() {
                return Children::Halted(child_failure(child));
            }
            if !child.status.is_final() {
                result = Children::Busy;
            }
        }
        result
    }
}

/// How a stage's synthetic children of one position stand.
enum Children {
    Passed,
    Halted(Failure),
    Busy,
}

fn child_failure(child: &Stage) -> Failure {
    let reason = child.failure.as_ref().map_or("it was canceled", |failure| &failure.message);
    Failure::permanent(format!("{}: {reason}", child.definition.name))
}

/// What a stage ends as when it fails.
fn failure_status(stage: &Stage) -> StageStatus {
    match stage.definition.on_failure {
        FailurePolicy::HaltPipeline => StageStatus::Terminal,
        FailurePolicy::HaltBranch | FailurePolicy::HaltBranchThenFail => StageStatus::Stopped,
        FailurePolicy::Ignore => StageStatus::FailedContinue,
    }
}
