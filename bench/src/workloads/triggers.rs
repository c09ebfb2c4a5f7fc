//! W6: how many triggers fire a second.

use std::time::{Duration, Instant};

use anyhow::ensure;
use futures::{StreamExt, TryStreamExt, stream};
use gennaker_client::v1;

use crate::bench::Bench;
use crate::deployment::Deployment;
use crate::http::Http;
use crate::latencies::Latencies;
use crate::pipelines::{self, Work};
use crate::report::{Sheet, Unit};
use crate::target::Target;

pub(super) const METHOD: &str = "2,000 posts to webhooks, 50 at a time over HTTP/1.1, spread over 100 triggers of one pipeline of \
    five stages that do nothing. A post is answered when the event and the execution that it started are stored; each \
    must have fired. There is no trigger by the calendar yet.";

const BODY: &[u8] = br#"{"ref": "refs/heads/main", "commit": "4f1c2a"}"#;

pub(super) async fn measure(bench: &Bench, target: Target, sheet: &mut Sheet<'_>) -> anyhow::Result<()> {
    let (sizes, deployment) = (&bench.sizes, bench.deploy(target).await?);
    let paths = create_triggers(&deployment, sizes.triggers).await?;
    let http = Http::new();
    post_all(&http, &deployment, &paths, sizes.warm_up, sizes.in_flight).await?;
    let latencies = post_all(&http, &deployment, &paths, sizes.throughput, sizes.in_flight).await?;
    sheet.record("w6.rate", "Webhooks fired", Unit::PerSecond, latencies.per_second());
    sheet.record_latencies("w6", "Answer to a post", &latencies);
    sheet.plot("", &latencies);
    deployment.stop().await
}

/// Makes the triggers. Where to post to.
async fn create_triggers(deployment: &Deployment, count: usize) -> anyhow::Result<Vec<String>> {
    let client = deployment.client(0)?;
    let pipeline = pipelines::create(&client, "w6", pipelines::chain([Work::Nothing; 5])).await?;
    let mut paths = Vec::new();
    for number in 0..count {
        let webhook = pipelines::create_webhook(&client, &format!("w6-{number}"), &pipeline).await?;
        paths.push(webhook.path);
    }
    Ok(paths)
}

/// Posts to one trigger after the other on one server after the other, some at a time.
async fn post_all(
    http: &Http,
    deployment: &Deployment,
    paths: &[String],
    count: usize,
    in_flight: usize,
) -> anyhow::Result<Latencies> {
    let urls = (0..count).map(|number| format!("{}{}", deployment.url(number), paths[number % paths.len()]));
    let begun = Instant::now();
    let posts = stream::iter(urls).map(|url| post(http, url)).buffer_unordered(in_flight);
    let mut latencies = posts
        .try_fold(Latencies::new(), |mut latencies, one| async move {
            latencies.record(one);
            Ok(latencies)
        })
        .await?;
    latencies.over(begun.elapsed());
    Ok(latencies)
}

async fn post(http: &Http, url: String) -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let (status, body) = http.post(&url, BODY).await?;
    let time = begun.elapsed();
    let event: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let fired = v1::trigger_event::Decision::Fired.as_str_name();
    ensure!(event["decision"] == fired, "a webhook did not fire: {status} {}", String::from_utf8_lossy(&body));
    Ok(time)
}
