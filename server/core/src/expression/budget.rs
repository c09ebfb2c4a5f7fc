//! What one evaluation may use.

use super::{FUEL, Problem};

/// How many bytes may be copied or looked through for one step.
const BYTES_PER_STEP: usize = 32;

/// The steps that an evaluation has left. Each part of an expression costs one; whatever copies, builds or looks through
/// data costs in proportion, so that the memory is bounded with the time.
#[derive(Debug)]
pub(super) struct Budget {
    left: u32,
}

impl Budget {
    pub(super) const fn new() -> Self {
        Self { left: FUEL }
    }

    /// Pays for some steps.
    pub(super) fn steps(&mut self, steps: usize) -> Result<(), Problem> {
        let left = u32::try_from(steps).ok().and_then(|steps| self.left.checked_sub(steps));
        self.left = left.unwrap_or(0);
        if left.is_some() { Ok(()) } else { Err(Problem::TooCostly { limit: FUEL }) }
    }

    /// Pays for copying or looking through some bytes.
    pub(super) fn bytes(&mut self, bytes: usize) -> Result<(), Problem> {
        self.steps(bytes.div_ceil(BYTES_PER_STEP))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_up_stays_used_up() {
        let mut budget = Budget::new();
        assert!(budget.steps(FUEL as usize - 1).is_ok());
        assert!(budget.bytes(33).is_err());
        assert!(budget.steps(1).is_err());
    }
}
