//! Removing what is no longer to be kept.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;

use gennaker_core::Timestamp;
use gennaker_core::execution::ExecutionId;

use super::State;
use crate::store::{ExecutionRow, Pruning, TriggerDecision};

impl State {
    pub(super) fn prune(&mut self, what: &Pruning, limit: usize) -> usize {
        match what {
            Pruning::Ended { before } => {
                let mut ended: Vec<_> = self.ended().filter(|(ended, _)| ended < before).collect();
                ended.sort_unstable_by_key(|(ended, row)| (*ended, row.id));
                let old = ended.into_iter().map(|(_, row)| row.id).collect();
                self.remove_executions(old, limit)
            }
            Pruning::Surplus { pipeline, keep } => {
                let of_pipeline = self.ended().filter(|(_, row)| row.pipeline.as_ref() == Some(pipeline));
                let mut surplus: Vec<_> = of_pipeline.map(|(_, row)| row.id).collect();
                surplus.truncate(surplus.len().saturating_sub(*keep));
                self.remove_executions(surplus, limit)
            }
            Pruning::Requests { before } => {
                let commands = remove(&mut self.applied, limit, |applied| applied.time < *before);
                commands + remove(&mut self.requests, limit - commands, |request| request.time < *before)
            }
            Pruning::TriggerEvents { before } => {
                let old = self.trigger_events.values().filter(|event| event.time < *before);
                let settled = old.filter(|event| event.decision != TriggerDecision::Pending);
                let ids: Vec<_> = settled.take(limit).map(|event| event.id.clone()).collect();
                ids.iter().filter_map(|id| self.trigger_events.remove(id)).count()
            }
        }
    }

    /// The executions that have ended, oldest first, and when.
    fn ended(&self) -> impl Iterator<Item = (Timestamp, &ExecutionRow)> {
        let ended = self.executions.values().filter(|row| row.status.is_final());
        ended.filter_map(|row| row.ended.map(|ended| (ended, row)))
    }

    /// Removes the first of some executions, except those that commands wait for.
    fn remove_executions(&mut self, mut ids: Vec<ExecutionId>, limit: usize) -> usize {
        let awaited: HashSet<_> = self.inbox.values().map(|command| command.execution).collect();
        ids.retain(|id| !awaited.contains(id));
        ids.truncate(limit);
        ids.iter().for_each(|id| drop(self.executions.remove(id)));
        let gone: HashSet<_> = ids.iter().collect();
        for (_, step) in self.log.extract_if(.., |_, step| gone.contains(&step.execution)) {
            self.pruned.advance(step.lane, step.position);
        }
        ids.len()
    }

    pub(super) fn ended_since(&self, time: Timestamp, after: Option<&str>, limit: usize) -> Vec<String> {
        let lately = self.ended().filter(|(ended, _)| *ended >= time);
        let pipelines: BTreeSet<_> = lately.filter_map(|(_, row)| row.pipeline.as_deref()).collect();
        let page = pipelines.into_iter().filter(|pipeline| after.is_none_or(|after| *pipeline > after));
        page.take(limit).map(str::to_owned).collect()
    }
}

/// Removes at most `limit` entries that are old.
fn remove<K: Eq + Hash, V>(map: &mut HashMap<K, V>, limit: usize, is_old: impl Fn(&V) -> bool) -> usize {
    map.extract_if(|_, value| is_old(value)).take(limit).count()
}
