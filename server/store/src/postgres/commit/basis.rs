//! What steps build on, and which of them can.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use gennaker_core::execution::{CommandId, ExecutionId};
use gennaker_ports::store::{Shard, Step, StepError};
use sqlx::postgres::PgConnection;
use sqlx::query;

use super::super::columns::{self, text};
use super::super::error::Error;
use super::super::{inbox, leases};

/// The part of the database that decides about steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Basis {
    /// The epoch of each shard; 0 where nobody has ever held it.
    pub(super) epochs: BTreeMap<Shard, u64>,
    /// The sequence of each execution; 0 where there is none.
    pub(super) sequences: BTreeMap<ExecutionId, u64>,
    /// The commands that were applied.
    pub(super) applied: HashSet<CommandId>,
    /// The commands that were not.
    pub(super) unapplied: HashSet<CommandId>,
}

impl Basis {
    /// What the steps assume: the first of each shard and each execution speaks for it.
    pub(super) fn assumed(steps: &[Step]) -> Self {
        let mut basis = Self::default();
        for step in steps {
            basis.epochs.entry(step.lease.shard).or_insert(step.lease.epoch);
            if let Some(id) = step.execution() {
                basis.sequences.entry(id).or_insert(step.expected_sequence);
            }
            basis.unapplied.extend(step.applied.iter().map(|(id, _)| id.clone()));
        }
        basis
    }

    /// What there is.
    pub(super) async fn read(connection: &mut PgConnection, steps: &[Step]) -> Result<Self, Error> {
        let mut basis = Self::assumed(steps);
        basis.epochs.values_mut().for_each(|epoch| *epoch = 0);
        basis.sequences.values_mut().for_each(|sequence| *sequence = 0);
        let shards: BTreeSet<_> = basis.epochs.keys().copied().collect();
        basis.epochs.extend(leases::epochs(connection, shards).await?);
        let ids: Vec<_> = basis.sequences.keys().map(ToString::to_string).collect();
        let sql = "SELECT id, sequence FROM executions WHERE id = ANY($1)";
        for row in query(sql).bind(ids).fetch_all(&mut *connection).await? {
            basis.sequences.insert(columns::execution(&row, 0)?, columns::count(&row, 1)?);
        }
        let commands = basis.unapplied.iter().map(|id| text(&id.0).into_owned()).collect();
        let applied = inbox::already_applied(connection, commands).await?;
        (basis.applied, basis.unapplied) = basis.unapplied.into_iter().partition(|id| applied.contains(&*text(&id.0)));
        Ok(basis)
    }

    /// Which of the steps can be written, each on the basis that those before it leave behind.
    pub(super) fn judge(&self, steps: &[Step]) -> Vec<Result<(), StepError>> {
        let mut basis = self.clone();
        steps.iter().map(|step| basis.accept(step)).collect()
    }

    fn accept(&mut self, step: &Step) -> Result<(), StepError> {
        let (shard, epoch) = (step.lease.shard, step.lease.epoch);
        let current = self.epochs.get(&shard).copied().unwrap_or(0);
        if current != epoch {
            return Err(StepError::Fenced { shard, epoch, current });
        }
        let sequence = step.execution().and_then(|id| self.sequences.get(&id).copied()).unwrap_or(0);
        if sequence != step.expected_sequence {
            return Err(StepError::Conflict { expected: step.expected_sequence, current: sequence });
        }
        let mut seen = HashSet::new();
        if let Some((id, _)) = step.applied.iter().find(|(id, _)| self.applied.contains(id) || !seen.insert(id)) {
            return Err(StepError::Duplicate(id.clone()));
        }
        self.applied.extend(step.applied.iter().map(|(id, _)| id.clone()));
        self.sequences.extend(step.row.as_ref().map(|row| (row.id, row.sequence)));
        Ok(())
    }
}
