//! Steps as the arrays of columns that the statement takes.

use std::collections::{BTreeMap, HashSet};

use gennaker_core::Timestamp;
use gennaker_core::execution::{CommandId, ExecutionId};
use gennaker_ports::store::{Applied, ExecutionRow, Lane, Step};

use super::super::columns::{self, text};
use super::super::error::Error;
use super::super::inbox;
use super::basis::Basis;

/// All of them.
#[derive(Default)]
pub(super) struct Parameters {
    pub(super) shards: Vec<i64>,
    pub(super) epochs: Vec<i64>,
    pub(super) existing: Vec<String>,
    pub(super) sequences: Vec<i64>,
    pub(super) absent: Vec<String>,
    pub(super) unapplied: Vec<String>,
    pub(super) rows: Rows,
    pub(super) log: Log,
    pub(super) settled: Settled,
    pub(super) sent: inbox::Columns,
    /// The lanes in which a step without events comes before any with events.
    pub(super) lanes: Vec<Lane>,
}

impl Parameters {
    pub(super) fn of(basis: &Basis, steps: &[&Step]) -> Result<Self, Error> {
        let mut parameters = Self::default();
        parameters.assume(basis);
        parameters.write_rows(basis, steps)?;
        let applied: HashSet<&CommandId> = steps.iter().flat_map(|step| &step.applied).map(|(id, _)| id).collect();
        for step in steps {
            parameters.log.push(step)?;
            for (id, applied) in &step.applied {
                parameters.settled.push(id, applied)?;
            }
            // What is applied in the same commit, before or after it is sent, is not in the inbox at its end.
            for command in step.sent.iter().filter(|command| !applied.contains(&command.id)) {
                parameters.sent.push(command)?;
            }
        }
        parameters.lanes = unknown_ends(steps);
        Ok(parameters)
    }

    fn assume(&mut self, basis: &Basis) {
        for (&shard, &epoch) in &basis.epochs {
            self.shards.push(shard.into());
            self.epochs.push(columns::number(epoch));
        }
        for (id, &sequence) in &basis.sequences {
            if sequence == 0 {
                self.absent.push(id.to_string());
            } else {
                self.existing.push(id.to_string());
                self.sequences.push(columns::number(sequence));
            }
        }
        self.unapplied = basis.unapplied.iter().map(|id| text(&id.0).into_owned()).collect();
    }

    /// Of several steps of an execution the last one's row counts.
    fn write_rows(&mut self, basis: &Basis, steps: &[&Step]) -> Result<(), Error> {
        let rows: BTreeMap<ExecutionId, &ExecutionRow> =
            steps.iter().filter_map(|step| step.row.as_ref()).map(|row| (row.id, row)).collect();
        for (id, row) in rows {
            self.rows.push(row, basis.sequences.get(&id).is_none_or(|sequence| *sequence == 0))?;
        }
        Ok(())
    }
}

fn unknown_ends(steps: &[&Step]) -> Vec<Lane> {
    let mut known = HashSet::new();
    let mut unknown = Vec::new();
    for step in steps {
        let is_first = known.insert(step.lease.shard);
        if is_first && step.events.is_empty() {
            unknown.push(step.lease.shard);
        }
    }
    unknown
}

/// The rows of executions.
#[derive(Default)]
pub(super) struct Rows {
    pub(super) ids: Vec<String>,
    pub(super) shards: Vec<i64>,
    pub(super) applications: Vec<String>,
    pub(super) pipelines: Vec<Option<String>>,
    pub(super) statuses: Vec<&'static str>,
    pub(super) created: Vec<i64>,
    pub(super) started: Vec<Option<i64>>,
    pub(super) ended: Vec<Option<i64>>,
    pub(super) sequences: Vec<i64>,
    pub(super) wake_at: Vec<Option<i64>>,
    pub(super) outstanding: Vec<bool>,
    pub(super) headers: Vec<String>,
    pub(super) is_new: Vec<bool>,
}

impl Rows {
    fn push(&mut self, row: &ExecutionRow, is_new: bool) -> Result<(), Error> {
        self.ids.push(row.id.to_string());
        self.shards.push(row.shard.into());
        self.applications.push(text(&row.application).into_owned());
        self.pipelines.push(row.pipeline.as_deref().map(|name| text(name).into_owned()));
        self.statuses.push(row.status.as_str());
        self.created.push(row.created.as_micros());
        self.started.push(row.started.map(Timestamp::as_micros));
        self.ended.push(row.ended.map(Timestamp::as_micros));
        self.sequences.push(columns::number(row.sequence));
        self.wake_at.push(row.wake_at.map(Timestamp::as_micros));
        self.outstanding.push(row.outstanding);
        self.headers.push(columns::to_json(&row.header)?);
        self.is_new.push(is_new);
        Ok(())
    }
}

/// The steps that have events, in their order.
#[derive(Default)]
pub(super) struct Log {
    pub(super) shards: Vec<i64>,
    pub(super) executions: Vec<String>,
    pub(super) first: Vec<i64>,
    pub(super) last: Vec<i64>,
    pub(super) applications: Vec<String>,
    pub(super) pipelines: Vec<Option<String>>,
    pub(super) events: Vec<String>,
}

impl Log {
    fn push(&mut self, step: &Step) -> Result<(), Error> {
        let (Some(row), [first, ..], [.., last]) = (&step.row, &*step.events, &*step.events) else { return Ok(()) };
        self.shards.push(row.shard.into());
        self.executions.push(row.id.to_string());
        self.first.push(columns::number(first.sequence));
        self.last.push(columns::number(last.sequence));
        self.applications.push(text(&row.application).into_owned());
        self.pipelines.push(row.pipeline.as_deref().map(|name| text(name).into_owned()));
        self.events.push(columns::to_json(&*step.events)?);
        Ok(())
    }
}

/// What became of commands.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) ids: Vec<String>,
    pub(super) executions: Vec<String>,
    pub(super) sequences: Vec<i64>,
    pub(super) rejections: Vec<Option<String>>,
    pub(super) digests: Vec<String>,
    pub(super) times: Vec<i64>,
}

impl Settled {
    fn push(&mut self, id: &CommandId, applied: &Applied) -> Result<(), Error> {
        self.ids.push(text(&id.0).into_owned());
        self.executions.push(applied.execution.to_string());
        self.sequences.push(columns::number(applied.sequence));
        self.rejections.push(applied.rejection.as_ref().map(columns::to_json).transpose()?);
        self.digests.push(text(&applied.digest).into_owned());
        self.times.push(applied.time.as_micros());
        Ok(())
    }
}
