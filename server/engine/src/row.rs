//! The stored projection of a state.

use gennaker_core::execution::{Cause, Definition, Execution, ExecutionId};
use gennaker_ports::store::{ExecutionHeader, ExecutionRow, Shard};
use serde_json::Value;

/// The shard of an execution. Those of a pipeline with a limit share one, so that the limit is decided in one place; others
/// are spread by their ids.
pub(crate) fn shard(definition: &Definition, id: ExecutionId, shards: u32) -> Shard {
    match &definition.pipeline {
        Some(pipeline) if definition.concurrency.limit > 0 => shard_of_pipeline(pipeline, shards),
        Some(_) | None => shard_of_key(&id.to_string(), shards),
    }
}

/// The shard in which the limit of a pipeline is decided.
pub(crate) fn shard_of_pipeline(pipeline: &str, shards: u32) -> Shard {
    shard_of_key(pipeline, shards)
}

/// By FNV-1a, 64 bits; it must never change for a database. <http://www.isthe.com/chongo/tech/comp/fnv/>
fn shard_of_key(key: &str, shards: u32) -> Shard {
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    u32::try_from(hash % u64::from(shards.max(1))).expect("a remainder is below its divisor")
}

pub(crate) fn row(execution: &Execution, shard: Shard) -> ExecutionRow {
    let start = &execution.start;
    ExecutionRow {
        id: start.id,
        shard,
        application: start.definition.application.clone(),
        pipeline: start.definition.pipeline.clone(),
        status: execution.status,
        started: execution.started,
        created: execution.created,
        ended: execution.ended,
        sequence: execution.sequence,
        wake_at: execution.wake_at(),
        outstanding: execution.outstanding().next().is_some() || execution.outstanding_errands().next().is_some(),
        header: ExecutionHeader {
            display_name: start.definition.display_name.clone(),
            revision: start.definition.revision,
            cause: without_payload(&start.cause),
            parameters: start.parameters.clone(),
            labels: start.labels.clone(),
            failure: execution.failure.clone(),
            canceled: execution.cancellation.as_ref().map(|c| (c.actor.clone(), c.reason.clone())),
            paused: execution.pause.as_ref().map(|p| (p.actor.clone(), p.since)),
        },
    }
}

/// Why an execution exists, without what a trigger saw: that can be large, is in the log, and the row is written with each
/// step.
fn without_payload(cause: &Cause) -> Cause {
    let Cause { actor, origin, reason, payload: _ } = cause;
    Cause { actor: actor.clone(), origin: origin.clone(), reason: reason.clone(), payload: Value::Null }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gennaker_core::Timestamp;
    use gennaker_core::execution::Concurrency;

    #[test]
    fn executions_of_a_limited_pipeline_share_a_shard_and_others_spread() {
        let definition = |pipeline: Option<&str>, limit| Definition {
            application: "shop".into(),
            pipeline: pipeline.map(str::to_owned),
            revision: 1,
            display_name: "deploy".into(),
            concurrency: Concurrency { limit, ..Concurrency::default() },
            ..Definition::default()
        };
        let id = |n| ExecutionId::from_parts(Timestamp::EPOCH, n);
        let of_pipeline = |n| shard(&definition(Some("applications/shop/pipelines/deploy"), 1), id(n), 64);
        assert_eq!(of_pipeline(1), of_pipeline(2));
        for definition in [definition(None, 0), definition(Some("applications/shop/pipelines/deploy"), 0)] {
            let shards: std::collections::BTreeSet<_> = (0..200).map(|n| shard(&definition, id(n), 64)).collect();
            assert!(shards.len() > 32, "200 executions fall into {} of 64 shards", shards.len());
        }
    }
}
