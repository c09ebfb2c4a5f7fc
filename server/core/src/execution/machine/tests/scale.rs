//! Large pipelines run through: what a step costs must not grow beyond the number of stages.

use super::script::Scripted;
use super::world::{BEGINNING, succeeded};
use super::*;
use crate::execution::{
    Command, Context, Execution, ExecutionStatus, Origin, Stage, StageDefinition, StageId, TaskRef, create, handle,
};

/// Runs all stages, the last outstanding effect first, without the checks of [`World`]. Gives the number of events.
fn run_through(stages: Vec<StageDefinition>) -> (Execution, usize) {
    let context = Context { now: BEGINNING, kinds: &Scripted, random: 0 };
    let start = super::world::start(super::script::definition(stages), Origin::Manual);
    let (mut execution, decision) = create(start, false, &context);
    let mut events = decision.events.len();
    loop {
        let next = execution.outstanding().last().map(|(stage, task)| reference(stage, task));
        let Some(task) = next else { return (execution, events) };
        let command = Command::TaskOutcome { task, outcome: succeeded(serde_json::json!({}), None) };
        events += handle(&mut execution, &command, &context).expect("the task runs").events.len();
    }
}

fn reference(stage: &Stage, task: u32) -> TaskRef {
    let attempt = stage.tasks[task as usize].attempt;
    TaskRef { stage: stage.id().clone(), stage_attempt: stage.attempt, task, attempt }
}

fn name(number: usize) -> String {
    format!("stage-{number}")
}

fn stages(depends_on: impl Fn(usize) -> Vec<StageId>) -> Vec<StageDefinition> {
    let script = Script::of([run("work")]);
    let one = |number| StageDefinition { depends_on: depends_on(number), ..stage(&name(number), &[], &script) };
    (0..1000).map(one).collect()
}

#[test]
fn a_thousand_stages_one_after_another() {
    let (execution, events) =
        run_through(stages(|number| number.checked_sub(1).map(|n| name(n).into()).into_iter().collect()));
    assert_eq!((execution.status, events), (ExecutionStatus::Succeeded, 6 * 1000 + 3));
}

#[test]
fn a_thousand_stages_side_by_side() {
    let (execution, events) = run_through(stages(|_| Vec::new()));
    assert_eq!((execution.status, events), (ExecutionStatus::Succeeded, 6 * 1000 + 3));
}

#[test]
fn a_thousand_stages_with_stages_of_their_own() {
    let script = Script::of([run("work")]).before([synthetic("check", &Script::of([run("check")]))]);
    let all = (0..1000).map(|number| stage(&name(number), &[], &script)).collect();
    let (execution, _) = run_through(all);
    assert_eq!((execution.status, execution.stages.len()), (ExecutionStatus::Succeeded, 2000));
}

#[test]
fn a_thousand_stages_without_work_listed_backwards() {
    let mut all = stages(|number| number.checked_sub(1).map(|n| name(n).into()).into_iter().collect());
    all.iter_mut().for_each(|stage| stage.config = Script::default().json());
    all.reverse();
    assert_eq!(run_through(all).0.status, ExecutionStatus::Succeeded);
}
