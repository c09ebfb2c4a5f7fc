//! What holds for every pipeline, whatever happens to it and in whatever order.
//!
//! [`World`] checks with every command that the events make the state and are dense, that a refusal changes nothing,
//! that nothing starts before what it needs, that what has ended stays so unless retried, and that no effect is started
//! twice. Here is the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::World;
use super::arbitrary::{Beginning, Move, Report, beginning, moves};
use super::script::{Script, Scripted};
use super::world::{
    cancel, child_finished, child_started, execution_id, judge, may_start, pause, resume, retry, skip, succeeded,
};
use crate::execution::{
    Command, Context, Decision, ErrandOutcome, EventRecord, Execution, ExecutionId, ExecutionStatus, Failure,
    JudgmentDecision, Stage, StageId, StageStatus, SyntheticStage, TaskKind, TaskOutcome, TaskRef, explain,
    explain_stage, handle,
};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn whatever_happens_it_stays_sound_and_can_end(beginning in beginning(), moves in moves()) {
        let mut life = Life::new(&beginning);
        for one in &moves {
            life.happen(one);
        }
        life.settle();
        life.nobody_is_left_alone();
        prop_assert_eq!(Execution::replay(&life.world.log), Some(life.world.execution));
    }
}

/// `PROPTEST_CASES` is read by proptest into the default configuration; without it, enough for every change.
fn cases() -> u32 {
    ProptestConfig::default().cases.max(512)
}

/// The number of the first execution that a stage starts.
const FIRST_CHILD: u128 = 101;

/// An execution, with what has been sent to it.
struct Life {
    world: World,
    commands: Vec<Command>,
    /// The executions that were started, by the stage and which start of it.
    children: BTreeMap<(StageId, u32), ExecutionId>,
    /// Those of them that somebody had their stage no longer wait for.
    let_go: BTreeSet<ExecutionId>,
    canceled: BTreeSet<ExecutionId>,
    /// More events than a command can make.
    bound: usize,
}

impl Life {
    fn new(beginning: &Beginning) -> Self {
        let Beginning { definition, origin, queued, random } = beginning.clone();
        let scripts = definition.stages.iter().map(|stage| serde_json::from_value(stage.config.clone()).unwrap());
        let bound = 10 + scripts.map(|script: Script| events_of(&script)).sum::<usize>();
        let world = World::create(definition, origin, queued, random);
        same_as_json(&*world.execution.start);
        world.log.iter().for_each(same_as_json);
        let (children, let_go, canceled) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        let life = Self { world, commands: Vec::new(), children, let_go, canceled, bound };
        life.check();
        life
    }

    fn happen(&mut self, one: &Move) {
        let command = match one {
            Move::Report { which, report } => self.report(*which, *report),
            Move::Progress { which } => self.outstanding(*which).map(|task| Command::TaskProgress {
                task,
                message: "half way".into(),
                percent: Some(50),
            }),
            Move::Again { which } => pick(&self.commands, *which).cloned(),
            Move::Pass { secs } => {
                self.world.now = self.world.now + std::time::Duration::from_secs(*secs);
                Some(Command::Tick)
            }
            Move::Wake => self.wake(),
            Move::Launch { which } => {
                if let Some(task) = self.outstanding(*which).filter(|task| self.launches(task)) {
                    self.launch(&task);
                }
                None
            }
            Move::ChildTells { which } => {
                let told = self.children.iter().nth(which.checked_rem(self.children.len()).unwrap_or(0));
                told.map(|((stage, attempt), child)| child_started(stage.as_str(), *attempt, *child))
            }
            Move::ChildEnds { which, stray, how } => self.child_ends(*which, *stray, *how),
            Move::Judge { which, actor, go_on, option } => {
                let decision = if *go_on { JudgmentDecision::Continue } else { JudgmentDecision::Stop };
                let option = option.map(|option| ["blue", "green", "red"][option]);
                Some(judge(self.any_stage(*which).as_str(), ["ann", "bob"][*actor], decision, option))
            }
            Move::Errand { which, how } => self.errand(*which, *how),
            Move::Admit => Some(Command::Admit),
            Move::Cancel => Some(cancel()),
            Move::Pause => Some(pause()),
            Move::Resume => Some(resume()),
            Move::Retry { which } => Some(retry(self.any_stage(*which).as_str())),
            Move::Skip { which } => Some(skip(self.any_stage(*which).as_str())),
        };
        command.into_iter().for_each(|command| self.send(command));
    }

