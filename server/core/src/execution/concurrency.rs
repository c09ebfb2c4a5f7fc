//! Whether one more execution of a pipeline may run.

use super::{Concurrency, ExecutionId, QueuePolicy};

/// What happens to a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It runs now.
    Run,
    /// It waits; the executions listed, which waited before it, are canceled.
    Queue {
        /// Those that give way.
        displaced: Vec<ExecutionId>,
    },
    /// It is refused.
    Refuse,
}

/// Decides about a start where `running` executions of the pipeline run (or are paused) and `queued` wait, oldest first.
pub fn admit(concurrency: Concurrency, running: usize, queued: &[ExecutionId]) -> Admission {
    let limit = concurrency.limit as usize;
    if limit == 0 || (running < limit && queued.is_empty()) {
        return Admission::Run;
    }
    match concurrency.policy {
        QueuePolicy::WaitInOrder => Admission::Queue { displaced: Vec::new() },
        QueuePolicy::NewestOnly => Admission::Queue { displaced: queued.to_vec() },
        QueuePolicy::Skip => Admission::Refuse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;

    #[test]
    fn beyond_the_limit_the_policy_decides() {
        let id = ExecutionId::from_parts(Timestamp::EPOCH, 1);
        let limit = |limit, policy| Concurrency { limit, policy };
        for (concurrency, running, queued, expected) in [
            (limit(0, QueuePolicy::Skip), 100, &[][..], Admission::Run),
            (limit(2, QueuePolicy::Skip), 1, &[], Admission::Run),
            (limit(2, QueuePolicy::Skip), 2, &[], Admission::Refuse),
            (limit(1, QueuePolicy::WaitInOrder), 1, &[id], Admission::Queue { displaced: vec![] }),
            (limit(1, QueuePolicy::WaitInOrder), 0, &[id], Admission::Queue { displaced: vec![] }),
            (limit(1, QueuePolicy::NewestOnly), 1, &[id], Admission::Queue { displaced: vec![id] }),
        ] {
            assert_eq!(admit(concurrency, running, queued), expected, "{concurrency:?} {running}");
        }
    }
}
