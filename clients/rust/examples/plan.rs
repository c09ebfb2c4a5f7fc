//! Shows what a run of a pipeline would do, and starts nothing.
//!
//! Start a server with `gennaker serve`, apply `examples/delivery.yaml`, then
//! `cargo run -p gennaker-client --example plan -- applications/delivery/pipelines/promote environment=production`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use gennaker_client::{Client, v1};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let pipeline = arguments.next().ok_or("give the name of a pipeline, then parameters as NAME=VALUE")?;
    let pair = |text: String| text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    let parameters = arguments.filter_map(pair).collect();

    let client = Client::connect("http://127.0.0.1:8480")?;
    let plan = client.call(v1::PlanExecutionRequest { pipeline, parameters, ..Default::default() }).await?;
    for problem in &plan.problems {
        println!("it could not be started: {}: {}", problem.field, problem.description);
    }
    for stage in &plan.stages {
        println!("{} ({}): {}", stage.name, stage.kind, stage.verdict().as_str_name());
        for expression in &stage.expressions {
            let value = expression.value.as_ref().map(|value| gennaker_proto::values::value_of(value).to_string());
            let value = value.unwrap_or_else(|| format!("no value: {}", expression.error));
            println!("  {}: {} = {value}", expression.field, expression.source);
        }
    }
    Ok(())
}
