//! What can be wrong with a stage beyond the rules of its single fields, as far as its kind knows.

use gennaker_proto::v1::stage::Kind;
use gennaker_proto::v1::{FieldViolation, Stage};

use crate::custom::CustomKinds;
use crate::webhook;

/// Everything that is wrong with a stage beyond the rules of its single fields, by paths from the stage. What expressions will
/// set is not looked at.
pub fn problems(stage: &Stage, custom: &CustomKinds) -> Vec<FieldViolation> {
    let (kind, found) = match &stage.kind {
        Some(Kind::Webhook(stage)) => (webhook::KIND, webhook::problems(stage)),
        Some(Kind::Custom(stage)) => (crate::custom::KIND, custom.problems(stage)),
        Some(
            Kind::Wait(_)
            | Kind::ManualJudgment(_)
            | Kind::RunPipeline(_)
            | Kind::CheckPreconditions(_)
            | Kind::Deploy(_)
            | Kind::CreateServerGroup(_)
            | Kind::CloneServerGroup(_)
            | Kind::EnableServerGroup(_)
            | Kind::DisableServerGroup(_)
            | Kind::ResizeServerGroup(_)
            | Kind::RollbackServerGroup(_)
            | Kind::DestroyServerGroup(_)
            | Kind::RollbackCluster(_)
            | Kind::DisableCluster(_)
            | Kind::ScaleDownCluster(_)
            | Kind::ShrinkCluster(_)
            | Kind::FindImage(_)
            | Kind::EvaluateVariables(_)
            | Kind::WaitUntil(_)
            | Kind::Fail(_)
            | Kind::Group(_)
            | Kind::DependsOnExecution(_)
            | Kind::FindArtifact(_)
            | Kind::RunJob(_)
            | Kind::Spinnaker(_),
        )
        | None => return Vec::new(),
    };
    let violations =
        found.into_iter().map(|(field, description)| FieldViolation { field: format!("{kind}.{field}"), description });
    violations.filter(|violation| !stage.expressions.keys().any(|path| touches(path, &violation.field))).collect()
}

/// One of the paths leads to the other, or to a part of it.
fn touches(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    within(one, other) || within(other, one)
}
