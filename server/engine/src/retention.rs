//! Removes what is no longer to be kept, a batch at a time.
//!
//! One replica does it: the one that owns the first shard. Two that both believe to own it for a moment do no harm.

use std::sync::Arc;

use gennaker_core::Timestamp;
use gennaker_ports::store::{Pruning, Shard};
use gennaker_ports::{Clock, Store, StoreError};
use tokio::time::{Duration, MissedTickBehavior};

use crate::metric::PRUNED;
use crate::options::Retention;
use crate::ownership::Ownership;

/// The shard whose owner does it.
const SHARD: Shard = 0;
/// How many pipelines are read at once.
const PAGE: usize = 200;
/// How many intervals the records of requests are left alone after this replica has become the one that removes them: what
/// was cut short by an outage, however long ago, is repeated first, and must find out what it had done.
const GRACE: u32 = 10;
/// By how much the times of two sweeps overlap, since executions end by the clocks of several replicas.
const OVERLAP: Duration = Duration::from_secs(60);

/// Prunes while it runs.
pub(crate) struct Pruner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ownership: Arc<Ownership>,
    pub(crate) retention: Retention,
}

impl Pruner {
    /// Runs until it is dropped.
    pub(crate) async fn run(self) {
        let mut interval = tokio::time::interval(self.retention.interval);
        interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // Pipelines in which nothing has ended since the last sweep have no more than they had then.
        let mut swept = Timestamp::EPOCH;
        let mut sweeps = 0;
        loop {
            interval.tick().await;
            if !self.ownership.owns(SHARD) {
                (swept, sweeps) = (Timestamp::EPOCH, 0);
                continue;
            }
            sweeps = (sweeps + 1).min(GRACE + 1);
            let now = self.clock.now();
            match self.sweep(now, swept, sweeps > GRACE).await {
                Ok(()) => swept = now - OVERLAP,
                Err(error) => tracing::warn!(%error, "could not remove what is no longer to be kept; trying again"),
            }
        }
    }

    async fn sweep(&self, now: Timestamp, since: Timestamp, with_requests: bool) -> Result<(), StoreError> {
        let Retention { max_age, max_per_pipeline, requests, trigger_events, .. } = &self.retention;
        if let Some(age) = max_age {
            self.prune("executions", &Pruning::Ended { before: now - *age }).await?;
        }
        if let Some(keep) = *max_per_pipeline {
            self.prune_surplus(since, keep).await?;
        }
        if with_requests {
            self.prune("requests", &Pruning::Requests { before: now - *requests }).await?;
        }
        if let Some(age) = trigger_events {
            self.prune("trigger_events", &Pruning::TriggerEvents { before: now - *age }).await?;
        }
        Ok(())
    }

    async fn prune_surplus(&self, since: Timestamp, keep: usize) -> Result<(), StoreError> {
        let mut after: Option<String> = None;
        loop {
            let page = self.store.ended_since(since, after.as_deref(), PAGE).await?;
            for pipeline in &page {
                let what = Pruning::Surplus { pipeline: pipeline.clone(), keep };
                self.prune("executions", &what).await?;
            }
            if page.len() < PAGE {
                return Ok(());
            }
            after = page.into_iter().next_back();
        }
    }

    async fn prune(&self, label: &'static str, what: &Pruning) -> Result<(), StoreError> {
        let batch = self.retention.batch.max(1);
        loop {
            let removed = self.store.prune(what, batch).await?;
            metrics::counter!(PRUNED, "what" => label).increment(removed as u64);
            if removed < batch {
                return Ok(());
            }
            tokio::task::yield_now().await;
        }
    }
}
