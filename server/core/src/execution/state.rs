//! The state of an execution: the fold of its events.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::command::Object;
use super::{
    Errand, ErrandState, ExecutionId, ExecutionStatus, Failure, JudgmentDecision, StageDefinition, StageId,
    StageStatus, Start, TaskKind, TaskSpec, TaskStatus,
};
use crate::Timestamp;

mod apply;

/// An execution as its events have made it.
#[derive(Clone, Debug, PartialEq)]
pub struct Execution {
    /// What it began with: id, definition, cause, parameters, labels.
    pub start: Arc<Start>,
    /// Where it stands.
    pub status: ExecutionStatus,
    /// When it was created.
    pub created: Timestamp,
    /// When it first ran.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// The sequence of the last event applied.
    pub sequence: u64,
    /// The pause it is in.
    pub pause: Option<Pause>,
    /// That it was canceled, by whom and why.
    pub cancellation: Option<Cancellation>,
    /// Why it failed.
    pub failure: Option<String>,
    /// Its stages: those of the definition in its order, each followed by its synthetic ones.
    pub stages: Vec<Stage>,
    /// What it has set off and does not wait for, in order.
    pub errands: Vec<Errand>,
    /// Where each stage is in `stages`.
    places: HashMap<StageId, usize>,
    /// Where those are that run. A large execution has few of them at a time, and most steps are about them alone.
    running: BTreeSet<usize>,
}

/// A pause of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// By whom.
    pub actor: String,
}

/// The cancellation of an execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// When.
    pub time: Timestamp,
    /// By whom.
    pub actor: String,
    /// Why.
    pub reason: String,
}

/// A node of a running graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// What it is.
    pub definition: Arc<StageDefinition>,
    /// The stage that added it, for a synthetic one.
    pub parent: Option<StageId>,
    /// Where in its parent it stands, for a synthetic one.
    pub position: Option<SyntheticPosition>,
    /// Where it stands.
    pub status: StageStatus,
    /// What it is busy with while it runs.
    pub phase: Phase,
    /// How often it was started anew, from 1; synthetic stages have their parent's.
    pub attempt: u32,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// What it waits for before it does anything.
    pub hold: Option<Hold>,
    /// When its timeout strikes.
    pub deadline: Option<Timestamp>,
    /// The resolved configuration, once planned.
    pub inputs: serde_json::Value,
    /// Its tasks, once planned.
    pub tasks: Vec<Task>,
    /// What it has put out so far.
    pub outputs: Object,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// What it will end as when its clean-up is done.
    pub failing_as: Option<StageStatus>,
    /// What judges have said so far.
    pub verdicts: Vec<Judgment>,
    /// The decision that came of it.
    pub judgment: Option<Judgment>,
    /// What was looked up for its plan.
    pub facts: Object,
    /// How often something was looked up; its tasks do so while `provisional`.
    pub look_ups: u32,
    /// Whether its tasks look up what the plan needs.
    pub provisional: bool,
    /// The execution that it started: the first one that it was told of.
    pub child: Option<ExecutionId>,
    /// How that execution ended.
    pub child_result: Option<(ExecutionStatus, Option<String>)>,
    /// Who had it skipped and why. It ends as skipped when its turn comes.
    pub skipped: Option<(String, String)>,
    /// Executions that have ended and say that the stage started them, while it does not know yet that it did.
    early: Vec<ChildEnd>,
}

/// How an execution that a stage started has ended.
#[derive(Clone, Debug, PartialEq)]
struct ChildEnd {
    child: ExecutionId,
    status: ExecutionStatus,
    outputs: Object,
    failure: Option<String>,
}

/// What a running stage is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Waits for its window, or is about to be planned.
    Holding,
    /// Its stages before the tasks.
    Before,
    /// Its tasks.
    Tasks,
    /// Its stages after the tasks.
    After,
    /// Its stages on failure.
    Cleanup,
}

/// Where in its parent a synthetic stage stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyntheticPosition {
    /// Before the tasks.
    Before,
    /// After the tasks.
    After,
    /// On failure.
    OnFailure,
}

/// A wait of a stage before it does anything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Until when.
    pub until: Timestamp,
    /// What for, in words.
    pub reason: String,
}

