//! What an execution sets off beside its stages, and the artifacts that it has.

use chrono::{DateTime, Utc};
use gennaker_client::v1::errand::State;
use gennaker_client::v1::resolved_artifact::Source;
use gennaker_client::v1::{Artifact, Errand, Execution, ResolvedArtifact};

use crate::palette::{Palette, Tone};
use crate::terminal::one_line;
use crate::time::{between, from_proto, length};

/// The artifacts and the errands of an execution, each under a heading. Empty where there are none.
pub(crate) fn belongings(execution: &Execution, now: DateTime<Utc>, palette: Palette) -> Vec<String> {
    let bound =
        |artifact: &Artifact| execution.resolved_artifacts.iter().any(|it| it.artifact.as_ref() == Some(artifact));
    let resolved = execution.resolved_artifacts.iter().map(resolved_artifact);
    let others = execution.artifacts.iter().filter(|it| !bound(it)).map(artifact);
    let artifacts: Vec<String> = resolved.chain(others).collect();
    let errands: Vec<String> = execution.errands.iter().map(|it| errand(it, now, palette)).collect();
    let mut lines = Vec::new();
    for (title, entries) in [("Artifacts", artifacts), ("Notifications and clean-ups", errands)] {
        if !entries.is_empty() {
            lines.extend([String::new(), palette.paint(Tone::Strong, title)]);
            lines.extend(entries.into_iter().map(|entry| format!("  {entry}")));
        }
    }
    lines
}

/// What an expected artifact was bound to: `image: docker/image shop 7 (received)`.
pub(crate) fn resolved_artifact(resolved: &ResolvedArtifact) -> String {
    let source = match resolved.source() {
        Source::Unspecified => "",
        Source::Received => " (received)",
        Source::Prior => " (of the execution before)",
        Source::Default => " (the default)",
        Source::Produced => " (made by the stage)",
    };
    let what = resolved.artifact.as_ref().map(artifact).unwrap_or_default();
    format!("{}: {what}{source}", one_line(&resolved.expected))
}

fn artifact(artifact: &Artifact) -> String {
    let reference = if artifact.r#type == "embedded/base64" { "" } else { artifact.reference.as_str() };
    let parts = [artifact.r#type.as_str(), &artifact.name, &artifact.version, reference];
    one_line(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}

fn errand(errand: &Errand, now: DateTime<Utc>, palette: Palette) -> String {
    let (icon, tone) = match errand.state() {
        State::Unspecified => ('?', Tone::Muted),
        State::Pending => ('◷', Tone::Waiting),
        State::Done => ('✔', Tone::Good),
        State::Failed => ('✘', Tone::Bad),
    };
    let mut text = one_line(&errand.description);
    if errand.state() != State::Done && errand.attempt > 1 {
        text.push_str(&format!(", try {}", errand.attempt));
    }
    if let Some(time) = from_proto(errand.retry_time.as_ref()).filter(|_| errand.state() == State::Pending) {
        text.push_str(&format!(", again in {}", length(between(now, time))));
    }
    if !errand.message.is_empty() {
        text.push_str(&format!(": {}", one_line(&errand.message)));
    }
    format!("{} {text}", palette.paint(tone, &icon.to_string()))
}
