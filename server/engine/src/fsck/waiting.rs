//! What waits for others: commands for their executions, queued executions for room, stages for the executions that they
//! started. All of that may be wrong for a moment while a server works, so it is only suspected at first.

use std::collections::{BTreeMap, BTreeSet};

use gennaker_core::execution::{
    Command, Event, Execution, ExecutionId, ExecutionStatus, Stage, StageId, StageStatus, TaskKind,
};
use gennaker_ports::store::{ExecutionFilter, ExecutionRow, InboxCommand, InboxMessage, Shard};
use gennaker_ports::{Store, StoreError};

use super::{Finding, Invariant};
use crate::Options;

/// So many commands are looked at in the inbox of each shard.
const COMMANDS: usize = 1000;
/// So many executions of a pipeline are asked for their limit.
const EXECUTIONS: usize = 100;

/// What makes a suspicion the same as an earlier one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Suspicion {
    /// A command is for nobody.
    Command(String),
    /// The first in a queue is not admitted.
    Queue(ExecutionId),
    /// Too many run.
    Limit(String),
    /// A stage waits for an execution that has ended.
    Child(ExecutionId, StageId, ExecutionId),
}

type Suspicions = BTreeMap<Suspicion, Finding>;

/// What to look at.
#[derive(Default)]
pub(super) struct Waiting {
    shards: BTreeSet<Shard>,
    /// The pipelines of which something with a limit runs, and how much of it.
    running: BTreeMap<String, Running>,
    /// The pipelines of which something waits.
    queues: BTreeSet<String>,
    /// Stages that wait for an execution.
    parents: Vec<(ExecutionId, StageId, ExecutionId)>,
}

/// What runs under a limit.
#[derive(Clone, Copy, Default)]
struct Running {
    count: usize,
    limit: u32,
}

impl Waiting {
    /// Takes note of an execution, as its events have made it.
    pub(super) fn note(&mut self, state: &Execution, row: &ExecutionRow) {
        self.shards.insert(row.shard);
        if state.status.is_final() {
            return;
        }
        let awaited = state.stages.iter().filter_map(|stage| Some((state.id(), stage.id().clone(), awaited(stage)?)));
        self.parents.extend(awaited);
        let limit = state.start.definition.concurrency.limit;
        let Some(pipeline) = row.pipeline.as_ref().filter(|_| limit > 0) else { return };
        if state.status == ExecutionStatus::Queued {
            self.queues.insert(pipeline.clone());
        } else {
            let running = self.running.entry(pipeline.clone()).or_default();
            running.count += 1;
            running.limit = running.limit.max(limit);
        }
    }

    /// What is wrong now, and how many commands wait.
    pub(super) async fn suspicions(&self, store: &dyn Store) -> Result<(Suspicions, u64), StoreError> {
        let mut found = Suspicions::new();
        let commands = self.commands(store, &mut found).await?;
        for (pipeline, running) in &self.running {
            if running.count > running.limit as usize {
                found.extend(too_many(store, pipeline).await?);
            }
        }
        for pipeline in &self.queues {
            found.extend(not_admitted(store, pipeline).await?);
        }
        for (execution, stage, child) in &self.parents {
            found.extend(unheard(store, *execution, stage, *child).await?);
        }
        Ok((found, commands))
    }

    async fn commands(&self, store: &dyn Store, found: &mut Suspicions) -> Result<u64, StoreError> {
        let usual = 0..Options::default().shards;
        let shards: BTreeSet<Shard> = self.shards.iter().copied().chain(usual).collect();
        let mut count = 0;
        for shard in shards {
            let commands = store.inbox(&[shard], COMMANDS).await?;
            count += commands.len() as u64;
            let starts: BTreeSet<_> =
                commands.iter().filter(|command| is_start(command)).map(|c| c.execution).collect();
            for command in commands.iter().filter(|command| !starts.contains(&command.execution)) {
                if store.execution(command.execution).await?.is_none() {
                    found.extend([stranded(command)]);
                }
            }
        }
        Ok(count)
    }
}

/// The execution that a stage waits for.
fn awaited(stage: &Stage) -> Option<ExecutionId> {
    let waits = stage.current_task().is_some_and(|(_, task)| matches!(task.spec.kind, TaskKind::AwaitChild { .. }));
    let child = stage.child.filter(|_| waits && stage.child_result.is_none());
    child.filter(|_| stage.status == StageStatus::Running)
}

fn is_start(command: &InboxCommand) -> bool {
    matches!(command.message, InboxMessage::Start(_))
}

