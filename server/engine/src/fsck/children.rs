//! Executions that stages have started.

use std::collections::BTreeMap;

use gennaker_core::execution::{ExecutionId, Origin, ParentStage, StageId};
use gennaker_ports::store::ExecutionRow;
use gennaker_ports::{Store, StoreError};

use super::history::Launched;

/// The executions that were started by stages of executions which are still to come: the newest are looked at first, and
/// nothing is older than the execution that started it.
#[derive(Default)]
pub(super) struct Families(BTreeMap<(ExecutionId, StageId, u32), ExecutionId>);

impl Families {
    /// Takes note of an execution. Tells where another one was started by the same start of the same stage.
    pub(super) fn child(&mut self, row: &ExecutionRow) -> Option<String> {
        let ParentStage { execution, stage, attempt, .. } = parent(row)?;
        let sibling = self.0.insert((*execution, stage.clone(), *attempt), row.id)?;
        Some(format!(
            "stage {stage} of execution {execution} started it, and {sibling} with the same start ({attempt})"
        ))
    }

    /// Forgets what no older execution can have started: all that was started by an execution at or after this one.
    pub(super) fn forget_after(&mut self, id: ExecutionId) {
        drop(self.0.split_off(&(id, StageId::from(""), 0)));
    }
}

fn parent(row: &ExecutionRow) -> Option<&ParentStage> {
    match &row.header.cause.origin {
        Origin::Parent(parent) => Some(parent),
        Origin::Manual | Origin::Trigger { .. } | Origin::Operation => None,
    }
}

/// Why an execution that a stage says it has started is not the stage's, if that is so.
pub(super) async fn belongs(
    store: &dyn Store,
    execution: ExecutionId,
    launched: &Launched,
) -> Result<Option<String>, StoreError> {
    let (stage, attempt, child) = launched;
    let Some(row) = store.execution(*child).await? else { return Ok(None) };
    let is_own =
        |parent: &ParentStage| parent.execution == execution && parent.stage == *stage && parent.attempt == *attempt;
    Ok((!parent(&row).is_some_and(is_own))
        .then(|| format!("stage {stage} says that its start {attempt} started {child}, which {}", origin(&row))))
}

fn origin(row: &ExecutionRow) -> String {
    match parent(row) {
        Some(ParentStage { execution, stage, attempt, .. }) => {
            format!("was started by start {attempt} of stage {stage} of execution {execution}")
        }
        None => "no stage started".to_owned(),
    }
}
