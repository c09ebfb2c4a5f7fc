//! `evaluate_variables`: computes values that later stages read by name.

use async_trait::async_trait;
use gennaker_core::execution::{Failure, Plan, Scope, TaskOutcome, TaskSpec};
use gennaker_core::expression::{Environment, ExpressionError, Lookup, evaluate};
use gennaker_engine::TaskRun;
use gennaker_proto::v1::{EvaluateVariablesStage, Variable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::common::config::{decode, inputs, to_inputs};
use crate::common::outputs::succeeded;
use crate::common::timeouts;
use crate::kind::{Context, StageKind, Unplanned};

pub(crate) struct EvaluateVariables;

#[derive(Serialize, Deserialize)]
struct Inputs {
    variables: Map<String, Value>,
}

#[async_trait]
impl StageKind for EvaluateVariables {
    fn kind(&self) -> &'static str {
        "evaluate_variables"
    }

    /// Evaluates here and not with the rest of a stage's expressions, as each value may build on those before it.
    fn plan(&self, scope: &Scope<'_>) -> Result<Plan, Unplanned> {
        let config: EvaluateVariablesStage = decode(scope.config())?;
        let variables = evaluated(config.variables, scope)?;
        let tasks = vec![TaskSpec::run("put_out_values", timeouts::CHECK)];
        Ok(Plan { inputs: to_inputs(&Inputs { variables }), tasks, ..Plan::default() })
    }

    async fn run(&self, _context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
        let Inputs { variables } = inputs(run)?;
        let names: Vec<&str> = variables.keys().map(String::as_str).collect();
        Ok(succeeded(names.join(", "), Value::Object(variables)))
    }
}

/// The values in order. Where some need answers from outside, those that don't build on them are evaluated all the same, so that
/// as many answers as possible are looked up together.
fn evaluated(variables: Vec<Variable>, scope: &Scope<'_>) -> Result<Map<String, Value>, Unplanned> {
    let (mut values, mut unknown, mut missing) = (Map::new(), Vec::new(), Vec::new());
    for (place, variable) in variables.into_iter().enumerate() {
        let text = text(place, &variable, scope);
        if unknown.iter().any(|name: &String| text.contains(name.as_str())) {
            unknown.push(variable.name);
            continue;
        }
        let value = evaluate(text, Environment::from(scope).with_variables(&values));
        match value {
            Ok(value) => drop(values.insert(variable.name, value)),
            Err(error) => {
                missing.push(lookup(&variable.name, &error)?);
                unknown.push(variable.name);
            }
        }
    }
    if missing.is_empty() { Ok(values) } else { Err(Unplanned::Missing(missing)) }
}

/// The text of a variable: that of the stage's expression for it, where there is one.
fn text<'a>(place: usize, variable: &'a Variable, scope: &Scope<'a>) -> &'a str {
    let path = format!("evaluate_variables.variables[{place}].value");
    scope.stage.definition.expressions.get(&path).unwrap_or(&variable.value)
}

fn lookup(name: &str, error: &ExpressionError) -> Result<Lookup, Failure> {
    error.missing().cloned().ok_or_else(|| Failure::permanent(format!("variable `{name}`: {error}")))
}
