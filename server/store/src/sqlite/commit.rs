//! Committing steps.

use std::collections::{HashMap, HashSet};

use gennaker_ports::StoreError;
use gennaker_ports::store::{CommittedStep, Shard, Step, StepError};
use rusqlite::Transaction;

use super::error::Error;
use super::{columns, events, executions, inbox, leases};

/// A step with its JSON, made before the writer is involved.
pub(super) struct EncodedStep {
    step: Step,
    header: String,
    events: String,
    rejections: Vec<Option<String>>,
    messages: Vec<String>,
}

/// Makes the JSON of steps, on the caller's thread: the writer has enough to do.
pub(super) fn encode(steps: Vec<Step>) -> Result<Vec<EncodedStep>, StoreError> {
    steps.into_iter().map(encode_step).collect::<Result<_, Error>>().map_err(StoreError::from)
}

fn encode_step(step: Step) -> Result<EncodedStep, Error> {
    if let Some(flaw) = step.flaw() {
        return Err(StoreError::Damaged(format!("a step contradicts itself: {flaw}")).into());
    }
    let header = step.row.as_ref().map(|row| columns::to_json(&row.header)).transpose()?.unwrap_or_default();
    let rejections =
        step.applied.iter().map(|(_, applied)| applied.rejection.as_ref().map(columns::to_json).transpose());
    Ok(EncodedStep {
        header,
        events: columns::to_json(&*step.events)?,
        rejections: rejections.collect::<Result<_, _>>()?,
        messages: step.sent.iter().map(inbox::message).collect::<Result<_, _>>()?,
        step,
    })
}

pub(super) fn commit(
    transaction: &Transaction<'_>,
    steps: Vec<EncodedStep>,
) -> Result<Vec<Result<CommittedStep, StepError>>, Error> {
    let mut epochs = HashMap::new();
    let mut answers = Vec::with_capacity(steps.len());
    for step in steps {
        answers.push(match check(transaction, &step.step, &mut epochs)? {
            Ok(()) => Ok(apply(transaction, step)?),
            Err(refused) => Err(refused),
        });
    }
    Ok(answers)
}

/// Whether the step may be written. Everything is checked before anything is written.
fn check(
    transaction: &Transaction<'_>,
    step: &Step,
    epochs: &mut HashMap<Shard, u64>,
) -> rusqlite::Result<Result<(), StepError>> {
    let (shard, epoch) = (step.lease.shard, step.lease.epoch);
    let current = match epochs.get(&shard) {
        Some(&current) => current,
        None => *epochs.entry(shard).or_insert(leases::epoch(transaction, shard)?),
    };
    if current != epoch {
        return Ok(Err(StepError::Fenced { shard, epoch, current }));
    }
    let current = step.execution().map_or(Ok(0), |id| executions::sequence(transaction, id))?;
    if current != step.expected_sequence {
        return Ok(Err(StepError::Conflict { expected: step.expected_sequence, current }));
    }
    let mut seen = HashSet::new();
    for (id, _) in &step.applied {
        if !seen.insert(id) || inbox::is_applied(transaction, id)? {
            return Ok(Err(StepError::Duplicate(id.clone())));
        }
    }
    Ok(Ok(()))
}

fn apply(transaction: &Transaction<'_>, encoded: EncodedStep) -> Result<CommittedStep, Error> {
    let EncodedStep { step, header, events, rejections, messages } = encoded;
    let execution = step.execution().expect("a step without flaws is about an execution");
    if let Some(row) = &step.row {
        executions::put(transaction, row, &header)?;
    }
    for ((id, applied), rejection) in step.applied.iter().zip(&rejections) {
        inbox::settle(transaction, id, applied, rejection.as_deref())?;
    }
    for (command, message) in step.sent.iter().zip(&messages) {
        inbox::put(transaction, command, message)?;
    }
    let (application, pipeline) = step.row.map_or_else(Default::default, |row| (row.application, row.pipeline));
    let mut committed = CommittedStep {
        lane: events::LANE,
        position: Default::default(),
        execution,
        application,
        pipeline,
        events: step.events,
    };
    committed.position = if committed.events.is_empty() {
        events::position(transaction)?
    } else {
        events::append(transaction, &committed, &events)?
    };
    Ok(committed)
}
