//! Runs side effects: starts what a committed state says should be running, ends what should not.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use gennaker_core::execution::{
    Command, EffectKey, Errand, ErrandOutcome, Execution, ExecutionId, Failure, Stage, Start, TaskOutcome, TaskRef,
};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinSet};
use tracing::Instrument;

use crate::handle::Message;
use crate::metric::TASK_RUNS;
use crate::task::{ErrandRun, Progress, TaskRun, TaskRunner};

/// The shortest time between two progress events of a task.
const PROGRESS_EVERY: Duration = Duration::from_millis(250);

/// How long one try of an errand may take.
const ERRAND_PATIENCE: Duration = Duration::from_secs(60);

/// A progress report: what is done, and how much of it.
type Report = Option<(String, Option<u8>)>;

/// The side effects that are running.
pub(crate) struct Effects {
    runner: Arc<dyn TaskRunner>,
    outlet: mpsc::UnboundedSender<Message>,
    turns: Arc<Semaphore>,
    max_outputs: usize,
    running: HashMap<ExecutionId, Running>,
    tasks: JoinSet<()>,
}

/// The side effects of one execution.
struct Running {
    start: Arc<Start>,
    effects: HashMap<Effect, AbortHandle>,
}

/// One try of something that has a side effect.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Effect {
    /// Of a task.
    Task(TaskRef),
    /// Of an errand: its number, and which try.
    Errand(u32, u32),
}

impl Effects {
    /// Effects report to `outlet`; each that runs sends at most four reports a second and one outcome.
    pub(crate) fn new(
        runner: Arc<dyn TaskRunner>,
        outlet: mpsc::UnboundedSender<Message>,
        at_once: usize,
        max_outputs: usize,
    ) -> Self {
        let turns = Arc::new(Semaphore::new(at_once));
        Self { runner, outlet, turns, max_outputs, running: HashMap::new(), tasks: JoinSet::new() }
    }

    /// Makes what runs for an execution what its committed state says.
    pub(crate) fn sync(&mut self, execution: &Execution) {
        while self.tasks.try_join_next().is_some() {}
        let mut before = self.running.remove(&execution.id()).map(|running| running.effects).unwrap_or_default();
        let mut now = HashMap::new();
        for errand in execution.outstanding_errands() {
            let effect = Effect::Errand(errand.id, errand.attempt);
            let handle = before.remove(&effect).unwrap_or_else(|| self.spawn_errand(execution, errand));
            now.insert(effect, handle);
        }
        for (stage, number) in execution.outstanding() {
            let task = &stage.tasks[number as usize];
            let reference = TaskRef {
                stage: stage.id().clone(),
                stage_attempt: stage.attempt,
                task: number,
                attempt: task.attempt,
            };
            let effect = Effect::Task(reference.clone());
            let handle =
                before.remove(&effect).unwrap_or_else(|| self.spawn_task(execution, stage, &task.spec.name, reference));
            now.insert(effect, handle);
        }
        before.into_values().for_each(|canceled| canceled.abort());
        if !now.is_empty() {
            self.running.insert(execution.id(), Running { start: execution.start.clone(), effects: now });
        }
    }

    /// Ends the effects of executions that are no longer ours.
    pub(crate) fn drop_where(&mut self, is_dropped: impl Fn(&Start) -> bool) {
        for (_, running) in self.running.extract_if(|_, running| is_dropped(&running.start)) {
            running.effects.into_values().for_each(|effect| effect.abort());
        }
    }

    /// How many effects are running or wait for their turn.
    pub(crate) fn len(&self) -> usize {
        self.running.values().map(|running| running.effects.len()).sum()
    }

