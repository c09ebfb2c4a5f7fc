//! How each event changes the state.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use super::{Cancellation, ChildEnd, Execution, Pause, Phase, Stage, SyntheticPosition, Task, VerdictRecord};
use crate::Timestamp;
use crate::execution::command::Object;
use crate::execution::{
    Errand, Event, EventRecord, ExecutionId, ExecutionStatus, JudgmentDecision, StageDefinition, StageId, StageStatus,
    Start, SyntheticStage, TaskKind, TaskSpec, TaskStatus,
};

impl Execution {
    /// The execution that a log makes. `None` where the log does not begin with [`Event::Created`].
    pub fn replay<'a>(records: impl IntoIterator<Item = &'a EventRecord>) -> Option<Self> {
        let mut records = records.into_iter();
        let first = records.next()?;
        let Event::Created { start, queued } = &first.event else { return None };
        let mut execution = Self::created(Arc::new((**start).clone()), *queued, first.time);
        for record in records {
            execution.apply(record);
        }
        Some(execution)
    }

    /// The state after [`Event::Created`].
    pub(in crate::execution) fn created(start: Arc<Start>, queued: bool, time: Timestamp) -> Self {
        let stages = start.definition.stages.iter().map(|d| Stage::new(Arc::new(d.clone()), None, None, 1)).collect();
        let mut execution = Self {
            start,
            status: if queued { ExecutionStatus::Queued } else { ExecutionStatus::Running },
            created: time,
            started: None,
            ended: None,
            sequence: 1,
            pause: None,
            cancellation: None,
            failure: None,
            stages,
            errands: Vec::new(),
            places: HashMap::new(),
            running: BTreeSet::new(),
        };
        execution.index();
        execution
    }

    fn index(&mut self) {
        self.places = self.stages.iter().enumerate().map(|(place, stage)| (stage.id().clone(), place)).collect();
        let running = |(place, stage): (usize, &Stage)| (stage.status == StageStatus::Running).then_some(place);
        self.running = self.stages.iter().enumerate().filter_map(running).collect();
    }

    /// Applies the next event. Events of stages that are not there change nothing but the sequence.
    pub fn apply(&mut self, record: &EventRecord) {
        self.sequence = record.sequence;
        let now = record.time;
        match &record.event {
            Event::Created { .. } => {}
            Event::Started => {
                self.status = ExecutionStatus::Running;
                self.started = Some(now);
            }
            Event::Paused { actor } => {
                self.status = ExecutionStatus::Paused;
                self.pause = Some(Pause { since: now, actor: actor.clone() });
            }
            Event::Resumed { .. } => self.resume(now),
            Event::CancelRequested { actor, reason } => {
                self.cancellation = Some(Cancellation { time: now, actor: actor.clone(), reason: reason.clone() });
            }
            Event::Retried { reset, removed, .. } => self.reset(reset, removed, now),
            Event::Finished { status, failure } => {
                self.status = *status;
                self.ended = Some(now);
                self.pause = None;
                self.failure.clone_from(failure);
            }
            Event::StagePlanned { stage, before, .. } => self.adopt(stage, before, SyntheticPosition::Before),
            Event::StageContinued { stage, after } => self.adopt(stage, after, SyntheticPosition::After),
            Event::StageFailing { stage, cleanup, .. } => {
                self.stages.retain(|s| s.parent.as_ref() != Some(stage) || s.status != StageStatus::NotStarted);
                self.index();
                self.adopt(stage, cleanup, SyntheticPosition::OnFailure);
            }
            Event::StageFinished { stage, .. } => self.collect_outputs(stage),
            Event::ErrandAdded { .. }
            | Event::ErrandDeferred { .. }
            | Event::ErrandRetried { .. }
            | Event::ErrandFinished { .. } => self.apply_to_errand(&record.event),
            Event::StageStarted { .. }
            | Event::ConditionFailed { .. }
            | Event::StageReleased { .. }
            | Event::StageSkipped { .. }
            | Event::TaskStarted { .. }
            | Event::TaskProgressed { .. }
            | Event::TaskDeferred { .. }
            | Event::TaskFinished { .. }
            | Event::Judged { .. }
            | Event::ChildFinished { .. } => {}
        }
        if let Some(place) = record.event.stage().and_then(|id| self.place(id)) {
            self.stages[place].apply(&record.event, now);
            if self.stages[place].status == StageStatus::Running {
                self.running.insert(place);
            } else {
                self.running.remove(&place);
            }
        }
    }

    fn apply_to_errand(&mut self, event: &Event) {
        if let Event::ErrandAdded { errand, spec } = event {
            self.errands.push(Errand::new(*errand, spec.clone()));
        }
        if let Some(errand) = event.errand().and_then(|id| self.errands.iter_mut().find(|errand| errand.id == id)) {
            errand.apply(event);
        }
    }

    fn resume(&mut self, now: Timestamp) {
        self.status = ExecutionStatus::Running;
        let Some(pause) = self.pause.take() else { return };
        let length = now.since(pause.since);
        for place in &self.running {
            let stage = &mut self.stages[*place];
            stage.deadline = stage.deadline.map(|deadline| deadline + length);
            for task in &mut stage.tasks {
                let excluded = match task.spec.kind {
                    TaskKind::Run { .. } | TaskKind::Judgment(_) | TaskKind::AwaitChild { .. } => true,
                    TaskKind::Wait { .. } => false,
                };
                if excluded && task.status == TaskStatus::Running {
                    task.until = task.until.map(|until| until + length);
                }
            }
        }
    }

    fn reset(&mut self, reset: &[StageId], removed: &[StageId], now: Timestamp) {
        let (reset, removed) = (HashSet::<&StageId>::from_iter(reset), HashSet::<&StageId>::from_iter(removed));
        self.status = ExecutionStatus::Running;
        self.started = self.started.or(Some(now));
        self.ended = None;
        self.failure = None;
        self.cancellation = None;
        self.stages.retain(|stage| !removed.contains(stage.id()));
        for stage in self.stages.iter_mut().filter(|stage| reset.contains(stage.id())) {
            *stage = Stage::new(stage.definition.clone(), None, None, stage.attempt + 1);
        }
        self.index();
    }

    /// Inserts synthetic stages behind their parent and its earlier ones.
    fn adopt(&mut self, parent: &StageId, stages: &[SyntheticStage], position: SyntheticPosition) {
        let Some(place) = self.place(parent).filter(|_| !stages.is_empty()) else { return };
        let attempt = self.stages[place].attempt;
        let suffix = match position {
            SyntheticPosition::Before => "before",
            SyntheticPosition::After => "after",
            SyntheticPosition::OnFailure => "cleanup",
        };
        let id = |number: usize| parent.child(&format!("{suffix}-{}", number + 1));
        let within =
            |stage: &Stage| stage.id().as_str().strip_prefix(parent.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let end = self.stages[place + 1..].iter().take_while(|s| within(s)).count() + place + 1;
        let new = stages.iter().enumerate().map(|(number, stage)| {
            let definition = StageDefinition {
                id: id(number),
                name: stage.name.clone(),
                kind: stage.kind.clone(),
                depends_on: stage.after.iter().map(|&n| id(n)).collect(),
                on_failure: stage.on_failure,
                timeout: stage.timeout,
                succeed_on_timeout: false,
                window: None,
                config: stage.config.clone(),
                expressions: BTreeMap::new(),
                condition: String::new(),
                expected_artifacts: Vec::new(),
                notifications: Vec::new(),
            };
            Stage::new(Arc::new(definition), Some(parent.clone()), Some(position), attempt)
        });
        let new: Vec<Stage> = new.collect();
        for place in self.places.values_mut().filter(|place| **place >= end) {
            *place += new.len();
        }
        let behind = self.running.split_off(&end);
        self.running.extend(behind.into_iter().map(|place| place + new.len()));
        self.places.extend(new.iter().zip(end..).map(|(stage, place)| (stage.id().clone(), place)));
        self.stages.splice(end..end, new);
    }

    /// A parent's outputs are its tasks' over those of its synthetic stages; arrays are joined, objects merged.
    fn collect_outputs(&mut self, parent: &StageId) {
        let mut collected = Object::new();
        let passed = |s: &&Stage| s.status.lets_pass() && s.position != Some(SyntheticPosition::OnFailure);
        for child in self.children(parent).filter(passed) {
            join(&mut collected, &child.outputs);
        }
        if collected.is_empty() {
            return;
        }
        if let Some(place) = self.place(parent) {
            let stage = &mut self.stages[place];
            collected.extend(std::mem::take(&mut stage.outputs));
            stage.outputs = collected;
        }
    }
}

