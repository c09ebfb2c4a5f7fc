//! What expressions cost: parsing, evaluating, and looking through a text that has none.
//!
//! `cargo bench -p gennaker-core --bench expression`

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use gennaker_core::Timestamp;
use gennaker_core::execution::{EventRecord, Execution, StageId};
use gennaker_core::expression::{Environment, Template, evaluate};
use serde_json::{Value, json};

/// Expressions as they are in pipelines, by what they show.
const ORDINARY: [(&str, &str); 8] = [
    ("parameter", "${ parameters.version }"),
    ("text", "shop:${ parameters.version }-${ trigger.payload.branch }"),
    ("output", "${ #stage('Stage 50')['outputs']['images'][0]['name'] }"),
    ("ancestor", "${ stages.stage-98.outputs.images[0].name }"),
    ("arithmetic", "${ #toInt(parameters.size) * 2 + 1 }"),
    ("elvis", "${ trigger.payload?.tag ?: parameters['branch'] ?: 'main' }"),
    ("split", "${ parameters.image.split(':')[1] }"),
    ("selection", "${ execution.stages.?[type == 'deploy' and status == 'SUCCEEDED'].![name] }"),
];

/// How many stages the execution has, each after the one before.
const STAGES: usize = 100;

fn execution() -> Execution {
    let stages: Vec<Value> = (0..STAGES)
        .map(|number| {
            let after: Vec<String> =
                number.checked_sub(1).map(|before| format!("stage-{before}")).into_iter().collect();
            let kind = if number % 10 == 0 { "deploy" } else { "wait" };
            json!({
                "id": format!("stage-{number}"), "name": format!("Stage {number}"), "kind": kind, "depends_on": after,
                "config": {},
            })
        })
        .collect();
    let start = json!({
        "id": "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "definition": {
            "application": "shop", "pipeline": "applications/shop/pipelines/release", "revision": 1,
            "display_name": "Release", "stages": stages, "concurrency": {"limit": 0, "policy": "wait_in_order"},
        },
        "cause": {"actor": "ada", "origin": {"origin": "manual"}, "payload": {"branch": "main"}},
        "parameters": {"version": "1.2.3", "size": "3", "image": "shop:42"},
        "labels": {},
    });
    let event = json!({"sequence": 1, "time": 0, "event": "created", "start": start, "queued": false});
    let created: EventRecord = serde_json::from_value(event).expect("the event has every field that it must have");
    let mut execution = Execution::replay([&created]).expect("the log begins with a start");
    for stage in &mut execution.stages {
        let image = json!([{"name": "shop:42", "tags": vec!["a"; 100]}]);
        stage.outputs.insert("images".to_owned(), image);
    }
    execution
}

fn expressions(criterion: &mut Criterion) {
    let execution = execution();
    let last = StageId::from(format!("stage-{}", STAGES - 1));
    let stage = execution.stage(&last).expect("the execution has this stage");
    let environment = Environment::new(&execution, Timestamp::EPOCH, 1).with_stage(stage);

    let mut group = criterion.benchmark_group("parse");
    for (name, text) in ORDINARY {
        group.bench_function(name, |bencher| bencher.iter(|| Template::parse(black_box(text))));
    }
    group.finish();

    let mut group = criterion.benchmark_group("evaluate");
    for (name, text) in ORDINARY {
        let template = Template::parse(text).expect("the expression is well formed");
        group.bench_function(name, |bencher| bencher.iter(|| template.evaluate(black_box(&environment))));
    }
    group.finish();
}

fn plain_text(criterion: &mut Criterion) {
    let execution = execution();
    let text = "a line of a manifest: { with: $5 } and more\n".repeat(24_000);
    let text = &text[..1024 * 1024];
    let mut group = criterion.benchmark_group("plain");
    group.throughput(Throughput::Bytes(text.len() as u64));
    group.bench_function("parse 1 MiB", |bencher| bencher.iter(|| Template::parse(black_box(text))));
    group.bench_function("evaluate 1 MiB", |bencher| {
        bencher.iter(|| evaluate(black_box(text), Environment::new(&execution, Timestamp::EPOCH, 1)));
    });
    group.finish();
}

criterion_group!(benches, expressions, plain_text);
criterion_main!(benches);
