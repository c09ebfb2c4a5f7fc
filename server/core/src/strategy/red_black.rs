//! Red/black: the new server group takes over, the others are kept, disabled.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Rollback, Step};

/// How a red/black deploy puts the other server groups away.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RedBlack {
    /// How many server groups the cluster may keep, the new one included; 0 for any number.
    pub max_remaining: u32,
    /// Whether server groups that take traffic may be destroyed to get there.
    pub allow_delete_active: bool,
    /// Whether the disabled server groups are scaled down to nothing.
    pub scale_down: bool,
    /// How long both take traffic.
    pub delay_before_disable: Duration,
    /// How long the disabled ones keep their size.
    pub delay_before_scale_down: Duration,
    /// What happens when the new server group does not come up.
    pub rollback: Rollback,
}

impl RedBlack {
    /// Shrinking comes before disabling: what it may destroy are those that were out of traffic before this deploy.
    pub(super) fn steps(&self, had_source: bool) -> Vec<Step> {
        if !had_source {
            return Vec::new();
        }
        let mut steps = Vec::new();
        if self.max_remaining > 0 {
            steps.push(Step::Shrink { keep: self.max_remaining, allow_active: self.allow_delete_active });
        }
        steps.extend(wait("Wait before disable", self.delay_before_disable));
        steps.push(Step::Disable { keep: 1 });
        if self.scale_down {
            steps.extend(wait("Wait before scale down", self.delay_before_scale_down));
            steps.push(Step::ScaleDown { keep: 1, allow_active: false });
        }
        steps
    }
}

fn wait(name: &'static str, duration: Duration) -> Option<Step> {
    (!duration.is_zero()).then_some(Step::Wait { name, duration })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strategy::{RecoveryStep, Strategy};

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn the_plain_form_only_disables() {
        assert_eq!(RedBlack::default().steps(true), [Step::Disable { keep: 1 }]);
    }

    #[test]
    fn without_a_source_there_is_nothing_to_put_away() {
        let all = RedBlack { max_remaining: 2, scale_down: true, ..RedBlack::default() };
        assert!(all.steps(false).is_empty());
    }

    #[test]
    fn all_parameters_give_steps_in_their_order() {
        let strategy = RedBlack {
            max_remaining: 2,
            allow_delete_active: true,
            scale_down: true,
            delay_before_disable: MINUTE,
            delay_before_scale_down: 2 * MINUTE,
            rollback: Rollback { on_failure: true, destroy_failed: true },
        };
        insta::assert_debug_snapshot!(strategy.steps(true), @r#"
        [
            Shrink {
                keep: 2,
                allow_active: true,
            },
            Wait {
                name: "Wait before disable",
                duration: 60s,
            },
            Disable {
                keep: 1,
            },
            Wait {
                name: "Wait before scale down",
                duration: 120s,
            },
            ScaleDown {
                keep: 1,
                allow_active: false,
            },
        ]
        "#);
        let recovery = Strategy::RedBlack(strategy).recovery(true);
        assert_eq!(recovery, [RecoveryStep::DisableNew, RecoveryStep::DestroyNew]);
    }
}