    /// Ends all effects: waits for those that end in time, drops the others. They run again at the next start.
    pub(crate) async fn stop(&mut self, patience: Duration) {
        let all_ended = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all_ended).await.is_err() {
            self.tasks.shutdown().await;
        }
    }

    fn spawn_task(&mut self, of: &Execution, stage: &Stage, task: &str, reference: TaskRef) -> AbortHandle {
        let execution = of.id();
        let (sender, reports) = watch::channel(None);
        let run = TaskRun {
            key: EffectKey {
                execution,
                stage: reference.stage.clone(),
                stage_attempt: reference.stage_attempt,
                task: reference.task,
                attempt: reference.attempt,
            },
            execution: of.start.clone(),
            kind: stage.definition.kind.clone(),
            stage_name: stage.definition.name.clone(),
            task: task.to_owned(),
            inputs: Arc::new(stage.inputs.clone()),
            outputs: Arc::new(stage.outputs.clone()),
            progress: Progress(sender),
        };
        let span = tracing::info_span!(
            "task",
            %execution, stage = %reference.stage, kind = %run.kind, task = %run.task, attempt = reference.attempt,
        );
        let labels = [("kind", run.kind.clone()), ("task", run.task.clone())];
        let (runner, turns, outlet) = (self.runner.clone(), self.turns.clone(), self.outlet.clone());
        let max_outputs = self.max_outputs;
        let work = async move {
            let _turn = turns.acquire_owned().await;
            let progress = forward(reports, execution, reference.clone(), outlet.clone());
            let effect = AssertUnwindSafe(runner.run(run)).catch_unwind();
            let outcome = tokio::select! {
                outcome = effect => outcome.unwrap_or_else(|_| panicked()),
                never = progress => match never {},
            };
            let outcome = limit(outcome, max_outputs);
            metrics::counter!(TASK_RUNS, &[labels.as_slice(), &[outcome_label(&outcome)]].concat()).increment(1);
            let command = Command::TaskOutcome { task: reference, outcome };
            // Nobody listens any more when the engine has stopped; the effect is repeated at its next start.
            let _stopped = outlet.send(Message::Internal { execution, command });
        };
        self.tasks.spawn(work.instrument(span))
    }

    fn spawn_errand(&mut self, of: &Execution, errand: &Errand) -> AbortHandle {
        let (execution, id, attempt) = (of.id(), errand.id, errand.attempt);
        let span = tracing::info_span!("errand", %execution, errand = id, attempt);
        let run = ErrandRun {
            key: format!("{execution}/errand-{id}"),
            execution: of.start.clone(),
            errand: errand.spec.kind.clone(),
        };
        let (runner, turns, outlet) = (self.runner.clone(), self.turns.clone(), self.outlet.clone());
        let work = async move {
            let _turn = turns.acquire_owned().await;
            let effect = AssertUnwindSafe(runner.run_errand(run)).catch_unwind();
            let outcome = match tokio::time::timeout(ERRAND_PATIENCE, effect).await {
                Ok(Ok(outcome)) => outcome,
                Ok(Err(_)) => given_up("it crashed; this is a fault of the server, see its log", false),
                Err(_) => given_up("it took too long", true),
            };
            if let ErrandOutcome::Failed { message, retryable } = &outcome {
                tracing::warn!(%message, retryable, "an errand failed");
            }
            let command = Command::ErrandOutcome { errand: id, attempt, outcome };
            // As with tasks.
            let _stopped = outlet.send(Message::Internal { execution, command });
        };
        self.tasks.spawn(work.instrument(span))
    }
}

fn given_up(message: &str, retryable: bool) -> ErrandOutcome {
    ErrandOutcome::Failed { message: message.to_owned(), retryable }
}

/// Turns reports into commands, not too many of them. Never ends.
async fn forward(
    mut reports: watch::Receiver<Report>,
    execution: ExecutionId,
    task: TaskRef,
    outlet: mpsc::UnboundedSender<Message>,
) -> std::convert::Infallible {
    loop {
        if reports.changed().await.is_err() {
            return std::future::pending().await;
        }
        let report = reports.borrow_and_update().clone();
        if let Some((message, percent)) = report {
            let command = Command::TaskProgress { task: task.clone(), message, percent };
            let _stopped = outlet.send(Message::Internal { execution, command });
        }
        tokio::time::sleep(PROGRESS_EVERY).await;
    }
}

fn panicked() -> TaskOutcome {
    TaskOutcome::Failed(Failure::permanent("the task crashed; this is a fault of the server, see its log"))
}

/// Fails a task whose outputs are too large to be kept.
fn limit(outcome: TaskOutcome, max_outputs: usize) -> TaskOutcome {
    let (TaskOutcome::Succeeded { outputs, .. } | TaskOutcome::Later { outputs, .. }) = &outcome else {
        return outcome;
    };
    let size = serde_json::to_vec(outputs).map_or(0, |text| text.len());
    if size <= max_outputs {
        return outcome;
    }
    let message = format!("the task's outputs are {size} bytes of JSON; at most {max_outputs} are kept");
    TaskOutcome::Failed(Failure::permanent(message))
}

fn outcome_label(outcome: &TaskOutcome) -> (&'static str, String) {
    let word = match outcome {
        TaskOutcome::Succeeded { .. } => "succeeded",
        TaskOutcome::Later { .. } => "later",
        TaskOutcome::Canceled { .. } => "canceled",
        TaskOutcome::Failed(_) => "failed",
    };
    ("outcome", word.to_owned())
}
