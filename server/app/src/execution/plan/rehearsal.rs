//! A rehearsal: the stages of an execution in the order in which they could run, each planned as in a run. Effects don't happen;
//! their outputs are those of a past execution, or not known.

use std::collections::HashSet;
use std::time::Duration;

use gennaker_core::Timestamp;
use gennaker_core::execution::{
    Event, EventRecord, Execution, Failure, Plan, Scope, Stage, StageId, StageKinds, StageStatus, SyntheticPosition,
    TaskKind, TaskSpec, TaskStatus,
};
use gennaker_core::expression::{Environment, truth};
use gennaker_proto::v1::planned_stage::Verdict;
use gennaker_proto::{expressions, v1};
use serde_json::{Map, Value};

use super::expression::Tried;
use crate::convert;

/// So many stages are shown, those that other stages make included.
const MAX_STAGES: usize = 5_000;

pub(super) struct Rehearsal<'a> {
    kinds: &'a dyn StageKinds,
    definitions: &'a [v1::Stage],
    execution: Execution,
    past: Option<&'a Execution>,
    now: Timestamp,
    random: u64,
    /// The stages that have passed and whose outputs are not known.
    unknown: HashSet<StageId>,
    planned: Vec<v1::PlannedStage>,
}

impl<'a> Rehearsal<'a> {
    pub(super) fn new(
        kinds: &'a dyn StageKinds,
        definitions: &'a [v1::Stage],
        execution: Execution,
        past: Option<&'a Execution>,
        now: Timestamp,
        random: u64,
    ) -> Self {
        let (unknown, planned) = (HashSet::new(), Vec::new());
        Self { kinds, definitions, execution, past, now, random, unknown, planned }
    }

    /// Goes through all stages. The graph has no cycles: it was checked.
    pub(super) fn run(mut self) -> Vec<v1::PlannedStage> {
        self.happens(Event::Started);
        while let Some(id) = self.next_of(None, None)
            && self.planned.len() < MAX_STAGES
        {
            self.rehearse(&id);
        }
        self.planned
    }

    /// The first stage, of the pipeline or of those that a stage has made, that has not passed and whose dependencies have.
    fn next_of(&self, parent: Option<&StageId>, position: Option<SyntheticPosition>) -> Option<StageId> {
        let passed = |id: &StageId| self.execution.stage(id).is_some_and(|stage| stage.status.is_final());
        let waits = |stage: &&Stage| {
            stage.status == StageStatus::NotStarted
                && stage.parent.as_ref() == parent
                && (position.is_none() || stage.position == position)
                && stage.definition.depends_on.iter().all(passed)
        };
        self.execution.stages.iter().find(waits).map(|stage| stage.id().clone())
    }

    fn rehearse(&mut self, id: &StageId) {
        let place = self.planned.len();
        self.planned.push(introduce(self.stage(id)));
        if self.is_left_out(id, place) {
            self.happens(Event::StageFinished { stage: id.clone(), status: StageStatus::Skipped });
            return;
        }
        self.happens(Event::StageStarted { stage: id.clone(), hold: None });
        self.try_expressions(id, place);
        match self.kinds.plan(&self.scope(id)) {
            Ok(plan) if plan.provisional => {
                self.note(place, Verdict::Unknown, "it looks something up first");
                self.show_tasks(place, &plan.tasks);
            }
            Ok(plan) => self.go_through(id, place, plan),
            Err(failure) => self.fails(id, place, &failure),
        }
        self.pass(id);
    }

    /// Whether its condition leaves a stage out, as far as that is known.
    fn is_left_out(&mut self, id: &StageId, place: usize) -> bool {
        let condition = self.stage(id).definition.condition.trim().to_owned();
        if condition.is_empty() {
            return false;
        }
        let tried = Tried::new("condition", &condition, true, &self.environment(id), self.is_blind(id));
        let holds = match &tried.value {
            Ok(value) => Some(truth(value) == Some(true)),
            Err(_) => (!tried.shown.unknown).then_some(false),
        };
        match holds {
            Some(true) => {}
            Some(false) => self.note(place, Verdict::Skipped, "its condition does not hold"),
            None => self.note(place, Verdict::Unknown, "its condition depends on what only a run will show"),
        }
        self.planned[place].condition = Some(tried.shown);
        holds == Some(false)
    }

