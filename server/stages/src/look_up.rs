//! Answers from outside that the expressions of a stage need: a stage that misses some looks them up in a task of its own,
//! keeps them, and is planned again.

use futures::StreamExt;
use gennaker_core::execution::{Failure, Plan, TaskOutcome, TaskSpec};
use gennaker_core::expression::{Fact, Lookup, LookupFunction};
use gennaker_engine::TaskRun;
use gennaker_ports::EgressRequest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::common::config::{inputs, to_inputs};
use crate::common::http::{may_pass, said, send, shown};
use crate::common::outputs::succeeded;
use crate::common::timeouts;
use crate::kind::Context;

/// The task that looks things up, in stages of all kinds.
pub(crate) const TASK: &str = "look_up";
/// The longest text that is taken from a URL, in bytes.
const MAX_TEXT: usize = 256 * 1024;
/// So many things are looked up at the same time.
const AT_ONCE: usize = 8;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inputs {
    look_ups: Vec<Lookup>,
}

/// What a stage does that misses these.
pub(crate) fn plan(lookups: &[Lookup]) -> Plan {
    let mut look_ups: Vec<Lookup> = Vec::new();
    for lookup in lookups {
        if !look_ups.contains(lookup) {
            look_ups.push(lookup.clone());
        }
    }
    let tasks = vec![TaskSpec::run(TASK, timeouts::LOOK_UP)];
    Plan { inputs: to_inputs(&Inputs { look_ups }), tasks, provisional: true, ..Plan::default() }
}

/// Looks up everything that is missing.
pub(crate) async fn run(context: &Context, run: &TaskRun) -> Result<TaskOutcome, Failure> {
    let Inputs { look_ups } = inputs(run)?;
    let answers = look_ups.into_iter().map(|lookup| async move {
        let fact = look_up(context, &lookup).await?;
        let fact = serde_json::to_value(fact).expect("a fact is JSON");
        Ok::<_, Failure>((lookup.key(), fact))
    });
    let answers: Vec<_> = futures::stream::iter(answers).buffered(AT_ONCE).collect().await;
    let facts: Map<String, Value> = answers.into_iter().collect::<Result<_, _>>()?;
    let message = facts.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
    Ok(succeeded(format!("looked up {message}"), facts.into()))
}

/// What is known is a fact, also that there is none. A failure may pass.
async fn look_up(context: &Context, lookup: &Lookup) -> Result<Fact, Failure> {
    let argument = |place: usize| {
        let argument = lookup.arguments.get(place).and_then(Value::as_str);
        argument.ok_or_else(|| Failure::permanent(format!("{lookup} lacks an argument")))
    };
    match lookup.function {
        LookupFunction::FromUrl => from_url(context, argument(0)?).await,
        LookupFunction::PipelineId => {
            let (application, name) = (argument(0)?, argument(1)?);
            let found = context.records.pipeline(application, name).await?;
            Ok(Fact::Value(found.map_or(Value::Null, Value::from)))
        }
        LookupFunction::ApplicationMetadata => {
            let application = argument(0)?;
            let found = context.records.application(application).await?;
            Ok(found.map_or_else(|| Fact::Error(format!("there is no application {application:?}")), Fact::Value))
        }
    }
}

async fn from_url(context: &Context, url: &str) -> Result<Fact, Failure> {
    if !context.url_functions {
        let message = "this server's expressions read no URLs; its operator can allow it by the setting \
                       `expressions.url_functions`";
        return Ok(Fact::Error(message.to_owned()));
    }
    let request = EgressRequest { max_body: MAX_TEXT, ..EgressRequest::new("GET", url) };
    let answer = match send(context, request).await {
        Ok(answer) => answer,
        Err(Failure { message, retryable: false }) => return Ok(Fact::Error(message)),
        Err(failure) => return Err(failure),
    };
    let (url, status) = (shown(url), answer.status);
    if may_pass(status) {
        return Err(Failure::retryable(format!("{url} was answered with {status}{}", said(&answer))));
    }
    Ok(match String::from_utf8(answer.body.to_vec()) {
        _ if status >= 300 => Fact::Error(format!("{url} was answered with {status}{}", said(&answer))),
        _ if answer.truncated => Fact::Error(format!("{url} gives more than the {MAX_TEXT} bytes that are taken")),
        Ok(text) => Fact::Value(text.into()),
        Err(_) => Fact::Error(format!("what {url} gives is no text")),
    })
}
