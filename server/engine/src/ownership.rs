//! Which shards this replica owns, for all parts of the engine that must know.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use gennaker_core::execution::{Definition, ExecutionId};
use gennaker_ports::Store;
use gennaker_ports::store::{Lane, Lease, Shard};

use crate::row::{shard, shard_of_pipeline};

/// The leases that are held. Only the service changes them; it commits under them, so whoever else asks gets an answer that
/// may be old, and must be safe with it.
pub(crate) struct Ownership {
    count: u32,
    leases: RwLock<BTreeMap<Shard, Lease>>,
}

impl Ownership {
    pub(crate) fn new(count: u32) -> Self {
        Self { count: count.max(1), leases: RwLock::default() }
    }

    /// All shards that there are.
    pub(crate) fn all(&self) -> impl Iterator<Item = Shard> {
        0..self.count
    }

    /// The shard of an execution.
    pub(crate) fn shard_of(&self, definition: &Definition, id: ExecutionId) -> Shard {
        shard(definition, id, self.count)
    }

    /// The shard in which the limit of a pipeline is decided.
    pub(crate) fn shard_of_pipeline(&self, pipeline: &str) -> Shard {
        shard_of_pipeline(pipeline, self.count)
    }

    pub(crate) fn lease(&self, shard: Shard) -> Option<Lease> {
        self.leases().get(&shard).copied()
    }

    pub(crate) fn owns(&self, shard: Shard) -> bool {
        self.leases().contains_key(&shard)
    }

    pub(crate) fn owns_all(&self) -> bool {
        self.leases().len() == self.count as usize
    }

    /// The shards that are owned, in order.
    pub(crate) fn owned(&self) -> Vec<Shard> {
        self.leases().keys().copied().collect()
    }

    /// The leases that are held, by shard.
    pub(crate) fn held(&self) -> BTreeMap<Shard, Lease> {
        self.leases().clone()
    }

    pub(crate) fn set(&self, leases: BTreeMap<Shard, Lease>) {
        *self.leases.write().unwrap_or_else(PoisonError::into_inner) = leases;
    }

    pub(crate) fn remove(&self, shards: &[Shard]) {
        let mut leases = self.leases.write().unwrap_or_else(PoisonError::into_inner);
        leases.retain(|shard, _| !shards.contains(shard));
    }

    /// The lanes of the log in which only others write.
    pub(crate) fn foreign_lanes(&self, store: &dyn Store) -> Vec<Lane> {
        let leases = self.leases();
        let own: BTreeSet<Lane> = leases.keys().map(|shard| store.lane(*shard)).collect();
        let lanes: BTreeSet<Lane> = self.all().map(|shard| store.lane(shard)).collect();
        lanes.difference(&own).copied().collect()
    }

    /// All lanes of the log.
    pub(crate) fn lanes(&self, store: &dyn Store) -> Vec<Lane> {
        let lanes: BTreeSet<Lane> = self.all().map(|shard| store.lane(shard)).collect();
        lanes.into_iter().collect()
    }

    fn leases(&self) -> RwLockReadGuard<'_, BTreeMap<Shard, Lease>> {
        self.leases.read().unwrap_or_else(PoisonError::into_inner)
    }
}
