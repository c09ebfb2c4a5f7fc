//! `custom`: kinds that the operator of the server has defined in its settings. Each is a call of a URL under a name of its
//! own, with parameters that the operator's texts refer to as `${ parameterValues.<name> }`.

mod definition;
mod parameter;

use std::collections::BTreeMap;

use async_trait::async_trait;
use gennaker_core::execution::{CallOff, CallOffPlan, EffectKey, Failure, Plan, Scope, TaskOutcome};
use gennaker_core::expression::Environment;
use gennaker_engine::TaskRun;
use gennaker_proto::kinds;
use gennaker_proto::v1::{CustomStage, OutputDescriptor, StageKindDescriptor};
use serde_json::{Map, Value};

use crate::common::config::{evaluated, resolve};
use crate::kind::{Context, StageKind, Unplanned};
use crate::webhook;
pub use definition::CustomKind;
pub use parameter::{CustomParameter, ParameterType};

pub(crate) const KIND: &str = "custom";
/// The name by which the operator's texts refer to the values of the parameters.
const VALUES: &str = "parameterValues";

/// The kinds that the operator has defined, by their names.
#[derive(Debug, Default)]
pub struct CustomKinds {
    kinds: BTreeMap<String, CustomKind>,
}

impl CustomKinds {
    /// Kinds as they are in the settings.
    ///
    /// # Errors
    /// All that is wrong with them, a line each.
    pub fn new(kinds: Vec<CustomKind>) -> Result<Self, Vec<String>> {
        let mut problems: Vec<String> = Vec::new();
        let mut known = BTreeMap::new();
        for kind in kinds {
            problems.extend(kind.problems().into_iter().map(|problem| format!("{}: {problem}", kind.name)));
            if let Some(twice) = known.insert(kind.name.clone(), kind) {
                problems.push(format!("{}: there are two kinds of this name", twice.name));
            }
        }
        if problems.is_empty() { Ok(Self { kinds: known }) } else { Err(problems) }
    }

    /// The kinds that are switched on, described for forms.
    pub fn descriptors(&self) -> Vec<StageKindDescriptor> {
        let described = |kind: &CustomKind| StageKindDescriptor {
            kind: format!("{KIND}/{}", kind.name),
            label: kind.label().to_owned(),
            description: kind.description.clone(),
            category: "Custom".to_owned(),
            fields: kind.parameters.iter().map(CustomParameter::descriptor).collect(),
            outputs: outputs(),
        };
        self.kinds.values().filter(|kind| kind.enabled).map(described).collect()
    }

    /// What is wrong with a stage: fields of its message, and what is wrong with each.
    pub(crate) fn problems(&self, stage: &CustomStage) -> Vec<(String, String)> {
        match self.find(&stage.kind) {
            Ok(kind) => kind.values(&stage.parameters).err().unwrap_or_default(),
            Err(problem) => vec![("kind".to_owned(), problem)],
        }
    }

    fn find(&self, name: &str) -> Result<&CustomKind, String> {
        match self.kinds.get(name) {
            Some(kind) if kind.enabled => Ok(kind),
            Some(_) => Err(format!("the operator of this server has switched the kind {name:?} off")),
            None => {
                let known: Vec<&str> = self.kinds.values().filter(|k| k.enabled).map(|k| k.name.as_str()).collect();
                let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
                Err(format!("this server has no kind {name:?}; its operator has defined: {known}"))
            }
        }
    }
}

/// What calls put out, by whatever name they go.
fn outputs() -> Vec<OutputDescriptor> {
    let webhook = kinds::stage_kinds().iter().find(|kind| kind.kind == webhook::KIND);
    webhook.map_or_else(Vec::new, |kind| kind.outputs.clone())
}

#[async_trait]
impl StageKind for CustomKinds {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let stage: CustomStage = resolve(scope)?;
        let kind = self.find(&stage.kind).map_err(|problem| Failure::permanent(format!("{KIND}.kind: {problem}")))?;
        let values = kind.values(&stage.parameters).map_err(|problems| {
            let all: Vec<String> = problems.iter().map(|(field, what)| format!("{KIND}.{field}: {what}")).collect();
            Failure::permanent(all.join("; "))
        })?;
        let variables = Map::from_iter([(VALUES.to_owned(), Value::Object(values))]);
        let environment = Environment::from(scope).with_variables(&variables);
        let webhook = evaluated(webhook::KIND, kind.template(), &BTreeMap::new(), &environment)?;
        Ok(webhook::plan(webhook)?)
    }

    fn call_off(&self, scope: &Scope<'_>, _task: &EffectKey) -> Option<CallOffPlan> {
        webhook::call_off(scope)
    }

    async fn run_call_off(&self, context: &Context, call_off: &CallOff) -> Result<String, Failure> {
        webhook::run_call_off(context, call_off).await
    }

    async fn run(&self, context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        webhook::run(context, run).await
    }
}