fn stranded(command: &InboxCommand) -> (Suspicion, Finding) {
    let name = match &command.message {
        InboxMessage::Start(_) => "start",
        InboxMessage::Command(command) => command.name(),
    };
    let what = format!("the command {:?} ({name}) waits for it, but it does not exist", command.id.0);
    let finding = Finding { invariant: Invariant::Inbox, execution: Some(command.execution), what };
    (Suspicion::Command(command.id.0.clone()), finding)
}

/// The limit that an execution was started under.
async fn limit_of(store: &dyn Store, id: ExecutionId) -> Result<u32, StoreError> {
    let first = store.events(id, 0, 1).await?;
    Ok(match first.first().map(|record| &record.event) {
        Some(Event::Created { start, .. }) => start.definition.concurrency.limit,
        _ => 0,
    })
}

/// The limits that the newest executions of a pipeline were started under.
async fn latest_limits(store: &dyn Store, pipeline: &str, count: usize) -> Result<Vec<u32>, StoreError> {
    let of_pipeline = ExecutionFilter { pipeline: Some(pipeline.to_owned()), ..ExecutionFilter::default() };
    let mut limits = Vec::new();
    for row in store.executions(&of_pipeline, None, count).await? {
        limits.push(limit_of(store, row.id).await?);
    }
    Ok(limits)
}

/// Whether more runs than any limit allows that the pipeline had lately. The limit in force is that of the last start, which
/// may have ended.
async fn too_many(store: &dyn Store, pipeline: &str) -> Result<Option<(Suspicion, Finding)>, StoreError> {
    let (mut running, mut allowed) = (0, 0);
    for (id, status) in store.unfinished(pipeline).await? {
        let limit = limit_of(store, id).await?;
        running += usize::from(limit > 0 && status != ExecutionStatus::Queued);
        allowed = allowed.max(limit);
    }
    for limit in latest_limits(store, pipeline, EXECUTIONS).await? {
        if limit == 0 {
            return Ok(None);
        }
        allowed = allowed.max(limit);
    }
    Ok((running > allowed as usize).then(|| {
        let what = format!("{running} executions of {pipeline} run, its limit is {allowed}");
        let finding = Finding { invariant: Invariant::Limit, execution: None, what };
        (Suspicion::Limit(pipeline.to_owned()), finding)
    }))
}

/// Whether the first in a pipeline's queue waits although there is room, by every limit that may be in force.
async fn not_admitted(store: &dyn Store, pipeline: &str) -> Result<Option<(Suspicion, Finding)>, StoreError> {
    let (queued, running): (Vec<_>, Vec<_>) =
        store.unfinished(pipeline).await?.into_iter().partition(|(_, status)| *status == ExecutionStatus::Queued);
    let mut limit = latest_limits(store, pipeline, 1).await?.into_iter().min().unwrap_or(u32::MAX);
    for (id, _) in queued.iter().take(EXECUTIONS) {
        limit = limit.min(limit_of(store, *id).await?);
    }
    let first = queued.first().filter(|_| running.len() < limit as usize);
    Ok(first.map(|(id, _)| {
        let what = format!("it is the first in the queue of {pipeline}, of which {} run, and waits", running.len());
        (Suspicion::Queue(*id), Finding { invariant: Invariant::Liveness, execution: Some(*id), what })
    }))
}

/// Whether a stage waits for an execution that has ended, and no word of that is on its way.
async fn unheard(
    store: &dyn Store,
    execution: ExecutionId,
    stage: &StageId,
    child: ExecutionId,
) -> Result<Option<(Suspicion, Finding)>, StoreError> {
    let end = match store.execution(child).await? {
        Some(row) if !row.status.is_final() => return Ok(None),
        Some(row) => format!("has ended with {}", row.status.as_str()),
        None => "is gone".to_owned(),
    };
    let Some(row) = store.execution(execution).await? else { return Ok(None) };
    let state = super::History::read(store, &row).await?;
    let still = state.state().and_then(|state| state.stage(stage)).is_some_and(|stage| awaited(stage) == Some(child));
    if !still || is_on_its_way(store, &row, child).await? {
        return Ok(None);
    }
    let what = format!("stage {stage} waits for execution {child}, which {end}");
    let finding = Finding { invariant: Invariant::Child, execution: Some(execution), what };
    Ok(Some((Suspicion::Child(execution, stage.clone(), child), finding)))
}

async fn is_on_its_way(store: &dyn Store, row: &ExecutionRow, ended: ExecutionId) -> Result<bool, StoreError> {
    let told = |command: &InboxCommand| match &command.message {
        InboxMessage::Command(message) => {
            matches!(&**message, Command::ChildFinished { child, .. } if *child == ended)
        }
        InboxMessage::Start(_) => false,
    };
    Ok(store.inbox(&[row.shard], COMMANDS).await?.iter().any(told))
}