    fn report(&mut self, which: usize, report: Report) -> Option<Command> {
        let task = self.outstanding(which)?;
        let outcome = match report {
            Report::Success { forgets_child } => {
                let child = (self.launches(&task) && !forgets_child).then(|| self.launch(&task));
                succeeded(json!({"image": which, "list": [which], "fact": which}), child)
            }
            Report::Failure => TaskOutcome::Failed(Failure::permanent("it broke")),
            Report::PassingFailure => TaskOutcome::Failed(Failure::retryable("it is busy")),
            Report::Later { secs } => {
                let after = std::time::Duration::from_secs(secs);
                TaskOutcome::Later { after, message: "not yet".into(), percent: None, outputs: Default::default() }
            }
        };
        Some(Command::TaskOutcome { task, outcome })
    }

    fn errand(&self, which: usize, how: usize) -> Option<Command> {
        let outstanding: Vec<(u32, u32)> =
            self.world.execution.outstanding_errands().map(|errand| (errand.id, errand.attempt)).collect();
        let &(errand, attempt) = pick(&outstanding, which)?;
        let message = "it is so".to_owned();
        let outcome = match how {
            0 => ErrandOutcome::Done { message },
            how => ErrandOutcome::Failed { message, retryable: how == 1 },
        };
        Some(Command::ErrandOutcome { errand, attempt, outcome })
    }

    fn launches(&self, task: &TaskRef) -> bool {
        let next = self.world.execution.stage(&task.stage).and_then(|stage| stage.tasks.get(task.task as usize + 1));
        next.is_some_and(|next| matches!(next.spec.kind, TaskKind::AwaitChild { .. }))
    }

    /// The child of a start of a stage, the same for all tries.
    fn launch(&mut self, task: &TaskRef) -> ExecutionId {
        let next = execution_id(FIRST_CHILD + self.children.len() as u128);
        *self.children.entry((task.stage.clone(), task.stage_attempt)).or_insert(next)
    }

    fn wake(&mut self) -> Option<Command> {
        self.world.now = self.world.execution.wake_at()?;
        Some(Command::Tick)
    }

    fn child_ends(&mut self, which: usize, stray: bool, how: usize) -> Option<Command> {
        let how = [ExecutionStatus::Succeeded, ExecutionStatus::Terminal, ExecutionStatus::Canceled][how];
        if stray {
            let child = execution_id(FIRST_CHILD + which as u128 % (self.children.len() as u128 + 1));
            return Some(child_finished(self.any_stage(which).as_str(), child, how));
        }
        let awaited: Vec<(StageId, ExecutionId)> = self.awaited();
        pick(&awaited, which).map(|(stage, child)| child_finished(stage.as_str(), *child, how))
    }

    fn awaited(&self) -> Vec<(StageId, ExecutionId)> {
        let awaited = |stage: &Stage| stage.awaited_child().map(|child| (stage.id().clone(), child));
        self.world.execution.stages.iter().filter(|s| s.status == StageStatus::Running).filter_map(awaited).collect()
    }

    fn outstanding(&self, which: usize) -> Option<TaskRef> {
        let reference = |(stage, task): (&Stage, u32)| TaskRef {
            stage: stage.id().clone(),
            stage_attempt: stage.attempt,
            task,
            attempt: stage.tasks[task as usize].attempt,
        };
        let outstanding: Vec<TaskRef> = self.world.execution.outstanding().map(reference).collect();
        pick(&outstanding, which).cloned()
    }

    fn any_stage(&self, which: usize) -> StageId {
        pick(&self.world.execution.stages, which).expect("there are stages").id().clone()
    }

