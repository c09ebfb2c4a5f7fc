//! Committing steps, and the inbox.

use std::collections::HashSet;

use gennaker_core::execution::CommandId;

use super::State;
use crate::store::{Applied, CommittedStep, InboxCommand, Shard, Step, StepError, StoreError};

impl State {
    pub(super) fn commit(&mut self, steps: Vec<Step>) -> Result<Vec<Result<CommittedStep, StepError>>, StoreError> {
        if let Some(flaw) = steps.iter().find_map(Step::flaw) {
            return Err(StoreError::Damaged(format!("a step contradicts itself: {flaw}")));
        }
        Ok(steps.into_iter().map(|step| self.check(&step).map(|()| self.apply(step))).collect())
    }

    fn check(&self, step: &Step) -> Result<(), StepError> {
        let epoch = self.leases.get(&step.lease.shard).map_or(0, |holding| holding.epoch);
        if epoch != step.lease.epoch {
            return Err(StepError::Fenced { shard: step.lease.shard, epoch: step.lease.epoch, current: epoch });
        }
        let row = step.execution().and_then(|id| self.executions.get(&id));
        let current = row.map_or(0, |row| row.sequence);
        if current != step.expected_sequence {
            return Err(StepError::Conflict { expected: step.expected_sequence, current });
        }
        let mut seen = HashSet::new();
        match step.applied.iter().find(|(id, _)| self.applied.contains_key(id) || !seen.insert(id)) {
            Some((id, _)) => Err(StepError::Duplicate(id.clone())),
            None => Ok(()),
        }
    }

    fn apply(&mut self, step: Step) -> CommittedStep {
        let execution = step.execution().expect("a step without flaws is about an execution");
        let (application, pipeline) =
            step.row.as_ref().map_or_else(Default::default, |row| (row.application.clone(), row.pipeline.clone()));
        self.executions.extend(step.row.map(|row| (row.id, row)));
        for (id, applied) in step.applied {
            self.inbox.retain(|_, command| command.id != id);
            self.applied.insert(id, applied);
        }
        self.send(step.sent);
        let lane = step.lease.shard;
        if !step.events.is_empty() {
            self.last.0 += 1;
            self.ends.advance(lane, self.last);
        }
        let position = self.ends.get(lane);
        let committed = CommittedStep { lane, position, execution, application, pipeline, events: step.events };
        if !committed.events.is_empty() {
            self.log.insert(position, committed.clone());
        }
        committed
    }

    pub(super) fn send(&mut self, commands: Vec<InboxCommand>) {
        for command in commands {
            let known = self.command(&command.id).is_some();
            if !known {
                self.arrivals += 1;
                self.inbox.insert(self.arrivals, command);
            }
        }
    }

    pub(super) fn inbox(&self, shards: &[Shard], limit: usize) -> Vec<InboxCommand> {
        self.inbox.values().filter(|command| shards.contains(&command.shard)).take(limit).cloned().collect()
    }

    pub(super) fn command(&self, id: &CommandId) -> Option<Option<Applied>> {
        if let Some(applied) = self.applied.get(id) {
            return Some(Some(applied.clone()));
        }
        self.inbox.values().any(|command| command.id == *id).then_some(None)
    }

    pub(super) fn applied(&self, ids: &[CommandId]) -> Vec<(CommandId, Applied)> {
        ids.iter()
            .filter_map(|id| self.applied.get_key_value(id))
            .map(|(id, applied)| (id.clone(), applied.clone()))
            .collect()
    }
}
