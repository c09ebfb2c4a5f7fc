//! W3: a stage, then 20 at a time, then one that waits for them all.

use std::time::Instant;

use crate::bench::Bench;
use crate::drive::{self, Watching};
use crate::latencies::Latencies;
use crate::pipelines::{self, Work};
use crate::report::Section;

pub(super) const METHOD: &str = "Executions of 22 stages one after the other, each from the StartExecution call to the event of its \
    end on a watch of its own. *Effects* has a task of the server in each of them, in a stage of its own, so 44 stages.";

const WIDTH: usize = 20;

pub(super) async fn measure(bench: &Bench, section: &mut Section) -> anyhow::Result<()> {
    let server = bench.server().await?;
    let client = server.client()?;
    pipelines::create_application(&client).await?;
    for (key, label, work) in [("w3.nothing", "No work", Work::Nothing), ("w3.effects", "Effects", Work::Effect)] {
        let id = key.replace('.', "-");
        let pipeline = pipelines::create(&client, &id, pipelines::fan_out(WIDTH, work)).await?;
        drive::warm_up(&client, &pipeline, bench.sizes.warm_up.div_ceil(10)).await?;
        let mut all = Latencies::new();
        for _ in 0..bench.sizes.repetitions {
            let mut latencies = Latencies::new();
            let begun = Instant::now();
            for _ in 0..bench.sizes.fan_outs {
                latencies.record(drive::run(&client, &pipeline, &Watching::Own).await?);
            }
            latencies.over(begun.elapsed());
            section.record_latencies(key, label, &latencies);
            all.add(&latencies);
        }
        section.plot(label, &all);
    }
    section.bar("w3.effects.p99", 50.0);
    server.stop().await
}
