//! The row of an execution against the state that its events make.

use std::fmt::Debug;

use gennaker_core::execution::Execution;
use gennaker_ports::store::ExecutionRow;

use crate::row;

/// What the row says otherwise than the state.
pub(super) fn difference(state: &Execution, row: &ExecutionRow) -> Option<String> {
    let expected = row::row(state, row.shard);
    if expected == *row {
        return None;
    }
    let ExecutionRow {
        id,
        shard: _,
        application,
        pipeline,
        status,
        started,
        created,
        ended,
        sequence,
        wake_at,
        outstanding,
        header,
    } = &expected;
    let columns = [
        differs("id", &row.id, id),
        differs("application", &row.application, application),
        differs("pipeline", &row.pipeline, pipeline),
        differs("status", &row.status, status),
        differs("started", &row.started, started),
        differs("created", &row.created, created),
        differs("ended", &row.ended, ended),
        differs("sequence", &row.sequence, sequence),
        differs("wake_at", &row.wake_at, wake_at),
        differs("outstanding", &row.outstanding, outstanding),
        differs("header", &row.header, header),
    ];
    Some(format!(
        "its row is not what its events make it: {}",
        columns.into_iter().flatten().collect::<Vec<_>>().join("; ")
    ))
}

fn differs<T: PartialEq + Debug>(column: &str, row: &T, state: &T) -> Option<String> {
    (row != state).then(|| format!("{column} is {row:?}, should be {state:?}"))
}
