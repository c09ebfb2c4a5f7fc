//! Events of executions that don't exist.

use std::collections::BTreeMap;

use gennaker_core::execution::ExecutionId;
use gennaker_ports::store::{Cursor, Lane};
use gennaker_ports::{Store, StoreError};

use super::{Finding, Invariant};

/// So many steps are read at once.
const PAGE: usize = 500;
/// Of so many executions it is remembered whether they exist.
const MEMORY: usize = 10_000;
/// So many are told of.
const MAX_FINDINGS: usize = 100;

/// Walks through the whole log, lane by lane.
pub(super) async fn find(store: &dyn Store) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    let end = store.cursor().await?;
    for (lane, _) in end.iter() {
        match lane_orphans(store, lane, &mut findings).await {
            Ok(()) => {}
            // What can't be read keeps from looking at what comes after it in its lane.
            Err(StoreError::Damaged(what)) => {
                findings.push(Finding { invariant: Invariant::Storage, execution: None, what });
            }
            Err(error) => return Err(error),
        }
    }
    Ok(findings)
}

async fn lane_orphans(store: &dyn Store, lane: Lane, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let (mut cursor, mut known) = (Cursor::default(), BTreeMap::new());
    loop {
        let steps = store.events_since(&cursor, &[lane], PAGE).await?;
        let Some(last) = steps.last() else { return Ok(()) };
        for execution in steps.iter().map(|step| step.execution) {
            if findings.len() < MAX_FINDINGS && !known.contains_key(&execution) {
                let exists = exists(store, execution).await?;
                known.insert(execution, exists);
                findings.extend((!exists).then(|| orphan(execution)));
            }
        }
        if known.len() > MEMORY {
            known.clear();
        }
        if !cursor.advance(lane, last.position) {
            findings.push(Finding {
                invariant: Invariant::Log,
                execution: Some(last.execution),
                what: format!("the log of lane {lane} does not go on after position {}", last.position.0),
            });
            return Ok(());
        }
    }
}

/// Whether there is a row for what the log tells of. Where there is neither any more, it was pruned meanwhile.
async fn exists(store: &dyn Store, execution: ExecutionId) -> Result<bool, StoreError> {
    Ok(store.execution(execution).await?.is_some() || store.events(execution, 0, 1).await?.is_empty())
}

fn orphan(execution: ExecutionId) -> Finding {
    let what = "there are events of it, but it does not exist".to_owned();
    Finding { invariant: Invariant::Log, execution: Some(execution), what }
}
