//! The pipelines that are run, and making them.

use std::time::Duration;

use gennaker_client::v1::precondition::Check;
use gennaker_client::v1::stage::Kind;
use gennaker_client::v1::trigger::Source;
use gennaker_client::{Client, v1};

/// The application that all pipelines belong to.
pub(crate) const APPLICATION: &str = "applications/bench";

/// What a stage does.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Work {
    /// Nothing: a wait of no time, which the execution machine passes without anybody's help.
    Nothing,
    /// The same, with a text for people who want to skip it.
    Text(&'static str),
    /// A wait that the clock has to end.
    Wait(Duration),
    /// A task that the server does: it looks whether a cluster is empty, which it is. The stage makes another stage for that.
    Effect,
    /// A wait for a person.
    Judgment,
}

/// Makes the application that all pipelines belong to.
pub(crate) async fn create_application(client: &Client) -> anyhow::Result<()> {
    let application = v1::Application { name: APPLICATION.to_owned(), ..Default::default() };
    let application = Some(application);
    let request = v1::UpdateApplicationRequest { application, allow_missing: true, ..Default::default() };
    client.call(request).await?;
    Ok(())
}

/// Makes a pipeline without a limit of executions. Its resource name.
pub(crate) async fn create(client: &Client, id: &str, stages: Vec<v1::Stage>) -> anyhow::Result<String> {
    let name = format!("{APPLICATION}/pipelines/{id}");
    let concurrency = Some(v1::Concurrency { max_concurrent: Some(0), ..Default::default() });
    let pipeline = Some(v1::Pipeline { name: name.clone(), stages, concurrency, ..Default::default() });
    let request = v1::UpdatePipelineRequest { pipeline, allow_missing: true, ..Default::default() };
    client.call(request).await?;
    Ok(name)
}

/// Makes a trigger that starts a pipeline when a program posts to its URL; it proves itself by the URL.
pub(crate) async fn create_webhook(client: &Client, id: &str, pipeline: &str) -> anyhow::Result<v1::WebhookTrigger> {
    let trigger = Some(v1::Trigger {
        name: format!("{APPLICATION}/triggers/{id}"),
        pipeline: pipeline.to_owned(),
        source: Some(Source::Webhook(v1::WebhookTrigger::default())),
        ..Default::default()
    });
    let request = v1::UpdateTriggerRequest { trigger, allow_missing: true, ..Default::default() };
    match client.call(request).await?.trigger.and_then(|trigger| trigger.source) {
        Some(Source::Webhook(webhook)) => Ok(webhook),
        Some(Source::Manual(_) | Source::Spinnaker(_)) | None => {
            Err(anyhow::anyhow!("a webhook was made, and is something else"))
        }
    }
}

/// Stages one after the other.
pub(crate) fn chain(work: impl IntoIterator<Item = Work>) -> Vec<v1::Stage> {
    let stages = work.into_iter().enumerate();
    stages.map(|(place, work)| stage(place, place.checked_sub(1), work)).collect()
}

/// A stage, then many at a time after it, then one that waits for them all.
pub(crate) fn fan_out(width: usize, work: Work) -> Vec<v1::Stage> {
    let first = stage(0, None, work);
    let middle = (1..=width).map(|place| stage(place, Some(0), work));
    let mut last = stage(width + 1, None, work);
    last.depends_on = (1..=width).map(id).collect();
    std::iter::once(first).chain(middle).chain([last]).collect()
}

fn stage(place: usize, after: Option<usize>, work: Work) -> v1::Stage {
    let depends_on = after.into_iter().map(id).collect();
    v1::Stage { id: id(place), depends_on, kind: Some(kind(work)), ..Default::default() }
}

fn id(place: usize) -> String {
    format!("s{place}")
}

fn kind(work: Work) -> Kind {
    match work {
        Work::Nothing => wait(Duration::ZERO, ""),
        Work::Text(text) => wait(Duration::ZERO, text),
        Work::Wait(duration) => wait(duration, ""),
        Work::Effect => Kind::CheckPreconditions(v1::CheckPreconditionsStage { preconditions: vec![empty_cluster()] }),
        Work::Judgment => Kind::ManualJudgment(v1::ManualJudgmentStage::default()),
    }
}

fn wait(duration: Duration, skip_text: &str) -> Kind {
    let duration = prost_types::Duration::try_from(duration).expect("waits of a benchmark are short");
    Kind::Wait(v1::WaitStage { duration: Some(duration), skip_text: skip_text.to_owned() })
}

fn empty_cluster() -> v1::Precondition {
    let target = v1::ClusterTarget {
        account: "local".to_owned(),
        regions: vec!["local".to_owned()],
        cluster: "bench-nothing".to_owned(),
    };
    let size = v1::ClusterSizePrecondition { target: Some(target), expected: Some(0), ..Default::default() };
    v1::Precondition { check: Some(Check::ClusterSize(size)), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_has_one_stage_after_the_other() {
        let stages = chain([Work::Nothing, Work::Effect, Work::Judgment]);
        let before: Vec<_> = stages.iter().map(|stage| stage.depends_on.join(",")).collect();
        assert_eq!(before, ["", "s0", "s1"]);
    }

    #[test]
    fn a_fan_out_joins_again() {
        let stages = fan_out(20, Work::Nothing);
        assert_eq!(stages.len(), 22);
        assert!(stages[1..=20].iter().all(|stage| stage.depends_on == ["s0"]));
        assert_eq!(stages[21].depends_on.len(), 20);
    }
}
