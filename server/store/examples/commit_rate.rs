//! How fast the store commits, beside how fast the disk confirms an append.
//!
//! `cargo run -p gennaker-store --example commit_rate [DIRECTORY]` takes about ten seconds and writes its table to standard
//! output. Each step is what a running execution commits most: one event, its row, one applied command.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use gennaker_core::Timestamp;
use gennaker_core::execution::{Cause, CommandId, Event, EventRecord, ExecutionId, ExecutionStatus, Origin};
use gennaker_ports::Store;
use gennaker_ports::store::{Applied, Claim, ExecutionHeader, ExecutionRow, Lease, Step};
use gennaker_store::{Options, SqliteStore, Synchronous};

/// How long each line of the table is measured.
const TIME: Duration = Duration::from_secs(1);

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let parent = std::env::args().nth(1).map_or_else(std::env::temp_dir, Into::into);
    let mut out = std::io::stdout();
    writeln!(out, "{:<28} {:>12} {:>12} {:>12}", "", "steps/s", "p50", "p99")?;
    for bytes in [4096, 32 << 10] {
        let dir = tempfile::tempdir_in(&parent)?;
        report(&mut out, &format!("fdatasync after {bytes} bytes"), 1, appends(dir.path(), bytes)?)?;
    }
    for synchronous in [Synchronous::Full, Synchronous::Normal] {
        for batch in [1, 16, 256] {
            let dir = tempfile::tempdir_in(&parent)?;
            let times = commits(dir.path(), synchronous, batch).await?;
            report(&mut out, &format!("{synchronous:?}, {batch} a commit"), batch, times)?;
        }
    }
    Ok(())
}

fn report(out: &mut impl Write, name: &str, batch: u32, mut times: Vec<Duration>) -> std::io::Result<()> {
    let total: Duration = times.iter().sum();
    let rate = f64::from(batch) * times.len() as f64 / total.as_secs_f64();
    times.sort_unstable();
    let at = |percent: usize| format!("{:.3} ms", times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3);
    writeln!(out, "{name:<28} {rate:>12.0} {:>12} {:>12}", at(50), at(99))
}

fn appends(dir: &Path, bytes: usize) -> std::io::Result<Vec<Duration>> {
    let mut file = File::create(dir.join("appends"))?;
    let content = vec![0x55; bytes];
    let begun = Instant::now();
    let mut times = Vec::new();
    while begun.elapsed() < TIME {
        let started = Instant::now();
        file.write_all(&content)?;
        file.sync_data()?;
        times.push(started.elapsed());
    }
    Ok(times)
}

async fn commits(dir: &Path, synchronous: Synchronous, batch: u32) -> Result<Vec<Duration>, Box<dyn Error>> {
    let store = SqliteStore::open(&Options { synchronous, ..Options::new(dir) })?;
    let now = Timestamp::from_secs(1_700_000_000);
    let until = now + Duration::from_secs(1000);
    let claim = Claim { owner: "bench".to_owned(), shards: vec![0], limit: 1, now, until };
    let lease = store.lease(&claim).await?.leases[0];
    let (begun, mut times) = (Instant::now(), Vec::new());
    // Executions of ten steps each, as many at a time as a commit has steps.
    for round in 0_u64.. {
        if begun.elapsed() > TIME {
            break;
        }
        let steps = (0..batch).map(|lane| step(lease, now, round, lane)).collect();
        let started = Instant::now();
        let answers = store.commit(steps).await?;
        times.push(started.elapsed());
        answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    }
    Ok(times)
}

fn step(lease: Lease, now: Timestamp, round: u64, lane: u32) -> Step {
    let (execution, expected) = (round / 10, round % 10);
    let id = ExecutionId::from_parts(now + Duration::from_millis(execution), lane.into());
    let event = Event::TaskFinished {
        stage: "deploy".into(),
        task: 0,
        status: gennaker_core::execution::TaskStatus::Succeeded,
        outputs: serde_json::Map::new(),
        message: "3 of 3 instances are healthy".to_owned(),
        child: None,
    };
    let applied = Applied { execution: id, sequence: expected + 1, rejection: None, digest: "d".repeat(32), time: now };
    Step {
        lease,
        expected_sequence: expected,
        events: vec![EventRecord { sequence: expected + 1, time: now, event }].into(),
        row: Some(row(id, now, expected + 1)),
        applied: vec![(CommandId(format!("{id}:deploy:0:0:{expected}")), applied)],
        sent: Vec::new(),
    }
}

fn row(id: ExecutionId, now: Timestamp, sequence: u64) -> ExecutionRow {
    let ended = sequence == 10;
    let cause = Cause {
        actor: "ann".to_owned(),
        origin: Origin::Manual,
        reason: String::new(),
        payload: serde_json::Value::Null,
    };
    ExecutionRow {
        id,
        shard: 0,
        application: "shop".to_owned(),
        pipeline: Some("applications/shop/pipelines/deploy".to_owned()),
        status: if ended { ExecutionStatus::Succeeded } else { ExecutionStatus::Running },
        started: Some(now),
        created: now,
        ended: ended.then_some(now),
        sequence,
        wake_at: (!ended).then(|| now + Duration::from_secs(sequence)),
        outstanding: !ended,
        header: ExecutionHeader {
            display_name: "Deploy the shop".to_owned(),
            revision: 7,
            cause,
            parameters: serde_json::Map::new(),
            labels: BTreeMap::new(),
            failure: None,
            canceled: None,
            paused: None,
        },
    }
}
