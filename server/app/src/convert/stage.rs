//! Stages: the nodes of definitions.

use gennaker_core::execution::{FailurePolicy, StageDefinition, StageId};
use gennaker_core::schedule::{ClockTime, Jitter, TimeRange, Window, WindowError};
use gennaker_proto::{json, kinds, to_dynamic, v1};
use serde_json::Value;

use super::{artifact, notification, time};

/// A stage as the machine runs it. `None` for one without a kind.
///
/// # Errors
/// Where its window can't be.
pub(crate) fn to_core(stage: &v1::Stage) -> Result<Option<StageDefinition>, WindowProblem> {
    let Some(kind) = kinds::of_stage(stage) else { return Ok(None) };
    Ok(Some(StageDefinition {
        id: StageId::from(stage.id.as_str()),
        name: if stage.name.is_empty() { label(kind).to_owned() } else { stage.name.clone() },
        kind: kind.to_owned(),
        depends_on: stage.depends_on.iter().map(|id| StageId::from(id.as_str())).collect(),
        on_failure: policy(stage.on_failure()),
        timeout: stage.timeout.as_ref().map(time::duration),
        succeed_on_timeout: stage.succeed_on_timeout,
        window: stage.window.as_ref().map(window).transpose()?,
        config: config(stage, kind),
        expressions: stage.expressions.clone(),
        condition: stage.condition.trim().to_owned(),
        expected_artifacts: stage.expected_artifacts.iter().map(artifact::expected).collect(),
        notifications: stage.notifications.iter().filter_map(notification::to_core).collect(),
    }))
}

/// The message of a stage's kind as JSON.
fn config(stage: &v1::Stage, kind: &str) -> Value {
    let stage = to_dynamic(stage);
    let field = stage.get_field_by_name(kind);
    let message = field.as_ref().and_then(|field| field.as_message());
    message.map_or_else(|| Value::Object(serde_json::Map::new()), json::encode_dynamic)
}

/// What people call a kind.
pub(crate) fn label(kind: &str) -> &str {
    kinds::stage_kinds().iter().find(|known| known.kind == kind).map_or(kind, |known| &known.label)
}

/// What a stage's failure does, from a message.
fn policy(policy: v1::FailurePolicy) -> FailurePolicy {
    match policy {
        v1::FailurePolicy::Unspecified | v1::FailurePolicy::HaltPipeline => FailurePolicy::HaltPipeline,
        v1::FailurePolicy::HaltBranch => FailurePolicy::HaltBranch,
        v1::FailurePolicy::HaltBranchThenFail => FailurePolicy::HaltBranchThenFail,
        v1::FailurePolicy::Ignore => FailurePolicy::Ignore,
    }
}

/// What a stage's failure does, as a message.
pub(crate) fn policy_to_proto(policy: FailurePolicy) -> v1::FailurePolicy {
    match policy {
        FailurePolicy::HaltPipeline => v1::FailurePolicy::HaltPipeline,
        FailurePolicy::HaltBranch => v1::FailurePolicy::HaltBranch,
        FailurePolicy::HaltBranchThenFail => v1::FailurePolicy::HaltBranchThenFail,
        FailurePolicy::Ignore => v1::FailurePolicy::Ignore,
    }
}

/// What is wrong with a window, and in which of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WindowProblem {
    pub(crate) field: String,
    pub(crate) error: WindowError,
}

impl WindowProblem {
    fn at(field: impl Into<String>) -> impl FnOnce(WindowError) -> Self {
        |error| Self { field: field.into(), error }
    }
}

