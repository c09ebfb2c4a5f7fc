//! W1: how long five stages take that do nothing.

use super::beside_commits;
use crate::bench::Bench;
use crate::course::{Course, Watching};
use crate::pipelines::{self, Work};
use crate::report::{Sheet, Unit};
use crate::target::Target;

pub(super) const METHOD: &str = "Executions one after the other, each from the StartExecution call to the event of its end at \
    the client; with three replicas, three clients take turns. *No work*: five waits of 0 s. *Effects*: five stages that each \
    look at a cloud, in a stage of their own, so 10 stages and 5 tasks. *Own watch*: WatchExecution after sequence 0, opened \
    when the start was answered. *Shared watch*: one WatchExecutions for the pipeline, opened before. *In commits*: the time \
    over that of a single-row commit by one client of the same database, measured just before and after.";

struct Line {
    key: &'static str,
    label: &'static str,
    work: Work,
    watching: Watching,
    plotted: bool,
}

#[rustfmt::skip]
const LINES: [Line; 3] = [
    Line { key: "w1.nothing", label: "No work, own watch", work: Work::Nothing, watching: Watching::Own, plotted: true },
    Line { key: "w1.effects", label: "Effects, own watch", work: Work::Effect, watching: Watching::Own, plotted: true },
    Line { key: "w1.nothing.shared", label: "No work, shared watch", work: Work::Nothing, watching: Watching::Shared, plotted: false },
];

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (sizes, deployment) = (&bench.sizes, bench.deploy(target).await?);
    let place = bench.place(target).await?;
    for Line { key, label, work, watching, plotted } in LINES {
        let stages = pipelines::chain([work; 5]);
        let course = Course::prepare(&deployment, &key.replace('.', "-"), &stages, watching).await?;
        course.run(sizes.warm_up, 1).await?;
        let (latencies, commits) = beside_commits(bench, &place, course.run(sizes.latency, 1)).await?;
        sheet.record_latencies(key, label, &latencies);
        let in_commits = latencies.quantile(0.5) / commits.quantile(0.5);
        sheet.record(&format!("{key}.commits"), &format!("{label}, p50 in commits"), Unit::Commits, in_commits);
        if plotted {
            sheet.plot(label, &latencies);
        }
    }
    deployment.stop().await
}
