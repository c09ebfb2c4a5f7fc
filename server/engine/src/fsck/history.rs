//! The events of one execution, and what contradicts itself in them.

use std::collections::BTreeSet;

use gennaker_core::execution::{Event, EventRecord, Execution, ExecutionId, Stage, StageId, Task, TaskStatus};
use gennaker_ports::store::ExecutionRow;
use gennaker_ports::{Store, StoreError};

use super::Invariant;

/// So many events are read at once.
const PAGE: usize = 500;
/// So much is told of one execution.
const MAX_PROBLEMS: usize = 20;

/// A start of a stage, and the execution that it started.
pub(super) type Launched = (StageId, u32, ExecutionId);

/// What the log says.
#[derive(Default)]
pub(super) struct History {
    state: Option<Execution>,
    events: u64,
    broken: bool,
    problems: Vec<(Invariant, String)>,
    launches: BTreeSet<Launched>,
}

impl History {
    /// Replays an execution up to the sequence of its row.
    pub(super) async fn read(store: &dyn Store, row: &ExecutionRow) -> Result<Self, StoreError> {
        let mut history = Self::default();
        while !history.broken && history.events < row.sequence {
            let page = store.events(row.id, history.events, PAGE).await?;
            if page.is_empty() {
                break;
            }
            let missing = row.sequence - history.events;
            page.iter().take(usize::try_from(missing).unwrap_or(usize::MAX)).for_each(|record| history.take(record));
        }
        if !history.broken && history.events < row.sequence {
            history.breaks(format!("its row is at event {}, its log ends with event {}", row.sequence, history.events));
        }
        Ok(history)
    }

    /// The state that the events make, where they make one.
    pub(super) fn state(&self) -> Option<&Execution> {
        self.state.as_ref().filter(|_| !self.broken)
    }

    pub(super) fn events(&self) -> u64 {
        self.events
    }

    pub(super) fn take_problems(&mut self) -> Vec<(Invariant, String)> {
        std::mem::take(&mut self.problems)
    }

    /// The executions that stages say they have started.
    pub(super) fn launches(&self) -> &BTreeSet<Launched> {
        &self.launches
    }

    fn take(&mut self, record: &EventRecord) {
        if self.broken {
            return;
        }
        if record.sequence != self.events + 1 {
            return self.breaks(format!("event {} is followed by event {}", self.events, record.sequence));
        }
        self.events += 1;
        let Some(state) = &mut self.state else {
            self.state = Execution::replay([record]);
            if self.state.is_none() {
                self.breaks("its log does not begin with its creation".to_owned());
            }
            return;
        };
        let problem = contradiction(state, &record.event);
        self.launches.extend(launched(state, &record.event));
        state.apply(record);
        if let Some((invariant, what)) = problem
            && self.problems.len() < MAX_PROBLEMS
        {
            self.problems.push((invariant, format!("event {}: {what}", record.sequence)));
        }
    }

    /// Nothing that follows can be judged.
    fn breaks(&mut self, what: String) {
        self.broken = true;
        self.problems.push((Invariant::Log, what));
    }
}

/// The execution that an event says a stage has started.
fn launched(state: &Execution, event: &Event) -> Option<Launched> {
    match event {
        Event::TaskProgressed { stage, child: Some(child), .. }
        | Event::TaskFinished { stage, child: Some(child), .. } => {
            state.stage(stage).map(|known| (stage.clone(), known.attempt, *child))
        }
        _ => None,
    }
}

/// Why an event can't have happened in a state, if that is so.
fn contradiction(state: &Execution, event: &Event) -> Option<(Invariant, String)> {
    if state.status.is_final() && !matches!(event, Event::Retried { .. }) && event.errand().is_none() {
        return Some((Invariant::End, format!("something happens after the end with {}", state.status.as_str())));
    }
    if matches!(event, Event::Created { .. }) {
        return Some((Invariant::Log, "it is created again".to_owned()));
    }
    let id = event.stage()?;
    let Some(stage) = state.stage(id) else {
        return Some((Invariant::Log, format!("there is no stage {id}")));
    };
    outcome(stage, event).map(|what| (Invariant::Outcome, format!("stage {id}, {what}")))
}

/// Why an event of a task can't have happened: each try begins once, and ends once.
fn outcome(stage: &Stage, event: &Event) -> Option<String> {
    let task = |number: u32| stage.tasks.get(number as usize);
    let (task, wrong) = match event {
        Event::TaskStarted { task: number, attempt, .. } => {
            (task(*number), task(*number).and_then(|task| wrong_start(task, *attempt)))
        }
        Event::TaskDeferred { task: number, .. } => {
            (task(*number), task(*number).and_then(|task| wrong_outcome(task, task.resumes.is_some())))
        }
        Event::TaskFinished { task: number, .. } => {
            (task(*number), task(*number).and_then(|task| wrong_outcome(task, false)))
        }
        _ => return None,
    };
    match task {
        Some(task) => wrong.map(|what| format!("task {:?} after its try {}: {what}", task.spec.name, task.attempt)),
        None => Some("there is no such task".to_owned()),
    }
}

fn wrong_start(task: &Task, attempt: u32) -> Option<&'static str> {
    if task.status.is_final() {
        Some("one more begins, but the task has ended")
    } else if attempt != task.attempt + 1 {
        Some("another one than the next begins")
    } else if task.status == TaskStatus::Running && task.resumes.is_none() {
        Some("the next begins, but it had no outcome")
    } else {
        None
    }
}

fn wrong_outcome(task: &Task, has_one: bool) -> Option<&'static str> {
    match task.status {
        TaskStatus::NotStarted => Some("there is an outcome of a try that never began"),
        TaskStatus::Running if has_one => Some("there is a second outcome of it"),
        TaskStatus::Running => None,
        TaskStatus::Succeeded | TaskStatus::Failed | TaskStatus::Canceled | TaskStatus::Skipped => {
            Some("there is one more outcome, but the task has ended")
        }
    }
}
