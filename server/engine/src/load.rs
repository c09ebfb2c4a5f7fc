//! Reading executions from their logs.

use gennaker_core::execution::{Execution, ExecutionId};
use gennaker_ports::{Store, StoreError};

/// How many events are read at once.
const PAGE: usize = 2000;

/// An execution, replayed from its events; `None` where there is none. O(events).
pub(crate) async fn execution(store: &dyn Store, id: ExecutionId) -> Result<Option<Execution>, StoreError> {
    let first = store.events(id, 0, PAGE).await?;
    if first.is_empty() {
        return Ok(None);
    }
    let mut full = first.len() >= PAGE;
    let damaged = || StoreError::Damaged(format!("the log of execution {id} does not begin with its creation"));
    let mut execution = Execution::replay(&first).ok_or_else(damaged)?;
    while full {
        let page = store.events(id, execution.sequence, PAGE).await?;
        full = page.len() >= PAGE;
        for record in &page {
            if record.sequence != execution.sequence + 1 {
                let after = execution.sequence;
                return Err(StoreError::Damaged(format!("the log of execution {id} has a gap after sequence {after}")));
            }
            execution.apply(record);
        }
    }
    Ok(Some(execution))
}
