//! Taking shards, keeping them, and giving them up.

use std::collections::BTreeMap;

use gennaker_core::execution::{Command, ExecutionId, ExecutionStatus};
use gennaker_ports::StoreError;
use gennaker_ports::store::{Claim, Lease, Shard, Tenure};
use tokio::time::{Duration, Instant};

use super::{PAGE, Service};
use crate::metric::{REPLICAS, SHARDS_LOST, SHARDS_OWNED, SHARDS_TAKEN};

/// How long after the end of somebody's lease it is tried to take it.
const AFTER_EXPIRY: Duration = Duration::from_millis(20);
/// The shortest time between two claims that no signal asked for.
const BETWEEN_CLAIMS: Duration = Duration::from_millis(200);

impl Service {
    /// As [`Service::claim`]; trouble is outlasted. Leases that could not be renewed may have been taken by others, which the
    /// next commit under them finds out.
    pub(super) async fn claim_again(&mut self) {
        if let Err(error) = self.claim().await {
            tracing::warn!(%error, "could not renew the leases; trying again");
            self.next_claim = Instant::now() + self.options.lease / 10;
        }
    }

    /// Says that this replica is alive, renews its leases, takes what it is short of its share, and gives up what it has
    /// beyond it.
    pub(super) async fn claim(&mut self) -> Result<(), StoreError> {
        let mut tenure = self.claim_share().await?;
        if tenure.replicas != self.replicas {
            tracing::info!(replicas = tenure.replicas, "the number of live replicas has changed");
            self.replicas = tenure.replicas;
            if tenure.leases.len() < self.share() {
                tenure = self.claim_share().await?;
                self.replicas = tenure.replicas;
            }
        }
        self.schedule_claim(&tenure);
        self.adopt(tenure.leases).await?;
        self.give_up_excess().await?;
        metrics::gauge!(REPLICAS).set(self.replicas as f64);
        metrics::gauge!(SHARDS_OWNED).set(self.ownership.owned().len() as f64);
        Ok(())
    }

    async fn claim_share(&self) -> Result<Tenure, StoreError> {
        let now = self.ports.clock.now();
        let claim = Claim {
            owner: self.options.owner.clone(),
            shards: self.ownership.all().collect(),
            limit: self.share(),
            now,
            until: now + self.lifetime(),
        };
        self.ports.store.lease(&claim).await
    }

    /// Renews the leases where it is time to, in the middle of something long. What changes by it, the next claim notices.
    async fn renew_in_time(&mut self) -> Result<(), StoreError> {
        if Instant::now() >= self.next_claim {
            let tenure = self.claim_share().await?;
            self.schedule_claim(&tenure);
        }
        Ok(())
    }

    /// A lease ends a little before the time within which others are to take over.
    fn lifetime(&self) -> Duration {
        self.options.lease * 9 / 10
    }

    /// How many shards this replica should own; none as long as it does not know how many there are to share with.
    fn share(&self) -> usize {
        if self.replicas == 0 { 0 } else { self.ownership.all().count().div_ceil(self.replicas) }
    }

    /// The next claim comes in time for the leases to be renewed twice, and as soon as a lease of somebody else has ended.
    fn schedule_claim(&mut self, tenure: &Tenure) {
        let renewal = self.options.lease / 3;
        let now = self.ports.clock.now();
        let expiry = tenure.next_expiry.map_or(renewal, |expiry| expiry.since(now) + AFTER_EXPIRY);
        self.next_claim = Instant::now() + renewal.min(expiry.max(BETWEEN_CLAIMS));
    }

