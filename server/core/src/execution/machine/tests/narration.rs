//! Events and waits as lines of text.

use serde_json::Value;

use super::world::BEGINNING;
use crate::Timestamp;
use crate::execution::{Actor, Event, Hold, SyntheticStage, TaskSpec, Wait};

/// An event as a line; instants as seconds since the beginning.
pub(super) fn narrate(event: &Event) -> String {
    match event {
        Event::StageStarted { .. }
        | Event::StageReleased { .. }
        | Event::StagePlanned { .. }
        | Event::StageContinued { .. }
        | Event::StageFailing { .. }
        | Event::StageFinished { .. }
        | Event::StageSkipped { .. }
        | Event::ConditionFailed { .. } => of_stage(event),
        Event::ErrandAdded { errand, spec } => format!("errand {errand}: {}", spec.description),
        Event::ErrandDeferred { errand, until, message } => {
            format!("errand {errand}: again at {}: {message}", at(*until))
        }
        Event::ErrandRetried { errand, attempt } => format!("errand {errand}: try {attempt}"),
        Event::ErrandFinished { errand, state, message } => format!("errand {errand}: {state:?}: {message}"),
        Event::TaskStarted { .. }
        | Event::TaskProgressed { .. }
        | Event::TaskDeferred { .. }
        | Event::TaskFinished { .. } => of_task(event),
        Event::Judged { stage, verdict } => {
            format!(
                "{stage}: judged by {} as {:?}{}",
                verdict.judge,
                verdict.decision,
                after(", ", verdict.input.as_ref())
            )
        }
        Event::ChildFinished { stage, status, failure, .. } => {
            format!("{stage}: child {}{}", status.as_str(), after(": ", failure.as_ref()))
        }
        Event::Created { queued, .. } => if *queued { "queued" } else { "created" }.to_owned(),
        Event::Started => "started".to_owned(),
        Event::Paused { actor } => format!("paused by {actor}"),
        Event::Resumed { actor } => format!("resumed by {actor}"),
        Event::CancelRequested { actor, reason } => format!("cancel asked by {actor}: {reason}"),
        Event::Retried { stage, actor, reset, removed } => {
            format!("retry of {stage} by {actor}: resets {reset:?}, removes {removed:?}")
        }
        Event::Finished { status, failure } => format!("{}{}", status.as_str(), after(": ", failure.as_ref())),
    }
}

fn of_stage(event: &Event) -> String {
    match event {
        Event::StageStarted { stage, hold } => {
            let held = |Hold { until, reason }: &Hold| format!("{reason}, {}", at(*until));
            format!("{stage}: started{}", after(", waits for ", hold.as_ref().map(held).as_ref()))
        }
        Event::StageReleased { stage, actor } => format!("{stage}: released{}", after(" by ", actor.as_ref())),
        Event::StagePlanned { stage, tasks, provisional: true, .. } => {
            format!("{stage}: looks up, {} task", tasks.len())
        }
        Event::StagePlanned { stage, tasks, before, deadline, .. } => {
            let tasks: Vec<&str> = tasks.iter().map(|TaskSpec { name, .. }| name.as_str()).collect();
            let deadline = deadline.map(at);
            format!("{stage}: planned {tasks:?}{}{}", names(" after ", before), after(", ends at ", deadline.as_ref()))
        }
        Event::StageContinued { stage, after } => format!("{stage}: tasks done{}", names(", then ", after)),
        Event::StageFailing { stage, status, failure, cleanup } => {
            format!("{stage}: failing as {}: {}{}", status.as_str(), failure.message, names(", cleans up by ", cleanup))
        }
        Event::StageFinished { stage, status } => format!("{stage}: {}", status.as_str()),
        Event::StageSkipped { stage, actor, reason } => format!("{stage}: to be skipped by {actor}: {reason}"),
        Event::ConditionFailed { stage, reason } => format!("{stage}: {reason}"),
        _ => unreachable!("only stage events come here"),
    }
}

fn of_task(event: &Event) -> String {
    match event {
        Event::TaskStarted { stage, task, attempt, until } => {
            format!("{stage}.{task}: try {attempt}{}", after(" until ", until.map(at).as_ref()))
        }
        Event::TaskProgressed { stage, task, message, percent, .. } => {
            format!("{stage}.{task}: {message} {percent:?}")
        }
        Event::TaskDeferred { stage, task, until, message, failed, .. } => {
            format!("{stage}.{task}: {} until {}: {message}", if *failed { "backs off" } else { "later" }, at(*until))
        }
        Event::TaskFinished { stage, task, status, outputs, message, .. } => {
            let message = Some(message).filter(|message| !message.is_empty());
            let outputs = (!outputs.is_empty()).then(|| Value::Object(outputs.clone()));
            format!("{stage}.{task}: {status:?}{}{}", after(": ", message), after(" -> ", outputs.as_ref()))
        }
        _ => unreachable!("only task events come here"),
    }
}

/// A wait as a line.
pub(super) fn narrate_wait(wait: &Wait) -> String {
    let who = wait.stage.as_ref().map_or("it".to_owned(), ToString::to_string);
    let actor = match &wait.actor {
        Actor::Clock => "the clock".to_owned(),
        Actor::People(people) if people.is_empty() => "anybody".to_owned(),
        Actor::People(people) => people.join(", "),
        Actor::Effect => "the effect".to_owned(),
        Actor::Execution(execution) => format!("execution{}", after(" ", execution.as_ref())),
        Actor::Stages(stages) => format!("{stages:?}"),
        Actor::Pipeline => "the pipeline".to_owned(),
    };
    format!("{who} waits for {}{} ({actor})", wait.reason, after(", until ", wait.until.map(at).as_ref()))
}

fn after<T: std::fmt::Display>(before: &str, value: Option<&T>) -> String {
    value.map_or(String::new(), |value| format!("{before}{value}"))
}

fn names(before: &str, stages: &[SyntheticStage]) -> String {
    let names: Vec<&str> = stages.iter().map(|stage| stage.name.as_str()).collect();
    if names.is_empty() { String::new() } else { format!("{before}{names:?}") }
}

fn at(time: Timestamp) -> String {
    let since = time.since(BEGINNING);
    if since.subsec_millis() == 0 { format!("{}s", since.as_secs()) } else { format!("{}ms", since.as_millis()) }
}
