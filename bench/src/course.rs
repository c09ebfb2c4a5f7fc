//! Running a pipeline again and again: the loop of every workload that runs executions to their ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use gennaker_client::{Client, v1};
use tokio::task::JoinSet;

use crate::deployment::Deployment;
use crate::drive;
use crate::feed::Feed;
use crate::latencies::Latencies;
use crate::pipelines;

/// How clients learn that executions have ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watching {
    /// On a stream for each, opened when its start was answered.
    Own,
    /// On one stream for all of a client, opened before.
    Shared,
}

/// One client of each server, on a connection of its own, with a pipeline of its own.
#[derive(Clone)]
pub(crate) struct Course(Arc<[Seat]>);

struct Seat {
    client: Client,
    pipeline: String,
    feed: Option<Feed>,
}

impl Course {
    /// Makes the pipelines, all with the same stages, and opens the shared watches.
    pub(crate) async fn prepare(
        deployment: &Deployment,
        id: &str,
        stages: &[v1::Stage],
        watching: Watching,
    ) -> anyhow::Result<Self> {
        let mut seats = Vec::new();
        for turn in 0..deployment.replicas() {
            let client = deployment.client(turn)?;
            let pipeline = pipelines::create(&client, &format!("{id}-{turn}"), stages.to_vec()).await?;
            let feed = match watching {
                Watching::Own => None,
                Watching::Shared => Some(Feed::open(&client, &pipeline).await?),
            };
            seats.push(Seat { client, pipeline, feed });
        }
        Ok(Self(seats.into()))
    }

    /// Runs executions to their ends, some at a time, the clients taking turns: each caller starts one, waits until it has
    /// seen the end, and starts the next.
    pub(crate) async fn run(&self, count: usize, in_flight: usize) -> anyhow::Result<Latencies> {
        let next = Arc::new(AtomicUsize::new(0));
        let begun = Instant::now();
        let mut callers = JoinSet::new();
        for _ in 0..in_flight.min(count) {
            let (course, next) = (self.clone(), next.clone());
            callers.spawn(async move { course.call(&next, count).await });
        }
        let mut all = Latencies::new();
        while let Some(latencies) = callers.join_next().await {
            all.add(&latencies??);
        }
        all.over(begun.elapsed());
        Ok(all)
    }

    async fn call(&self, next: &AtomicUsize, count: usize) -> anyhow::Result<Latencies> {
        let mut latencies = Latencies::new();
        loop {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            if turn >= count {
                return Ok(latencies);
            }
            let Seat { client, pipeline, feed } = &self.0[turn % self.0.len()];
            latencies.record(drive::run(client, pipeline, feed.as_ref()).await?);
        }
    }

    /// The first client, and its pipeline.
    pub(crate) fn first(&self) -> (&Client, &str) {
        (&self.0[0].client, &self.0[0].pipeline)
    }
}
