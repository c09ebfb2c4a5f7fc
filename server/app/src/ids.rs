//! New ids: ULIDs that grow with each one made here, also within a millisecond, so that what came first sorts first.

use std::sync::Mutex;

use gennaker_core::Timestamp;
use gennaker_core::execution::ExecutionId;

const MILLISECOND: i64 = 1000;
/// The random part has 80 bits. A new one begins below half of them, so that there is room to count up.
const RANDOM: u128 = (1 << 79) - 1;

/// Makes ids.
#[derive(Debug, Default)]
pub(crate) struct Ids(Mutex<(i64, u128)>);

impl Ids {
    /// An id that is greater than those made before, even when the clock has gone back.
    pub(crate) fn next(&self, now: Timestamp, random: u128) -> ExecutionId {
        let mut last = self.0.lock().expect("no holder of the lock panics");
        let millis = now.as_micros() / MILLISECOND;
        *last = if millis > last.0 { (millis, random & RANDOM) } else { (last.0, last.1 + 1) };
        ExecutionId::from_parts(Timestamp::from_micros(last.0 * MILLISECOND), last.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_whatever_the_clock_does() {
        let ids = Ids::default();
        let times = [5_000, 5_000, 5_999, 6_000, 4_000, 7_000];
        let made: Vec<String> =
            times.iter().map(|time| ids.next(Timestamp::from_micros(*time), u128::MAX).to_string()).collect();
        assert!(made.is_sorted(), "{made:?}");
        assert_eq!(made.iter().collect::<std::collections::BTreeSet<_>>().len(), 6);
        assert!(made[5].starts_with("0000000007"), "{made:?}");
    }
}
