//! Going back: after a failed launch, or from a server group to an earlier one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::RecoveryStep;
use crate::cloud::{Capacity, ServerGroup};

/// What a deploy does when the new server group does not come up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rollback {
    /// Takes the new server group out of traffic.
    pub on_failure: bool,
    /// And destroys it.
    pub destroy_failed: bool,
}

impl Rollback {
    /// The clean-up after a new server group was created and did not come up. Where there was none before it, taking it
    /// out of traffic would only leave less.
    pub(super) fn steps(self, had_source: bool) -> Vec<RecoveryStep> {
        if !self.on_failure {
            return Vec::new();
        }
        let disable = had_source.then_some(RecoveryStep::DisableNew);
        let destroy = self.destroy_failed.then_some(RecoveryStep::DestroyNew);
        disable.into_iter().chain(destroy).collect()
    }
}

/// What a rollback of a cluster does in one location.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RollbackCandidate<'a> {
    /// The server group that is taken out of traffic.
    pub rollback: &'a ServerGroup,
    /// The server group that takes over again.
    pub restore: &'a ServerGroup,
}

/// Finds what to roll back, and to what, among the server groups of a cluster in one location: from the newest enabled
/// one to the newest other one. `None` where there are fewer than two, or none is enabled.
pub fn rollback_candidate(groups: &[ServerGroup]) -> Option<RollbackCandidate<'_>> {
    let newest = |a: &&ServerGroup, b: &&ServerGroup| (a.created, &a.id).cmp(&(b.created, &b.id));
    let rollback = groups.iter().filter(|group| !group.disabled).max_by(newest)?;
    let restore = groups.iter().filter(|group| group.id != rollback.id).max_by(newest)?;
    Some(RollbackCandidate { rollback, restore })
}

/// One step of a rollback from one server group to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RollbackStep {
    /// Gives traffic to the server group that takes over.
    EnableRestored,
    /// Sizes it.
    ResizeRestored(Capacity),
    /// Lets both take traffic for a while.
    Wait(Duration),
    /// Takes the traffic from the server group that is rolled back.
    DisableRolledBack,
}

/// The steps of a rollback: the restored server group is enabled and made at least as large as both are, without room to
/// shrink while it takes over; when the other is out of traffic, it may shrink as far as that one could.
pub fn rollback_steps(rolled_back: Capacity, restored: Capacity, delay_before_disable: Duration) -> Vec<RollbackStep> {
    let desired = rolled_back.desired.max(restored.desired);
    let taking_over = Capacity { min: desired, desired, max: rolled_back.max.max(restored.max) };
    let settled = Capacity { min: rolled_back.min.min(desired), ..taking_over };

    let mut steps = vec![RollbackStep::EnableRestored];
    if taking_over != restored {
        steps.push(RollbackStep::ResizeRestored(taking_over));
    }
    if !delay_before_disable.is_zero() {
        steps.push(RollbackStep::Wait(delay_before_disable));
    }
    steps.push(RollbackStep::DisableRolledBack);
    if settled != taking_over {
        steps.push(RollbackStep::ResizeRestored(settled));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::fixture::group;

    #[test]
    fn the_newest_enabled_goes_back_to_the_newest_other() {
        let names = |groups: &[ServerGroup]| {
            rollback_candidate(groups).map(|c| (c.rollback.id.name.clone(), c.restore.id.name.clone()))
        };
        let pair = |a: &str, b: &str| Some((a.to_owned(), b.to_owned()));
        for (groups, expected) in [
            (vec![group("a-v001", true, "u")], None),
            (vec![group("a-v001", false, "o"), group("a-v002", false, "o")], None),
            (vec![group("a-v001", false, "o"), group("a-v002", true, "u")], pair("a-v002", "a-v001")),
            (
                vec![group("a-v001", false, "o"), group("a-v002", false, "o"), group("a-v003", true, "u")],
                pair("a-v003", "a-v002"),
            ),
            // A newer one that never took traffic is what the enabled one goes "back" to, as it is the newest other.
            (vec![group("a-v001", true, "u"), group("a-v002", false, "o")], pair("a-v001", "a-v002")),
        ] {
            assert_eq!(names(&groups), expected);
        }
    }

    #[test]
    fn a_restored_group_of_the_same_size_is_not_resized() {
        let steps = rollback_steps(Capacity::pinned(2), Capacity::pinned(2), Duration::ZERO);
        assert_eq!(steps, [RollbackStep::EnableRestored, RollbackStep::DisableRolledBack]);
    }

    #[test]
    fn a_restored_group_is_pinned_while_it_takes_over_and_unpinned_afterwards() {
        let rolled_back = Capacity { min: 1, desired: 4, max: 6 };
        let restored = Capacity { min: 0, desired: 0, max: 8 };
        assert_eq!(
            rollback_steps(rolled_back, restored, Duration::from_secs(5)),
            [
                RollbackStep::EnableRestored,
                RollbackStep::ResizeRestored(Capacity { min: 4, desired: 4, max: 8 }),
                RollbackStep::Wait(Duration::from_secs(5)),
                RollbackStep::DisableRolledBack,
                RollbackStep::ResizeRestored(Capacity { min: 1, desired: 4, max: 8 }),
            ]
        );
    }

    #[test]
    fn only_a_wanted_rollback_cleans_up() {
        let steps = |on_failure, destroy_failed| Rollback { on_failure, destroy_failed };
        assert!(steps(false, false).steps(true).is_empty());
        assert!(steps(false, true).steps(true).is_empty());
        assert_eq!(steps(true, false).steps(true), [RecoveryStep::DisableNew]);
        assert_eq!(steps(true, true).steps(true), [RecoveryStep::DisableNew, RecoveryStep::DestroyNew]);
        assert_eq!(steps(true, true).steps(false), [RecoveryStep::DestroyNew]);
        assert!(steps(true, false).steps(false).is_empty());
    }
}
