//! How many instances a server group has and may have.

use serde::{Deserialize, Serialize};

/// The bounds and the wanted number of instances of a server group: `min <= desired <= max`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Capacity {
    /// The fewest instances that scaling may leave.
    pub min: u32,
    /// The number of instances wanted now.
    pub desired: u32,
    /// The most instances that scaling may start.
    pub max: u32,
}

/// A capacity whose three numbers contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("capacity needs min <= desired <= max, but min is {min}, desired {desired}, max {max}")]
pub struct CapacityError {
    min: u32,
    desired: u32,
    max: u32,
}

impl Capacity {
    /// A capacity with all three numbers alike.
    pub const fn pinned(size: u32) -> Self {
        Self { min: size, desired: size, max: size }
    }

    /// Whether all three numbers are alike, so that nothing can scale the group by itself.
    pub const fn is_pinned(self) -> bool {
        self.min == self.desired && self.desired == self.max
    }

    /// The capacity itself where `min <= desired <= max`.
    pub const fn checked(self) -> Result<Self, CapacityError> {
        if self.min <= self.desired && self.desired <= self.max {
            Ok(self)
        } else {
            Err(CapacityError { min: self.min, desired: self.desired, max: self.max })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_checked() {
        assert!(Capacity { min: 1, desired: 2, max: 3 }.checked().is_ok());
        assert!(Capacity { min: 3, desired: 2, max: 3 }.checked().is_err());
        assert!(Capacity { min: 0, desired: 4, max: 3 }.checked().is_err());
        assert!(Capacity::pinned(2).is_pinned());
    }
}
