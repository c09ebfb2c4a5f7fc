//! Binding expected artifacts to what there is.

use super::{Artifact, ArtifactSource, ExpectedArtifact, Matcher, ResolvedArtifact, of_execution};
use crate::execution::Execution;

/// Why an expected artifact is bound to nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbound {
    /// Nothing matches.
    #[error("the expected artifact {expected:?} ({pattern}) {}", missing(received, *prior))]
    Missing {
        /// What people call the expected artifact.
        expected: String,
        /// What it takes.
        pattern: String,
        /// How many artifacts there were that don't match.
        received: usize,
        /// Whether the execution before was looked at, too.
        prior: bool,
    },
    /// More than one matches.
    #[error("the expected artifact {expected:?} ({pattern}) matches several: {}", found.join(", "))]
    Several {
        /// What people call the expected artifact.
        expected: String,
        /// What it takes.
        pattern: String,
        /// Those that match.
        found: Vec<String>,
    },
}

/// Whether binding these needs to know the execution before: one of them may take its artifact, and takes none of those
/// received.
pub fn needs_prior(expected: &[ExpectedArtifact], received: &[Artifact]) -> bool {
    let is_met = |expected| {
        let matcher = Matcher::new(expected);
        received.iter().any(|artifact| matcher.is_met_by(artifact))
    };
    expected.iter().any(|expected| expected.use_prior && !is_met(expected))
}

/// Binds each expected artifact: to the one that was received and matches; else, where it takes that, to the one that the
/// execution before had; else to its default.
///
/// # Errors
/// All that are bound to nothing, or could be to several.
pub fn resolve(
    expected: &[ExpectedArtifact],
    received: &[Artifact],
    prior: Option<&Execution>,
) -> Result<Vec<ResolvedArtifact>, Vec<Unbound>> {
    let (mut bound, mut unbound) = (Vec::new(), Vec::new());
    for expected in expected {
        match resolve_one(expected, received, prior) {
            Ok(resolved) => bound.push(resolved),
            Err(error) => unbound.push(error),
        }
    }
    if unbound.is_empty() { Ok(bound) } else { Err(unbound) }
}

fn resolve_one(
    expected: &ExpectedArtifact,
    received: &[Artifact],
    prior: Option<&Execution>,
) -> Result<ResolvedArtifact, Unbound> {
    let matcher = Matcher::new(expected);
    if let Some(found) = only(expected, &matcher, received)? {
        return Ok(bind(expected, found, ArtifactSource::Received));
    }
    let prior = prior.filter(|_| expected.use_prior);
    if let Some(prior) = prior
        && let Some(found) = of_prior(expected, &matcher, prior)?
    {
        return Ok(bind(expected, found, ArtifactSource::Prior));
    }
    by_default(expected).ok_or_else(|| Unbound::Missing {
        expected: expected.display_name.clone(),
        pattern: expected.matches.to_string(),
        received: received.len(),
        prior: prior.is_some(),
    })
}

/// Binds each artifact that a stage must make: to the first that it made and that matches, else to its default.
///
/// # Errors
/// Which are bound to nothing, in words.
pub fn bind_produced(expected: &[ExpectedArtifact], made: &[Artifact]) -> Result<Vec<ResolvedArtifact>, String> {
    let (mut bound, mut missing) = (Vec::new(), Vec::new());
    for expected in expected {
        let matcher = Matcher::new(expected);
        let found = made.iter().find(|artifact| matcher.is_met_by(artifact));
        match found
            .map(|found| bind(expected, found.clone(), ArtifactSource::Produced))
            .or_else(|| by_default(expected))
        {
            Some(resolved) => bound.push(resolved),
            None => missing.push(format!("{:?} ({})", expected.display_name, expected.matches)),
        }
    }
    if missing.is_empty() {
        return Ok(bound);
    }
    let made: Vec<String> = made.iter().map(ToString::to_string).collect();
    let made = if made.is_empty() { "nothing".to_owned() } else { made.join(", ") };
    Err(format!("the stage made {made}, which is not what is expected: {}", missing.join(", ")))
}

/// What the execution before had bound it to, if that still matches; else the only one of its artifacts that does.
fn of_prior(
    expected: &ExpectedArtifact,
    matcher: &Matcher<'_>,
    prior: &Execution,
) -> Result<Option<Artifact>, Unbound> {
    let bound = prior.start.resolved_artifacts.iter().find(|resolved| resolved.id == expected.id);
    match bound.map(|resolved| &resolved.artifact).filter(|artifact| matcher.is_met_by(artifact)) {
        Some(artifact) => Ok(Some(artifact.clone())),
        None => only(expected, matcher, &of_execution(prior)),
    }
}

fn only(
    expected: &ExpectedArtifact,
    matcher: &Matcher<'_>,
    artifacts: &[Artifact],
) -> Result<Option<Artifact>, Unbound> {
    let mut found: Vec<&Artifact> = Vec::new();
    for artifact in artifacts.iter().filter(|artifact| matcher.is_met_by(artifact)) {
        if !found.contains(&artifact) {
            found.push(artifact);
        }
    }
    match found.as_slice() {
        [] => Ok(None),
        [artifact] => Ok(Some((*artifact).clone())),
        several => Err(Unbound::Several {
            expected: expected.display_name.clone(),
            pattern: expected.matches.to_string(),
            found: several.iter().map(ToString::to_string).collect(),
        }),
    }
}

fn by_default(expected: &ExpectedArtifact) -> Option<ResolvedArtifact> {
    expected.default.clone().map(|artifact| bind(expected, artifact, ArtifactSource::Default))
}

fn bind(expected: &ExpectedArtifact, artifact: Artifact, source: ArtifactSource) -> ResolvedArtifact {
    ResolvedArtifact { id: expected.id.clone(), display_name: expected.display_name.clone(), artifact, source }
}

fn missing(received: &usize, prior: bool) -> String {
    let received = match received {
        0 => "is missing: no artifact was received".to_owned(),
        1 => "is not the artifact that was received".to_owned(),
        count => format!("is none of the {count} artifacts that were received"),
    };
    let prior = if prior { ", and the execution before had none" } else { "" };
    format!("{received}{prior}; it has no default")
}

#[cfg(test)]
mod tests;
