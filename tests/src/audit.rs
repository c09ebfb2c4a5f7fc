//! What must hold after any fault.

use std::collections::BTreeMap;
use std::time::Duration;

use gennaker_client::v1::ExecutionStatus;
use gennaker_client::{Client, v1};
use serde_json::{Value, json};
use tokio::time::{Instant, interval};

use crate::{APPLICATION, Replicas, Started, gennaker, pipeline};

/// How long what runs may take to end once the load has stopped, and no fault is left.
const SETTLING: Duration = Duration::from_secs(40);
/// How often it is looked.
const GLANCE: Duration = Duration::from_millis(100);

/// The pipelines of a load: `parent` does something with time, with an effect, and runs `child`.
#[must_use]
pub fn family() -> [(&'static str, Value); 2] {
    let unlimited = |stages: Value| {
        let mut pipeline = pipeline(stages);
        pipeline["concurrency"] = json!({"maxConcurrent": 0});
        pipeline
    };
    let child = unlimited(json!([{"id": "rest", "wait": {"duration": "0.1s"}}]));
    let run = json!({"pipeline": format!("{APPLICATION}/pipelines/child")});
    let parent = unlimited(json!([
        {"id": "before", "wait": {"duration": "0.05s"}},
        {"id": "run", "dependsOn": ["before"], "runPipeline": run},
        {"id": "after", "dependsOn": ["run"], "wait": {"duration": "0s"}},
    ]));
    [("child", child), ("parent", parent)]
}

/// Waits until something is the case.
///
/// # Panics
/// Where it takes longer than allowed.
pub async fn eventually<T>(what: &str, patience: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + patience;
    let mut glances = interval(GLANCE);
    loop {
        glances.tick().await;
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(Instant::now() < deadline, "{what}: not within {patience:?}");
    }
}

/// The executions of the stories' application that match a filter.
///
/// # Errors
/// What the server answers, or that it can't be reached.
pub async fn executions(client: &Client, filter: &str) -> Result<Vec<v1::Execution>, gennaker_client::Error> {
    let request = v1::ListExecutionsRequest {
        parent: APPLICATION.to_owned(),
        filter: filter.to_owned(),
        page_size: 500,
        ..Default::default()
    };
    client.list(request).await
}

/// Waits until nothing runs or waits any more; gives all executions.
pub async fn settle(client: &Client) -> Vec<v1::Execution> {
    eventually("the end of all executions", SETTLING, async || {
        let active = executions(client, "active=true").await.ok()?;
        if active.is_empty() { executions(client, "").await.ok() } else { None }
    })
    .await
}

impl Replicas {
    /// Saves the pipelines of [`family`]; gives the name of `parent`.
    pub async fn furnish(&self) -> String {
        let mut name = String::new();
        for (id, pipeline) in family() {
            name = self.save(id, &pipeline).await;
        }
        name
    }

    /// Checks, after a load of [`family`], through one of the replicas and in the database itself, that all went right.
    ///
    /// # Panics
    /// Where it did not.
    pub async fn audit(&self, started: &Started) {
        let member = &self.members[0];
        check_family(&settle(&member.client).await, started);
        let database = format!("--store={}", self.database);
        let checked = gennaker(None, &["fsck", &database]).await;
        assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    }
}

/// Checks that every acknowledged start has ended, once, and each with one child.
///
/// # Panics
/// Where it is not so.
pub fn check_family(all: &[v1::Execution], started: &Started) {
    assert_eq!(started.wrong, Vec::<String>::new());
    let unfinished: Vec<_> =
        all.iter().filter(|execution| execution.status() != ExecutionStatus::Succeeded).take(5).collect();
    assert!(unfinished.is_empty(), "{unfinished:#?}");
    let of = |id: &str| all.iter().filter(|execution| execution.pipeline.ends_with(id)).collect::<Vec<_>>();
    let (parents, children) = (of("/parent"), of("/child"));
    let mut by_request: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for parent in &parents {
        by_request.entry(cause(parent).reason.as_str()).or_default().push(&parent.name);
    }
    for (request, executions) in &by_request {
        assert_eq!(executions.len(), 1, "{request} was carried out as {executions:?}");
    }
    for (request, execution) in &started.acknowledged {
        assert_eq!(by_request.get(request.as_str()), Some(&vec![execution.as_str()]), "{request} was acknowledged");
    }
    let mut effects: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for child in &children {
        effects.entry(&cause(child).parent_execution).or_default().push(&child.name);
    }
    for parent in &parents {
        let had = effects.remove(parent.name.as_str()).unwrap_or_default();
        assert_eq!(had.len(), 1, "the children of {}: {had:?}", parent.name);
    }
    assert!(effects.is_empty(), "children of nobody: {effects:?}");
}

fn cause(execution: &v1::Execution) -> &v1::Cause {
    execution.cause.as_ref().expect("every execution has a cause")
}
