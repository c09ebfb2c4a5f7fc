//! What the demo does, in order.

use std::time::{Duration, Instant};

use gennaker_client::{Client, Error, ExecutionView};
use gennaker_proto::v1;
use gennaker_proto::v1::ExecutionStatus;

use super::load::Load;
use super::screen::Screen;
use super::summary::Summary;
use super::{setup, world};

/// How long a judgment is shown before the demo answers it.
const READING: Duration = Duration::from_millis(2500);

/// How long the load goes on before and after the deploy, so that both versions are seen.
const AROUND: Duration = Duration::from_secs(1);

/// How often times on the screen go on.
const TICK: Duration = Duration::from_millis(100);

/// Tells the story. Gives whether all of it went well.
pub(super) async fn tell(server: &str, screen: &Screen) -> Result<bool, Error> {
    let client = Client::connect(server)?;
    let balancer = setup::create(&client, screen).await?;
    let target = format!("http://{balancer}/").parse().expect("a load balancer's address makes a URL");

    screen.heading("Deploy v1", "run hello/deploy --param version=v1 --follow");
    let first = run(&client, screen, world::FIRST_DEPLOY, "v1", None).await?;
    if !first.succeeded {
        return Ok(false);
    }

    screen.heading("Red/black to v2, under load", "run hello/red-black --param version=v2 --follow");
    let load = Load::start(&target);
    tokio::time::sleep(AROUND).await;
    let second = run(&client, screen, world::RED_BLACK, "v2", Some(&load)).await;
    tokio::time::sleep(AROUND).await;
    let tally = load.stop().await;

    let second = second?;
    let summary = Summary { first: first.took, second: second.took, judging: second.judging, tally };
    screen.heading("Summary", "");
    summary.show(screen);
    Ok(second.succeeded && summary.is_good())
}

/// How a run went.
struct Run {
    succeeded: bool,
    took: Duration,
    judging: Duration,
}

/// Runs a pipeline, shows how it goes, and answers what it asks.
async fn run(
    client: &Client,
    screen: &Screen,
    pipeline: &str,
    version: &str,
    load: Option<&Load>,
) -> Result<Run, Error> {
    let begin = Instant::now();
    let execution = start(client, pipeline, version).await?;
    let (mut view, mut live) = (ExecutionView::default(), screen.live());
    let mut follow = client.follow(&execution, None);
    let mut judge = Judge::default();
    let mut ticks = tokio::time::interval(TICK);
    loop {
        tokio::select! {
            update = follow.next() => {
                let Some(update) = update? else { break };
                view.apply(&update);
                drop(live.update(&view));
            }
            _ = ticks.tick() => {
                live.set_footer(load.map(Load::line));
                drop(live.tick());
            }
        }
        if judge.look(client, &execution, &view).await? {
            drop(live.note("The demo answers for you: go."));
        }
    }
    drop(live.finish());
    Ok(Run { succeeded: view.status() == ExecutionStatus::Succeeded, took: begin.elapsed(), judging: judge.took })
}

async fn start(client: &Client, pipeline: &str, version: &str) -> Result<String, Error> {
    let start = v1::StartExecutionRequest {
        pipeline: pipeline.to_owned(),
        parameters: [("version".to_owned(), version.to_owned())].into(),
        reason: "the demo".to_owned(),
        ..Default::default()
    };
    Ok(client.call(start).await?.execution.unwrap_or_default().name)
}

/// Answers judgments, but lets people read them first.
#[derive(Default)]
struct Judge {
    reading_since: Option<Instant>,
    took: Duration,
}

impl Judge {
    /// Answers the open judgment when it was shown for long enough. Gives whether it did so now.
    async fn look(&mut self, client: &Client, execution: &str, view: &ExecutionView) -> Result<bool, Error> {
        let open = view.open_judgments();
        let Some((stage, judgment)) = open.first() else {
            self.reading_since = None;
            return Ok(false);
        };
        let since = *self.reading_since.get_or_insert_with(Instant::now);
        if since.elapsed() < READING || self.took > Duration::ZERO {
            return Ok(false);
        }
        let request = v1::SubmitJudgmentRequest {
            name: execution.to_owned(),
            stage: stage.id.clone(),
            decision: v1::judgment::Decision::Continue.into(),
            input: judgment.inputs.first().cloned().unwrap_or_default(),
            comment: "answered by the demo".to_owned(),
            ..Default::default()
        };
        client.call(request).await?;
        self.took = since.elapsed();
        Ok(true)
    }
}
