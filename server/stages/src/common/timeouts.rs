//! How long tasks may take.

use std::time::Duration;

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

/// Reads that find out what to act on.
pub(crate) const DETERMINE: Duration = minutes(2);
/// Reads that check a precondition.
pub(crate) const CHECK: Duration = Duration::from_secs(30);
/// One change of a server group.
pub(crate) const OPERATION: Duration = minutes(5);
/// Changes of several server groups of a cluster.
pub(crate) const CLUSTER_OPERATION: Duration = minutes(5);
/// Calling a URL, until it gives an answer that is no refusal.
pub(crate) const WEBHOOK: Duration = minutes(5);
/// Answers from outside that expressions need.
pub(crate) const LOOK_UP: Duration = minutes(2);
/// Starting another execution.
pub(crate) const LAUNCH: Duration = minutes(15);
/// A child execution may take so long, if its stage has no timeout of its own that is shorter.
pub(crate) const CHILD: Duration = minutes(12 * 60);
/// Until instances are up, or as many as wanted.
pub(crate) const UP: Duration = minutes(60);
/// Until connections are drained.
pub(crate) const DRAINED: Duration = minutes(30);
/// Until all instances are gone.
pub(crate) const DESTROYED: Duration = minutes(30);
