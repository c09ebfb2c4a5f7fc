//! W2: how many executions of five stages a second.

use std::time::Duration;

use super::beside_commits;
use crate::bench::Bench;
use crate::course::{Course, Watching};
use crate::deployment::Deployment;
use crate::latencies::Latencies;
use crate::limits::Place;
use crate::metrics::Commits;
use crate::pipelines::{self, Work};
use crate::report::{Sheet, Unit};
use crate::target::Target;

pub(super) const METHOD: &str = "2,000 executions, 50 at a time on one connection to each replica: each of 50 callers starts one, \
    waits until its client has seen the end, and starts the next. *Shared watch*: the ends are seen on one WatchExecutions \
    stream for the pipeline of each client. *Own watch*: a WatchExecution for each. *Over commits*: the rate over that of \
    single-row commits by one client of the same database, measured just before and after. *Over one replica*: the rate over \
    that of one replica in the same repetition. CPU is that of the servers, all threads together, without the database; commits are theirs, by their own metrics.";

struct Line {
    key: &'static str,
    label: &'static str,
    work: Work,
    watching: Watching,
}

const LINES: [Line; 3] = [
    Line { key: "w2.nothing", label: "No work, shared watch", work: Work::Nothing, watching: Watching::Shared },
    Line { key: "w2.nothing.own", label: "No work, own watch", work: Work::Nothing, watching: Watching::Own },
    Line { key: "w2.effects", label: "Effects, shared watch", work: Work::Effect, watching: Watching::Shared },
];

/// What one series of executions cost.
struct Flood {
    latencies: Latencies,
    cpu: Duration,
    /// The servers' own commits.
    committed: Commits,
    /// Single commits of the same database.
    single: Latencies,
}

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (deployment, place) = (bench.deploy(target).await?, bench.place(target).await?);
    for line in &LINES {
        let flood = flood(bench, &deployment, &place, line).await?;
        record(sheet, target, line, &flood);
    }
    deployment.stop().await
}

async fn flood(bench: &Bench, deployment: &Deployment, place: &Place, line: &Line) -> anyhow::Result<Flood> {
    let (sizes, stages) = (&bench.sizes, pipelines::chain([line.work; 5]));
    let course = Course::prepare(deployment, &line.key.replace('.', "-"), &stages, line.watching).await?;
    course.run(sizes.warm_up, sizes.in_flight).await?;
    let (cpu, committed) = (deployment.cpu_time()?, deployment.commits().await?);
    let flood = async {
        let latencies = course.run(sizes.throughput, sizes.in_flight).await?;
        Ok((latencies, deployment.cpu_time()?.saturating_sub(cpu)))
    };
    let ((latencies, cpu), single) = beside_commits(bench, place, flood).await?;
    Ok(Flood { latencies, cpu, committed: deployment.commits().await? - committed, single })
}

fn record(sheet: &mut Sheet<'_>, target: Target, line: &Line, flood: &Flood) {
    let Flood { latencies, cpu, committed, single } = flood;
    let (rate, count) = (latencies.per_second(), latencies.count() as f64);
    let mut record = |key: &str, label: &str, unit: Unit, value: f64| {
        sheet.record(&format!("{}.{key}", line.key), &format!("{}, {label}", line.label), unit, value);
    };
    record("rate", "executions", Unit::PerSecond, rate);
    record("commits", "over commits", Unit::Times, rate / single.per_second());
    record("cpu", "CPU for each", Unit::Microseconds, cpu.as_secs_f64() * 1e6 / count);
    record("group", "executions for each commit", Unit::Times, count / committed.count);
    record("commit", "commit, mean", Unit::Milliseconds, committed.mean());
    sheet.record_latencies(line.key, line.label, latencies);
    let one_replica = sheet.beside(Target::Postgres, &format!("{}.rate", line.key));
    if let Some(one) = one_replica.filter(|_| target == Target::Postgres3) {
        let label = format!("{}, over one replica", line.label);
        sheet.record(&format!("{}.scaling", line.key), &label, Unit::Times, rate / one);
    }
}
