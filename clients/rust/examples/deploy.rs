//! Makes an application with a pipeline, runs the pipeline and follows it to its end.
//!
//! Start a server with `gennaker serve`, then `cargo run -p gennaker-client --example deploy`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use gennaker_client::v1::stage::Kind;
use gennaker_client::{Client, Error, ExecutionView, Update, v1};

const APPLICATION: &str = "applications/example";
const PIPELINE: &str = "applications/example/pipelines/two-waits";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::connect("http://127.0.0.1:8480")?;
    save(&client).await?;

    let request = v1::StartExecutionRequest { pipeline: PIPELINE.to_owned(), ..Default::default() };
    let execution = client.call(request).await?.execution.unwrap_or_default();
    println!("started {}", execution.name);

    let mut follow = client.follow(execution.name, Some(0));
    let mut view = ExecutionView::default();
    while let Some(update) = follow.next().await? {
        view.apply(&update);
        match update {
            Update::Snapshot(execution) => println!("snapshot at event {}", execution.sequence),
            Update::Event(event) => println!("{:>4} {}", event.sequence, event.message),
            Update::Interrupted { cause, retry_in } => println!("{cause}; again in {retry_in:?}"),
        }
    }
    println!("{}", view.status().as_str_name());
    Ok(())
}

/// Makes the application and the pipeline, or brings them up to date.
async fn save(client: &Client) -> Result<(), Error> {
    let application = v1::Application { name: APPLICATION.to_owned(), ..Default::default() };
    let request =
        v1::UpdateApplicationRequest { application: Some(application), allow_missing: true, ..Default::default() };
    client.call(request).await?;

    let pipeline = v1::Pipeline {
        name: PIPELINE.to_owned(),
        stages: vec![wait("first", &[]), wait("second", &["first"])],
        ..Default::default()
    };
    let request = v1::UpdatePipelineRequest { pipeline: Some(pipeline), allow_missing: true, ..Default::default() };
    client.call(request).await.map(drop)
}

fn wait(id: &str, depends_on: &[&str]) -> v1::Stage {
    let duration = Some(prost_types::Duration { seconds: 1, nanos: 0 });
    v1::Stage {
        id: id.to_owned(),
        depends_on: depends_on.iter().map(|&id| id.to_owned()).collect(),
        kind: Some(Kind::Wait(v1::WaitStage { duration, ..Default::default() })),
        ..Default::default()
    }
}
