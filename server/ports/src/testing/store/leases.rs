//! Who owns which shard.

use gennaker_core::Timestamp;

use super::State;
use crate::store::{Lease, Shard};

/// Who holds a shard.
#[derive(Default)]
pub(super) struct Holding {
    owner: Option<String>,
    until: Timestamp,
    pub(super) epoch: u64,
}

impl State {
    pub(super) fn lease(&mut self, owner: &str, shards: &[Shard], now: Timestamp, until: Timestamp) -> Vec<Lease> {
        let mut leases = Vec::new();
        for &shard in shards {
            let holding = self.leases.entry(shard).or_default();
            let renews = holding.owner.as_deref() == Some(owner);
            if !renews && holding.owner.is_some() && holding.until > now {
                continue;
            }
            if !renews {
                holding.epoch += 1;
                holding.owner = Some(owner.to_owned());
            }
            holding.until = until;
            leases.push(Lease { shard, epoch: holding.epoch });
        }
        leases
    }

    /// Giving a lease up raises its epoch, so that a commit that is still under way is refused.
    pub(super) fn release(&mut self, owner: &str) {
        for holding in self.leases.values_mut().filter(|holding| holding.owner.as_deref() == Some(owner)) {
            holding.owner = None;
            holding.epoch += 1;
        }
    }
}
