//! How capacities change.

use serde::{Deserialize, Serialize};

use crate::cloud::{Capacity, CapacityError};

/// A change of a server group's capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Resize {
    /// To these numbers.
    Exact(CapacityChange),
    /// More of each number.
    Up(Amount),
    /// Less of each number, down to nothing.
    Down(Amount),
}

/// How much more or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Amount {
    /// So many instances.
    Count(u32),
    /// A part of the present number, rounded up.
    Percent(u32),
}

/// The numbers of a capacity that are to change; the others stay as far as they can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityChange {
    /// The fewest instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u32>,
    /// The wanted number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<u32>,
    /// The most instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// A change that gives no capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResizeError {
    /// The numbers contradict each other.
    #[error(transparent)]
    Capacity(#[from] CapacityError),
    /// The capacity of the source is wanted, and there is neither a source nor a capacity to take instead.
    #[error("the cluster has no server group to take the capacity from; set a capacity too")]
    NoSource,
}

impl From<Capacity> for CapacityChange {
    fn from(capacity: Capacity) -> Self {
        Self { min: Some(capacity.min), desired: Some(capacity.desired), max: Some(capacity.max) }
    }
}

impl Resize {
    /// The capacity after the change.
    ///
    /// # Errors
    /// [`ResizeError::Capacity`] where the numbers asked for contradict each other.
    pub fn apply(self, current: Capacity) -> Result<Capacity, ResizeError> {
        match self {
            Self::Exact(change) => change.over(current),
            Self::Up(amount) => Ok(each(current, |number| number.saturating_add(amount.of(number)))),
            Self::Down(amount) => Ok(each(current, |number| number.saturating_sub(amount.of(number)))),
        }
    }
}

impl Amount {
    fn of(self, number: u32) -> u32 {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => {
                u32::try_from((u64::from(number) * u64::from(percent)).div_ceil(100)).unwrap_or(u32::MAX)
            }
        }
    }
}

impl CapacityChange {
    /// The configured numbers over the current ones: a configured maximum pulls the minimum down, a minimum pushes the
    /// maximum up, and a desired number moves between them. One that is configured moves the bounds that are not.
    fn over(self, current: Capacity) -> Result<Capacity, ResizeError> {
        let mut min = self.min.unwrap_or(current.min);
        let mut max = self.max.unwrap_or(current.max);
        match (self.min, self.max) {
            (None, Some(max)) => min = min.min(max),
            (Some(min), None) => max = max.max(min),
            (Some(_), Some(_)) | (None, None) => {}
        }
        let desired = self.desired.unwrap_or(current.desired);
        if self.desired.is_some() && self.min.is_none() {
            min = min.min(desired);
        }
        if self.desired.is_some() && self.max.is_none() {
            max = max.max(desired);
        }
        Capacity { min, desired: max, max }.checked()?;
        Ok(Capacity { min, desired: desired.clamp(min, max), max })
    }
}

/// The capacity of a new server group: the one configured, or, where the source's shall be used, that one. Without a
/// source the configured one stands in.
///
/// # Errors
/// [`ResizeError::NoSource`] where neither is there; [`ResizeError::Capacity`] where the configured one is wrong.
pub fn new_group_capacity(
    configured: Option<Capacity>,
    use_source: bool,
    source: Option<Capacity>,
) -> Result<Capacity, ResizeError> {
    let configured = configured.map(Capacity::checked).transpose()?;
    match (use_source, source, configured) {
        (true, Some(source), _) => Ok(source),
        (_, _, Some(configured)) => Ok(configured),
        (true, None, None) => Err(ResizeError::NoSource),
        (false, _, None) => Ok(Capacity::pinned(1)),
    }
}

