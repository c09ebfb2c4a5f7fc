//! What a step of a large execution costs: the machine's decision, and what the engine derives from the state after it.
//!
//! `cargo run --release -p gennaker-core --example step_cost` prints, for pipelines of growing size, the mean time of each in
//! microseconds. What grows with the number of stages is work that a step does for stages it does not concern.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use gennaker_core::Timestamp;
use gennaker_core::execution::{
    Cause, Command, Context, Definition, EventRecord, Execution, ExecutionId, Failure, Origin, Plan, Scope,
    StageDefinition, StageId, StageKinds, Start, SyntheticStage, TaskOutcome, TaskRef, TaskSpec, create, handle,
};
use serde_json::Value;

/// Each stage is one effect; a `family` has another stage before it.
struct Kinds;

impl StageKinds for Kinds {
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Failure> {
        let is_family = scope.stage.definition.kind == "family";
        let before = if is_family { vec![SyntheticStage::new("inner", "effect", Value::Null)] } else { Vec::new() };
        let tasks = vec![TaskSpec::run("work", Duration::from_secs(600))];
        Ok(Plan { before, tasks, ..Plan::default() })
    }

    fn plan_after(&self, _: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Ok(Vec::new())
    }

    fn plan_on_failure(&self, _: &Scope<'_>) -> Result<Vec<SyntheticStage>, Failure> {
        Ok(Vec::new())
    }
}

/// How stages hang together.
#[derive(Clone, Copy, Debug)]
enum Shape {
    Chain,
    Wide,
    Families,
}

fn definition(shape: Shape, count: usize) -> Definition {
    let id = |number: usize| StageId::from(format!("stage-{number}"));
    let stage = |number: usize| StageDefinition {
        id: id(number),
        name: format!("Stage {number}"),
        kind: if matches!(shape, Shape::Families) { "family" } else { "effect" }.to_owned(),
        depends_on: match shape {
            Shape::Chain => number.checked_sub(1).map(id).into_iter().collect(),
            Shape::Wide | Shape::Families => Vec::new(),
        },
        ..StageDefinition::default()
    };
    Definition {
        application: "shop".into(),
        pipeline: None,
        revision: 1,
        display_name: "large".into(),
        stages: (0..count).map(stage).collect(),
        ..Definition::default()
    }
}

/// Time spent, and how often.
#[derive(Default)]
struct Spent(Duration, u32);

impl Spent {
    fn on<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let result = work();
        self.0 += began.elapsed();
        self.1 += 1;
        result
    }

    fn micros(&self) -> f64 {
        self.0.as_secs_f64() * 1e6 / f64::from(self.1.max(1))
    }
}

fn run(shape: Shape, count: usize, out: &mut impl Write) -> io::Result<()> {
    let context = Context { now: Timestamp::from_secs(1_800_000_000), kinds: &Kinds, random: 0 };
    let start = Start {
        id: ExecutionId::from_parts(context.now, 1),
        definition: Arc::new(definition(shape, count)),
        cause: Cause { actor: "ann".into(), origin: Origin::Manual, reason: String::new(), payload: Value::Null },
        parameters: Default::default(),
        labels: Default::default(),
        artifacts: Vec::new(),
        resolved_artifacts: Vec::new(),
    };
    let (mut outcome, mut progress, mut derive, mut copy, mut replay) =
        (Spent::default(), Spent::default(), Spent::default(), Spent::default(), Spent::default());
    let (mut execution, decision) = create(start, false, &context);
    let mut log: Vec<EventRecord> = decision.events;
    while let Some(task) = outstanding(&execution) {
        let report = Command::TaskProgress { task: task.clone(), message: "half way".into(), percent: Some(50) };
        let done = TaskOutcome::Succeeded { outputs: Default::default(), message: "done".into(), child: None };
        let end = Command::TaskOutcome { task, outcome: done };
        for (command, spent) in [(report, &mut progress), (end, &mut outcome)] {
            let decision = spent.on(|| handle(&mut execution, &command, &context)).expect("the task runs");
            log.extend(decision.events);
        }
        derive.on(|| (execution.wake_at(), execution.outstanding().count()));
        copy.on(|| execution.clone());
    }
    let replayed = replay.on(|| Execution::replay(&log));
    assert_eq!(replayed.as_ref(), Some(&execution), "the log makes the state");
    let events = log.len();
    let per_event = replay.micros() / events as f64;
    writeln!(
        out,
        "{:<9} {count:>6} {events:>7} {:>9.1} {:>9.1} {:>9.1} {:>9.1} {per_event:>9.2}",
        format!("{shape:?}"),
        progress.micros(),
        outcome.micros(),
        derive.micros(),
        copy.micros(),
    )
}

fn outstanding(execution: &Execution) -> Option<TaskRef> {
    let (stage, task) = execution.outstanding().last()?;
    let attempt = stage.tasks[task as usize].attempt;
    Some(TaskRef { stage: stage.id().clone(), stage_attempt: stage.attempt, task, attempt })
}

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{:<9} {:>6} {:>7} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "shape", "stages", "events", "progress", "outcome", "derive", "copy", "replay/ev"
    )?;
    for shape in [Shape::Chain, Shape::Wide, Shape::Families] {
        for count in [10, 100, 1000, 2000] {
            run(shape, count, &mut out)?;
        }
    }
    Ok(())
}
