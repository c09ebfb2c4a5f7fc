//! Artifacts that triggers wait for.

use gennaker_core::artifact::{ExpectedArtifact, Matcher};
use gennaker_proto::v1::{self, FieldViolation};
use gennaker_triggers::Verdict;

use super::ledger::Seen;
use crate::{App, AppError};

impl App {
    /// Whether what a trigger saw starts its pipeline: its constraints hold, and where it waits for artifacts, it was brought
    /// one of them.
    pub(super) async fn verdict(&self, trigger: &v1::Trigger, seen: &Seen) -> Result<Verdict, AppError> {
        let verdict = gennaker_triggers::verdict(trigger, &seen.payload);
        if verdict != Verdict::Matches || trigger.expected_artifacts.is_empty() {
            return Ok(verdict);
        }
        let Some(pipeline) = self.find_pipeline(&trigger.pipeline).await? else { return Ok(verdict) };
        let awaited = |expected: &&ExpectedArtifact| trigger.expected_artifacts.contains(&expected.id);
        let awaited: Vec<&ExpectedArtifact> = pipeline.expected_artifacts()?.iter().filter(awaited).collect();
        let is_met = awaited.iter().any(|expected| {
            let matcher = Matcher::new(expected);
            seen.artifacts.iter().any(|brought| matcher.is_met_by(brought))
        });
        if is_met {
            return Ok(Verdict::Matches);
        }
        let brought: Vec<String> = seen.artifacts.iter().map(ToString::to_string).collect();
        let brought = if brought.is_empty() { "no artifacts".to_owned() } else { brought.join(", ") };
        let awaited: Vec<String> = awaited.iter().map(|e| format!("{} ({})", e.display_name, e.matches)).collect();
        let awaited = if awaited.is_empty() { trigger.expected_artifacts.join(", ") } else { awaited.join(", ") };
        Ok(Verdict::Filtered(format!("it brought {brought}; the trigger waits for one of: {awaited}")))
    }
}

/// Checks that the artifacts that a trigger waits for are expected by its pipeline.
pub(super) fn check(trigger: &v1::Trigger, expected: &[ExpectedArtifact]) -> Result<(), AppError> {
    let known: Vec<&str> = expected.iter().map(|expected| expected.id.as_str()).collect();
    let unknown = trigger.expected_artifacts.iter().enumerate().filter(|(_, id)| !known.contains(&id.as_str()));
    let violations: Vec<FieldViolation> = unknown
        .map(|(place, id)| FieldViolation {
            field: format!("trigger.expected_artifacts[{place}]"),
            description: format!("{id:?} is no expected artifact of the pipeline; it has: {}", known.join(", ")),
        })
        .collect();
    if violations.is_empty() { Ok(()) } else { Err(AppError::InvalidArgument { violations }) }
}