/// A step of a stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What it is.
    pub spec: TaskSpec,
    /// Where it stands.
    pub status: TaskStatus,
    /// Which try, from 1; 0 before the first.
    pub attempt: u32,
    /// How many tries in a row have failed; a try that asks for more time begins a new row.
    pub failures: u32,
    /// When the first try began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// When a wait ends, an answer is due, or the task times out.
    pub until: Option<Timestamp>,
    /// When it tries again; set between two tries.
    pub resumes: Option<Timestamp>,
    /// What it last said.
    pub message: String,
    /// 0 to 100, where it is known.
    pub percent: Option<u8>,
}

/// A judgment that was made.
pub type Judgment = VerdictRecord;

/// A judge's decision, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerdictRecord {
    /// The decision.
    pub decision: JudgmentDecision,
    /// Who decided.
    pub judge: String,
    /// The option chosen, where some were offered.
    pub input: Option<String>,
    /// What the judge said of it.
    pub comment: String,
    /// When.
    pub time: Timestamp,
}

impl VerdictRecord {
    /// What later stages can read of it.
    fn outputs(&self) -> Object {
        let decision = match self.decision {
            JudgmentDecision::Continue => "CONTINUE",
            JudgmentDecision::Stop => "STOP",
        };
        let mut outputs = Object::new();
        outputs.insert("decision".to_owned(), decision.into());
        outputs.insert("judge".to_owned(), self.judge.as_str().into());
        outputs.insert("comment".to_owned(), self.comment.as_str().into());
        outputs.extend(self.input.as_ref().map(|input| ("input".to_owned(), input.as_str().into())));
        outputs
    }
}

impl Execution {
    /// Its id.
    pub fn id(&self) -> ExecutionId {
        self.start.id
    }

    /// A stage by id.
    pub fn stage(&self, id: &StageId) -> Option<&Stage> {
        self.place(id).map(|place| &self.stages[place])
    }

    /// Where a stage is in `stages`.
    pub fn place(&self, id: &StageId) -> Option<usize> {
        self.places.get(id).copied()
    }

    /// The stages of the definition, without synthetic ones.
    pub fn top_level(&self) -> impl Iterator<Item = &Stage> {
        self.stages.iter().filter(|stage| stage.parent.is_none())
    }

    /// The stages that run, in order.
    pub fn running(&self) -> impl Iterator<Item = &Stage> {
        self.running.iter().map(|place| &self.stages[*place])
    }

    /// The first place of a stage that runs, from a place on.
    pub(super) fn running_from(&self, place: usize) -> Option<usize> {
        self.running.range(place..).next().copied()
    }

    /// A stage's synthetic children, in order.
    pub fn children<'a>(&'a self, parent: &'a StageId) -> impl Iterator<Item = &'a Stage> {
        let place = self.place(parent);
        place.map(|place| self.children_at(place)).into_iter().flatten()
    }

    /// The synthetic children of the stage at a place, in order. They are among the synthetic stages behind it.
    pub(super) fn children_at(&self, place: usize) -> impl Iterator<Item = &Stage> {
        let parent = self.stages[place].id();
        let synthetic = self.stages[place + 1..].iter().take_while(|stage| stage.parent.is_some());
        synthetic.filter(move |stage| stage.parent.as_ref() == Some(parent))
    }

    /// When the clock next has something to do: the earliest hold, wait, retry, deadline or timeout. `None` while it is
    /// queued, paused or ended but for its errands, and while only people, effects or other executions can move it.
    pub fn wake_at(&self) -> Option<Timestamp> {
        let errands = self.errands.iter().filter_map(|errand| errand.resumes);
        if self.status != ExecutionStatus::Running {
            return errands.min();
        }
        errands.chain(self.running().filter_map(Stage::wake_at)).min()
    }

    /// The errands that should be under way now, dispatched like the effects of tasks, also after the end.
    pub fn outstanding_errands(&self) -> impl Iterator<Item = &Errand> {
        self.errands.iter().filter(|errand| errand.state == ErrandState::Pending && errand.resumes.is_none())
    }

    /// Whether it has ended and nothing that it has set off is left to do.
    pub fn is_settled(&self) -> bool {
        self.status.is_final() && self.errands.iter().all(|errand| errand.state != ErrandState::Pending)
    }

