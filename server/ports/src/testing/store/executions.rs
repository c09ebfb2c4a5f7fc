//! Executions and their events.

use gennaker_core::Timestamp;
use gennaker_core::execution::{EventRecord, ExecutionId, ExecutionStatus};

use super::State;
use crate::store::{CommittedStep, Cursor, ExecutionFilter, ExecutionRow, Lane, Shard};

impl State {
    pub(super) fn events(&self, id: ExecutionId, after: u64, limit: usize) -> Vec<EventRecord> {
        let events = self.log.values().filter(|step| step.execution == id).flat_map(|step| step.events.iter());
        events.filter(|event| event.sequence > after).take(limit).cloned().collect()
    }

    pub(super) fn tamper(
        &mut self,
        id: ExecutionId,
        tamper: impl FnOnce(&mut Option<ExecutionRow>, &mut Vec<EventRecord>),
    ) {
        let mut row = self.executions.remove(&id);
        let mut events = self.events(id, 0, usize::MAX);
        let steps: Vec<_> = self.log.extract_if(.., |_, step| step.execution == id).collect();
        tamper(&mut row, &mut events);
        self.executions.extend(row.map(|row| (id, row)));
        if let Some((position, step)) = steps.into_iter().next_back().filter(|_| !events.is_empty()) {
            self.log.insert(position, CommittedStep { events: events.into(), ..step });
        }
    }

    pub(super) fn events_since(&self, after: &Cursor, lanes: &[Lane], limit: usize) -> Vec<CommittedStep> {
        let unread =
            self.log.values().filter(|step| lanes.contains(&step.lane) && step.position > after.get(step.lane));
        unread.take(limit).cloned().collect()
    }

    pub(super) fn list(
        &self,
        filter: &ExecutionFilter,
        before: Option<ExecutionId>,
        limit: usize,
    ) -> Vec<ExecutionRow> {
        let newest_first = self.executions.values().rev();
        let matching = newest_first.filter(|row| before.is_none_or(|before| row.id < before) && matches(filter, row));
        matching.take(limit).cloned().collect()
    }

    pub(super) fn due(&self, shards: &[Shard], now: Timestamp, limit: usize) -> Vec<ExecutionId> {
        let mut due: Vec<_> = self.timers(shards).filter(|(wake_at, _)| *wake_at <= now).collect();
        due.sort_unstable();
        due.into_iter().take(limit).map(|(_, id)| id).collect()
    }

    pub(super) fn next_due(&self, shards: &[Shard]) -> Option<Timestamp> {
        self.timers(shards).map(|(wake_at, _)| wake_at).min()
    }

    fn timers(&self, shards: &[Shard]) -> impl Iterator<Item = (Timestamp, ExecutionId)> {
        let owned = self.executions.values().filter(|row| shards.contains(&row.shard));
        owned.filter_map(|row| row.wake_at.map(|wake_at| (wake_at, row.id)))
    }

    pub(super) fn to_recover(&self, shards: &[Shard], after: Option<ExecutionId>, limit: usize) -> Vec<ExecutionRow> {
        let unsettled = self.executions.values().filter(|row| {
            shards.contains(&row.shard)
                && (row.outstanding || row.status == ExecutionStatus::Queued)
                && after.is_none_or(|after| row.id > after)
        });
        unsettled.take(limit).cloned().collect()
    }

    pub(super) fn unfinished(&self, pipeline: &str) -> Vec<(ExecutionId, ExecutionStatus)> {
        let unfinished = self.executions.values().filter(|row| !row.status.is_final());
        unfinished.filter(|row| row.pipeline.as_deref() == Some(pipeline)).map(|row| (row.id, row.status)).collect()
    }
}

fn matches(filter: &ExecutionFilter, row: &ExecutionRow) -> bool {
    filter.application.as_ref().is_none_or(|application| row.application == *application)
        && (filter.pipeline.is_none() || row.pipeline == filter.pipeline)
        && (filter.statuses.is_empty() || filter.statuses.contains(&row.status))
        && filter.created_from.is_none_or(|from| row.created >= from)
        && filter.created_before.is_none_or(|before| row.created < before)
}