fn join(into: &mut Object, from: &Object) {
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (Some(Value::Array(have)), Value::Array(more)) => have.extend(more.iter().cloned()),
            (Some(Value::Object(have)), Value::Object(more)) => join(have, more),
            (_, value) => {
                into.insert(key.clone(), value.clone());
            }
        }
    }
}

impl Stage {
    pub(super) fn new(
        definition: Arc<StageDefinition>,
        parent: Option<StageId>,
        position: Option<SyntheticPosition>,
        attempt: u32,
    ) -> Self {
        Self {
            definition,
            parent,
            position,
            status: StageStatus::NotStarted,
            phase: Phase::Holding,
            attempt,
            started: None,
            ended: None,
            hold: None,
            deadline: None,
            inputs: serde_json::Value::Null,
            tasks: Vec::new(),
            outputs: Object::new(),
            failure: None,
            failing_as: None,
            verdicts: Vec::new(),
            judgment: None,
            facts: Object::new(),
            look_ups: 0,
            provisional: false,
            child: None,
            child_result: None,
            skipped: None,
            early: Vec::new(),
        }
    }

    fn apply(&mut self, event: &Event, now: Timestamp) {
        match event {
            Event::StageStarted { hold, .. } => {
                self.status = StageStatus::Running;
                self.started = self.started.or(Some(now));
                self.hold.clone_from(hold);
            }
            Event::StageReleased { .. } => self.hold = None,
            Event::StagePlanned { inputs, tasks, deadline, provisional, .. } => {
                self.phase = Phase::Before;
                self.inputs = inputs.clone();
                self.deadline = *deadline;
                // After look-ups: their places are theirs, so that no two effects share a key.
                self.tasks.extend(tasks.iter().cloned().map(Task::new));
                self.provisional = *provisional;
                self.look_ups += u32::from(*provisional);
            }
            Event::StageContinued { .. } => self.phase = Phase::After,
            Event::StageFailing { status, failure, .. } => {
                self.phase = Phase::Cleanup;
                self.failing_as = Some(*status);
                self.failure = Some(failure.clone());
                self.hold = None;
            }
            Event::StageFinished { status, .. } => {
                self.status = *status;
                self.ended = Some(now);
                self.hold = None;
            }
            Event::StageSkipped { actor, reason, .. } => self.skipped = Some((actor.clone(), reason.clone())),
            Event::ConditionFailed { reason, .. } => self.skipped = Some((String::new(), reason.clone())),
            Event::Judged { verdict, .. } => self.judge(verdict),
            Event::ChildFinished { child, status, outputs, failure, .. } => {
                let (outputs, failure) = (outputs.clone(), failure.clone());
                self.child_ended(ChildEnd { child: *child, status: *status, outputs, failure });
            }
            Event::TaskStarted { task, .. }
            | Event::TaskProgressed { task, .. }
            | Event::TaskDeferred { task, .. }
            | Event::TaskFinished { task, .. } => self.apply_to_task(*task, event, now),
            Event::Created { .. }
            | Event::Started
            | Event::Paused { .. }
            | Event::Resumed { .. }
            | Event::CancelRequested { .. }
            | Event::Retried { .. }
            | Event::Finished { .. }
            | Event::ErrandAdded { .. }
            | Event::ErrandDeferred { .. }
            | Event::ErrandRetried { .. }
            | Event::ErrandFinished { .. } => {}
        }
    }

