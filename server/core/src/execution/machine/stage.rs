//! Driving one running stage through its phases.

use super::advance::Progress;
use super::{Machine, Scope};
use crate::execution::{Event, Failure, FailurePolicy, Phase, Stage, StageId, StageStatus, SyntheticPosition};

impl Machine<'_> {
    /// Does the next thing for the running stage at a place; its own children are driven by the pass.
    pub(super) fn drive(&mut self, place: usize) -> Progress {
        let stage = &self.execution.stages[place];
        if stage.status != StageStatus::Running {
            return Progress::Waits;
        }
        let timed_out = stage.deadline.is_some_and(|deadline| deadline <= self.now());
        if timed_out && stage.phase != Phase::Cleanup {
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
            Some(_) => {
                self.emit(Event::StageReleased { stage: id, actor: None });
                Progress::Moved
            }
            None => self.plan(place, id),
        }
    }

    fn plan(&mut self, place: usize, id: StageId) -> Progress {
        match self.context.kinds.plan(&self.scope(place)) {
            Ok(plan) => {
                let deadline = self.execution.stages[place].definition.timeout.map(|timeout| self.now() + timeout);
                let (inputs, tasks, before) = (plan.inputs, plan.tasks, plan.before);
                self.emit(Event::StagePlanned { stage: id, inputs, tasks, before, deadline });
                Progress::Moved
            }
            Err(failure) => self.fail(place, failure),
        }
    }

    /// The tasks have succeeded: what follows?
    pub(super) fn continue_after_tasks(&mut self, place: usize) -> Progress {
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
        self.cancel_children(&stage);
        let cleanup = match self.context.kinds.plan_on_failure(&self.scope(place)) {
            Ok(cleanup) => cleanup,
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
        let timeout = stage.definition.timeout.unwrap_or_default();
        self.cancel_task(place);
        if succeeds {
            let id = self.execution.stages[place].id().clone();
            self.cancel_children(&id);
            return self.end(place, StageStatus::Succeeded);
        }
        let message = format!("the stage ran into its timeout of {timeout:?}");
        self.fail(place, Failure::permanent(message))
    }

    fn children(&self, place: usize, position: SyntheticPosition) -> Children {
        let Scope { execution, stage } = self.scope(place);
        let mut result = Children::Passed;
        for child in execution.children(stage.id()).filter(|child| child.position == Some(position)) {
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