fn each(capacity: Capacity, change: impl Fn(u32) -> u32) -> Capacity {
    Capacity { min: change(capacity.min), desired: change(capacity.desired), max: change(capacity.max) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn capacity(min: u32, desired: u32, max: u32) -> Capacity {
        Capacity { min, desired, max }
    }

    #[test]
    fn exact_merges_over_the_current_numbers() {
        let change = |min, desired, max| CapacityChange { min, desired, max };
        let current = capacity(2, 4, 6);
        for (wanted, expected) in [
            (change(Some(1), Some(2), Some(3)), capacity(1, 2, 3)),
            (change(None, None, Some(1)), capacity(1, 1, 1)),
            (change(Some(9), None, None), capacity(9, 9, 9)),
            (change(Some(5), None, None), capacity(5, 5, 6)),
            (change(None, Some(8), None), capacity(2, 8, 8)),
            (change(None, Some(0), None), capacity(0, 0, 6)),
            (change(None, None, None), current),
            (change(Some(0), Some(0), Some(0)), capacity(0, 0, 0)),
            (change(Some(3), Some(7), Some(5)), capacity(3, 5, 5)),
            (change(Some(3), Some(1), Some(5)), capacity(3, 3, 5)),
        ] {
            assert_eq!(Resize::Exact(wanted).apply(current), Ok(expected), "{wanted:?}");
        }
        let contradiction = Resize::Exact(change(Some(3), None, Some(1))).apply(current).unwrap_err();
        assert_eq!(contradiction.to_string(), "capacity needs min <= desired <= max, but min is 3, desired 1, max 1");
    }

    #[test]
    fn relative_changes_round_up_and_stop_at_nothing() {
        let current = capacity(1, 3, 10);
        for (change, expected) in [
            (Resize::Up(Amount::Percent(50)), capacity(2, 5, 15)),
            (Resize::Down(Amount::Percent(50)), capacity(0, 1, 5)),
            (Resize::Down(Amount::Percent(250)), capacity(0, 0, 0)),
            (Resize::Up(Amount::Count(2)), capacity(3, 5, 12)),
            (Resize::Down(Amount::Count(4)), capacity(0, 0, 6)),
        ] {
            assert_eq!(change.apply(current), Ok(expected), "{change:?}");
        }
    }

    #[test]
    fn the_source_gives_the_capacity_where_it_shall_and_can() {
        let source = Some(capacity(2, 3, 4));
        let configured = Some(capacity(1, 1, 2));
        assert_eq!(new_group_capacity(configured, true, source), Ok(capacity(2, 3, 4)));
        assert_eq!(new_group_capacity(configured, true, None), Ok(capacity(1, 1, 2)));
        assert_eq!(new_group_capacity(configured, false, source), Ok(capacity(1, 1, 2)));
        assert_eq!(new_group_capacity(None, false, source), Ok(Capacity::pinned(1)));
        assert_eq!(new_group_capacity(None, true, None), Err(ResizeError::NoSource));
        assert!(new_group_capacity(Some(capacity(2, 1, 1)), false, None).is_err());
    }

    prop_compose! {
        fn any_capacity()(min in 0u32..50, room in 0u32..50, more in 0u32..50) -> Capacity {
            capacity(min, min + room, min + room + more)
        }
    }

    fn any_amount() -> impl Strategy<Value = Amount> {
        prop_oneof![(0u32..200).prop_map(Amount::Count), (0u32..400).prop_map(Amount::Percent)]
    }

    proptest! {
        #[test]
        fn relative_changes_keep_the_order_of_the_numbers(current in any_capacity(), amount in any_amount()) {
            let up = Resize::Up(amount).apply(current).unwrap();
            prop_assert!(up.checked().is_ok() && up.desired >= current.desired);
            let down = Resize::Down(amount).apply(current).unwrap();
            prop_assert!(down.checked().is_ok() && down.desired <= current.desired);
        }

        #[test]
        fn exact_changes_give_what_was_asked_or_fail(
            current in any_capacity(),
            min in proptest::option::of(0u32..100),
            desired in proptest::option::of(0u32..100),
            max in proptest::option::of(0u32..100),
        ) {
            if let Ok(new) = Resize::Exact(CapacityChange { min, desired, max }).apply(current) {
                prop_assert!(new.checked().is_ok());
                prop_assert!(desired.is_none_or(|desired| desired.clamp(new.min, new.max) == new.desired));
                prop_assert!(max.is_none_or(|max| max == new.max));
            }
        }
    }
}
