//! What expressions can refer to.

use serde_json::{Map, Value};

use crate::execution::{Execution, Origin, Scope, Stage};

/// Names that lead to values. `'a` is the lifetime of the values.
pub trait Variables<'a> {
    /// The names, for error messages.
    fn names(&self) -> Vec<String>;

    /// What a name stands for.
    fn get(&self, name: &str) -> Option<Variable<'a>>;
}

/// What a name stands for.
pub enum Variable<'a> {
    /// A value.
    Value(&'a Value),
    /// A value that is an object.
    Object(&'a Map<String, Value>),
    /// A text.
    Text(String),
    /// More names.
    Group(Box<dyn Variables<'a> + 'a>),
}

impl<'a> Variable<'a> {
    fn group(variables: impl Variables<'a> + 'a) -> Self {
        Self::Group(Box::new(variables))
    }
}

/// `parameters`, `trigger`, `execution` and `stages`.
impl<'a> Variables<'a> for Scope<'a> {
    fn names(&self) -> Vec<String> {
        owned(&["parameters", "trigger", "execution", "stages"])
    }

    fn get(&self, name: &str) -> Option<Variable<'a>> {
        match name {
            "parameters" => Some(Variable::Object(&self.execution.start.parameters)),
            "trigger" => Some(Variable::group(Trigger(self.execution))),
            "execution" => Some(Variable::group(ExecutionNames(self.execution))),
            "stages" => Some(Variable::group(Stages(*self))),
            _ => None,
        }
    }
}

/// `trigger.actor`, `trigger.type`, `trigger.name`, `trigger.reason`, `trigger.payload`.
struct Trigger<'a>(&'a Execution);

impl<'a> Variables<'a> for Trigger<'a> {
    fn names(&self) -> Vec<String> {
        owned(&["actor", "type", "name", "reason", "payload"])
    }

    fn get(&self, name: &str) -> Option<Variable<'a>> {
        let cause = &self.0.start.cause;
        let (origin, trigger) = match &cause.origin {
            Origin::Manual => ("manual", ""),
            Origin::Trigger { trigger, .. } => ("trigger", trigger.as_str()),
            Origin::Parent(_) => ("pipeline", ""),
            Origin::Operation => ("operation", ""),
        };
        match name {
            "actor" => Some(Variable::Text(cause.actor.clone())),
            "type" => Some(Variable::Text(origin.to_owned())),
            "name" => Some(Variable::Text(trigger.to_owned())),
            "reason" => Some(Variable::Text(cause.reason.clone())),
            "payload" => Some(Variable::Value(&cause.payload)),
            _ => None,
        }
    }
}

/// `execution.id`, `execution.application`, `execution.pipeline`.
struct ExecutionNames<'a>(&'a Execution);

impl<'a> Variables<'a> for ExecutionNames<'a> {
    fn names(&self) -> Vec<String> {
        owned(&["id", "application", "pipeline", "name"])
    }

    fn get(&self, name: &str) -> Option<Variable<'a>> {
        let definition = &self.0.start.definition;
        match name {
            "id" => Some(Variable::Text(self.0.id().to_string())),
            "application" => Some(Variable::Text(definition.application.clone())),
            "pipeline" => Some(Variable::Text(definition.pipeline.clone().unwrap_or_default())),
            "name" => Some(Variable::Text(definition.display_name.clone())),
            _ => None,
        }
    }
}

/// `stages.ID` for the stages that come before; what others put out would depend on who is faster.
struct Stages<'a>(Scope<'a>);

impl<'a> Stages<'a> {
    fn before(&self) -> impl Iterator<Item = &'a Stage> {
        self.0.ancestors().into_iter().filter(|stage| stage.parent.is_none())
    }
}

impl<'a> Variables<'a> for Stages<'a> {
    fn names(&self) -> Vec<String> {
        self.before().map(|stage| stage.id().to_string()).collect()
    }

    fn get(&self, name: &str) -> Option<Variable<'a>> {
        self.before().find(|stage| stage.id().as_str() == name).map(|stage| Variable::group(StageNames(stage)))
    }
}

/// `stages.ID.outputs`, `stages.ID.status`, `stages.ID.name`.
struct StageNames<'a>(&'a Stage);

impl<'a> Variables<'a> for StageNames<'a> {
    fn names(&self) -> Vec<String> {
        owned(&["outputs", "status", "name"])
    }

    fn get(&self, name: &str) -> Option<Variable<'a>> {
        match name {
            "outputs" => Some(Variable::Object(&self.0.outputs)),
            "status" => Some(Variable::Text(self.0.status.as_str().to_owned())),
            "name" => Some(Variable::Text(self.0.definition.name.clone())),
            _ => None,
        }
    }
}

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}
