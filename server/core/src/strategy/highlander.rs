//! Highlander: the new server group takes over, the others are destroyed.

use serde::{Deserialize, Serialize};

use super::{Rollback, Step};

/// How a highlander deploy goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Highlander {
    /// What happens when the new server group does not come up.
    pub rollback: Rollback,
}

impl Highlander {
    pub(super) fn steps(&self) -> Vec<Step> {
        vec![Step::Shrink { keep: 1, allow_active: true }]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_can_be_only_one() {
        assert_eq!(Highlander::default().steps(), [Step::Shrink { keep: 1, allow_active: true }]);
    }
}