    /// One who stops it decides; those who let it go on decide together.
    fn judge(&mut self, verdict: &VerdictRecord) {
        self.verdicts.push(verdict.clone());
        let all: Vec<Value> = self.verdicts.iter().map(|verdict| Value::Object(verdict.outputs())).collect();
        self.outputs.insert("verdicts".into(), all.into());
        if verdict.decision == JudgmentDecision::Stop || self.missing_approvals() == 0 {
            self.judgment = Some(verdict.clone());
            self.outputs.extend(verdict.outputs());
        }
    }

    fn child_ended(&mut self, end: ChildEnd) {
        if self.child == Some(end.child) {
            self.child_result = Some((end.status, end.failure));
            self.outputs.insert("status".into(), end.status.as_str().into());
            self.outputs.extend(end.outputs);
        } else {
            self.early.push(end);
        }
    }

    fn child_started(&mut self, child: ExecutionId) {
        self.child = self.child.or(Some(child));
        if let Some(place) = self.early.iter().position(|end| end.child == child) {
            let end = self.early.remove(place);
            self.child_ended(end);
        }
    }

    fn apply_to_task(&mut self, place: u32, event: &Event, now: Timestamp) {
        if let Event::TaskFinished { outputs, .. } | Event::TaskDeferred { outputs, .. } = event {
            let into = if self.provisional { &mut self.facts } else { &mut self.outputs };
            into.extend(outputs.clone());
        }
        if let Event::TaskFinished { child: Some(child), .. } | Event::TaskProgressed { child: Some(child), .. } = event
        {
            self.child_started(*child);
        }
        let Some(task) = self.tasks.get_mut(place as usize) else { return };
        match event {
            Event::TaskStarted { attempt, until, .. } => {
                self.phase = Phase::Tasks;
                if matches!(task.spec.kind, TaskKind::Judgment(_)) {
                    self.judgment = None;
                    self.verdicts.clear();
                }
                task.status = TaskStatus::Running;
                task.attempt = *attempt;
                task.started = task.started.or(Some(now));
                task.until = *until;
                task.resumes = None;
            }
            Event::TaskProgressed { message, percent, .. } => {
                task.message.clone_from(message);
                task.percent = *percent;
            }
            Event::TaskDeferred { until, message, percent, failed, .. } => {
                task.failures = if *failed { task.failures + 1 } else { 0 };
                task.resumes = Some(*until);
                task.message.clone_from(message);
                task.percent = *percent;
            }
            Event::TaskFinished { status, message, .. } => {
                task.status = *status;
                task.ended = Some(now);
                task.resumes = None;
                task.message.clone_from(message);
            }
            _ => unreachable!("only task events come here"),
        }
    }
}