fn window(window: &v1::ExecutionWindow) -> Result<Window, WindowProblem> {
    let zone = if window.time_zone.is_empty() { "UTC" } else { &window.time_zone };
    let time_zone = Window::zone(zone).map_err(WindowProblem::at("time_zone"))?;
    let mut ranges = Vec::new();
    for (place, range) in window.ranges.iter().enumerate() {
        let clock = |field: &str, text: &str| {
            text.parse::<ClockTime>().map_err(WindowProblem::at(format!("ranges[{place}].{field}")))
        };
        ranges.push(TimeRange { start: clock("start", &range.start)?, end: clock("end", &range.end)? });
    }
    let jitter = window.jitter.as_ref().map(|jitter| Jitter {
        min: jitter.min.as_ref().map(time::duration).unwrap_or_default(),
        max: jitter.max.as_ref().map(time::duration).unwrap_or_default(),
        skip_manual: jitter.skip_manual,
    });
    let days = window.days().filter_map(weekday).collect();
    Window { time_zone, days, ranges, jitter }.checked().map_err(|error| {
        let field = match error {
            WindowError::Jitter => "jitter",
            WindowError::Time(_) | WindowError::Zone(_) | WindowError::Empty => "",
        };
        WindowProblem::at(field)(error)
    })
}

fn weekday(day: v1::DayOfWeek) -> Option<chrono::Weekday> {
    match day {
        v1::DayOfWeek::Unspecified => None,
        v1::DayOfWeek::Monday => Some(chrono::Weekday::Mon),
        v1::DayOfWeek::Tuesday => Some(chrono::Weekday::Tue),
        v1::DayOfWeek::Wednesday => Some(chrono::Weekday::Wed),
        v1::DayOfWeek::Thursday => Some(chrono::Weekday::Thu),
        v1::DayOfWeek::Friday => Some(chrono::Weekday::Fri),
        v1::DayOfWeek::Saturday => Some(chrono::Weekday::Sat),
        v1::DayOfWeek::Sunday => Some(chrono::Weekday::Sun),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stage(value: Value) -> v1::Stage {
        json::decode(&value).unwrap()
    }

    #[test]
    fn a_stage_keeps_everything_that_the_machine_needs() {
        let core = to_core(&stage(json!({
            "id": "w", "dependsOn": ["a"], "onFailure": "FAILURE_POLICY_IGNORE", "timeout": "90s",
            "expressions": {"wait.duration": "${ parameters.time }"}, "condition": " parameters.sure ",
            "expectedArtifacts": [{"id": "img", "match": {"type": "docker/image"}}],
            "notifications": [{"when": ["OCCASION_STAGE_FAILED"], "slack": {"channel": "#ops"}}],
            "window": {"timeZone": "Europe/Berlin", "days": ["DAY_OF_WEEK_MONDAY"], "ranges": [{"start": "09:00", "end": "17:59"}]},
            "wait": {"duration": "5s", "skipText": "really?"},
        })))
        .unwrap()
        .unwrap();
        assert_eq!((core.name.as_str(), core.kind.as_str()), ("Wait", "wait"));
        assert_eq!(core.on_failure, FailurePolicy::Ignore);
        assert_eq!(core.timeout, Some(std::time::Duration::from_secs(90)));
        assert_eq!(core.condition, "parameters.sure");
        assert_eq!((core.expected_artifacts[0].id.as_str(), core.notifications.len()), ("img", 1));
        assert_eq!(core.config, json!({"duration": "5s", "skipText": "really?"}));
        assert_eq!(core.window.unwrap().days, [chrono::Weekday::Mon]);
        assert_eq!(to_core(&stage(json!({"id": "x"}))), Ok(None));
    }

    #[test]
    fn a_window_that_cannot_be_is_named_by_its_field() {
        let problem = |window: Value| {
            let problem = to_core(&stage(json!({"id": "w", "wait": {}, "window": window}))).unwrap_err();
            format!("{}: {}", problem.field, problem.error)
        };
        assert!(problem(json!({"timeZone": "Mars"})).starts_with("time_zone: \"Mars\" is not a time zone"));
        assert!(problem(json!({"ranges": [{"start": "9", "end": "10:00"}]})).starts_with("ranges[0].start: "));
        assert_eq!(problem(json!({})), ": a window needs days or time ranges");
        assert!(
            problem(json!({"days": ["DAY_OF_WEEK_MONDAY"], "jitter": {"min": "2s", "max": "1s"}}))
                .starts_with("jitter: ")
        );
    }
}
