//! W9: what expressions add to a pipeline.

use crate::bench::Bench;
use crate::course::{Course, Watching};
use crate::deployment::Deployment;
use crate::latencies::Latencies;
use crate::pipelines::{self, Work};
use crate::report::{Sheet, Unit};
use crate::target::Target;

pub(super) const METHOD: &str = "Executions of 100 stages that do nothing, one after the other, each from the StartExecution call to \
    the event of its end on a shared watch. Each stage has a text: *with expressions* ten of them, from a name that is looked up \
    to a list that is chosen from; *without*, the same text as they make it. The two take turns in one run. *Added*: the \
    difference of the medians.";

const STAGES: usize = 100;

/// Ten expressions of ten kinds.
const TEN: &str = "${ execution.application } ${ execution.name.toUpperCase() } ${ trigger.type } ${ 2 * (3 + 4) } \
    ${ 'shop-' + 'main' } ${ trigger.payload?.branch ?: 'main' } ${ #toInt('42') > 41 ? 'more' : 'less' } \
    ${ 'us-east-1,us-west-2'.split(',')[1] } ${ {1, 2, 3}.?[#this > 1].size() } ${ #stage('s0').name.length() > 0 }";

/// What they make.
const NONE: &str = "bench W9-EXPRESSIONS manual 14 shop-main main more us-west-2 2 true";

/// One of the two pipelines.
struct Line {
    key: &'static str,
    label: &'static str,
    text: &'static str,
}

const WITH: Line = Line { key: "w9.expressions", label: "With expressions", text: TEN };
const WITHOUT: Line = Line { key: "w9.plain", label: "Without", text: NONE };

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (sizes, deployment) = (&bench.sizes, bench.deploy(target).await?);
    let (with, without) = (prepare(bench, &deployment, &WITH).await?, prepare(bench, &deployment, &WITHOUT).await?);
    let (mut evaluated, mut plain) = (Latencies::new(), Latencies::new());
    for _ in 0..sizes.turns {
        evaluated.add(&with.run(sizes.turn, 1).await?);
        plain.add(&without.run(sizes.turn, 1).await?);
    }
    for (Line { key, label, .. }, latencies) in [(WITH, &evaluated), (WITHOUT, &plain)] {
        sheet.record_latencies(key, label, latencies);
        sheet.plot(label, latencies);
    }
    let added = evaluated.quantile(0.5) - plain.quantile(0.5);
    sheet.record("w9.added", "Added by expressions", Unit::Milliseconds, added);
    deployment.stop().await
}

async fn prepare(bench: &Bench, deployment: &Deployment, line: &Line) -> anyhow::Result<Course> {
    let stages = pipelines::chain([Work::Text(line.text); STAGES]);
    let course = Course::prepare(deployment, &line.key.replace('.', "-"), &stages, Watching::Shared).await?;
    course.run(bench.sizes.warm_up.div_ceil(10), 1).await?;
    Ok(course)
}
