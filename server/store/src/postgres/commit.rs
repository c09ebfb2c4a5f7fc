//! Committing steps: in one statement, which is one round trip and one transaction.
//!
//! Most steps build on what is in the database, since only the owner of a shard changes its executions. So they are taken at
//! their word: one statement locks the leases and the executions, checks everything that the steps assume, and writes
//! everything only if all of it holds. If something does not, it is read what holds instead, it is decided which steps have to
//! be refused, and the rest is tried on that basis.
//!
//! The locks make this safe. Whoever takes a shard over waits for the commit that has begun, and a commit that comes after
//! it sees the new epoch, because locking reads the newest version of a row and not that of the statement's snapshot. Two
//! commits in a shard can't overtake each other, so its positions become visible in their order.

use gennaker_ports::StoreError;
use gennaker_ports::store::{CommittedStep, Step, StepError};
use sqlx::postgres::PgConnection;

use super::error::Error;

mod basis;
mod parameters;
mod statement;

use basis::Basis;
use statement::Written;

/// So often it is tried. Each time but the first somebody else has changed something in between, which happens to a shard
/// when it changes hands.
const ATTEMPTS: usize = 8;

type Answer = Result<CommittedStep, StepError>;

pub(super) async fn commit(connection: &mut PgConnection, steps: &[Step]) -> Result<Vec<Answer>, Error> {
    let mut basis = Basis::assumed(steps);
    for _ in 0..ATTEMPTS {
        let verdicts = basis.judge(steps);
        let accepted: Vec<_> = steps.iter().zip(&verdicts).filter(|(_, it)| it.is_ok()).map(|(step, _)| step).collect();
        match statement::write(connection, &basis, &accepted).await {
            Ok(Some(written)) => return Ok(answer(steps, verdicts, written)),
            Ok(None) => {}
            Err(error) if error.is_unique_violation() => {}
            Err(error) => return Err(error),
        }
        basis = Basis::read(connection, steps).await?;
    }
    Err(StoreError::Unavailable("what the steps build on changes all the time; try again".to_owned()).into())
}

/// Fails where a step contradicts itself.
pub(super) fn check(steps: &[Step]) -> Result<(), StoreError> {
    match steps.iter().find_map(Step::flaw) {
        Some(flaw) => Err(StoreError::Damaged(format!("a step contradicts itself: {flaw}"))),
        None => Ok(()),
    }
}

fn answer(steps: &[Step], verdicts: Vec<Result<(), StepError>>, mut written: Written) -> Vec<Answer> {
    let mut committed = |step: &Step| {
        let execution = step.execution().expect("a step without flaws is about an execution");
        let (application, pipeline) =
            step.row.as_ref().map_or_else(Default::default, |row| (row.application.clone(), row.pipeline.clone()));
        CommittedStep {
            lane: step.lease.shard,
            position: written.position(step),
            execution,
            application,
            pipeline,
            events: step.events.clone(),
        }
    };
    steps.iter().zip(verdicts).map(|(step, verdict)| verdict.map(|()| committed(step))).collect()
}
