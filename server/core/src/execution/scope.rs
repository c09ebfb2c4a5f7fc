//! What a stage can see of its execution.

use std::collections::{HashSet, VecDeque};

use serde_json::Value;

use super::command::Object;
use super::{Execution, Stage, StageId, SyntheticPosition};
use crate::Timestamp;

/// A stage within its execution, as planning sees it.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The execution.
    pub execution: &'a Execution,
    /// The stage.
    pub stage: &'a Stage,
    /// The time of the decision.
    pub now: Timestamp,
    /// Random bits of the decision.
    pub random: u64,
}

impl<'a> Scope<'a> {
    /// The stage's configuration as its author wrote it.
    pub fn config(&self) -> &'a Value {
        &self.stage.definition.config
    }

    /// What the stage's tasks have put out so far.
    pub fn outputs(&self) -> &'a Object {
        &self.stage.outputs
    }

    /// The stages whose outputs this one can read, nearest first, without itself: for a synthetic stage the siblings it
    /// comes after, then its parent; then the stages depended on, breadth first.
    pub fn ancestors(&self) -> Vec<&'a Stage> {
        let mut seen: HashSet<&StageId> = HashSet::from([self.stage.id()]);
        let mut found = Vec::new();
        let mut queue = VecDeque::from(self.nearest(self.stage));
        while let Some(id) = queue.pop_front() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(stage) = self.execution.stage(id) {
                found.push(stage);
                queue.extend(self.nearest(stage));
            }
        }
        found
    }

    /// The value that the nearest ancestor put out under a key.
    pub fn output_of_ancestors(&self, key: &str) -> Option<&'a Value> {
        self.ancestors().into_iter().find_map(|stage| stage.outputs.get(key))
    }

    /// The first stage with this name or id.
    pub fn stage_named(&self, name: &str) -> Option<&'a Stage> {
        let by_id = self.execution.stage(&StageId::from(name));
        by_id.or_else(|| self.execution.stages.iter().find(|stage| stage.definition.name == name))
    }

    fn nearest(&self, stage: &'a Stage) -> Vec<&'a StageId> {
        let mut nearest: Vec<&StageId> = stage.definition.depends_on.iter().collect();
        let Some(parent) = &stage.parent else { return nearest };
        if stage.position != Some(SyntheticPosition::Before) {
            let earlier = |s: &&Stage| s.position == Some(SyntheticPosition::Before);
            nearest.extend(self.execution.children(parent).filter(earlier).map(Stage::id));
        }
        nearest.push(parent);
        nearest
    }
}