    /// Evaluates the expressions in a stage's fields.
    fn try_expressions(&mut self, id: &StageId, place: usize) {
        let definition = self.definitions.iter().find(|definition| definition.id == id.as_str());
        let Some(definition) = definition.filter(|_| self.stage(id).parent.is_none()) else { return };
        let mut earlier = Map::new();
        for (field, text) in expressions::all(definition) {
            let environment = self.environment(id).with_variables(&earlier);
            let tried = Tried::new(&field, &text, false, &environment, self.is_blind(id));
            if let (Some(variable), Ok(value)) = (variable(definition, &field), tried.value) {
                earlier.insert(variable.to_owned(), value);
            }
            self.planned[place].expressions.push(tried.shown);
        }
        for (field, text) in preconditions(definition) {
            let tried = Tried::new(&field, text, true, &self.environment(id), self.is_blind(id));
            self.planned[place].expressions.push(tried.shown);
        }
    }

    /// A stage can't be planned: because of a mistake, or of what only a run will show.
    fn fails(&mut self, id: &StageId, place: usize, failure: &Failure) {
        let expressions = &self.planned[place].expressions;
        let mistaken = expressions.iter().any(|expression| !expression.error.is_empty() && !expression.unknown);
        let open = expressions.iter().any(|expression| expression.unknown) || self.is_blind(id);
        let verdict = if open && !mistaken { Verdict::Unknown } else { Verdict::Fails };
        self.note(place, verdict, &failure.message);
    }

    /// What a stage does: the stages before its tasks, its tasks, and the stages after them.
    fn go_through(&mut self, id: &StageId, place: usize, plan: Plan) {
        self.planned[place].inputs = convert::json::object_to_proto(&plan.inputs);
        self.show_tasks(place, &plan.tasks);
        let (inputs, tasks, before) = (plan.inputs, plan.tasks, plan.before);
        self.happens(Event::StagePlanned {
            stage: id.clone(),
            inputs,
            tasks,
            before,
            deadline: None,
            provisional: false,
        });
        self.rehearse_children(id, SyntheticPosition::Before);
        self.put_out(id);
        match self.kinds.plan_after(&self.scope(id)) {
            Ok(after) => {
                self.happens(Event::StageContinued { stage: id.clone(), after });
                self.rehearse_children(id, SyntheticPosition::After);
            }
            Err(_) if self.unknown.contains(id) => {
                self.note(place, Verdict::Unknown, "what it does after its tasks depends on what they find");
            }
            Err(failure) => self.fails(id, place, &failure),
        }
    }

    fn rehearse_children(&mut self, parent: &StageId, position: SyntheticPosition) {
        while let Some(child) = self.next_of(Some(parent), Some(position))
            && self.planned.len() < MAX_STAGES
        {
            self.rehearse(&child);
        }
    }

    /// Gives a stage the outputs that it had in the past execution, or that its plan alone makes.
    fn put_out(&mut self, id: &StageId) {
        let past = self.past.and_then(|past| past.stage(id)).filter(|stage| stage.status.is_final());
        match past.map(|stage| stage.outputs.clone()).or_else(|| computed(self.stage(id))) {
            Some(outputs) => {
                let stage = id.clone();
                let (task, status, message, child) = (0, TaskStatus::Succeeded, String::new(), None);
                self.happens(Event::TaskFinished { stage, task, status, outputs, message, child });
            }
            None => drop(self.unknown.insert(id.clone())),
        }
    }

    fn pass(&mut self, id: &StageId) {
        if self.stage(id).inputs.is_null() {
            self.put_out(id);
        }
        self.happens(Event::StageFinished { stage: id.clone(), status: StageStatus::Succeeded });
    }

