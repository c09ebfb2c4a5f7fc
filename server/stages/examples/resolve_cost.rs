//! What the expressions of a stage cost: planning stages with ten expressions, and the same with their values.
//!
//! `cargo run --release -p gennaker-stages --example resolve_cost` prints, for some kinds of stages at the end of a pipeline of a
//! hundred, the mean time of a plan in microseconds.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

use gennaker_core::Timestamp;
use gennaker_core::execution::{
    Cause, Context as Decide, Definition, Execution, ExecutionId, Origin, Scope, StageDefinition, StageId, StageKinds,
    Start, create,
};
use gennaker_stages::Kinds;
use serde_json::{Value, json};

const STAGES: usize = 100;
const ROUNDS: u32 = 5_000;

/// Ten expressions with what they make.
const TEN: [(&str, &str); 10] = [
    ("${ execution.application }", "shop"),
    ("${ parameters.branch.toUpperCase() }", "MAIN"),
    ("${ trigger.type }", "manual"),
    ("${ 2 * (3 + 4) }", "14"),
    ("${ 'shop-' + parameters.branch }", "shop-main"),
    ("${ trigger.payload?.branch ?: 'main' }", "main"),
    ("${ #toInt('42') > 41 ? 'more' : 'less' }", "more"),
    ("${ 'us-east-1,us-west-2'.split(',')[1] }", "us-west-2"),
    ("${ {1, 2, 3}.?[#this > 1].size() }", "2"),
    ("${ #stage('s0').name.length() > 0 }", "true"),
];

fn main() -> io::Result<()> {
    let kinds = Kinds::new(Arc::default());
    let mut out = io::stdout().lock();
    writeln!(out, "{:24} {:>10} {:>10} {:>10}", "kind", "ten", "values", "added")?;
    for (kind, config) in
        [("wait", wait as fn(&[&str]) -> Value), ("create_server_group", create_group), ("webhook", webhook)]
    {
        let with = plan_cost(&kinds, kind, config(&TEN.map(|(text, _)| text)));
        let without = plan_cost(&kinds, kind, config(&TEN.map(|(_, value)| value)));
        writeln!(out, "{kind:24} {with:10.1} {without:10.1} {:10.1}", with - without)?;
    }
    Ok(())
}

/// The mean time of a plan of the last stage, in microseconds.
fn plan_cost(kinds: &Kinds, kind: &str, config: Value) -> f64 {
    let execution = execution(kinds, kind, config);
    let stage = execution.stages.last().expect("there are stages");
    let scope = Scope { execution: &execution, stage, now: execution.created, random: 7 };
    let began = Instant::now();
    for _ in 0..ROUNDS {
        let plan = kinds.plan(&scope).expect("the stage can be planned");
        std::hint::black_box(plan);
    }
    began.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
}

/// All in one text.
fn wait(texts: &[&str]) -> Value {
    json!({ "duration": "0s", "skipText": texts.join(" ") })
}

/// One in each text.
fn create_group(texts: &[&str]) -> Value {
    json!({ "cluster": {
        "account": "local", "region": "east", "stack": "prod", "image": "shop:2", "args": &texts[..5],
        "env": { "A": texts[5], "B": texts[6], "C": texts[7], "D": texts[8], "E": texts[9] },
        "capacity": { "min": 1, "max": 3, "desired": 2 }, "healthCheck": { "http": { "path": "/health" } },
    }})
}

/// One in each text of a JSON value.
fn webhook(texts: &[&str]) -> Value {
    json!({ "url": "https://ci.example/jobs", "payload": { "list": &texts[..9], "one": texts[9] } })
}

fn execution(kinds: &Kinds, kind: &str, config: Value) -> Execution {
    let id = |place: usize| StageId::from(format!("s{place}").as_str());
    let stages = (0..STAGES).map(|place| StageDefinition {
        id: id(place),
        name: format!("Stage {place}"),
        kind: if place + 1 == STAGES { kind } else { "manual_judgment" }.to_owned(),
        depends_on: place.checked_sub(1).map(id).into_iter().collect(),
        config: if place + 1 == STAGES { config.clone() } else { json!({}) },
        ..StageDefinition::default()
    });
    let definition = Definition { application: "shop".into(), stages: stages.collect(), ..Definition::default() };
    let now = Timestamp::from_secs(1_000_000);
    let start = Start {
        id: ExecutionId::from_parts(now, 1),
        definition: Arc::new(definition),
        cause: Cause {
            actor: "ada".into(),
            origin: Origin::Manual,
            reason: String::new(),
            payload: json!({ "branch": "main" }),
        },
        parameters: json!({ "branch": "main" }).as_object().cloned().unwrap_or_default(),
        labels: BTreeMap::new(),
        artifacts: Vec::new(),
        resolved_artifacts: Vec::new(),
    };
    create(start, false, &Decide { now, kinds, random: 0 }).0
}
