//! What the expressions of one stage, or of one execution, are evaluated with.

use std::cell::OnceCell;

use serde_json::{Map, Value as Json};

use super::Fact;
use super::Lookup;
use crate::Timestamp;
use crate::execution::{Execution, Scope, Stage};

/// How many stages are gone through for one step.
const STAGES_PER_STEP: usize = 8;

/// What expressions can refer to. Nothing of it is copied; one environment serves all expressions of a stage.
#[derive(Clone, Debug)]
pub struct Environment<'a> {
    execution: &'a Execution,
    stage: Option<&'a Stage>,
    now: Timestamp,
    random: u64,
    facts: Option<&'a Map<String, Json>>,
    variables: Option<&'a Map<String, Json>>,
    /// The places of the stages before this one, nearest first.
    ancestors: OnceCell<Vec<usize>>,
}

impl<'a> Environment<'a> {
    /// An execution, at a time, with the seed of its random numbers.
    pub const fn new(execution: &'a Execution, now: Timestamp, random: u64) -> Self {
        Self { execution, stage: None, now, random, facts: None, variables: None, ancestors: OnceCell::new() }
    }

    /// As a stage sees it: with its own names, the outputs of the stages before it, and the facts it has gathered.
    #[must_use]
    pub fn with_stage(self, stage: &'a Stage) -> Self {
        Self { stage: Some(stage), facts: Some(&stage.facts), ancestors: OnceCell::new(), ..self }
    }

    /// With answers to look-ups: the [key](Lookup::key) of each with its [`Fact`] as JSON.
    #[must_use]
    pub fn with_facts(self, facts: &'a Map<String, Json>) -> Self {
        Self { facts: Some(facts), ..self }
    }

    /// With more names. They are found before those of the stage and after the fixed ones.
    #[must_use]
    pub fn with_variables(self, variables: &'a Map<String, Json>) -> Self {
        Self { variables: Some(variables), ..self }
    }

    pub(super) const fn execution(&self) -> &'a Execution {
        self.execution
    }

    pub(super) const fn stage(&self) -> Option<&'a Stage> {
        self.stage
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) const fn random(&self) -> u64 {
        self.random
    }

    pub(super) fn variables(&self) -> Option<&'a Map<String, Json>> {
        self.variables
    }

    /// The answer to a look-up, if it was gathered.
    pub(super) fn fact(&self, lookup: &Lookup) -> Option<Result<&'a Json, &'a str>> {
        let fact = self.facts?.get(&lookup.key())?;
        match fact.get(Fact::ERROR) {
            Some(error) => Some(Err(error.as_str().unwrap_or("the look-up failed"))),
            None => Some(Ok(fact.get(Fact::VALUE).unwrap_or(&Json::Null))),
        }
    }

    /// What going through all stages costs, in steps.
    pub(super) fn effort(&self) -> usize {
        self.execution.stages.len() / STAGES_PER_STEP
    }

    /// The stages before this one, nearest first; without a stage all of the execution, the last first.
    pub(super) fn ancestors(&self) -> impl Iterator<Item = &'a Stage> {
        let execution = self.execution;
        let places = self.ancestors.get_or_init(|| match self.stage {
            Some(stage) => {
                let scope = Scope { execution, stage, now: self.now, random: self.random };
                scope.ancestors().into_iter().filter_map(|stage| execution.place(stage.id())).collect()
            }
            None => (0..execution.stages.len()).rev().collect(),
        });
        places.iter().map(move |place| &execution.stages[*place])
    }
}

impl<'a> From<&Scope<'a>> for Environment<'a> {
    fn from(scope: &Scope<'a>) -> Self {
        Self::new(scope.execution, scope.now, scope.random).with_stage(scope.stage)
    }
}
