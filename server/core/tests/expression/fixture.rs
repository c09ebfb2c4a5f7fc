//! An execution in the middle of its life, rich enough for everything that expressions can reach.

use gennaker_core::Timestamp;
use gennaker_core::execution::{EventRecord, Execution, StageId};
use gennaker_core::expression::{Environment, ExpressionError, evaluate};
use serde_json::{Map, Value, json};

const START: &str = include_str!("fixture/start.json");
const OUTPUTS: &str = include_str!("fixture/outputs.json");

/// It is Tuesday, 2026-11-24, 08:00 UTC.
const NOW: Timestamp = Timestamp::from_secs(1_795_507_200);
/// Where random numbers begin.
const SEED: u64 = 42;

/// The execution, seen by its stage `it`, which is about to be planned. Of the others, `smoke` has failed and is ignored,
/// `load` was skipped, `later` comes later, and the rest has succeeded.
pub(crate) struct World {
    execution: Execution,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with([])
    }

    /// With further parameters.
    pub(crate) fn with<const N: usize>(parameters: [(&str, Value); N]) -> Self {
        let mut start: Value = serde_json::from_str(START).expect("the fixture is JSON");
        for (name, value) in parameters {
            start["parameters"][name] = value;
        }
        Self { execution: Execution::replay(&log(start)).expect("the log begins with a start") }
    }

    /// What the stage's expressions see.
    pub(crate) fn environment(&self) -> Environment<'_> {
        let stage = self.execution.stage(&StageId::from("it")).expect("the fixture has this stage");
        self.without_stage().with_stage(stage)
    }

    /// What expressions see that are asked of the execution alone.
    pub(crate) fn without_stage(&self) -> Environment<'_> {
        Environment::new(&self.execution, NOW, SEED)
    }

    pub(crate) fn evaluate(&self, text: &str) -> Result<Value, ExpressionError> {
        evaluate(text, self.environment())
    }
}

/// The events that made the execution.
fn log(start: Value) -> Vec<EventRecord> {
    let outputs: Map<String, Value> = serde_json::from_str(OUTPUTS).expect("the fixture is JSON");
    let stages = start["definition"]["stages"].as_array().cloned().unwrap_or_default();
    let mut events = vec![json!({"event": "created", "start": start, "queued": false}), json!({"event": "started"})];
    for stage in stages.iter().filter_map(|stage| stage["id"].as_str()) {
        match stage {
            "later" => {}
            "it" => events.push(json!({"event": "stage_started", "stage": stage, "hold": null})),
            "load" => events.extend(skipped(stage)),
            "smoke" => events.extend(ended(stage, "failed", "failed_continue", None)),
            _ => events.extend(ended(stage, "succeeded", "succeeded", outputs.get(stage))),
        }
    }
    (1..).zip(events).map(|(sequence, event)| record(sequence, event)).collect()
}

fn record(sequence: u64, mut event: Value) -> EventRecord {
    event["sequence"] = sequence.into();
    event["time"] = NOW.as_micros().into();
    serde_json::from_value(event).expect("the fixture's events are events")
}

fn ended(stage: &str, task: &str, status: &str, outputs: Option<&Value>) -> Vec<Value> {
    let is_judgment = stage == "approve";
    let minute = json!({"secs": 60, "nanos": 0});
    let options = ["blue", "green"];
    let kind = if is_judgment {
        json!({"task": "judgment", "instructions": "", "options": options, "judges": [], "deadline": minute})
    } else {
        json!({"task": "run", "timeout": minute})
    };
    let tasks = json!([{"name": "work", "kind": kind}]);
    let outputs = outputs.cloned().unwrap_or_else(|| json!({}));
    let verdict =
        json!({"decision": "continue", "judge": "bob", "input": "blue", "comment": "fine", "time": NOW.as_micros()});
    let mut events = vec![
        json!({"event": "stage_started", "stage": stage, "hold": null}),
        json!({"event": "stage_planned", "stage": stage, "inputs": {}, "tasks": tasks, "before": [], "deadline": null}),
        json!({"event": "task_started", "stage": stage, "task": 0, "attempt": 1, "until": null}),
    ];
    if is_judgment {
        events.push(json!({"event": "judged", "stage": stage, "verdict": verdict}));
    }
    events.push(
        json!({"event": "task_finished", "stage": stage, "task": 0, "status": task, "outputs": outputs, "message": ""}),
    );
    events.push(json!({"event": "stage_finished", "stage": stage, "status": status}));
    events
}

fn skipped(stage: &str) -> Vec<Value> {
    vec![
        json!({"event": "stage_skipped", "stage": stage, "actor": "bob", "reason": "not today"}),
        json!({"event": "stage_finished", "stage": stage, "status": "skipped"}),
    ]
}
