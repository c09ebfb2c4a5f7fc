//! What expressions can refer to of an execution. Parts are made as they are asked for: a reference to one field copies
//! nothing of the rest.

mod artifacts;
mod context;
mod deployed;
mod execution;
mod root;
mod stage;
mod trigger;

pub(super) use artifacts::{Bound, resolved as resolved_artifacts};
pub(super) use deployed::server_groups;
pub(super) use root::fixed;

use super::environment::Environment;
use super::text::Text;
use super::value::Value;
use crate::Timestamp;
use crate::artifact::{Artifact, ResolvedArtifact};
use crate::execution::{Execution, ParentStage, Stage, Task};

/// How much more than looking for one name it is to look at all.
const EFFORT_FOR_ALL: usize = 16;

/// Something of an execution that looks like a map.
#[derive(Clone, Copy, Debug)]
pub(super) enum View<'a> {
    /// All that bare names lead to.
    Root(&'a Environment<'a>),
    Trigger(&'a Execution),
    ParentExecution(&'a ParentStage),
    Execution(&'a Execution),
    Authentication(&'a Execution),
    /// The stages before this one, by id.
    Stages(&'a Environment<'a>),
    Stage(&'a Stage),
    /// A stage's configuration, inputs and outputs in one.
    Context(&'a Stage),
    Task(&'a Task),
    Artifact(&'a Artifact),
    ResolvedArtifact(&'a ResolvedArtifact),
}

impl<'a> View<'a> {
    /// What it has under a name.
    pub(super) fn get(self, name: &str) -> Option<Value<'a>> {
        match self {
            Self::Root(environment) => root::get(environment, name),
            Self::Trigger(execution) => trigger::get(execution, name),
            Self::ParentExecution(parent) => trigger::parent(parent, name),
            Self::Execution(execution) => execution::get(execution, name),
            Self::Authentication(execution) => execution::authentication(execution, name),
            Self::Stages(environment) => stage::before(environment, name),
            Self::Stage(stage) => stage::get(stage, name),
            Self::Context(stage) => context::get(stage, name),
            Self::Task(task) => stage::task(task, name),
            Self::Artifact(artifact) => artifacts::get(artifact, name),
            Self::ResolvedArtifact(resolved) => artifacts::get_resolved(resolved, name),
        }
    }

    /// What looking at all of it costs, in steps.
    pub(super) fn effort_for_all(self) -> usize {
        let made = if let Self::Execution(execution) = self { execution.stages.len() } else { 0 };
        made + EFFORT_FOR_ALL * (self.effort() + 1)
    }

    /// What looking for a name costs, in steps.
    pub(super) fn effort(self) -> usize {
        match self {
            Self::Root(environment) | Self::Stages(environment) => environment.effort(),
            Self::Trigger(_)
            | Self::ParentExecution(_)
            | Self::Execution(_)
            | Self::Authentication(_)
            | Self::Stage(_)
            | Self::Context(_)
            | Self::Task(_)
            | Self::Artifact(_)
            | Self::ResolvedArtifact(_) => 0,
        }
    }

    /// Its names.
    pub(super) fn names(self) -> Vec<Text<'a>> {
        self.entries().into_iter().map(|(name, _)| name).collect()
    }

    /// Its names with what they lead to.
    pub(super) fn entries(self) -> Vec<(Text<'a>, Value<'a>)> {
        match self {
            Self::Root(environment) => root::entries(environment),
            Self::Trigger(execution) => self.named(trigger::names(execution)),
            Self::ParentExecution(_) => self.named(trigger::PARENT),
            Self::Execution(_) => self.named(execution::NAMES),
            Self::Authentication(_) => self.named(["user"]),
            Self::Stages(environment) => stage::all_before(environment),
            Self::Stage(_) => self.named(stage::NAMES),
            Self::Context(stage) => context::entries(stage),
            Self::Task(_) => self.named(stage::TASK),
            Self::Artifact(_) => self.named(artifacts::NAMES),
            Self::ResolvedArtifact(_) => self.named(artifacts::RESOLVED),
        }
    }

    fn named(self, names: impl IntoIterator<Item = &'a str>) -> Vec<(Text<'a>, Value<'a>)> {
        let with_value = |name: &'a str| self.get(name).map(|value| (Text::Borrowed(name), value));
        names.into_iter().filter_map(with_value).collect()
    }
}

/// An instant as Spinnaker shows it: milliseconds since the epoch.
fn millis<'a>(time: Timestamp) -> Value<'a> {
    Value::from(time.as_micros().div_euclid(1000))
}

fn millis_if<'a>(time: Option<Timestamp>) -> Value<'a> {
    time.map_or(Value::Null, millis)
}
