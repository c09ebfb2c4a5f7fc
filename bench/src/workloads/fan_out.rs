//! W3: a stage, then 20 at a time, then one that waits for them all.

use crate::bench::Bench;
use crate::course::{Course, Watching};
use crate::pipelines::{self, Work};
use crate::report::Sheet;
use crate::target::Target;

pub(super) const METHOD: &str = "Executions of 22 stages one after the other, each from the StartExecution call to the event of its \
    end on a watch of its own; with three replicas, three clients take turns. *Effects* has a task of the server in each of \
    them, in a stage of its own, so 44 stages.";

const WIDTH: usize = 20;

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (sizes, deployment) = (&bench.sizes, bench.deploy(target).await?);
    for (key, label, work) in [("w3.nothing", "No work", Work::Nothing), ("w3.effects", "Effects", Work::Effect)] {
        let stages = pipelines::fan_out(WIDTH, work);
        let course = Course::prepare(&deployment, &key.replace('.', "-"), &stages, Watching::Own).await?;
        course.run(sizes.warm_up.div_ceil(10), 1).await?;
        let latencies = course.run(sizes.fan_outs, 1).await?;
        sheet.record_latencies(key, label, &latencies);
        sheet.plot(label, &latencies);
    }
    deployment.stop().await
}