    /// Makes leases ours: drops what is in memory of those that were lost, and picks up what is going on in those that are
    /// new.
    async fn adopt(&mut self, leases: Vec<Lease>) -> Result<(), StoreError> {
        let before = self.ownership.held();
        let now: BTreeMap<Shard, Lease> = leases.into_iter().map(|lease| (lease.shard, lease)).collect();
        let differs = |a: &BTreeMap<Shard, Lease>, b: &BTreeMap<Shard, Lease>| -> Vec<Shard> {
            a.iter().filter(|(shard, lease)| b.get(shard) != Some(lease)).map(|(shard, _)| *shard).collect()
        };
        let (lost, gained) = (differs(&before, &now), differs(&now, &before));
        if !lost.is_empty() {
            tracing::warn!(shards = ?lost, "lost shards to another replica");
            self.lose(&lost);
        }
        if gained.is_empty() {
            return Ok(());
        }
        tracing::info!(count = gained.len(), owned = now.len(), "took shards");
        metrics::counter!(SHARDS_TAKEN).increment(gained.len() as u64);
        self.ownership.set(now);
        self.forget_lanes(&gained);
        // What their former owners committed last may not have come here; from now on only we commit in them.
        self.hub.gap_everywhere();
        let picked_up = self.recover(&gained).await;
        if picked_up.is_err() {
            // To be gained again by the next claim.
            self.drop_shards(&gained);
        }
        picked_up
    }

    /// A shard is another's now, as the store says.
    pub(super) fn lose(&mut self, shards: &[Shard]) {
        metrics::counter!(SHARDS_LOST).increment(shards.len() as u64);
        self.drop_shards(shards);
    }

    async fn give_up_excess(&mut self) -> Result<(), StoreError> {
        let owned = self.ownership.owned();
        let Some(excess) = owned.get(self.share()..).filter(|excess| !excess.is_empty()) else { return Ok(()) };
        tracing::info!(count = excess.len(), "giving shards up for other replicas");
        self.drop_shards(excess);
        self.ports.store.release(&self.options.owner, excess).await
    }

    /// Forgets everything about the executions of shards, and ends their effects; the next owner runs them again under the
    /// same keys.
    fn drop_shards(&mut self, shards: &[Shard]) {
        self.ownership.remove(shards);
        let (ownership, is_dropped) = (self.ownership.clone(), |shard| shards.contains(&shard));
        let ids: Vec<ExecutionId> = self
            .live
            .iter()
            .filter(|(id, execution)| is_dropped(ownership.shard_of(&execution.start.definition, **id)))
            .map(|(id, _)| *id)
            .collect();
        for id in ids {
            self.live.pop(&id);
        }
        self.effects.drop_where(|execution| is_dropped(ownership.shard_of(&execution.definition, execution.id)));
        self.forget_lanes(shards);
    }

    fn forget_lanes(&mut self, shards: &[Shard]) {
        let ownership = self.ownership.clone();
        self.admissions.forget_where(|pipeline| shards.contains(&ownership.shard_of_pipeline(pipeline)));
    }

    /// Picks up what a former owner of shards left: effects that were running, queues, due times, inboxes.
    async fn recover(&mut self, shards: &[Shard]) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = self.ports.store.to_recover(shards, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            self.renew_in_time().await?;
            // Of what waits in a lane only the first is read, to know the lane by.
            let runs = page.iter().filter(|row| row.status != ExecutionStatus::Queued);
            self.prefetch(runs.map(|row| row.id)).await;
            for row in &page {
                let waits = row.status == ExecutionStatus::Queued;
                if waits && row.pipeline.as_deref().is_some_and(|pipeline| self.admissions.knows(pipeline)) {
                    continue; // What waits in a lane is known with the lane.
                }
                self.pick_up(row.id).await?;
            }
        }
        let due = self.ports.store.next_due(shards).await?;
        self.wake_by(due);
        self.work_on_inbox().await;
        Ok(())
    }

    /// Sets off what an execution asks for. One that nobody can read must not keep all the others from going on.
    async fn pick_up(&mut self, id: ExecutionId) -> Result<(), StoreError> {
        match self.load(id).await {
            Ok(Some(execution)) => {
                self.admissions.prepare(&*self.ports.store, &execution.start.definition).await?;
                self.follow(&execution);
                self.live.put(id, execution);
            }
            Ok(None) => {}
            Err(error @ StoreError::Damaged(_)) => {
                tracing::error!(execution = %id, %error, "could not load an execution; trying again");
                self.redo_later(id, vec![Command::Tick]);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