    fn send(&mut self, command: Command) {
        same_as_json(&command);
        let (awaited, status) = (self.awaited(), self.world.status());
        if let Ok(decision) = self.world.send(&command) {
            assert!(decision.events.len() <= self.bound, "{command:?} made {} events", decision.events.len());
            decision.events.iter().for_each(same_as_json);
            decision.outgoing.iter().for_each(|outgoing| same_as_json(&outgoing.command));
            self.nobody_is_forgotten(&command, &awaited, &decision);
        }
        if status.is_final() && !matches!(command, Command::RetryStage { .. }) {
            assert_eq!(self.world.status(), status, "{command:?} changed an end");
        }
        self.commands.push(command);
        self.check();
    }

    /// An execution that a stage no longer waits for has ended, was skipped, or is told to cancel.
    fn nobody_is_forgotten(&mut self, command: &Command, before: &[(StageId, ExecutionId)], decision: &Decision) {
        let after: BTreeSet<ExecutionId> = self.awaited().into_iter().map(|(_, child)| child).collect();
        for (stage, child) in before.iter().filter(|(_, child)| !after.contains(child)) {
            let told =
                decision.outgoing.iter().any(|o| o.execution == *child && matches!(o.command, Command::Cancel { .. }));
            let ended = matches!(command, Command::ChildFinished { child: ended, .. } if ended == child);
            let skipped = matches!(command, Command::SkipStage { stage: skipped, .. } if skipped == stage);
            assert!(told || ended || skipped, "{stage} has forgotten {child} after {command:?}");
            self.let_go.extend(skipped.then_some(*child));
        }
        for outgoing in &decision.outgoing {
            let repeated = matches!(command, Command::ChildStarted { .. });
            assert!(self.canceled.insert(outgoing.execution) || repeated, "{} was canceled twice", outgoing.execution);
        }
    }

    /// Once all children have told that they were started, each has ended, was let go, or was canceled.
    fn nobody_is_left_alone(&mut self) {
        for ((stage, attempt), child) in self.children.clone() {
            self.send(child_started(stage.as_str(), attempt, child));
            let ended = |command: &Command| match command {
                Command::ChildFinished { stage: of, child: ended, .. } => (of, ended) == (&stage, &child),
                _ => false,
            };
            let minded = self.let_go.contains(&child) || self.canceled.contains(&child);
            assert!(minded || self.commands.iter().any(ended), "{child} of {stage} runs, and nobody minds it");
        }
    }

    /// Every state that is not an end has a way out, and the clock has done all it can.
    fn check(&self) {
        let execution = &self.world.execution;
        assert_eq!(explain(execution).is_empty(), execution.status.is_final());
        let runs = |stage: &&Stage| stage.status == StageStatus::Running;
        assert!(execution.running().eq(execution.stages.iter().filter(runs)), "others run than it believes");
        let errands = execution.errands.iter().filter_map(|errand| errand.resumes).min();
        match execution.status {
            ExecutionStatus::Succeeded | ExecutionStatus::Terminal | ExecutionStatus::Canceled => {
                assert_eq!(execution.running().count(), 0, "it has ended and stages run");
                assert_eq!((execution.wake_at(), execution.outstanding().count()), (errands, 0));
                self.ticks_do_what_is_due();
            }
            ExecutionStatus::Queued | ExecutionStatus::Paused => assert_eq!(execution.wake_at(), errands),
            ExecutionStatus::Running => {
                let mut running = execution.running().peekable();
                assert!(running.peek().is_some(), "it runs and no stage does");
                running.for_each(|stage| has_a_way_out(execution, stage));
                let ready = execution.stages.iter().find(|stage| may_start(execution, stage));
                assert!(ready.is_none(), "stage {:?} was not started", ready.map(Stage::id));
                let ends = |stage: &Stage| matches!(stage.status, StageStatus::Terminal | StageStatus::Canceled);
                assert!(!execution.top_level().any(ends), "a stage has decided it, and it goes on");
                self.ticks_do_what_is_due();
            }
        }
    }

