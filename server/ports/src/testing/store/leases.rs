//! Who owns which shard.

use gennaker_core::Timestamp;

use super::State;
use crate::store::{Claim, Lease, Shard, Tenure};

/// Who holds a shard.
#[derive(Default)]
pub(super) struct Holding {
    owner: Option<String>,
    until: Timestamp,
    pub(super) epoch: u64,
}

impl Holding {
    fn is_of(&self, owner: &str) -> bool {
        self.owner.as_deref() == Some(owner)
    }

    /// Whether somebody else holds it.
    fn is_foreign(&self, claim: &Claim) -> bool {
        self.owner.is_some() && !self.is_of(&claim.owner) && self.until > claim.now
    }

    fn free(&mut self) {
        self.owner = None;
        self.epoch += 1;
    }
}

impl State {
    pub(super) fn lease(&mut self, claim: &Claim) -> Tenure {
        self.replicas.retain(|_, until| *until > claim.now);
        self.replicas.insert(claim.owner.clone(), claim.until);
        self.leases.values_mut().filter(|held| held.is_of(&claim.owner)).for_each(|held| held.until = claim.until);
        self.take(claim);
        let held = self.leases.iter().filter(|(_, holding)| holding.is_of(&claim.owner));
        let foreign = self.leases.values().filter(|holding| holding.is_foreign(claim));
        Tenure {
            leases: held.map(|(&shard, holding)| Lease { shard, epoch: holding.epoch }).collect(),
            replicas: self.replicas.len(),
            next_expiry: foreign.map(|holding| holding.until).min(),
        }
    }

    fn take(&mut self, claim: &Claim) {
        let held = self.leases.values().filter(|holding| holding.is_of(&claim.owner)).count();
        let mut wanted = claim.limit.saturating_sub(held);
        for &shard in &claim.shards {
            if wanted == 0 {
                return;
            }
            let holding = self.leases.entry(shard).or_default();
            if !holding.is_of(&claim.owner) && !holding.is_foreign(claim) {
                *holding = Holding { owner: Some(claim.owner.clone()), until: claim.until, epoch: holding.epoch + 1 };
                wanted -= 1;
            }
        }
    }

    /// Tells whether there was anything to give up.
    pub(super) fn release(&mut self, owner: &str, shards: &[Shard]) -> bool {
        let held = self.leases.iter_mut().filter(|(shard, held)| held.is_of(owner) && shards.contains(shard));
        held.map(|(_, holding)| holding.free()).count() > 0
    }

    pub(super) fn leave(&mut self, owner: &str) {
        self.replicas.remove(owner);
        self.leases.values_mut().filter(|holding| holding.is_of(owner)).for_each(Holding::free);
    }
}
