//! Replicas that come late, are cut off and take over from each other all the time: whatever they do, the log stays whole.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::future::join_all;
use gennaker_core::execution::ExecutionId;
use gennaker_ports::Store;
use gennaker_ports::store::{Claim, Cursor, Lease, Shard, Step, StepError};
use gennaker_store::PostgresStore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::fixture::{applied, connect, count, database, id, open, sent, step, try_commit};

const SHARDS: Shard = 6;
const LEASE: Duration = Duration::from_millis(120);
const TIME: Duration = Duration::from_secs(4);

/// The one execution of a shard.
fn of_shard(shard: Shard) -> u32 {
    shard + 1
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What a replica was told that it did, and how often it was told that it came too late.
#[derive(Default)]
struct Told {
    acknowledged: BTreeMap<ExecutionId, u64>,
    refused: usize,
    failed: usize,
}

/// Claims shards and commits to them, and now and then sleeps past its lease and goes on as if nothing had happened.
async fn replica(store: Arc<PostgresStore>, n: u64, stop: Arc<AtomicBool>) -> Told {
    let (mut dice, mut told) = (Dice(n + 1), Told::default());
    let clock = store.clock();
    while !stop.load(Ordering::Relaxed) {
        let now = clock.now();
        let shards = (0..SHARDS).collect();
        let claim = Claim { owner: format!("replica {n}"), shards, limit: 3, now, until: now + LEASE };
        let Ok(tenure) = store.lease(&claim).await else { continue };
        for _ in 0..dice.throw(8) {
            for lease in &tenure.leases {
                advance(&store, *lease, &mut told).await;
            }
        }
        match dice.throw(8) {
            0 => sleep(LEASE * 2).await,
            1 => drop(store.release(&claim.owner, &[0, 1, 2]).await),
            2 => drop(store.leave(&claim.owner).await),
            _ => {}
        }
    }
    told
}

/// Commits one step to the execution of a shard.
async fn advance(store: &PostgresStore, lease: Lease, told: &mut Told) {
    let n = of_shard(lease.shard);
    let Ok(row) = store.execution(id(n)).await else { return };
    let after = row.map_or(0, |row| row.sequence);
    let command = format!("{n} after {after}");
    let onward = sent(&format!("from {command}"), of_shard((lease.shard + 1) % SHARDS), lease.shard);
    let step = Step { applied: vec![applied(&command, n)], sent: vec![onward], ..step(lease, n, after) };
    match try_commit(store, step).await {
        Ok(Ok(committed)) => {
            told.acknowledged.insert(committed.execution, after + 1);
        }
        Ok(Err(StepError::Fenced { .. } | StepError::Conflict { .. } | StepError::Duplicate(_))) => told.refused += 1,
        Err(_) => told.failed += 1,
    }
}

/// Cuts connections until it is over.
async fn cut(url: String, stop: Arc<AtomicBool>) {
    let mut connection = connect(&url).await;
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.2
            AND application_name = 'gennaker'";
    while !stop.load(Ordering::Relaxed) {
        count(&mut connection, cut).await;
        sleep(Duration::from_millis(70)).await;
    }
}

/// Follows all lanes, and sees each event once and in order.
async fn follow(store: &PostgresStore, seen: &mut [u64], cursor: &mut Cursor) {
    let lanes: Vec<_> = (0..SHARDS).collect();
    let Ok(steps) = store.events_since(cursor, &lanes, 50).await else { return };
    for step in steps {
        let last = &mut seen[step.lane as usize];
        assert_eq!(step.events[0].sequence, *last + 1, "lane {} shows a gap or something twice", step.lane);
        *last += step.events.len() as u64;
        cursor.advance(step.lane, step.position);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_stays_whole() {
    let url = database().await;
    let stores: Vec<_> = join_all((0..3).map(|_| open(&url))).await.into_iter().map(Arc::new).collect();
    let reader = open(&url).await;
    let stop = Arc::new(AtomicBool::new(false));
    let mut replicas = JoinSet::new();
    for (n, store) in (0..).zip(stores) {
        replicas.spawn(replica(store, n, Arc::clone(&stop)));
    }
    let cutting = tokio::spawn(cut(url.clone(), Arc::clone(&stop)));
    let (mut seen, mut cursor) = (vec![0; SHARDS as usize], Cursor::default());
    let end = Instant::now() + TIME;
    while Instant::now() < end {
        follow(&reader, &mut seen, &mut cursor).await;
    }
    stop.store(true, Ordering::Relaxed);
    let told = replicas.join_all().await;
    cutting.await.unwrap();
    // Connections that were cut may still be noticed.
    while reader.cursor().await.is_ok_and(|end| cursor.is_behind(&end)) {
        follow(&reader, &mut seen, &mut cursor).await;
    }

    for shard in 0..SHARDS {
        let n = of_shard(shard);
        let row = reader.execution(id(n)).await.unwrap().unwrap();
        let events = reader.events(id(n), 0, usize::MAX).await.unwrap();
        assert!(events.iter().map(|event| event.sequence).eq(1..=row.sequence));
        assert_eq!(seen[shard as usize], row.sequence);
        let acknowledged = told.iter().filter_map(|told| told.acknowledged.get(&id(n))).max();
        assert!(acknowledged.is_some_and(|sequence| *sequence <= row.sequence), "what was acknowledged is kept");
    }
    let mut connection = connect(&url).await;
    let events: u64 = seen.iter().sum();
    for table in ["applied", "inbox"] {
        assert_eq!(count(&mut connection, &format!("SELECT count(*) FROM {table}")).await, events.cast_signed());
    }
    assert!(told.iter().any(|told| told.failed > 0), "connections were cut");
    assert!(told.iter().any(|told| told.refused > 0), "some came too late");
}