    fn ticks_do_what_is_due(&self) {
        let tick = |now| {
            let mut execution = self.world.execution.clone();
            let context = Context { now, kinds: &Scripted, random: self.world.random };
            handle(&mut execution, &Command::Tick, &context).expect("a tick is never refused").events.len()
        };
        assert_eq!(tick(self.world.now), 0, "a tick found something to do before it was due");
        if let Some(due) = self.world.execution.wake_at() {
            assert!(tick(due) > 0, "a tick did nothing at {due}");
        }
    }

    /// Everybody does what is asked of them: then it ends.
    fn settle(&mut self) {
        for _ in 0..5_000 {
            let command = match self.world.status() {
                ExecutionStatus::Succeeded | ExecutionStatus::Terminal | ExecutionStatus::Canceled => {
                    match self.errand(0, 0).or_else(|| self.wake()) {
                        Some(command) => command,
                        None => {
                            return assert!(self.world.execution.is_settled(), "an errand is left, and nobody does it");
                        }
                    }
                }
                ExecutionStatus::Queued => Command::Admit,
                ExecutionStatus::Paused => resume(),
                ExecutionStatus::Running => self.next().expect("something can be done"),
            };
            self.send(command);
        }
        panic!("it does not end: {}", self.world.explanation());
    }

    fn next(&mut self) -> Option<Command> {
        let report = self.report(0, Report::Success { forgets_child: false });
        report
            .or_else(|| self.errand(0, 0))
            .or_else(|| self.child_ends(0, false, 0))
            .or_else(|| self.judgment())
            .or_else(|| self.wake())
    }

    fn judgment(&self) -> Option<Command> {
        self.world.execution.stages.iter().filter(|stage| stage.status == StageStatus::Running).find_map(|stage| {
            let TaskKind::Judgment(spec) = &stage.current_task()?.1.spec.kind else { return None };
            let option = spec.options.first().map(String::as_str);
            Some(judge(stage.id().as_str(), "ann", JudgmentDecision::Continue, option))
        })
    }
}

/// A running stage waits for the clock, an effect, a person, an execution, or a stage of its own that runs.
fn has_a_way_out(execution: &Execution, stage: &Stage) {
    let timer = stage.hold.is_some();
    let task = stage.current_task().is_some_and(|(place, task)| match &task.spec.kind {
        TaskKind::Wait { .. } => task.until.is_some(),
        TaskKind::Judgment(_) => task.until.is_some() && stage.judgment.is_none(),
        TaskKind::AwaitChild { .. } => stage.child.is_some() && stage.child_result.is_none(),
        TaskKind::Run { .. } => {
            let outstanding = execution.outstanding().any(|(s, number)| s.id() == stage.id() && number == place);
            task.until.is_some() && (task.resumes.is_some() || outstanding)
        }
    });
    let child = execution.children(stage.id()).any(|child| child.status == StageStatus::Running);
    assert!(timer || task || child, "stage {} has no way out", stage.id());
    assert!(explain_stage(execution, stage).is_some(), "stage {} cannot say what it waits for", stage.id());
}

/// An upper bound of the events that a command can make of a stage: it may be canceled and run again.
fn events_of(script: &Script) -> usize {
    let inner = script.before.iter().chain(&script.after).chain(&script.cleanup);
    let inner = inner.map(|SyntheticStage { config, .. }| events_of(&serde_json::from_value(config.clone()).unwrap()));
    20 + 8 * script.tasks.len() + inner.sum::<usize>()
}

fn pick<T>(from: &[T], which: usize) -> Option<&T> {
    from.get(which.checked_rem(from.len())?)
}

fn same_as_json<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    let read: T = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text} cannot be read: {error}"));
    assert_eq!(&read, value, "{text}");
}

/// An event's record as the store keeps it.
#[test]
fn records_are_flat_json() {
    let world = World::new(vec![super::stage("a", &[], &Script::default())]);
    let record: &EventRecord = &world.log[2];
    insta::assert_snapshot!(serde_json::to_string(record).unwrap(), @r#"
    {"sequence":3,"time":1795507200000000,"event":"stage_started","stage":"a","hold":null}
    "#);
}
