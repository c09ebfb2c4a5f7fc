//! How many events of a trigger may start something within a minute.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use gennaker_core::Timestamp;

const WINDOW: Duration = Duration::from_secs(60);

/// The latest starts of each trigger.
#[derive(Debug)]
pub(crate) struct Bursts {
    limit: usize,
    starts: Mutex<HashMap<String, VecDeque<Timestamp>>>,
}

impl Bursts {
    /// At most `limit` starts of a trigger within a minute; 0 means any number.
    pub(crate) fn new(limit: u32) -> Self {
        Self { limit: limit as usize, starts: Mutex::default() }
    }

    /// Counts a start; false where it is one too many.
    pub(crate) fn admit(&self, trigger: &str, now: Timestamp) -> bool {
        if self.limit == 0 {
            return true;
        }
        let mut all = self.starts.lock().expect("no holder of the lock panics");
        all.retain(|_, starts| {
            while starts.front().is_some_and(|start| *start + WINDOW <= now) {
                starts.pop_front();
            }
            !starts.is_empty()
        });
        let starts = all.entry(trigger.to_owned()).or_default();
        let admitted = starts.len() < self.limit;
        if admitted {
            starts.push_back(now);
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_has_room_for_so_many() {
        let bursts = Bursts::new(2);
        let at = Timestamp::from_secs;
        assert!(bursts.admit("a", at(0)) && bursts.admit("a", at(30)) && bursts.admit("b", at(30)));
        assert!(!bursts.admit("a", at(59)));
        assert!(bursts.admit("a", at(60)));
        assert!(!bursts.admit("a", at(61)));
        assert!(bursts.admit("a", at(90)));
        assert_eq!(bursts.starts.lock().unwrap().len(), 1, "what is over is forgotten");
        assert!((0..1000).all(|_| Bursts::new(0).admit("a", at(0))));
    }
}
