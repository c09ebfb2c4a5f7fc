//! How clouds are operated, as pure rules: which steps a strategy takes, which server groups a step means, how sizes
//! change, when a server group counts as up, and what a traffic guard forbids.
//!
//! Rules take what a provider tells about its server groups and answer with a decision; nothing here calls a provider.

mod health;
mod highlander;
mod recovery;
mod red_black;
mod resize;
mod selection;
mod traffic_guard;

#[cfg(test)]
mod fixture;

use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use health::{Readiness, healthy_instances, readiness, rollback_percent};
pub use highlander::Highlander;
pub use recovery::{Rollback, RollbackCandidate, RollbackStep, rollback_candidate, rollback_steps};
pub use red_black::RedBlack;
pub use resize::{Amount, CapacityChange, Resize, ResizeError, new_group_capacity};
pub use selection::{
    ClusterSelection, ImageSelection, Picked, SelectionError, TargetSelection, pick_image_source, pick_source,
    pick_target,
};
pub use traffic_guard::{Removal, TrafficGuard, TrafficGuardError, check_traffic_guards};

/// What happens to the other server groups of a cluster when a new one is up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "strategy", rename_all = "snake_case")]
pub enum Strategy {
    /// Nothing: all server groups take traffic.
    #[default]
    None,
    /// The others are disabled, and kept to go back to.
    RedBlack(RedBlack),
    /// The others are destroyed.
    Highlander(Highlander),
}

/// One step of a strategy, on the cluster of the server group that was deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Waits.
    Wait {
        /// What for.
        name: &'static str,
        /// How long.
        duration: Duration,
    },
    /// Disables all but some server groups.
    Disable {
        /// How many stay enabled.
        keep: u32,
    },
    /// Scales all but some server groups down to nothing.
    ScaleDown {
        /// How many stay at their size.
        keep: u32,
        /// Whether server groups that take traffic may be scaled down too.
        allow_active: bool,
    },
    /// Destroys all but some server groups.
    Shrink {
        /// How many stay.
        keep: u32,
        /// Whether server groups that take traffic may be destroyed too; they are disabled first.
        allow_active: bool,
    },
}

/// One step of the clean-up after a new server group did not come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryStep {
    /// Takes the new server group out of traffic, so that only the old ones serve.
    DisableNew,
    /// Destroys the new server group.
    DestroyNew,
}

impl RecoveryStep {
    /// How long the step may take.
    pub const fn timeout(self) -> Duration {
        match self {
            Self::DisableNew => Duration::from_secs(30 * 60),
            Self::DestroyNew => Duration::from_secs(5 * 60),
        }
    }
}

impl Strategy {
    /// The steps to take once the new server group is up. `had_source` tells whether the cluster had a server group
    /// before.
    pub fn steps(&self, had_source: bool) -> Vec<Step> {
        match self {
            Self::None => Vec::new(),
            Self::RedBlack(strategy) => strategy.steps(had_source),
            Self::Highlander(strategy) => strategy.steps(),
        }
    }

    /// The steps to take when the new server group was created and did not come up. A failure later on, while the old
    /// server groups are being put away, is not undone: the new one is up and serves.
    pub fn recovery(&self, had_source: bool) -> Vec<RecoveryStep> {
        match self {
            Self::None => Vec::new(),
            Self::RedBlack(RedBlack { rollback, .. }) | Self::Highlander(Highlander { rollback }) => {
                rollback.steps(had_source)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_leaves_everything_as_it_is() {
        assert!(Strategy::None.steps(true).is_empty());
        assert!(Strategy::None.recovery(true).is_empty());
    }
}