    /// The tries of tasks whose effects should be running now: they are dispatched after the commit that made them so,
    /// and again after a restart.
    pub fn outstanding(&self) -> impl Iterator<Item = (&Stage, u32)> {
        let live = matches!(self.status, ExecutionStatus::Running | ExecutionStatus::Paused);
        self.running().filter(move |_| live).filter_map(|stage| stage.outstanding_task().map(|task| (stage, task)))
    }
}

impl Stage {
    /// Its id.
    pub fn id(&self) -> &StageId {
        &self.definition.id
    }

    /// The task that is running, with its place.
    pub fn current_task(&self) -> Option<(u32, &Task)> {
        (0u32..).zip(&self.tasks).find(|(_, task)| task.status == TaskStatus::Running)
    }

    fn wake_at(&self) -> Option<Timestamp> {
        let hold = self.hold.as_ref().map(|hold| hold.until);
        let task = self.current_task().and_then(|(_, task)| match (task.resumes, task.until) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        });
        [hold, task, self.timeout_at()].into_iter().flatten().min()
    }

    /// When its timeout strikes, if it still can: clean-up is not bounded by it.
    pub(super) fn timeout_at(&self) -> Option<Timestamp> {
        self.deadline.filter(|_| self.phase != Phase::Cleanup)
    }

    /// Whether the end of this execution would be news: the stage waits for it, or may turn out to have started it.
    pub(super) fn expects(&self, child: ExecutionId) -> bool {
        let may_start_one = || self.has_open_task(|kind| matches!(kind, TaskKind::Run { .. }));
        let unheard = match self.child {
            Some(known) => known == child && self.child_result.is_none(),
            None => may_start_one() && self.early.iter().all(|end| end.child != child),
        };
        self.status == StageStatus::Running && self.awaits_child() && unheard
    }

    /// The execution that it started and still waits for, or is about to wait for.
    pub(super) fn awaited_child(&self) -> Option<ExecutionId> {
        self.child.filter(|_| self.child_result.is_none() && self.awaits_child())
    }

    /// The running task that starts the execution which the stage will wait for, while it is not known which that is.
    pub(super) fn launching_task(&self) -> Option<u32> {
        let (place, task) = self.current_task().filter(|_| self.status == StageStatus::Running)?;
        let launches = matches!(task.spec.kind, TaskKind::Run { .. }) && self.child.is_none() && self.awaits_child();
        launches.then_some(place)
    }

    /// Whether it waits for an execution, or will. A stage that fails, or whose work was canceled, has let go of it.
    fn awaits_child(&self) -> bool {
        let let_go = self.failing_as.is_some() || self.tasks.iter().any(|task| task.status == TaskStatus::Canceled);
        !let_go && self.has_open_task(|kind| matches!(kind, TaskKind::AwaitChild { .. }))
    }

    fn has_open_task(&self, of_kind: fn(&TaskKind) -> bool) -> bool {
        self.tasks.iter().any(|task| !task.status.is_final() && of_kind(&task.spec.kind))
    }

    /// How many more judges must let it go on.
    pub fn missing_approvals(&self) -> u32 {
        let spec = self.tasks.iter().find_map(|task| match &task.spec.kind {
            TaskKind::Judgment(spec) => Some(spec),
            TaskKind::Run { .. } | TaskKind::Wait { .. } | TaskKind::AwaitChild { .. } => None,
        });
        let needed = spec.map_or(1, |spec| spec.approvals.max(1));
        let given = self.verdicts.iter().filter(|verdict| verdict.decision == JudgmentDecision::Continue).count();
        needed.saturating_sub(u32::try_from(given).unwrap_or(u32::MAX))
    }

    /// The task with an effect that was started last.
    pub fn last_effect(&self) -> Option<(u32, &Task)> {
        let started = |(_, task): &(u32, &Task)| task.attempt > 0 && matches!(task.spec.kind, TaskKind::Run { .. });
        (0u32..).zip(&self.tasks).filter(started).last()
    }

    fn outstanding_task(&self) -> Option<u32> {
        if self.status != StageStatus::Running {
            return None;
        }
        self.current_task()
            .filter(|(_, task)| task.resumes.is_none() && matches!(task.spec.kind, TaskKind::Run { .. }))
            .map(|(place, _)| place)
    }
}