impl Task {
    fn new(spec: TaskSpec) -> Self {
        Self {
            spec,
            status: TaskStatus::NotStarted,
            attempt: 0,
            failures: 0,
            started: None,
            ended: None,
            until: None,
            resumes: None,
            message: String::new(),
            percent: None,
        }
    }
}

impl Event {
    /// The stage that the event is about, if it is about one.
    pub fn stage(&self) -> Option<&StageId> {
        match self {
            Self::StageStarted { stage, .. }
            | Self::StageReleased { stage, .. }
            | Self::StagePlanned { stage, .. }
            | Self::StageContinued { stage, .. }
            | Self::StageFailing { stage, .. }
            | Self::StageFinished { stage, .. }
            | Self::StageSkipped { stage, .. }
            | Self::ConditionFailed { stage, .. }
            | Self::TaskStarted { stage, .. }
            | Self::TaskProgressed { stage, .. }
            | Self::TaskDeferred { stage, .. }
            | Self::TaskFinished { stage, .. }
            | Self::Judged { stage, .. }
            | Self::ChildFinished { stage, .. } => Some(stage),
            Self::Created { .. }
            | Self::Started
            | Self::Paused { .. }
            | Self::Resumed { .. }
            | Self::CancelRequested { .. }
            | Self::Retried { .. }
            | Self::Finished { .. }
            | Self::ErrandAdded { .. }
            | Self::ErrandDeferred { .. }
            | Self::ErrandRetried { .. }
            | Self::ErrandFinished { .. } => None,
        }
    }
}
