//! W2: how many executions of five stages a second.

use super::beside_commits;
use crate::bench::Bench;
use crate::course::{Course, Watching};
use crate::pipelines::{self, Work};
use crate::report::{Sheet, Unit};
use crate::target::Target;

pub(super) const METHOD: &str = "2,000 executions, 50 at a time on one connection to each replica: each of 50 callers starts one, \
    waits until its client has seen the end, and starts the next. *Shared watch*: the ends are seen on one WatchExecutions \
    stream for the pipeline of each client. *Own watch*: a WatchExecution for each. *Over commits*: the rate over that of \
    single-row commits by one client of the same database, measured just before and after. *Over one replica*: the rate over \
    that of one replica in the same repetition. CPU is that of the servers, all threads together, without the database.";

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

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (sizes, deployment) = (&bench.sizes, bench.deploy(target).await?);
    let place = bench.place(target).await?;
    for Line { key, label, work, watching } in LINES {
        let stages = pipelines::chain([work; 5]);
        let course = Course::prepare(&deployment, &key.replace('.', "-"), &stages, watching).await?;
        course.run(sizes.warm_up, sizes.in_flight).await?;
        let before = deployment.cpu_time()?;
        let flood = async {
            let latencies = course.run(sizes.throughput, sizes.in_flight).await?;
            Ok((latencies, deployment.cpu_time()?))
        };
        let ((latencies, after), commits) = beside_commits(bench, &place, flood).await?;
        let rate = latencies.per_second();
        sheet.record(&format!("{key}.rate"), &format!("{label}, executions"), Unit::PerSecond, rate);
        let over_commits = rate / commits.per_second();
        sheet.record(&format!("{key}.commits"), &format!("{label}, over commits"), Unit::Times, over_commits);
        if target == Target::Postgres3
            && let Some(one) = sheet.beside(Target::Postgres, &format!("{key}.rate"))
        {
            sheet.record(&format!("{key}.scaling"), &format!("{label}, over one replica"), Unit::Times, rate / one);
        }
        sheet.record_latencies(key, label, &latencies);
        let each = after.saturating_sub(before).as_secs_f64() * 1e6 / latencies.count() as f64;
        sheet.record(&format!("{key}.cpu"), &format!("{label}, CPU for each"), Unit::Microseconds, each);
    }
    deployment.stop().await
}