    /// Whether stages before this one have outputs that are not known.
    fn is_blind(&self, id: &StageId) -> bool {
        self.scope(id).ancestors().iter().any(|stage| self.unknown.contains(stage.id()))
    }

    fn note(&mut self, place: usize, verdict: Verdict, problem: &str) {
        let planned = &mut self.planned[place];
        planned.set_verdict(verdict);
        planned.problem = problem.to_owned();
    }

    fn show_tasks(&mut self, place: usize, tasks: &[TaskSpec]) {
        self.planned[place].tasks = tasks.iter().map(show_task).collect();
    }

    fn stage(&self, id: &StageId) -> &Stage {
        self.execution.stage(id).expect("only stages of the execution are rehearsed")
    }

    fn scope(&self, id: &StageId) -> Scope<'_> {
        Scope { execution: &self.execution, stage: self.stage(id), now: self.now, random: self.random }
    }

    fn environment(&self, id: &StageId) -> Environment<'_> {
        Environment::from(&self.scope(id))
    }

    fn happens(&mut self, event: Event) {
        let sequence = self.execution.sequence + 1;
        self.execution.apply(&EventRecord { sequence, time: self.now, event });
    }
}

/// The name of the variable that a field is the value of: later ones can read it.
fn variable<'a>(definition: &'a v1::Stage, field: &str) -> Option<&'a str> {
    let Some(v1::stage::Kind::EvaluateVariables(stage)) = &definition.kind else { return None };
    let number = field.strip_prefix("evaluate_variables.variables[")?.strip_suffix("].value")?;
    Some(&stage.variables.get(number.parse::<usize>().ok()?)?.name)
}

/// The outputs of a stage whose tasks add nothing to what its plan says.
fn computed(stage: &Stage) -> Option<Map<String, Value>> {
    match stage.definition.kind.as_str() {
        "evaluate_variables" => stage.inputs.get("variables")?.as_object().cloned(),
        "wait" | "wait_until" | "group" => Some(Map::new()),
        _ => None,
    }
}

/// The expressions that must be true: they are no texts with expressions, but expressions.
fn preconditions(definition: &v1::Stage) -> impl Iterator<Item = (String, &str)> {
    let preconditions = match &definition.kind {
        Some(v1::stage::Kind::CheckPreconditions(stage)) => stage.preconditions.as_slice(),
        _ => &[],
    };
    preconditions.iter().enumerate().filter_map(|(place, precondition)| match &precondition.check {
        Some(v1::precondition::Check::Expression(check)) => {
            let field = format!("check_preconditions.preconditions[{place}].expression.expression");
            Some((field, check.expression.as_str()))
        }
        _ => None,
    })
}

fn introduce(stage: &Stage) -> v1::PlannedStage {
    let definition = &stage.definition;
    v1::PlannedStage {
        id: stage.id().to_string(),
        name: definition.name.clone(),
        kind: definition.kind.clone(),
        parent: stage.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
        position: convert::execution::position(stage.position).into(),
        depends_on: definition.depends_on.iter().map(ToString::to_string).collect(),
        verdict: Verdict::Runs.into(),
        ..Default::default()
    }
}

fn show_task(task: &TaskSpec) -> v1::PlannedTask {
    let (kind, limit): (_, Duration) = match &task.kind {
        TaskKind::Run { timeout } => (v1::waiting::Kind::Task, *timeout),
        TaskKind::Wait { duration } => (v1::waiting::Kind::Timer, *duration),
        TaskKind::Judgment(spec) => (v1::waiting::Kind::Judgment, spec.deadline),
        TaskKind::AwaitChild { timeout } => (v1::waiting::Kind::Execution, *timeout),
    };
    let limit = prost_types::Duration::try_from(limit).ok();
    v1::PlannedTask { name: task.name.clone(), kind: kind.into(), limit }
}
